"""Subsets: what a smaller pool would choose, from the agreements that are stored. Pure.

Within a subset S the choice is the highest mean agreement with the others of S, with half of what an engine has more
of it over the run than the average one (the prior of docs/consensus.md). Candidates with an error finding cannot be
chosen. The small terms for length and missing numbers are left out. Every subset of a size is tried, or a seeded
sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb
from random import Random

import numpy as np
from numpy.typing import NDArray

from mtqa.evidence.modes import FAILURE
from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import SEED, Bools, Documents, Floats, holm
from mtqa.ports import JsonObject

_MOST = 40  # subsets of one size
PRIOR = 0.5
SHARES = ("failures", "errors")  # whose intervals must know that none of 300 is not none


class Choices:
    """Chooses by subsets, and says what a choice is worth."""

    def __init__(self, observed: Observed, quality: Floats | None, error: Floats | None) -> None:
        self._observed = observed
        self._pairs = np.nan_to_num(observed.agreement, nan=0.0).astype(np.float64)
        self._met = ~np.isnan(observed.agreement)
        self._gap = observed.rest() - observed.utility
        values = {
            "agreement": observed.utility,
            "failures": np.where(np.isnan(self._gap), np.nan, self._gap >= FAILURE),
        }
        values |= {name: some for name, some in (("quality", quality), ("errors", error)) if some is not None}
        self._values = values

    @property
    def names(self) -> tuple[str, ...]:
        """What a choice is judged by: agreement with the whole pool, failures; with labels quality and errors."""
        return tuple(self._values)

    def by(self, subset: Sequence[int]) -> NDArray[np.int64]:
        """The number of the chosen engine in each segment, -1 for none."""
        some = list(subset)
        able = self._observed.present[:, some] & ~self._observed.error[:, some]
        if len(some) == 1:
            return np.where(able[:, 0], some[0], -1)
        met = self._met[:, some][:, :, some]
        count = met.sum(axis=2)
        mean = np.divide(
            self._pairs[:, some][:, :, some].sum(axis=2), count, out=np.zeros(count.shape), where=count > 0
        )
        overall = np.array(
            [mean[count[:, i] > 0, i].mean() if (count[:, i] > 0).any() else 0.0 for i in range(len(some))]
        )
        score = np.where(able, mean + PRIOR * (overall - overall.mean()), -np.inf)
        best = np.argmax(score, axis=1)
        return np.where(able.any(axis=1), np.array(some)[best], -1)

    def worth(self, name: str, chosen: NDArray[np.int64]) -> Floats:
        """What the chosen candidates are worth, (n,). Where none is: nothing, which is a failure and an error."""
        values = self._values[name]
        none = 1.0 if name in SHARES else 0.0
        return np.nan_to_num(np.where(chosen >= 0, values[np.arange(len(values)), chosen], none))

    def comparable(self, name: str) -> Bools:
        """Where every engine's candidate could be judged, so that subsets are compared in the same segments."""
        return np.all(~np.isnan(self._values[name]), axis=1)  # type: ignore[no-any-return]


def marginal(observed: Observed, documents: Documents, choices: Choices, costs: dict[str, float]) -> list[JsonObject]:
    """For k engines, 1 to E: what the choice of k of them is worth on average, and what the k-th one adds."""
    size = len(observed.engines)
    rows: list[JsonObject] = []
    before: dict[str, Floats] = {}
    for k in range(1, size + 1):
        row: JsonObject = {"engines": k, "subsets": 0}
        picks = []
        for subset in _subsets(size, k):
            row["subsets"] += 1
            picks.append(choices.by(subset))
        for name in choices.names:
            where = choices.comparable(name)
            if not where.any():
                continue
            mean = np.mean([choices.worth(name, chosen) for chosen in picks], axis=0)
            draws = documents.means(mean, where)
            figure = documents.rate if name in SHARES else documents.estimate
            row[name] = figure(draws, where).record()
            if name in before:
                row[name]["adds"] = documents.estimate(draws - before[name], where).record()
            before[name] = draws
        if len(costs) == size:
            row["cost"] = round(sum(costs.values()) * k / size, 6)
        rows.append(row)
    return rows


def _subsets(size: int, k: int) -> Iterator[tuple[int, ...]]:
    if comb(size, k) <= _MOST:
        yield from combinations(range(size), k)
        return
    chance = Random(SEED + k)
    seen: set[tuple[int, ...]] = set()
    while len(seen) < _MOST:
        subset = tuple(sorted(chance.sample(range(size), k)))
        if subset not in seen:
            seen.add(subset)
            yield subset


def without(observed: Observed, documents: Documents, choices: Choices) -> list[JsonObject]:
    """For each engine, how the choice of all changes when that engine is left out; needs three engines."""
    size = len(observed.engines)
    if size < 3:
        return []
    whole = choices.by(range(size))
    rows: list[JsonObject] = []
    tests: list[tuple[JsonObject, float]] = []
    for engine, name in enumerate(observed.engines):
        chosen = choices.by([other for other in range(size) if other != engine])
        row: JsonObject = {"engine": name}
        for value in choices.names:
            where = choices.comparable(value)
            if where.any():
                change = choices.worth(value, chosen) - choices.worth(value, whole)
                draws = documents.means(change, where)
                row[value] = documents.estimate(draws, where).record()
                if value == "quality":
                    tests.append((row[value], documents.p_value(draws, where)))
        rows.append(row)
    for (about, _), adjusted in zip(tests, holm([p for _, p in tests]), strict=True):
        about["p"] = round(adjusted, 6)
    return rows
