"""Prior: which engines the others support over a whole run. Pure.

    p(i) = mean over the segments, and over the other engines j, of A(i, j), less the mean of p over the engines

A is chrF's utility. Where engines lack candidates, A(i, j) is first taken less the mean of all pairs of its segment, so
that an engine is not praised for answering the easy ones; with all candidates present that changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mtqa.consensus.mix import Pairs


class Priors:
    """Adds up a run, a segment at a time."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], float] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def see(self, pairs: Pairs) -> None:
        """The utilities of one segment."""
        if not pairs:
            return
        mean = sum(pairs.values()) / len(pairs)
        self._counts.update(pairs.keys())  # a mapping itself would add its values
        for pair, utility in pairs.items():
            self._sums[pair] = self._sums.get(pair, 0.0) + utility - mean

    def values(
        self, engines: Sequence[str], weights: Mapping[tuple[str, str], float] | None = None
    ) -> dict[str, float]:
        """Engine -> p, centred; absent for an engine that was never compared. `weights`: (judged, judge) -> weight."""
        found = {}
        for one in engines:
            judges = [(one, other) for other in engines if self._counts[one, other]]
            weighed = [(weights[pair] if weights else 1.0, self._sums[pair] / self._counts[pair]) for pair in judges]
            if weighed:
                found[one] = sum(w * mean for w, mean in weighed) / sum(w for w, _ in weighed)
        centre = sum(found.values()) / len(found) if found else 0.0
        return {engine: value - centre for engine, value in found.items()}
