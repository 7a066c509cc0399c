"""Dependence: which engines agree more than what each of them has in common with the rest explains. Pure.

With a(i, j) the mean agreement of two engines, one common factor (Spearman 1904) predicts a(i, j) = q(i) q(j), where

    q(i) = median over pairs k, l of the others but j of  sqrt(a(i, k) a(i, l) / a(k, l))
    d(i, j) = (a(i, j) - q(i) q(j)) / (1 - q(i) q(j))       0: no closer than predicted, 1: always the same

It needs four engines, and five to tell which of two pairs is the close one. What all engines share, a common
difficulty or a common mistake, is the factor itself and is not seen: labels see it.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from itertools import combinations

import numpy as np

from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Documents, Estimate, Floats, effective_votes, holm, ratio
from mtqa.ports import JsonObject

RELATED = 0.2  # seven independent engines of WMT24 English-Czech have at most 0.1
ALPHA = 0.05
LEAST = 4  # engines


def pairwise_agreement(observed: Observed, documents: Documents) -> Floats:
    """Mean agreement of each two engines, both ways round, in each draw: (draws, E, E)."""
    seen = ~np.isnan(observed.agreement)
    size = len(observed.engines)
    sums = documents.sums(np.where(seen, observed.agreement, 0.0).reshape(len(observed), -1))
    counts = documents.sums(seen.reshape(len(observed), -1))
    both = ratio(sums, counts).reshape(-1, size, size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # two engines that never met
        return np.nanmean([both, both.transpose(0, 2, 1)], axis=0)  # type: ignore[no-any-return]


def dependences(agreement: Floats) -> Floats:
    """Dependence d of each two engines in each draw: (draws, E, E), NaN on the diagonal and where it cannot be said."""
    size = agreement.shape[1]
    found = np.full(agreement.shape, np.nan)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        for one, other in combinations(range(size), 2):
            rest = [k for k in range(size) if k not in (one, other)]
            if len(rest) < LEAST - 2:
                break
            predicted = _common(agreement, one, rest) * _common(agreement, other, rest)
            predicted = np.clip(predicted, 0.0, 0.999)
            beyond = np.clip((agreement[:, one, other] - predicted) / (1 - predicted), -1.0, 1.0)
            found[:, one, other] = found[:, other, one] = beyond
    return found


def _common(agreement: Floats, engine: int, rest: list[int]) -> Floats:
    """The common part q of an engine by the rest, in each draw."""
    estimates = [
        np.sqrt(np.maximum(agreement[:, engine, k] * agreement[:, engine, m] / agreement[:, k, m], 0.0))
        for k, m in combinations(rest, 2)
    ]
    middle: Floats = np.nanmedian(estimates, axis=0)
    return middle


def relations(observed: Observed, documents: Documents, agreement: Floats) -> tuple[list[JsonObject], Estimate]:
    """What is known of each pair, and the votes that the engines are worth.

    A pair is `related` by "family", "identity" (the run found them nearly identical) or "agreement" (d of RELATED or
    more, p < 0.05 after Holm's correction over the pairs).
    """
    found = dependences(agreement)
    known = _known(observed)
    pairs, tests = [], []
    for one, other in combinations(range(len(observed.engines)), 2):
        where = ~np.isnan(observed.agreement[:, one, other])
        if not where.any():
            continue
        pair: JsonObject = {"engines": [observed.engines[one], observed.engines[other]]}
        pair["agreement"] = documents.estimate(agreement[:, one, other], where).record()
        draws = found[:, one, other]
        if not np.isnan(draws[0]):
            pair["dependence"] = documents.estimate(draws, where).record()
            tests.append((pair, documents.p_value(draws, where)))
        if word := known.get(frozenset(pair["engines"])):
            pair["related"] = word
        pairs.append(pair)
    for (pair, _), adjusted in zip(tests, holm([p for _, p in tests]), strict=True):
        pair["dependence"]["p"] = round(adjusted, 6)
        if pair["dependence"]["value"] >= RELATED and adjusted < ALPHA:
            pair.setdefault("related", "agreement")
    return pairs, _votes(observed, documents, found, pairs)


def _known(observed: Observed) -> dict[frozenset[str], str]:
    """Pairs that the configuration or the run calls kin."""
    found = {}
    for about in observed.about:
        for kin in about["kin"]:
            found[frozenset(kin["engines"])] = "identity"
        families = about["families"]
        for one, other in combinations(families, 2):
            if families[one] == families[other]:
                found[frozenset((one, other))] = "family"
    return found


def _votes(observed: Observed, documents: Documents, found: Floats, pairs: list[JsonObject]) -> Estimate:
    """Votes by the pairs whose dependence is beyond chance; the lower end counts that of all as real."""
    place = {name: number for number, name in enumerate(observed.engines)}
    matrix = np.clip(np.nan_to_num(found), 0.0, 1.0)
    matrix[:, range(len(place)), range(len(place))] = 1.0
    sure = np.eye(len(place), dtype=bool)
    for pair in pairs:
        one, other = (place[name] for name in pair["engines"])
        if pair.get("related") in ("family", "identity"):  # one vote, whatever they say this time
            matrix[:, one, other] = matrix[:, other, one] = 1.0
        if "related" in pair or pair.get("dependence", {}).get("p", 1.0) < ALPHA:
            sure[one, other] = sure[other, one] = True
    likely = documents.estimate(np.array([effective_votes(one) for one in matrix * sure]))
    least = documents.estimate(np.array([effective_votes(one) for one in matrix]))
    return replace(likely, low=least.low)
