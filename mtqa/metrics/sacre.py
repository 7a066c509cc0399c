"""BLEU and TER by sacrebleu, for who wants them. They choose no better than chrF and take longer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from mtqa.metrics.chrf import pairs
from mtqa.ports import Comparison

Pair = Callable[[str, str], float]  # (hypothesis, reference) -> utility 0..1


class Bleu:
    """Sentence BLEU / 100 (Papineni et al. 2002; effective order, exponential smoothing) of every ordered pair, 0..1.

    `tokenize`: as sacrebleu calls it; `13a` for languages with spaces, `zh`, `char` or `intl` for others.
    """

    is_share = True  # utilities are shares of what two texts have in common

    def __init__(
        self, tokenize: Literal["13a", "intl", "zh", "char", "none"] = "13a", *, lowercase: bool = False
    ) -> None:
        from sacrebleu.metrics.bleu import BLEU

        self._bleu = BLEU(tokenize=tokenize, lowercase=lowercase, effective_order=True)
        # sacrebleu knows how many references there are once it has scored something.
        self._bleu.sentence_score("a", ["a"])
        self.signature = f"BLEU|{self._bleu.get_signature().format()}|norm:nfc"

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> BLEU / 100, for every ordered pair of two."""
        return _each(batch, lambda h, r: min(float(self._bleu.sentence_score(h, [r]).score) / 100, 1.0))


class Ter:
    """1 - TER (Snover et al. 2006), not below 0, of every ordered pair: the share of words that need no edit, 0..1.

    `asian`: split Chinese, Japanese and Korean into characters, as the tokenizer of TER may.
    """

    is_share = True

    def __init__(self, *, lowercase: bool = True, punctuation: bool = True, asian: bool = False) -> None:
        from sacrebleu.metrics.ter import TER

        self._ter = TER(case_sensitive=not lowercase, no_punct=not punctuation, asian_support=asian)
        self._ter.sentence_score("a", ["a"])
        self.signature = f"TER|{self._ter.get_signature().format()}|norm:nfc"

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> 1 - TER, for every ordered pair of two."""
        return _each(batch, lambda h, r: max(1 - float(self._ter.sentence_score(h, [r]).score) / 100, 0.0))


def _each(batch: Sequence[Comparison], utility: Pair) -> list[dict[tuple[int, int], float]]:
    return [{(h, r): utility(c.texts[h], c.texts[r]) for h, r in pairs(len(c.texts))} for c in batch]
