"""Pool: are the votes of these engines independent, what does each add, does consensus help? Pure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mtqa.evidence.benefit import benefit
from mtqa.evidence.cofailure import co_failures
from mtqa.evidence.dependence import LEAST, pairwise_agreement, relations
from mtqa.evidence.labels import Labels
from mtqa.evidence.observed import Observed
from mtqa.evidence.scorecard import signatures, too_few
from mtqa.evidence.stats import Documents
from mtqa.evidence.subsets import Choices, marginal, without
from mtqa.ports import JsonObject

ALPHA = 0.05
FEW_VOTES = 3.0
FEW, MANY = 4, 7  # engines: docs/consensus.md


def pool(observed: Observed, documents: Documents, drawn: str, labels: Labels | None = None) -> JsonObject:
    """Everything about the engines together, as JSON."""
    agreement = pairwise_agreement(observed, documents)
    pairs, votes = relations(observed, documents, agreement)
    choices = Choices(observed, labels.quality if labels else None, labels.error if labels else None)
    record: JsonObject = {
        "pool": 1,
        "runs": list(observed.about),
        "segments": len(observed),
        "protected": observed.protected,
        "drawn": {"what": drawn, "count": documents.count},
        "signatures": signatures(observed, documents),
        "notices": [*observed.notices, *too_few(documents, drawn), *_notices(observed, labels)],
        "engines": list(observed.engines),
        "families": _families(observed),
        "pairs": pairs,
        "votes": votes.record(),
        "marginal": marginal(observed, documents, choices, costs_of(observed)),
        "without": without(observed, documents, choices),
    }
    if labels:
        record["labels"] = {"used": labels.used, "unknown": labels.unknown}
        if labels.error is not None and (found := co_failures(observed.engines, labels.error, documents)):
            record["co_failures"] = found
        if answer := benefit(observed, documents, labels):
            record["benefit"] = answer
    record["advice"] = list(_advice(record, _standing(observed)))
    return record


def costs_of(observed: Observed) -> dict[str, float]:
    """Engine -> cost per 1,000 segments, where it is known; empty where currencies differ."""
    currencies = {currency for about in observed.about for currency in about["currencies"].values()}
    found = {}
    for number, name in enumerate(observed.engines):
        priced = ~np.isnan(observed.cost[:, number])
        if priced.any() and len(currencies) == 1:
            found[name] = 1000 * float(observed.cost[priced, number].sum()) / int(observed.asked[:, number].sum())
    return found


def _families(observed: Observed) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for about in observed.about:
        for engine, family in about["families"].items():
            if engine not in found.setdefault(family, []):
                found[family].append(engine)
    return {family: engines for family, engines in found.items() if len(engines) > 1}


def _notices(observed: Observed, labels: Labels | None) -> Iterator[str]:
    if len(observed.engines) < LEAST:
        yield f"dependence needs {LEAST} engines to be seen; there are {len(observed.engines)}"
    elif len(observed.engines) == LEAST:
        yield "of four engines a close pair cannot be told from the other two: both look dependent"
    if labels is None:
        yield "whether consensus helps, and which errors engines share, needs labels (--labels)"


def _standing(observed: Observed) -> dict[str, float]:
    """Mean agreement of each engine that was compared."""
    return {
        name: float(observed.utility[present, number].mean())
        for number, (name, present) in enumerate(zip(observed.engines, observed.present.T, strict=True))
        if present.any()
    }


def _advice(record: JsonObject, standing: dict[str, float]) -> Iterator[JsonObject]:
    """What to drop or add, each with its reason. Nothing without evidence."""
    told = set()
    for one in record["without"]:
        change = one.get("quality")
        if change and change["value"] > 0 and change["p"] < ALPHA:
            told.add(one["engine"])
            yield {"do": "drop", "engine": one["engine"], "why": "the choice is better without it, by the labels"}
    for pair in record["pairs"]:
        word = pair.get("related")
        if word:
            weaker, other = sorted(pair["engines"], key=lambda name: standing[name])
            if weaker not in told:
                told.add(weaker)
                how = {
                    "family": "one family",
                    "identity": "nearly identical",
                    "agreement": "closer than the rest explains",
                }
                yield {"do": "drop", "engine": weaker, "why": f"no vote of its own beside {other}: {how[word]}"}
            if word == "agreement":
                yield {
                    "do": "configure",
                    "engine": f"{weaker}, {other}",
                    "why": "give both one family, so that they are one vote",
                }
    size, votes = len(record["engines"]), record["votes"]["value"]
    if size < FEW:
        yield {"do": "add", "why": f"{size} engines; four to seven of like strength choose best"}
    elif votes < FEW_VOTES:
        yield {"do": "add", "why": f"{size} engines are worth {votes:.1f} votes: add one of another family"}
    if size > MANY:
        yield {"do": "drop", "why": f"{size} engines: more than seven of them were measured to add nothing"}
