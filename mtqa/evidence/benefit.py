"""Benefit: does consensus help on this pool? Needs labels. Pure.

The chosen candidate against each engine alone, against the average engine, and against the best one (known only
afterwards), in the same segments.

    yes        better than every engine: the intervals of all differences lie above 0 (an intersection of tests needs no
               correction: Berger 1982)
    no         worse than some engine, p < 0.05 after Holm's correction over the engines
    undecided  neither
"""

from __future__ import annotations

import numpy as np

from mtqa.evidence.labels import Labels
from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Bools, Documents, Floats, holm
from mtqa.ports import JsonObject

ALPHA = 0.05
_ENOUGH = 2  # segments


def benefit(observed: Observed, documents: Documents, labels: Labels) -> JsonObject | None:
    """The answer, with the differences that it rests on. None where no choice is labelled beside its engines."""
    quality = labels.quality
    chosen = _of_chosen(observed, quality)
    each: list[JsonObject] = []
    tests: list[float] = []
    for number, name in enumerate(observed.engines):
        where = ~np.isnan(chosen) & ~np.isnan(quality[:, number])
        if where.sum() >= _ENOUGH:
            record, p = _against(documents, chosen, quality[:, number], where)
            each.append({"engine": name} | record)
            tests.append(p)
    if len(each) < len(observed.engines):
        return None
    for one, adjusted in zip(each, holm(tests), strict=True):
        one["p"] = round(adjusted, 6)
    common = ~np.isnan(chosen) & ~np.isnan(quality).any(axis=1)
    found: JsonObject = {"answer": _answer(each), "by": "score" if labels.score is not None else "error", "each": each}
    if common.sum() >= _ENOUGH:
        means = np.mean(quality[common], axis=0)
        best = int(np.argmax(means))
        average = _against(documents, chosen, quality.mean(axis=1), common)[0]
        found["average"] = {"answer": _sign(average["difference"])} | average
        found["best"] = {"engine": observed.engines[best]} | _against(documents, chosen, quality[:, best], common)[0]
        found |= _errors(observed, documents, labels, best)
    return found


def _of_chosen(observed: Observed, values: Floats) -> Floats:
    return np.where(observed.chosen >= 0, values[np.arange(len(values)), observed.chosen], np.nan)


def _against(documents: Documents, chosen: Floats, other: Floats, where: Bools) -> tuple[JsonObject, float]:
    draws = documents.means(chosen - other, where)
    record = {
        "consensus": documents.estimate(documents.means(chosen, where), where).record(),
        "alone": documents.estimate(documents.means(other, where), where).record(),
        "difference": documents.estimate(draws, where).record(),
    }
    return record, documents.p_value(draws, where)


def _answer(each: list[JsonObject]) -> str:
    if all(one["difference"].get("low", 0.0) > 0 for one in each):
        return "yes"
    if any(one["difference"]["value"] < 0 and one["p"] < ALPHA for one in each):
        return "no"
    return "undecided"


def _sign(difference: JsonObject) -> str:
    if difference.get("low", 0.0) > 0:
        return "yes"
    return "no" if difference.get("high", 0.0) < 0 else "undecided"


def _errors(observed: Observed, documents: Documents, labels: Labels, best: int) -> JsonObject:
    """Shares of errors of the chosen, the average engine and the best one. Empty without labelled errors."""
    if labels.error is None:
        return {}
    chosen = _of_chosen(observed, labels.error)
    common = ~np.isnan(chosen) & ~np.isnan(labels.error).any(axis=1)
    if common.sum() < _ENOUGH:
        return {}
    average, alone = labels.error.mean(axis=1), labels.error[:, best]
    return {
        "errors": {
            "consensus": documents.share(chosen > 0, common).record(),
            "average": documents.rate(documents.means(average, common), common).record(),
            "best": documents.share(alone > 0, common).record(),
            "v_average": documents.estimate(documents.means(chosen - average, common), common).record(),
            "v_best": documents.estimate(documents.means(chosen - alone, common), common).record(),
        }
    }
