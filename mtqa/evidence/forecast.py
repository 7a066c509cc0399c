"""Forecast: what the rates of these runs come to at a volume. Pure.

    expected(V) = V * rate          the interval of the rate, times V

It is linear, and it holds for content like this content. The interval is of the rate; how the count of one batch
scatters around it is added nowhere, because at volumes worth a forecast it is the smaller part.
"""

from __future__ import annotations

import numpy as np

from mtqa.evidence.labels import Labels
from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Bools, Documents, Estimate, Floats
from mtqa.ports import JsonObject

CONSENSUS = "consensus"


def forecast(
    observed: Observed, documents: Documents, volume: int, words_per_hour: float, labels: Labels | None
) -> JsonObject:
    """At a hundredth, a tenth and all of the volume: divergent and erroneous segments, hours of review.

    Erroneous are segments whose target has an error finding, or that have none; with labels, those labelled as errors.
    Absent where neither checks ran nor labels are given.
    """
    volumes = sorted({max(volume // 100, 1), max(volume // 10, 1), volume})
    unsure = (observed.status == "divergent") | (observed.status == "undecided")
    hours = documents.estimate(documents.means(np.where(unsure, observed.words / words_per_hour, 0.0)))
    rows = [
        _row("divergent segments", documents.share(observed.status == "divergent"), volumes),
        _row("undecided segments", documents.share(observed.status == "undecided"), volumes),
        _row("hours to review them", hours, volumes),
    ]
    erroneous = [_row(who, documents.share(events, where), volumes) for who, events, where in _errors(observed, labels)]
    return {
        "volumes": volumes,
        "words_per_hour": words_per_hour,
        "rows": rows,
        "errors_by": "labels" if labels else "checks",
        "erroneous": erroneous,
    }


def _errors(observed: Observed, labels: Labels | None) -> list[tuple[str, Bools, Bools]]:
    """(who, erroneous, where that is known) for the consensus and for each engine alone."""
    known = _known(observed, labels)
    if known is None:
        return []
    wrong, lost = known, observed.failed if labels is None else np.zeros_like(observed.failed)
    row, picked = np.arange(len(observed)), observed.chosen >= 0
    of_chosen = np.where(picked, wrong[row, observed.chosen], 1.0 if labels is None else np.nan)
    found = [(CONSENSUS, of_chosen)]
    found += [(name, np.where(lost[:, n], 1.0, wrong[:, n])) for n, name in enumerate(observed.engines)]
    return [(who, values > 0, ~np.isnan(values)) for who, values in found if not np.isnan(values).all()]


def _known(observed: Observed, labels: Labels | None) -> Floats | None:
    """1 for a candidate with an error, 0 for one without, NaN where that is not known; None where nothing is."""
    if labels is not None:
        return labels.error
    if observed.findings or any(about["checks"] for about in observed.about):
        return np.where(observed.asked, observed.error, np.nan)
    return None


def _row(what: str, rate: Estimate, volumes: list[int]) -> JsonObject:
    at = []
    for volume in volumes:
        whole = rate.times(volume)
        ends = (
            {}
            if whole.low is None or whole.high is None
            else {"low": round(whole.low, 1), "high": round(whole.high, 1)}
        )
        at.append({"volume": volume, "value": round(whole.value, 1)} | ends)
    return {"what": what, "rate": rate.record(), "at": at}
