"""Tally: how many segments of a run have what a gate can limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mtqa.ports import JsonObject
from mtqa.report.problems import lost

STATUSES = ("agreed", "divergent", "undecided", "protected")
COUNTED = {
    "divergent": "no candidate has a majority",
    "undecided": "nothing was chosen",
    "lost": "no engine answered, because calls failed",
    "failed": "an engine did not answer usably",
    "overruled": "another engine than the primary one was chosen",
    "error": "the chosen target has an error, or nothing was chosen because every candidate has one",
    "warning": "the chosen target has a warning",
    "candidate-error": "a candidate has an error, which is then not chosen",
    "candidate-warning": "a candidate has a warning",
}


def tally(results: Iterable[JsonObject]) -> Counter[str]:
    """Segments in all under `segments`, and those with each of COUNTED, `check:NAME` and `reason:CODE`."""
    counts: Counter[str] = Counter()
    for result in results:
        counts["segments"] += 1
        counts.update(traits(result))
    return counts


def traits(result: JsonObject) -> set[str]:
    """What a segment counts for."""
    found = {result["status"]} - {"agreed", "protected"}
    found |= {name for name in ("overruled",) if name in result}
    found |= {"lost"} if lost(result) else set()
    found |= {"failed"} if any(failure["kind"] != "abstained" for failure in result["failures"]) else set()
    chosen = result.get("chosen", {}).get("engine")
    barred = 0
    for candidate in result["candidates"]:
        severities = {finding["severity"] for finding in candidate["findings"]}
        barred += "error" in severities
        found |= {f"candidate-{severity}" for severity in severities}
        found |= {f"check:{finding['check']}" for finding in candidate["findings"]}
        if candidate["engine"] == chosen:
            found |= severities
    if chosen is None and barred and barred == len(result["candidates"]):
        found.add("error")
    return found | {f"reason:{reason['code']}" for reason in result["reasons"]}
