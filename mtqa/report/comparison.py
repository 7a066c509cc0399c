"""Comparison: what changed between two runs over the same files: another engine, prompt, model or setting.

Segments are matched by file and unit (by source, where a file names no units), the first with the first where one
occurs several times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from mtqa.ports import JsonObject
from mtqa.report.tally import traits

COMPARED = {
    "worse": "agreed before and not now, undecided now, or an error in the chosen target now",
    "better": "the opposite",
    "changed": "another target is chosen",
    "source": "the source is another one",
    "added": "only in the second run",
    "removed": "only in the first run",
}
_RANK = {"agreed": 0, "protected": 0, "divergent": 1, "undecided": 2}
_CARD = ("candidates", "chosen", "outliers", "errors", "warnings", "failures")


@dataclass
class Comparison:
    """`counts`: segments with each of COMPARED, of `segments` in the second run. `moves`: (status, status) -> segments.

    `traits`: what a tally counts, (before, after). `worse`: (before, after) results, worst first.
    """

    counts: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    traits: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    worse: list[tuple[JsonObject, JsonObject]] = field(default_factory=list)


def compare(before: Iterable[JsonObject], after: Iterable[JsonObject]) -> Comparison:
    """What changed. The first run is held in memory."""
    found = Comparison()
    known = {}
    for key, result in _keyed(before):
        found.traits[0].update(traits(result))
        known[key] = result
    for key, result in _keyed(after):
        found.counts["segments"] += 1
        found.traits[1].update(traits(result))
        old = known.pop(key, None)
        if old is None:
            found.counts["added"] += 1
        else:
            _match(old, result, found)
    found.counts["removed"] = len(known)
    found.worse.sort(key=lambda pair: (-_harm(pair[1]), -pair[1].get("risk", 1.0)))
    return found


def _keyed(results: Iterable[JsonObject]) -> Iterable[tuple[tuple[str, str, int], JsonObject]]:
    seen: Counter[tuple[str, str]] = Counter()
    for result in results:
        name = (result["file"], result["unit"] or result["source"])
        seen[name] += 1
        yield (*name, seen[name]), result


def _match(old: JsonObject, new: JsonObject, found: Comparison) -> None:
    found.moves[old["status"], new["status"]] += 1
    if old["source"] != new["source"]:
        found.counts["source"] += 1
        return
    found.counts["changed"] += old.get("chosen", {}).get("target") != new.get("chosen", {}).get("target")
    harm = _harm(new) - _harm(old)
    found.counts["better"] += harm < 0
    if harm > 0:
        found.counts["worse"] += 1
        found.worse.append((old, new))


def _harm(result: JsonObject) -> int:
    return _RANK[result["status"]] + 2 * ("error" in traits(result))


def engines_of(before: JsonObject, after: JsonObject) -> dict[str, dict[str, tuple[float | None, float | None]]]:
    """Engine -> what its card counts -> (before, after), of two manifests; only what differs."""
    found = {}
    cards = [manifest["summary"]["engines"] for manifest in (before, after)]
    for name in dict.fromkeys([*cards[0], *cards[1]]):
        pair = [_numbers(card.get(name, {})) for card in cards]
        keys = [key for key in dict.fromkeys([*pair[0], *pair[1]]) if pair[0].get(key) != pair[1].get(key)]
        if keys:
            found[name] = {key: (pair[0].get(key), pair[1].get(key)) for key in keys}
    return found


def _numbers(card: JsonObject) -> dict[str, float]:
    numbers = {key: card[key] for key in _CARD if key in card}
    agreement = card.get("agreement", {})
    names = (("median", "agreement, median"), ("p5", "agreement, worst 5 %"))
    return numbers | {label: agreement[key] for key, label in names if key in agreement}


def incomparable(before: JsonObject, after: JsonObject) -> list[str]:
    """Why numbers of the two runs must not be held against each other."""
    found = [
        f"metric {name}: {old} before, {after['metrics'][name]} now"
        for name, old in before["metrics"].items()
        if after["metrics"].get(name, old) != old
    ]
    agree = [manifest["decide"].get("agree_at") for manifest in (before, after)]
    return found + ([f"agree_at: {agree[0]} before, {agree[1]} now"] if agree[0] != agree[1] else [])
