"""Reference-free quality estimation: a model's opinion of (source, candidate), as a finding and never as a vote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path

from mtqa.errors import MetricError
from mtqa.facts import Case
from mtqa.metrics.comet.encode import batches
from mtqa.metrics.comet.models import KNOWN, REFERENCE_FREE, check_licence, find_model
from mtqa.metrics.comet.network import Network, Runtime
from mtqa.model import Severity
from mtqa.ports import Fault, KnownModel

_WHERE = "check qe"
_REMEMBERED = 10_000  # scores of (source, candidate)


class QualityEstimate:
    """The estimate of a reference-free COMET model is below `below`, on the model's own scale.

    `model`: such as Unbabel/wmt22-cometkiwi-da (0..1), or a folder or .ckpt file. There is no default bound: none was
    measured, and scales differ. The other parameters are those of the metric `comet`.
    """

    default = Severity.WARNING
    oracle = False

    def __init__(
        self,
        *,
        model: str,
        below: float,
        encoder: Path | None = None,
        accept_licence: str | None = None,
        device: str = "auto",
        threads: int | None = None,
        batch_tokens: int = 1024,
        folder: Path | None = None,
    ) -> None:
        self._model = find_model(model, folder or Path(), encoder, _WHERE)
        check_licence(self._model, accept_licence, _WHERE)
        if self._model.family not in REFERENCE_FREE:
            what = f"{self._model.name} is a {self._model.family}, which needs a reference"
            raise MetricError(_WHERE, what, "name a reference-free model; this one belongs into [metrics.comet]")
        self._below, self._budget = below, batch_tokens
        self._network = cache(partial(Network, self._model, Runtime(device, threads=threads), _WHERE))
        self._scores: dict[tuple[str, str], float] = {}

    @staticmethod
    def known_models() -> Sequence[KnownModel]:
        """The models that are known, for this check and for the metric `comet`, with their licences."""
        return KNOWN

    @property
    def licence(self) -> str | None:
        """Of the model; None when neither its name nor its card tells."""
        return self._model.licence

    @property
    def signature(self) -> str:
        """Model, weights and versions: what the estimates depend on."""
        return f"qe|{self._model.signature}|precision:fp32"

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate. The candidates of a segment are estimated together."""
        source = case.source.plain
        texts = {p: candidate.plain for p, candidate in enumerate(case.candidates) if not candidate.text.blank}
        new = [pair for text in dict.fromkeys(texts.values()) if (pair := (source, text)) not in self._scores]
        if len(self._scores) > _REMEMBERED:
            self._scores.clear()
            new = [(source, text) for text in dict.fromkeys(texts.values())]
        if new:
            self._estimate(new)
        for position, text in texts.items():
            score = self._scores[source, text]
            if score < self._below:
                yield Fault(position, f"quality estimate {score:.3f}, below {self._below:g} ({self._model.name})")

    def _estimate(self, pairs: Sequence[tuple[str, str]]) -> None:
        network = self._network()
        lengths = [
            len(source) + len(text) for source, text in zip(*map(network.tokens, zip(*pairs, strict=True)), strict=True)
        ]
        for batch in batches(lengths, self._budget):
            some = [pairs[at] for at in batch]
            self._scores.update(zip(some, network.predict(some), strict=True))
