"""Statistics that every page of evidence shares: intervals over documents, shares, families of tests, votes. Pure.

Segments of one document share a writer, a subject and a difficulty, so documents are what is drawn (the cluster
bootstrap; Efron and Tibshirani 1993). Every figure is an `Estimate`: its value, its interval, and how many segments and
documents it was seen on. The formulae and their assumptions are in docs/evidence.md.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mtqa.ports import JsonObject

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RESAMPLES = 1000
SEED = 20_240_229
LEVEL = 0.95
_DIGITS = 6
_CHUNK = 64  # draws in memory at once, as floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure. `low` and `high`: its interval, None where there are too few documents for one.

    `n` segments of `documents` documents were seen.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    documents: int

    def record(self) -> JsonObject:
        """As JSON; the interval is absent where there is none."""
        record: JsonObject = {"value": round(self.value, _DIGITS)}
        if self.low is not None and self.high is not None:
            record |= {"low": round(self.low, _DIGITS), "high": round(self.high, _DIGITS)}
        return record | {"n": self.n, "documents": self.documents}

    def times(self, factor: float) -> Estimate:
        """The same of something that is so many times as large."""
        ends = [None if end is None else end * factor for end in (self.low, self.high)]
        return Estimate(self.value * factor, ends[0], ends[1], self.n, self.documents)


class Documents:
    """The documents that segments belong to, and draws of as many of them with replacement.

    `documents`: that of each segment, n of them. What the methods call draws is an array of shape (1 + resamples, ...):
    first the figure of the data itself, then that of each draw; NaN where a draw has nothing to count. The draws are
    the same for every figure, so figures are paired.
    """

    def __init__(
        self, documents: Sequence[Hashable], *, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
    ) -> None:
        numbers: dict[Hashable, int] = {}
        self.owner = np.array([numbers.setdefault(name, len(numbers)) for name in documents], dtype=np.int64)
        self.count, self.level = len(numbers), level
        self.signature = f"documents|resamples:{resamples}|seed:{seed}|level:{level:g}|percentile,expanded"
        chance = np.random.default_rng(seed)
        times = np.ones((1 + resamples, self.count), dtype=np.uint16)
        for row in times[1:]:
            row[:] = np.bincount(chance.integers(self.count or 1, size=self.count), minlength=self.count)
        self._times = times

    @property
    def draws(self) -> int:
        """How many there are, the data itself among them."""
        return len(self._times)

    def within(self, where: Bools) -> Documents:
        """The segments of `where` alone, with the same draws."""
        kept, owner = np.unique(self.owner[where], return_inverse=True)
        part = copy(self)
        part.owner, part.count, part._times = owner, len(kept), self._times[:, kept]  # noqa: SLF001 - a copy
        return part

    def weights(self) -> Floats:
        """How often each segment counts in each draw, for figures that are no sums: (1 + resamples, n)."""
        return self._times[:, self.owner].astype(np.float64)

    def sums(self, values: NDArray[Any]) -> Floats:
        """The sums of values of shape (n,) or (n, k), in each draw: (1 + resamples,) or (1 + resamples, k)."""
        table = np.asarray(values, dtype=np.float64).reshape(len(self.owner), -1)
        columns = [np.bincount(self.owner, column, self.count) for column in table.T]
        whole = np.stack(columns, axis=1) if columns else np.zeros((self.count, 0))
        drawn = np.concatenate([part.astype(np.float64) @ whole for part in self._parts()])
        figures: Floats = drawn[:, 0] if np.ndim(values) == 1 else drawn
        return figures

    def means(self, values: NDArray[Any], where: Bools | None = None) -> Floats:
        """The mean of the values of shape (n,) where there are any, in each draw."""
        seen = np.ones(len(self.owner), dtype=bool) if where is None else where
        return ratio(self.sums(np.where(seen, values, 0.0)), self.sums(seen))

    def spreads(self, values: NDArray[Any], where: Bools | None = None) -> Floats:
        """The standard deviation of the values of shape (n,) over segments, in each draw."""
        seen = np.ones(len(self.owner), dtype=bool) if where is None else where
        centre = float(np.mean(values[seen])) if seen.any() else 0.0  # nothing is lost in squares of what is far from 0
        kept = np.where(seen, values - centre, 0.0)
        count = self.sums(seen)
        spreads: Floats = np.sqrt(
            np.maximum(ratio(self.sums(kept**2), count) - ratio(self.sums(kept), count) ** 2, 0.0)
        )
        return spreads

    def quantiles(self, values: NDArray[Any], shares: Sequence[float], where: Bools | None = None) -> Floats:
        """The values below which these shares of the segments lie, in each draw: (1 + resamples, shares).

        The smallest value whose cumulative share is reached (type 1 of Hyndman and Fan 1996).
        """
        seen = np.ones(len(self.owner), dtype=bool) if where is None else where
        order = np.flatnonzero(seen)[np.argsort(np.asarray(values)[seen], kind="stable")]
        ranked, owner = np.asarray(values, dtype=np.float64)[order], self.owner[order]
        found = np.full((len(self._times), len(shares)), np.nan)
        for number, times in enumerate(self._times):
            reached = np.cumsum(times[owner], dtype=np.int64)
            if len(reached) and reached[-1]:
                places = np.searchsorted(reached, np.ceil(np.multiply(shares, reached[-1]) - 1e-9).clip(1))
                found[number] = ranked[places]
        return found

    def estimate(self, draws: Floats, where: Bools | None = None) -> Estimate:
        """The figure with the interval of its draws; `where` are the segments that it was seen on.

        The percentile interval, expanded so that few documents do not make it too narrow (Hesterberg 2015).
        """
        n, documents = self.seen(where)
        low, high = interval(draws[1:], documents, self.level)
        return Estimate(float(draws[0]), low, high, n, documents)

    def share(self, events: Bools, where: Bools | None = None) -> Estimate:
        """The share of the segments with an event: right for rare ones, and for none at all.

        Clopper and Pearson's interval for as many independent segments as these are worth (Korn and Graubard 1998): n
        divided by how many times the variance over documents exceeds that of independent segments.
        """
        return self.rate(self.means(events, where), where, most=1.0)

    def rate(self, draws: Floats, where: Bools | None = None, most: float = inf) -> Estimate:
        """The same of a share whose draws are known, such as the mean share of several engines.

        `most`: how many independent segments one is worth at most; of several engines it may be more than one.
        """
        n, documents = self.seen(where)
        value = min(max(float(draws[0]), 0.0), 1.0)
        if documents < 2:
            return Estimate(value, None, None, n, documents)
        alone = value * (1 - value) / n
        design = float(np.nanvar(draws[1:])) * documents / (documents - 1) / alone if alone else 1.0
        tail = (1 + self.level) / 2
        few = float(stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, documents - 1)) ** 2
        worth = min(n / max(design, 1e-9) * few, n * most if alone else n)
        low, high = clopper_pearson(value * worth, worth, self.level)
        return Estimate(value, low, high, n, documents)

    def p_value(self, draws: Floats, where: Bools | None = None, least_error: float = 0.0) -> float:
        """How surprising so large a difference would be if there were none; two-sided.

        The difference over its standard error, against Student's t with a degree of freedom for each document but one;
        never below the p of a sign test on so many documents. `least_error`: a standard error
        that draws, which do not know what happened nowhere, must not stay below.
        """
        _, documents = self.seen(where)
        value = float(draws[0])
        if documents < 2 or value == 0 or np.isnan(value):
            return 1.0
        error = max(float(np.nanstd(draws[1:])) * sqrt(documents / (documents - 1)), least_error)
        surprise = 2 * float(stats.t.sf(abs(value) / error, documents - 1)) if error else 0.0
        return min(max(surprise, 2.0 ** (1 - min(documents, 1000))), 1.0)

    def seen(self, where: Bools | None = None) -> tuple[int, int]:
        """How many segments, and documents with any of them."""
        if where is None:
            return len(self.owner), self.count
        return int(np.count_nonzero(where)), len(np.unique(self.owner[where]))

    def _parts(self) -> list[NDArray[np.uint16]]:
        return [self._times[start : start + _CHUNK] for start in range(0, len(self._times), _CHUNK)]


def ratio(parts: Floats, wholes: Floats) -> Floats:
    """Element by element; NaN where the whole is 0."""
    found: Floats = np.divide(parts, wholes, out=np.full(np.broadcast(parts, wholes).shape, np.nan), where=wholes != 0)
    return found


def interval(draws: Floats, documents: int, level: float = LEVEL) -> tuple[float, float] | tuple[None, None]:
    """The percentile interval of draws of so many documents, expanded; (None, None) for fewer than two documents."""
    kept = draws[~np.isnan(draws)]
    if documents < 2 or len(kept) == 0:
        return None, None
    tail = expanded(documents, level)
    low, high = np.quantile(kept, [tail, 1 - tail])
    return float(low), float(high)


@lru_cache(maxsize=1 << 12)
def expanded(documents: int, level: float) -> float:
    """The share of the draws to leave out on either side.

    A draw of D documents varies (D - 1) / D as much as it should, and the normal quantile stands where Student's t
    belongs; both are put right here.
    """
    t = stats.t.ppf((1 + level) / 2, documents - 1)
    return float(stats.norm.cdf(-sqrt(documents / (documents - 1)) * t))


def clopper_pearson(events: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934), equal tails; neither needs to be a whole number.

    Raises ValueError unless 0 <= events <= n and n > 0.
    """
    if not 0 <= events <= n or n <= 0:
        raise ValueError(f"{events} of {n}")
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, events, n - events + 1)) if events > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, events + 1, n - events)) if events < n else 1.0
    return low, high


def upper_bound(events: int, n: int, confidence: float) -> float:
    """The one-sided upper bound of Clopper and Pearson: the share is at most this, with so much confidence."""
    return clopper_pearson(events, n, 2 * confidence - 1)[1]


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for being several (Holm 1979), in their order."""
    found = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        highest = max(highest, min((len(p_values) - rank) * p_values[place], 1.0))
        found[place] = highest
    return found


def effective_votes(correlations: NDArray[Any]) -> float:
    """How many independent votes so many correlated ones are worth: E squared over the sum of the matrix, 1..E.

    `correlations`: (E, E), ones on the diagonal. The mean of E votes varies as that of so many independent ones does
    (Kish 1965). More than E, where votes balance each other, counts as E.
    """
    engines = len(correlations)
    total = float(np.sum(correlations))
    return min(max(engines**2 / total, 1.0), float(engines)) if total > 0 else float(engines)
