"""Sampling: texts of a run that have nothing to do with each other, to see where a metric's scale begins. Pure.

Of the segments of a run 200 are kept, each with the same chance (reservoir sampling, Vitter 1985, with a fixed seed, so
that the same run keeps the same). A candidate of one is then compared with a candidate of the next.
"""

from __future__ import annotations

from random import Random

from mtqa.ports import Comparison

KEPT = 200
_ROUNDS = 8  # a short run is gone round more than once, each time comparing with a segment further off
_IDENTICAL = 50


class Sampling:
    """Keeps a few segments of a run."""

    def __init__(self) -> None:
        self._kept: list[Comparison] = []
        self._seen = 0
        self._random = Random(0)

    def see(self, comparison: Comparison) -> None:
        """One segment; without candidates it does not count."""
        if not comparison.texts:
            return
        self._seen += 1
        if len(self._kept) < KEPT:
            self._kept.append(comparison)
        elif (place := self._random.randrange(self._seen)) < KEPT:
            self._kept[place] = comparison

    def unrelated(self) -> list[Comparison]:
        """Comparisons of two candidates of different segments, at most KEPT; none are equal."""
        kept, found = self._kept, []
        for apart in range(1, min(_ROUNDS + 1, len(kept))):
            for place, one in enumerate(kept):
                other = kept[(place + apart) % len(kept)]
                texts = (one.texts[place % len(one.texts)], other.texts[(place + apart) % len(other.texts)])
                if texts[0] != texts[1] and one.source != other.source:
                    found.append(Comparison(one.source, texts))
            if 2 * len(found) >= KEPT:
                break
        return found[:KEPT]

    def identical(self) -> list[Comparison]:
        """Comparisons of a candidate with itself."""
        firsts = [(one.source, text) for one in self._kept if (text := next(filter(str.strip, one.texts), None))]
        return [Comparison(source, (text, text)) for source, text in firsts[:_IDENTICAL]]
