"""Failure modes: how an engine goes wrong, where a mean cannot tell. Pure.

    gap         how much less a candidate agrees with the others than they do among themselves
    failure     gap >= 0.25           44 % of such candidates are severe errors in English-Czech, 3 % of all are
    near-miss   0.05 <= gap < 0.25    23 % of them need an edit, 13 % of those without any gap do

An engine is *stable with occasional failures* when its failures are more than the others' in the same segments and its
near-misses are not; *variable with frequent near-misses* the other way round; *variable, with failures* when both
are. More is: half as many again, and p < 0.05 after Holm's correction for two tests of each engine. The bounds of the
gap are measured (docs/evidence.md).
"""

from __future__ import annotations

import warnings

import numpy as np

from mtqa.evidence.stats import Bools, Documents, Floats, holm
from mtqa.ports import JsonObject

FAILURE = 0.25
NEAR_MISS = 0.05
MORE = 1.5
ALPHA = 0.05
STABLE, VARIABLE, BOTH = (
    "stable with occasional failures",
    "variable with frequent near-misses",
    "variable, with failures",
)
NAMES = {(True, False): STABLE, (False, True): VARIABLE, (True, True): BOTH}


def of_others(values: Floats) -> Floats:
    """The mean over the other engines with a value in the same segment: (n, E); NaN without any."""
    seen = ~np.isnan(values)
    kept = np.where(seen, values, 0.0)
    count = seen.sum(axis=1, keepdims=True) - seen
    left = kept.sum(axis=1, keepdims=True) - kept
    return np.where(seen & (count > 0), left / np.maximum(count, 1), np.nan)


def failure_modes(gap: Floats, documents: Documents) -> list[JsonObject]:
    """For each engine its failures and near-misses, those of the others, and the name of its mode, if it has one.

    `gap`: (n, E), NaN where a candidate or two others are missing.
    """
    seen = ~np.isnan(gap)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NaN compares as False, which is what is meant
        events = {"failures": gap >= FAILURE, "near_misses": (gap >= NEAR_MISS) & (gap < FAILURE)}
    records: list[JsonObject] = [{} for _ in gap.T]
    tests: list[tuple[JsonObject, str, float]] = []
    for name, happened in events.items():
        others = of_others(np.where(seen, happened, np.nan))
        for engine, record in enumerate(records):
            where = seen[:, engine] & ~np.isnan(others[:, engine])
            if where.any():
                p = _compare(record, name, happened[:, engine], others[:, engine], where, documents)
                tests.append((record, name, p))
    for (record, name, _), adjusted in zip(tests, holm([p for *_, p in tests]), strict=True):
        about = record[name]
        about["p"] = round(adjusted, 6)
        more = about["share"]["value"] >= MORE * about["others"]["value"] and about["difference"]["value"] > 0
        about["more"] = bool(more and adjusted < ALPHA)
    for record in records:
        if record and (name_ := NAMES.get((record["failures"]["more"], record["near_misses"]["more"]))):
            record["mode"] = name_
    return records


def _compare(record: JsonObject, name: str, events: Bools, others: Floats, where: Bools, documents: Documents) -> float:
    """Put the shares into the record; returns the p of the difference, not adjusted."""
    theirs = documents.means(others, where)
    difference = documents.means(events, where) - theirs
    record[name] = {
        "share": documents.share(events, where).record(),
        "others": documents.rate(theirs, where).record(),
        "difference": documents.estimate(difference, where).record(),
    }
    return documents.p_value(difference, where)
