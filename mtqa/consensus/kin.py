"""Kin: engines that are no independent voters. Pure.

Two engines of one configured `family` depend on each other wholly: d(i, j) = 1. Two others do when nearly all of their
answers are identical: one engine under two names, or behind two resellers. Good engines often say the same in short
segments, so chance is taken out: in one segment it is the share of identical pairs among all other pairs. With O
segments observed identical of n, and E expected,

    d(i, j) = (O - E) / (n - E)      where that is 0.8 or more, and O - E more than 4 standard deviations and 5; else 0

which is Cohen's kappa of saying the same. With `kin_vote` (0..1) for how much a fully dependent voter still adds,

    vote of j               v(j) = 1 / (1 + (1 - kin_vote) * sum of d(j, k) over the other voters k)
    weight of j judging i   w(i, j) = v(j) * (1 - (1 - kin_vote) * d(i, j))

so with kin_vote 0 a copy of an engine changes neither a majority nor whom the others support, and with 1 all are
independent. A voter whose others are all kin of it is judged by them with the least weight there is, not by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt

_SURE = 4.0  # standard deviations
_SOME = 5.0  # segments: what happens less often is no habit
_NEARLY_ALL = 0.8  # less is how well two good engines know a language
_LEAST = 1e-6  # of a weight, so that a voter with kin alone is compared all the same

Two = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kinship:
    """How far engines depend on each other, (one, other) in both orders -> d in 0..1; absent is 0."""

    dependence: Mapping[Two, float] = field(default_factory=dict)
    kin_vote: float = 1.0

    def votes(self, voters: Sequence[str]) -> dict[str, float]:
        """What the vote of each counts among these voters, 0..1."""
        loss = 1 - self.kin_vote
        return {
            one: 1 / (1 + loss * sum(self.dependence.get((one, other), 0.0) for other in voters if other != one))
            for one in voters
        }

    def weights(self, voters: Sequence[str]) -> dict[Two, float] | None:
        """(judged, judge) -> weight; None where all are equal."""
        if self.kin_vote == 1 or not any(pair in self.dependence for pair in combinations(voters, 2)):
            return None
        votes, loss = self.votes(voters), 1 - self.kin_vote
        return {
            (one, other): max(votes[other] * (1 - loss * self.dependence.get((one, other), 0.0)), _LEAST)
            for one in voters
            for other in voters
            if other != one
        }


class Twins:
    """Counts, over the segments of a run, which engines say the same."""

    def __init__(self) -> None:
        self._pools: Counter[tuple[str, ...]] = Counter()
        self._observed: Counter[Two] = Counter()
        self._expected: dict[Two, float] = {}
        self._variance: dict[Two, float] = {}

    @property
    def engines(self) -> tuple[str, ...]:
        """All that were seen, in the order of their names."""
        return tuple(sorted({engine for pool in self._pools for engine in pool}))

    def see(self, voters: tuple[str, ...], texts: tuple[str, ...]) -> None:
        """One segment: its voters and their texts."""
        self._pools[voters] += 1
        if len(voters) < 3 or len(set(texts)) == len(texts):
            return
        said = sorted(zip(voters, texts, strict=True))
        pairs = list(combinations([voter for voter, _ in said], 2))
        same = [one[1] == other[1] for one, other in combinations(said, 2)]
        for pair, equal in zip(pairs, same, strict=True):
            chance = (sum(same) - equal) / (len(pairs) - 1)
            self._observed[pair] += equal
            self._expected[pair] = self._expected.get(pair, 0.0) + chance
            self._variance[pair] = self._variance.get(pair, 0.0) + chance * (1 - chance)

    def _together(self) -> Counter[Two]:
        """In how many segments each pair was seen."""
        together: Counter[Two] = Counter()
        for voters, times in self._pools.items():
            for pair in combinations(sorted(voters), 2):
                together[pair] += times
        return together

    def kinship(self, families: Mapping[str, str], kin_vote: float) -> Kinship:
        """What was seen, and the configured families: engine -> family."""
        found: dict[Two, float] = {}
        for (one, other), times in self._together().items():
            family = families.get(one)
            alike = 1.0 if family and family == families.get(other) else self._kappa((one, other), times)
            if alike:
                found[one, other] = found[other, one] = alike
        return Kinship(found, kin_vote)

    def _kappa(self, pair: Two, together: int) -> float:
        observed, expected = self._observed[pair], self._expected.get(pair, 0.0)
        excess = observed - expected
        if excess <= max(_SURE * sqrt(self._variance.get(pair, 0.0)), _SOME):
            return 0.0
        kappa = excess / (together - expected)
        return kappa if kappa >= _NEARLY_ALL else 0.0
