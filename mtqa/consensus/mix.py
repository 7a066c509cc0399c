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
from itertools import permutations
from typing import NamedTuple

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

    def parts(self, utilities: Mapping[str, Pairs], voters: Sequence[str]) -> dict[str, dict[tuple[str, str], float]]:
        """Metric -> pairs, so that the parts of a pair add up to its utility. Pairs without any metric are absent."""
        used = [(name, weight) for name, weight in self.weights.items() if weight and utilities.get(name)]
        if all(len(utilities[name]) == len(voters) * (len(voters) - 1) for name, _ in used):
            whole = sum(
                weight for _, weight in used
            )  # every metric has every pair, which is the rule: no pair is asked
            return {name: self._part(name, weight / whole, utilities[name]) for name, weight in used}
        parts: dict[str, dict[tuple[str, str], float]] = {name: {} for name, _ in used}
        for pair in permutations(voters, 2):
            known = [(name, weight) for name, weight in used if pair in utilities[name]]
            whole = sum(weight for _, weight in known)
            for name, weight in known:
                parts[name] |= self._part(name, weight / whole, {pair: utilities[name][pair]})
        return parts

    def _part(self, name: str, share: float, pairs: Pairs) -> dict[tuple[str, str], float]:
        low, high = self.scales.get(name, NATURAL)
        if (low, high) == NATURAL:
            return {pair: share * (0.0 if x < 0 else 1.0 if x > 1 else x) for pair, x in pairs.items()}
        slope = share / (high - low)
        return {pair: 0.0 if x < low else share if x > high else slope * (x - low) for pair, x in pairs.items()}

    def pairs(self, utilities: Mapping[str, Pairs], voters: Sequence[str]) -> dict[tuple[str, str], float]:
        """Each ordered pair's utility, 0..1."""
        return summed(self.parts(utilities, voters))


def summed(parts: Mapping[str, Pairs]) -> dict[tuple[str, str], float]:
    """The pairs whose parts these are."""
    pairs: dict[tuple[str, str], float] = {}
    for part in parts.values():
        if not pairs:
            pairs = dict(part)
        elif pairs.keys() == part.keys():  # which is the rule
            pairs = {pair: pairs[pair] + value for pair, value in part.items()}
        else:
            added = {pair: pairs.get(pair, 0.0) + value for pair, value in part.items()}
            pairs = added | {pair: value for pair, value in pairs.items() if pair not in part}
    return pairs
