"""Squares: the utilities of many segments as one array. Pure.

Segments with equally many voters are worked on together. Their utilities have the shape (segments, voters, voters):
the row is the hypothesis, the column the reference. What is absent is NaN, and so is the diagonal; none of these NaN
leaves this family.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Squares = Floats


def of_rows(rows: Floats, voters: int) -> Squares:
    """Squares of utilities in the order of permutations(range(voters), 2), shape (segments, voters * (voters - 1))."""
    squares = np.full((len(rows), voters * voters), np.nan)
    squares[:, _cells(voters)] = rows
    return squares.reshape(len(rows), voters, voters)


def rows_of(squares: Squares) -> Floats:
    """The inverse of `of_rows`."""
    segments, voters, _ = squares.shape
    rows: Floats = squares.reshape(segments, voters * voters)[:, _cells(voters)]
    return rows


def of_mappings(found: Sequence[Mapping[tuple[int, int], float]], voters: int) -> Squares:
    """Squares of what a metric tells of each segment: (hypothesis, reference) -> utility."""
    pairs = tuple(permutations(range(voters), 2))
    rows = [[one.get(pair, np.nan) for pair in pairs] for one in found]
    return of_rows(np.array(rows, dtype=np.float64).reshape(len(found), len(pairs)), voters)


def of_names(weights: Mapping[tuple[str, str], float], voters: Sequence[str]) -> Floats:
    """What is known of ordered pairs of engines, shape (voters, voters)."""
    return np.array([[weights.get((one, other), np.nan) for other in voters] for one in voters]).reshape(
        len(voters), len(voters)
    )


def added(values: Floats) -> Floats:
    """The sums along the last axis, from left to right, so that equal terms give equal sums; NaN counts nothing."""
    if values.shape[-1] == 0:
        return np.zeros(values.shape[:-1])
    sums: Floats = np.add.accumulate(np.where(np.isnan(values), 0.0, values), axis=-1)[..., -1]
    return sums


def shares(parts: Floats | float, wholes: Floats) -> Floats:
    """Parts / wholes; NaN where a whole is 0."""
    return np.divide(parts, wholes, out=np.full(np.shape(wholes), np.nan), where=np.asarray(wholes) != 0)


def means(values: Floats, weights: Floats | None = None) -> Floats:
    """The means along the last axis of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(values)
    if weights is None:
        return shares(added(values), known.sum(axis=-1))
    return shares(added(weights * values), added(np.where(known, weights, 0.0)))


@cache
def _cells(voters: int) -> Places:
    """Where the ordered pairs of two stand in a square that is written row by row."""
    return np.array([h * voters + r for h, r in permutations(range(voters), 2)], dtype=np.intp)
