"""Ranking: by mean agreement, and with its spread counted as a cost. Pure.

    worth(i) = mean(i) - c * spread(i)    spread: standard deviation over segments; c: the spread cost, 1 by default

With c = 1 and agreements that are normally distributed it is what five of six segments exceed (the quantile 0.16).
An engine of 0.90 and a wide spread then stands below one of 0.87 and a narrow one; both orders are always told.
"""

from __future__ import annotations

import numpy as np

from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Bools, Documents, Floats
from mtqa.ports import JsonObject

_ENOUGH = 30  # segments in which every engine takes part; half of a small run


def ranking(observed: Observed, documents: Documents, spread_cost: float) -> JsonObject:
    """Both orders, best first, with the interval of each place over the draws.

    Engines are compared in the segments that all of them answered, where these are enough; `paired` says so.
    """
    known = [number for number in range(len(observed.engines)) if observed.present[:, number].any()]
    common: Bools = np.all(observed.present[:, known], axis=1)
    paired = int(common.sum()) >= max(min(_ENOUGH, len(observed) / 2), 1)
    parts = []
    for number in known:
        where = common if paired else observed.present[:, number]
        values = observed.utility[:, number]
        parts.append((number, where, documents.means(values, where), documents.spreads(values, where)))
    if not parts:
        return {"spread_cost": spread_cost, "paired": False, "engines": []}
    means = np.stack([mean for _, _, mean, _ in parts], axis=1)
    worths = np.stack([mean - spread_cost * spread for _, _, mean, spread in parts], axis=1)
    by_mean, by_worth = _places(means), _places(worths)
    engines: list[JsonObject] = [
        {
            "engine": observed.engines[number],
            "mean": documents.estimate(mean, where).record(),
            "spread": documents.estimate(spread, where).record(),
            "worth": documents.estimate(worths[:, place], where).record(),
            "place_by_mean": _place(documents, by_mean[:, place]),
            "place": _place(documents, by_worth[:, place]),
            "first_in": round(float(np.mean(by_worth[1:, place] == 1)), 3),
        }
        for place, (number, where, mean, spread) in enumerate(parts)
    ]
    engines.sort(key=lambda one: (one["place"]["value"], one["place_by_mean"]["value"]))
    return {"spread_cost": spread_cost, "paired": paired, "engines": engines}


def _places(values: Floats) -> Floats:
    """1 for the highest of each row; equals share a place."""
    found: Floats = 1.0 + np.sum(values[:, None, :] > values[:, :, None] + 1e-12, axis=2)
    return found


def _place(documents: Documents, places: Floats) -> JsonObject:
    found = documents.estimate(places)
    record: JsonObject = {"value": int(found.value)}
    if found.low is not None and found.high is not None:
        record |= {"low": int(np.floor(found.low)), "high": int(np.ceil(found.high))}
    return record
