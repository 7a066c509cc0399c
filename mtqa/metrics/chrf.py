"""chrF, with sacrebleu's numbers (Popović 2015; beta 2, character order 6, white space removed)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache
from itertools import permutations
from typing import Any

from mtqa.errors import MetricError
from mtqa.metrics import kernel
from mtqa.ports import Comparison

# The release whose numbers these are, bit for bit; the tests compare with the one that is installed.
SACREBLEU = "2.6.0"
MOST = 64  # beyond any use, and no option can ask for the memory of the machine


class Chrf:
    """Sentence chrF of every candidate against every other, 0..1.

    For n = 1..char_order, P_n and R_n are the shares of the hypothesis' and the reference's n-grams that the other
    has too, as bags. P and R are their means over the n for which both texts are long enough, and
    chrF = (1 + beta^2) P R / (beta^2 P + R); 0 where nothing is shared. `threads`: cores to use, at most; all by
    default.
    """

    is_share = True  # utilities are shares of what two texts have in common

    def __init__(self, char_order: int = 6, beta: int = 2, threads: int | None = None) -> None:
        if not (1 <= char_order <= MOST and 1 <= beta <= MOST):
            what = f"char_order and beta must be 1 or more, and at most {MOST}"
            raise MetricError("metric chrf", what, "correct [metrics.chrf]")
        if threads is not None and threads < 1:
            raise MetricError("metric chrf", "threads must be 1 or more", "correct [metrics.chrf]")
        self.char_order, self.beta, self.threads = char_order, beta, threads

    @property
    def signature(self) -> str:
        """The signature as sacrebleu writes it, with the name of the score in front: `chrF2|nrefs:1|...`."""
        options = f"nrefs:1|case:mixed|eff:yes|nc:{self.char_order}|nw:0|space:no|norm:nfc"
        return f"chrF{self.beta}|{options}|version:{SACREBLEU}"

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> chrF / 100, for every ordered pair of two."""
        values = iter(array("d", self._values(batch)))
        return [dict(zip(pairs(len(c.texts)), values)) for c in batch]  # noqa: B905 - the next values are another's

    def rows(self, batch: Sequence[Comparison]) -> Any:  # noqa: ANN401 - numpy is loaded late
        """The same as an array, shape (comparisons, texts * (texts - 1)), pairs in the order of permutations."""
        import numpy as np

        return np.frombuffer(self._values(batch)).reshape(len(batch), -1)

    def _values(self, batch: Sequence[Comparison]) -> bytes:
        with kernel.enough_memory("metric chrf", batch):
            return kernel.chrf([c.texts for c in batch], self.char_order, self.beta, self.threads)


@cache
def pairs(voters: int) -> tuple[tuple[int, int], ...]:
    """The ordered pairs of two, in the order in which utilities are computed."""
    return tuple(permutations(range(voters), 2))
