"""chrF, with sacrebleu's numbers (Popovic 2015; beta 2, character order 6, white space removed)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import permutations

from mtqa.errors import MetricError
from mtqa.ports import Comparison

# What the two implementations disagree on: U+001C..U+001F are white space to Python and not to Rust, and a lone
# surrogate cannot leave Python.
_ONLY_PYTHON = re.compile("[\x1c-\x1f\ud800-\udfff]")


class Chrf:
    """Sentence chrF of every candidate against every other, 0..1.

    Computed by fastchrf where it gives sacrebleu's result bit for bit, by sacrebleu itself elsewhere.
    """

    def __init__(self, char_order: int = 6, beta: int = 2) -> None:
        if char_order < 1 or beta < 1:
            raise MetricError("metric chrf", "char_order and beta must be 1 or more", "correct [metrics.chrf]")
        self.char_order, self.beta = char_order, beta

    @cached_property
    def signature(self) -> str:
        """The signature as sacrebleu writes it, with the name of the score in front: `chrF2|nrefs:1|...`."""
        from importlib.metadata import version

        options = f"nrefs:1|case:mixed|eff:yes|nc:{self.char_order}|nw:0|space:no|norm:nfc"
        return f"chrF{self.beta}|{options}|version:{version('sacrebleu')}"

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> chrF / 100, for every ordered pair of two."""
        easy = [i for i, c in enumerate(batch) if c.texts and not any(map(_ONLY_PYTHON.search, c.texts))]
        matrices: dict[int, Sequence[Sequence[float]]] = dict(
            zip(easy, self._fast([list(batch[i].texts) for i in easy]), strict=True)
        )
        for index, comparison in enumerate(batch):
            if index not in matrices:
                matrices[index] = self._slow(comparison.texts)
        return [
            {(h, r): matrices[i][h][r] / 100 for h, r in permutations(range(len(comparison.texts)), 2)}
            for i, comparison in enumerate(batch)
        ]

    def _fast(self, texts: list[list[str]]) -> list[list[list[float]]]:
        if not texts:
            return []
        from fastchrf import pairwise_chrf

        matrices: list[list[list[float]]] = pairwise_chrf(texts, texts, char_order=self.char_order, beta=self.beta)
        return matrices

    def _slow(self, texts: Sequence[str]) -> list[list[float]]:
        from sacrebleu.metrics.chrf import CHRF

        chrf = CHRF(char_order=self.char_order, beta=self.beta)
        return [[float(chrf.sentence_score(hypothesis, [text]).score) for text in texts] for hypothesis in texts]
