"""`only = "divergent"`: which segments are worth the price of a large model. chrF first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from math import ceil

from mtqa.metrics.chrf import Chrf
from mtqa.ports import Comparison

_SOME = 500  # comparisons at a time


def agreements(comparisons: Iterable[Comparison], threads: int | None) -> Iterator[float | None]:
    """The agreement of each segment: the highest mean chrF of a candidate to the others, 0..1; None below two."""
    metric = Chrf(threads=threads)
    streamed = iter(comparisons)
    while some := list(islice(streamed, _SOME)):
        for comparison, values in zip(some, metric.utilities(some), strict=True):
            others = len(comparison.texts) - 1
            sums = [0.0] * len(comparison.texts)
            for (hypothesis, _), value in values.items():
                sums[hypothesis] += value
            yield max(sums) / others if others > 0 else None


def least_agreeing(found: Iterable[float | None], share: float) -> float:
    """The agreement below which a segment is among the least agreeing `share` of those that have one.

    The share is rounded up to whole segments. Of segments that agree alike all are below, or none.
    """
    known = sorted(agreement for agreement in found if agreement is not None)
    allowed = ceil(share * len(known))
    return known[allowed] if allowed < len(known) else float("inf")
