"""Rows: what a metric may offer beyond its port, so that many segments are scored in little time.

The utilities of segments with equally many texts are then one array of numpy of the shape (segments, pairs), with the
ordered pairs of two in the order of `itertools.permutations`; NaN for what is absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from mtqa.ports import Comparison, Metric, RunMetric


@runtime_checkable
class RowMetric(Metric, Protocol):
    """A metric that gives the utilities of many segments as one array of numpy, which saves time."""

    def rows(self, batch: Sequence[Comparison]) -> Any:  # noqa: ANN401 - an array of numpy
        """The utilities of comparisons with equally many texts."""
        ...


class Packed(RowMetric, Protocol):
    """A metric with the statistics of all that was packed."""

    def unpacked(self, packed: Any) -> Any:  # noqa: ANN401
        """The utilities of what was packed, as `rows` would give them."""
        ...


class Packing(Protocol):
    """Takes comparisons in, and counts what the metric has to know of all of them."""

    def pack(self, batch: Sequence[Comparison]) -> Any:  # noqa: ANN401
        """What is to be kept of comparisons with equally many texts: anything that pickle keeps."""
        ...

    def metric(self) -> Packed:
        """The metric, when all were packed."""
        ...


@runtime_checkable
class PackingMetric(RunMetric, Protocol):
    """A metric with statistics of a run that needs each text only once: utilities come of what it kept."""

    def packing(self) -> Packing:
        """A new packing of a run, or of a group of its segments."""
        ...
