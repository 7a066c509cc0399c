"""Scorecard: each engine over one or many runs, by how consistent it is. Pure.

Agreement is a consistency, not a quality; docs/evidence.md says what each figure is, and when not to trust it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtqa.evidence.drift import drift
from mtqa.evidence.forecast import forecast
from mtqa.evidence.labels import Labels
from mtqa.evidence.modes import failure_modes, of_others
from mtqa.evidence.observed import Observed
from mtqa.evidence.ranking import ranking
from mtqa.evidence.stats import Bools, Documents, Estimate, Floats, holm, ratio
from mtqa.evidence.strata import strata
from mtqa.ports import JsonObject

BINS = 20  # of the histogram, each 0.05 wide
WORST = 0.05


@dataclass(frozen=True, slots=True)
class ScorecardSettings:
    """`spread_cost`: what a unit of spread costs in units of agreement, 0 or more, in the ranking.

    `volume`: segments to forecast for, None for no forecast; `words_per_hour`: how fast a reviewer reads source words.
    """

    spread_cost: float = 1.0
    volume: int | None = None
    words_per_hour: float = 1000.0


def scorecard(
    observed: Observed, documents: Documents, drawn: str, settings: ScorecardSettings, labels: Labels | None = None
) -> JsonObject:
    """Everything about every engine, as JSON. `drawn`: what the documents are called."""
    gap = observed.rest() - observed.utility
    modes = failure_modes(gap, documents)
    engines = [
        card | {"modes": mode} if mode else card for card, mode in zip(_cards(observed, documents), modes, strict=True)
    ]
    record: JsonObject = {
        "scorecard": 1,
        "runs": list(observed.about),
        "segments": len(observed),
        "protected": observed.protected,
        "drawn": {"what": drawn, "count": documents.count},
        "signatures": signatures(observed, documents),
        "notices": [*observed.notices, *too_few(documents, drawn)],
        "engines": engines,
        "ranking": ranking(observed, documents, settings.spread_cost),
        "strata": strata(observed, documents),
    }
    if len(observed.about) > 1:
        record["drift"] = drift(observed, documents)
    if settings.volume is not None:
        record["forecast"] = forecast(observed, documents, settings.volume, settings.words_per_hour, labels)
    return record


def signatures(observed: Observed, documents: Documents) -> JsonObject:
    """What the figures depend on, beside the runs."""
    agreement = list(dict.fromkeys(about["agreement"] for about in observed.about if about["agreement"]))
    return {"intervals": documents.signature, "agreement": agreement}


def too_few(documents: Documents, drawn: str) -> Iterator[str]:
    """What few documents do to the intervals."""
    if documents.count < 2:
        yield f"no intervals: all segments are in one of the {drawn}"
    elif documents.count < 20:
        yield f"{documents.count} {drawn} are few: read the intervals as rough"


def _cards(observed: Observed, documents: Documents) -> list[JsonObject]:
    others = of_others(observed.utility)
    cards, tests = [], []
    for number, name in enumerate(observed.engines):
        card = _card(observed, documents, number) | {"engine": name}
        where = ~np.isnan(others[:, number])
        if where.any():
            lead = documents.means(observed.utility[:, number] - others[:, number], where)
            card["lead"] = documents.estimate(lead, where).record()
            tests.append((card, documents.p_value(lead, where)))
        cards.append(card)
    for (card, _), adjusted in zip(tests, holm([p for _, p in tests]), strict=True):
        card["lead"]["p"] = round(adjusted, 6)
    return cards


def _card(observed: Observed, documents: Documents, engine: int) -> JsonObject:
    asked, present = observed.asked[:, engine], observed.present[:, engine]
    answered = asked & ~observed.failed[:, engine]
    kinds = {kind: count for (who, kind), count in observed.failures.items() if who == observed.engines[engine]}
    card: JsonObject = {"asked": int(asked.sum()), "compared": int(present.sum()), "missing": kinds}
    if asked.any():
        card["failed"] = documents.share(observed.failed[:, engine], asked).record()
        card["chosen"] = documents.share(observed.chosen == engine, asked).record()
    if present.any():
        card["agreement"] = _agreement(observed.utility[:, engine], present, documents)
        card["outliers"] = documents.share(observed.outlier[:, engine], present).record()
    if checked(observed) and answered.any():
        card["findings"] = _findings(observed, documents, engine, answered)
    return card | _paid(observed, documents, engine)


def checked(observed: Observed) -> bool:
    """Whether checks ran: without them, no finding is no news."""
    return bool(observed.findings) or any(about["checks"] for about in observed.about)


def _agreement(values: Floats, present: Bools, documents: Documents) -> JsonObject:
    quantiles = documents.quantiles(values, (0.5, WORST), present)
    counts = np.bincount(np.minimum(values[present] * BINS, BINS - 1).astype(int), minlength=BINS)
    return {
        "mean": documents.estimate(documents.means(values, present), present).record(),
        "median": documents.estimate(quantiles[:, 0], present).record(),
        "spread": documents.estimate(documents.spreads(values, present), present).record(),
        "worst": documents.estimate(quantiles[:, 1], present).record(),
        "histogram": counts.tolist(),
    }


def _findings(observed: Observed, documents: Documents, engine: int, answered: Bools) -> JsonObject:
    """Findings per 1,000 candidates, by severity and by check, most frequent first."""
    found: JsonObject = {
        name: _per_thousand(documents, values[:, engine], answered).record()
        for name, values in (("errors", observed.errors), ("warnings", observed.warnings))
    }
    kinds = Counter(
        {check: sum(1 for _, who in places if who == engine) for check, places in observed.findings.items()}
    )
    found["checks"] = {}
    for check, count in kinds.most_common():
        if count:
            values = np.bincount(
                [row for row, who in observed.findings[check] if who == engine], minlength=len(observed)
            )
            found["checks"][check] = _per_thousand(documents, values.astype(float), answered).record()
    return found


def _per_thousand(documents: Documents, values: Floats, where: Bools) -> Estimate:
    return documents.estimate(documents.means(values, where), where).times(1000)


def _paid(observed: Observed, documents: Documents, engine: int) -> JsonObject:
    """Latency of an answer in ms, and cost per 1,000 segments in its currency. Absent where nothing is known of it."""
    found: JsonObject = {}
    timed = ~np.isnan(observed.latency[:, engine])
    if timed.any():
        draws = documents.quantiles(observed.latency[:, engine], (0.5, 0.95), timed)
        found["latency_ms"] = {
            name: documents.estimate(draws[:, place], timed).record() for place, name in enumerate(("median", "p95"))
        }
    name = observed.engines[engine]
    currencies = {about["currencies"][name] for about in observed.about if name in about["currencies"]}
    priced, asked = ~np.isnan(observed.cost[:, engine]), observed.asked[:, engine]
    if priced.any() and len(currencies) == 1:
        draws = ratio(documents.sums(np.where(priced, observed.cost[:, engine], 0.0)), documents.sums(asked))
        found["cost"] = documents.estimate(draws, asked).times(1000).record() | {"currency": currencies.pop()}
    return found
