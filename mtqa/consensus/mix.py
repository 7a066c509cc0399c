"""Mix: the utilities of several metrics as one, on a common scale. Pure.

Metrics differ in where their scale begins and ends: two unrelated translations share a fifth of their characters'
n-grams and hardly any rare word. So for a run the scale of a metric is measured (`Scale`): `unrelated` is its mean
over candidates of different segments, `identical` its mean over texts compared with themselves, and

    rescaled(x) = (x - unrelated) / (identical - unrelated), cut to 0..1

The agreement of two candidates is the weighted mean of their rescaled utilities, over the metrics that have one.
What statuses say (supporters, outliers, divergence) is about agreements, so thresholds mean the same whatever
the metric and the languages are. Choosing uses `NATURAL` for metrics whose utilities are shares of what two texts
have in common already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mtqa.consensus.squares import Floats, Squares, shares

Pairs = Mapping[tuple[str, str], float]


class Scale(NamedTuple):
    """Where a metric's utilities begin (candidates of different segments) and end (a text and itself)."""

    unrelated: float = 0.0
    identical: float = 1.0


NATURAL = Scale()
_NARROWEST = 1e-3  # a metric that cannot tell identical from unrelated has no scale


def measured(unrelated: Sequence[float], identical: Sequence[float]) -> Scale:
    """The scale that these utilities show; NATURAL where they show none."""
    if not unrelated or not identical:
        return NATURAL
    low, high = sum(unrelated) / len(unrelated), sum(identical) / len(identical)
    return Scale(low, high) if high - low >= _NARROWEST else NATURAL


@dataclass(frozen=True, slots=True)
class Mixture:
    """How metrics are put together: the weight and the scale of each, by name. A metric of weight 0 is left out."""

    weights: Mapping[str, float]
    scales: Mapping[str, Scale]

    @property
    def signature(self) -> str:
        """Each metric with its weight and scale: `agreement|chrf:1@0.2101..1.0000|...`."""
        used = [(name, weight, self.scales.get(name, NATURAL)) for name, weight in self.weights.items() if weight]
        told = "|".join(f"{n}:{weight:g}@{s.unrelated:.4f}..{s.identical:.4f}" for n, weight, s in used)
        return f"agreement|{told}|version:1"

    def parts(self, utilities: Mapping[str, Squares]) -> dict[str, Squares]:
        """Metric -> what it adds to the utility of each pair, so that the parts of a pair add up to that."""
        used = {name: weight for name, weight in self.weights.items() if weight and name in utilities}
        if not used:
            return {}
        whole = np.add.reduce([weight * ~np.isnan(utilities[name]) for name, weight in used.items()])
        return {name: self._part(name, shares(weight, whole), utilities[name]) for name, weight in used.items()}

    def _part(self, name: str, share: Floats, found: Squares) -> Squares:
        low, high = self.scales.get(name, NATURAL)
        if (low, high) == NATURAL:
            return share * np.clip(found, 0.0, 1.0)
        slope = share / (high - low)
        return np.where(found < low, 0.0, np.where(found > high, share, slope * (found - low)))

    def pairs(self, utilities: Mapping[str, Squares], shape: tuple[int, ...]) -> Squares:
        """Each ordered pair's utility, 0..1; of the given shape."""
        return summed(self.parts(utilities), shape)


def summed(parts: Mapping[str, Squares], shape: tuple[int, ...]) -> Squares:
    """The pairs whose parts these are; a pair without any is absent."""
    total, known = np.zeros(shape), np.zeros(shape, dtype=bool)
    for part in parts.values():
        here = ~np.isnan(part)
        total = total + np.where(here, part, 0.0)
        known |= here
    return np.where(known, total, np.nan)
