"""Squares: utilities of many segments as arrays, by their laws."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.consensus.squares import added, means, of_mappings, of_rows, rows_of

share = st.floats(0, 1)
maybe = st.none() | share


@st.composite
def told(draw: st.DrawFn) -> tuple[int, list[dict[tuple[int, int], float]]]:
    """A number of voters, and what a metric says of some segments, with pairs absent."""
    voters = draw(st.integers(0, 5))
    pairs = list(permutations(range(voters), 2))
    some = st.fixed_dictionaries(dict.fromkeys(pairs, maybe))
    return voters, [{p: x for p, x in one.items() if x is not None} for one in draw(st.lists(some, max_size=4))]


@given(told())
def test_squares_hold_what_was_told_and_nothing_else(given: tuple[int, list[dict[tuple[int, int], float]]]) -> None:
    voters, segments = given
    squares = of_mappings(segments, voters)
    assert squares.shape == (len(segments), voters, voters)
    for square, one in zip(squares, segments, strict=True):
        cells = [(h, r) for h in range(voters) for r in range(voters)]
        assert {cell: square[cell] for cell in cells if not np.isnan(square[cell])} == one
    assert np.array_equal(of_rows(rows_of(squares), voters), squares, equal_nan=True)


@given(st.lists(maybe, max_size=9), st.data())
def test_means_are_of_what_is_there(values: list[float | None], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.floats(0.1, 1), min_size=len(values), max_size=len(values)))
    array = np.array([[np.nan if value is None else value for value in values]])
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    assert added(array).tolist() == [sum(value for value, _ in known)]
    if known:
        assert means(array)[0] == sum(value for value, _ in known) / len(known)
        whole = sum(weight for _, weight in known)
        assert means(array, np.array([weights]))[0] == pytest.approx(sum(v * w for v, w in known) / whole)
    else:
        assert np.isnan(means(array)).all()


@given(st.permutations(range(6)), st.lists(share, min_size=6, max_size=6))
def test_equal_terms_have_equal_sums_wherever_they_stand(rows: list[int], values: list[float]) -> None:
    """So that a tie is a tie: numpy's own sum adds in another order when there are many."""
    several = np.array([[value + row for value in values] for row in rows])
    sums = dict(zip(rows, added(several).tolist(), strict=True))
    assert sums == {row: sum(value + row for value in values) for row in rows}
