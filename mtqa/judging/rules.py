"""Rules: what the segments of a group are judged by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mtqa.checks import Checks, Ignores
from mtqa.consensus.settings import DecideSettings
from mtqa.model import CandidateSet
from mtqa.ports import Metric

Windows = Iterator[list[CandidateSet]]
Sets = Callable[[], Windows]  # the same candidate sets each time it is called
PRIOR_METRIC = "chrf"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a group is judged by. `weights`: metric -> weight; `families`: engine -> family.

    `sampled`: whether a candidate may have samples.
    """

    metrics: Mapping[str, Metric]
    weights: Mapping[str, float]
    checks: Checks
    decide: DecideSettings
    families: Mapping[str, str]
    ignores: Ignores = field(default_factory=Ignores)
    sampled: bool = True


def is_share(metric: Metric) -> bool:
    """Whether a metric says of itself that its utilities are the share of two texts that they have in common."""
    return bool(getattr(metric, "is_share", False))


def tells_meaning(metric: Metric) -> bool:
    """Whether a metric says of itself that it sees what texts mean, in whatever words."""
    return bool(getattr(metric, "tells_meaning", False))
