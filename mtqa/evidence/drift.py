"""Drift: whether an engine stands otherwise among the others in the last run than before. Pure.

What is compared is the gap (how much less a candidate agrees with the others than they do among themselves), not the
agreement: a batch of harder texts lowers the agreement of all. A run is of the engines' day, so runs go by their time.
"""

from __future__ import annotations

import numpy as np

from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Documents, holm
from mtqa.ports import JsonObject

ALPHA = 0.05


def drift(observed: Observed, documents: Documents) -> JsonObject:
    """For each engine in the last run and before: standing before and now, their difference, whether it is drift.

    Standing is minus the gap: 0 for an engine that agrees with the others as they do among themselves.
    """
    standing = observed.utility - observed.rest()
    latest = int(observed.runs.max())  # a run in which all is protected has no segment here
    last = observed.runs == latest
    records: list[JsonObject] = []
    tests: list[float] = []
    for number, name in enumerate(observed.engines):
        seen = ~np.isnan(standing[:, number])
        now, before = seen & last, seen & ~last
        if now.any() and before.any():
            draws = documents.means(standing[:, number], now), documents.means(standing[:, number], before)
            change = draws[0] - draws[1]
            record: JsonObject = {
                "engine": name,
                "before": documents.estimate(draws[1], before).record(),
                "now": documents.estimate(draws[0], now).record(),
                "change": documents.estimate(change, seen).record(),
            }
            records.append(record)
            tests.append(documents.p_value(change, seen))
    for record, adjusted in zip(records, holm(tests), strict=True):
        record["p"] = round(adjusted, 6)
        record["drifted"] = adjusted < ALPHA
    return {"last": observed.about[latest]["name"], "engines": records}
