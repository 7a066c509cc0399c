"""COMET (Rei et al. 2020, 2022): a learned estimate of quality, of every candidate against every other.

COMET encodes source, hypothesis and reference each on their own, and a small network estimates the score from the
three encodings. So every distinct text is encoded once, and all pairs share the encodings; that is exact, not an
approximation. Importing this imports nothing of COMET.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mtqa.errors import ConfigError, MetricError
from mtqa.metrics.chrf import pairs
from mtqa.metrics.comet.divergent import agreements, least_agreeing
from mtqa.metrics.comet.encode import Encoder
from mtqa.metrics.comet.models import DEFAULT, KNOWN, PAIRWISE, check_licence, find_model
from mtqa.metrics.comet.network import Network, Precision, Runtime
from mtqa.ports import Comparison, Encodings, KnownModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHERE = "metric comet"
_TOGETHER = 500  # comparisons whose encodings are in memory at once
_PAIRS = 512  # through the estimator at once
_DIGITS = 6  # float32 has no more


class Comet:
    """COMET score of every candidate against every other, on the model's own scale (wmt22-comet-da: about 0..1).

    `model`: one that was downloaded, by name; or a folder with hparams.yaml and checkpoints/model.ckpt; or a .ckpt file
    in such a folder. `encoder`: a folder with the configuration and tokenizer of the model's encoder, where those are
    not found by the name that the model gives. `accept_licence`: the licence of a model that is not for commercial use.
    `device`: `auto` (a GPU if there is one), `cpu`, `cuda`, ... `precision`: `int8` takes half the time and changes
    numbers (docs/performance.md). `threads`: cores to use, at most. `batch_tokens`: through the encoder at once.
    `only = "divergent"`: only the `share` of segments that agree least by chrF; others get no utilities. `keep`:
    whether encodings stay on disk for the next run, 4 KB a text.
    """

    tells_meaning = True  # other words for the same are no divergence to it

    def __init__(  # noqa: PLR0913 - one parameter a setting
        self,
        *,
        model: str = DEFAULT,
        encoder: Path | None = None,
        accept_licence: str | None = None,
        device: str = "auto",
        precision: Precision = "fp32",
        threads: int | None = None,
        batch_tokens: int = 1024,
        only: Literal["divergent"] | None = None,
        share: float = 0.2,
        keep: bool = True,
        folder: Path | None = None,
        encodings: Encodings | None = None,
        cache_folder: Path | None = None,
    ) -> None:
        _require_sense(threads, batch_tokens, share)
        self._model = find_model(model, folder or Path(), encoder, _WHERE)
        check_licence(self._model, accept_licence, _WHERE)
        if self._model.family not in PAIRWISE:
            what = f"{self._model.name} is a {self._model.family}, which compares no two candidates"
            raise MetricError(_WHERE, what, f"use {DEFAULT}; reference-free models belong into [checks.qe]")
        runtime = Runtime(device, precision, threads, cache_folder)
        runtime.require_packages(_WHERE)
        self._threads, self._only, self._share = threads, only, share
        self._below: float | None = None
        self._numbers = cache(lambda: f"{self._model.signature}|{runtime.signature}")
        self._network = cache(partial(Network, self._model, runtime, _WHERE))
        self._encoder = Encoder(self._network, self._numbers, encodings if keep else None, batch_tokens)

    @staticmethod
    def known_models() -> Sequence[KnownModel]:
        """The models that are known, for this metric and for the check `qe`, with their licences."""
        return KNOWN

    @property
    def licence(self) -> str | None:
        """Of the model; None when neither its name nor its card tells."""
        return self._model.licence

    @property
    def signature(self) -> str:
        """Model, weights, precision and versions; of a run, which segments were asked about."""
        asked = f"|only:{self._only}|share:{self._share:g}" if self._only else ""
        below = "" if self._below is None else f"|chrf-below:{self._below:.4f}"
        return f"comet|{self._numbers()}|norm:nfc{asked}{below}"

    def for_run(self, comparisons: Iterable[Comparison]) -> Comet:
        """The metric that asks about the least agreeing share of these alone; without `only`, this one."""
        if not self._only:
            return self
        other = copy.copy(self)
        other._below = least_agreeing(agreements(comparisons, self._threads), self._share)  # noqa: SLF001 - its own
        return other

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> score, for every ordered pair of two; none where not asked."""
        found: list[dict[tuple[int, int], float]] = [{} for _ in batch]
        asked = iter(self._asked(batch))
        while some := list(islice(asked, _TOGETHER)):
            encodings = self._encoder.encode(chain.from_iterable((batch[at].source, *batch[at].texts) for at in some))
            rows = [(at, h, r) for at in some for h, r in pairs(len(batch[at].texts))]
            for start in range(0, len(rows), _PAIRS):
                portion = rows[start : start + _PAIRS]
                for (at, h, r), score in zip(portion, self._scores(batch, portion, encodings), strict=True):
                    found[at][h, r] = round(score, _DIGITS)
        return found

    def _asked(self, batch: Sequence[Comparison]) -> list[int]:
        """The positions of the comparisons that get utilities."""
        if self._below is None:
            return [at for at, comparison in enumerate(batch) if len(comparison.texts) > 1]
        found = []
        for at, agreement in enumerate(agreements(batch, self._threads)):
            # A text beside itself is not of a run: it is asked about to see where the scale ends.
            itself = len(batch[at].texts) == 2 and len(set(batch[at].texts)) == 1
            if agreement is not None and (agreement < self._below or itself):
                found.append(at)
        return found

    def _scores(
        self, batch: Sequence[Comparison], rows: Sequence[tuple[int, int, int]], encodings: Mapping[str, NDArray[Any]]
    ) -> list[float]:
        """The score of each (comparison, hypothesis, reference)."""
        import numpy as np

        return self._network().estimate(
            np.stack([encodings[batch[at].source] for at, _, _ in rows]),
            np.stack([encodings[batch[at].texts[h]] for at, h, _ in rows]),
            np.stack([encodings[batch[at].texts[r]] for at, _, r in rows]),
        )


def _require_sense(threads: int | None, batch_tokens: int, share: float) -> None:
    """Raise ConfigError for a number that means nothing."""
    for name, fine, todo in (
        ("threads", threads is None or threads >= 1, "set 1 or more"),
        ("batch_tokens", batch_tokens >= 1, "set 1 or more; 1024 is the default"),
        ("share", 0 < share < 1, "set it between 0 and 1"),
    ):
        if not fine:
            raise ConfigError(f"[metrics.comet] {name}", "makes no sense", todo)
