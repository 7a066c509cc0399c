"""Problems: what a run found, in the form that build servers and editors show: one line with a level and a place.

Told is what stands in the written files or is missing there. Findings on candidates that were discarded are not: they
are what consensus is for, and the other reports have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mtqa.issues import REASONS, Issue, issue_of
from mtqa.ports import JsonObject
from mtqa.report.plain import encodable

RULES = {
    "divergent": "The engines disagree: no candidate has a majority.",
    "undecided": "Nothing was chosen: too few candidates, or an error in every one.",
    "lost": "No engine answered, because calls failed.",
    "finding": "A check reports something about the chosen target.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`rule`: a key of RULES, or `finding/CHECK`. `level`: "error" or "warning". `risk`: for the order, 0..1.

    `issue`: what it is in the words of ITS and MQM; of a segment as a whole, what its main reason is.
    """

    rule: str
    level: str
    message: str
    id: str
    file: str
    unit: str
    risk: float
    issue: Issue | None


def problems(result: JsonObject) -> Iterator[Problem]:
    """The problems of a segment."""
    told: list[tuple[str, str, str, Issue | None]] = []
    main = _main(result)
    reasons = "; ".join(f"{one['code'].replace('_', ' ')}: {one['evidence']}" for one in result["reasons"])
    if lost(result):
        failures = "; ".join(f"{one['engine']} {one['kind']}: {one['reason']}" for one in result["failures"])
        told.append(("lost", "error", failures, None))
    elif result["status"] == "undecided":
        told.append(("undecided", "error", reasons or "nothing was chosen", main))
    elif result["status"] == "divergent":
        told.append(("divergent", "warning", reasons or "the engines disagree", main))
    chosen = result.get("chosen", {}).get("engine")
    for candidate in result["candidates"]:
        if candidate["engine"] == chosen:
            for one in candidate["findings"]:
                rule = f"finding/{one['check']}"
                told.append((rule, one["severity"], one["message"], issue_of(one["check"], one["message"])))
    for rule, level, message, issue in told:
        risk = result.get("risk", 1.0)
        yield Problem(encodable(rule), level, message, result["id"], result["file"], result["unit"], risk, issue)


def _main(result: JsonObject) -> Issue | None:
    """What the main reason of a segment is."""
    main = result["reasons"][0] if result["reasons"] else {"code": ""}
    issue = REASONS.get(main["code"])
    return issue and issue._replace(its=encodable(main.get("its", issue.its)))


def lost(result: JsonObject) -> bool:
    """Whether no engine answered because calls failed."""
    failed = any(failure["kind"] != "abstained" for failure in result["failures"])
    return result["status"] != "protected" and not result["candidates"] and failed
