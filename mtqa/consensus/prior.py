"""Prior: which engines the others support over a whole run. Pure.

    p(i) = mean over the segments, and over the other engines j, of A(i, j), less the mean of p over the engines

A is chrF's utility. Where engines lack candidates, A(i, j) is first taken less the mean of all pairs of its segment, so
that an engine is not praised for answering the easy ones; with all candidates present that changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

from mtqa.consensus.squares import Squares, added, rows_of


class Priors:
    """Adds up a run, some segments at a time."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], float] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def see(self, squares: Squares, voters: Sequence[tuple[str, ...]]) -> None:
        """The utilities of segments, and who votes on each."""
        rows = rows_of(squares)
        counts = (~np.isnan(rows)).sum(axis=1)
        left = rows - (added(rows) / np.maximum(counts, 1))[:, None]
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, engines in enumerate(voters):
            places[engines].append(place)
        for engines, some in places.items():
            sums, seen = added(left[some].T).tolist(), (~np.isnan(left[some])).sum(axis=0).tolist()
            for pair, amount, times in zip(permutations(engines, 2), sums, seen, strict=True):
                if times:
                    self._sums[pair] = self._sums.get(pair, 0.0) + amount
                    self._counts[pair] += times

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
