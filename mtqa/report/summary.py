"""Summary: the counts of a run and the cards of its engines, from the lines of `segments.jsonl`.

Agreement is a consistency, not a quality: an engine that agrees with the others may be wrong with them.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mtqa.ports import JsonObject

BINS = 20  # of the agreement histogram, each 0.05 wide


@dataclass(slots=True)
class _Card:
    """What is counted of one engine while the results stream by."""

    candidates: int = 0
    chosen: int = 0
    outliers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    utilities: array[float] = field(default_factory=lambda: array("d"))
    latencies: list[float] = field(default_factory=list)
    cost: float | None = None


def summarise(results: Iterable[JsonObject], engines: Iterable[str], currencies: Mapping[str, str]) -> JsonObject:
    """Counts by status and reason, and a card for each engine.

    `lost`: segments that no engine answered because calls failed; `overruled`: those in which the primary engine was
    (absent when it never was). `currencies`: engine -> currency of its cost.
    Distributions need an answer to be present; without one their keys are absent.
    """
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    cards = {engine: _Card() for engine in engines}
    for result in results:
        counts["segments"] += 1
        counts[result["status"]] += 1
        counts["lost"] += _lost(result)
        counts["overruled"] += "overruled" in result
        if result["reasons"] and result["status"] in ("divergent", "undecided"):
            reasons[result["reasons"][0]["code"]] += 1
        _count(result, cards)
    costs: Counter[str] = Counter()
    for engine, card in cards.items():
        if card.cost is not None:
            costs[currencies[engine]] += card.cost  # type: ignore[assignment]  # Counter adds floats as well
    statuses = ("segments", "agreed", "divergent", "undecided", "protected", "lost")
    summary: JsonObject = {name: counts[name] for name in statuses}
    summary["reasons"] = dict(reasons.most_common())
    summary["engines"] = {engine: _card(card, currencies.get(engine)) for engine, card in cards.items()}
    if counts["overruled"]:
        summary["overruled"] = counts["overruled"]
    if costs:
        summary["cost"] = dict(costs)
    return summary


def _lost(result: JsonObject) -> bool:
    failed = any(failure["kind"] != "abstained" for failure in result["failures"])
    return result["status"] != "protected" and not result["candidates"] and failed


def _count(result: JsonObject, cards: Mapping[str, _Card]) -> None:
    for failure in result["failures"]:
        cards[failure["engine"]].counts["abstained" if failure["kind"] == "abstained" else "failures"] += 1
    chosen = result.get("chosen", {}).get("engine")
    for candidate in result["candidates"]:
        card = cards[candidate["engine"]]
        card.candidates += 1
        card.chosen += candidate["engine"] == chosen
        card.outliers += candidate["outlier"]
        for finding in candidate["findings"]:
            card.counts[f"{finding['severity']}s"] += 1
            card.findings[finding["check"]] += 1
        if "utility" in candidate:
            card.utilities.append(candidate["utility"])
        if "latency_ms" in candidate:
            card.latencies.append(candidate["latency_ms"])
        if "cost" in candidate:
            card.cost = (card.cost or 0.0) + candidate["cost"]


def _card(card: _Card, currency: str | None) -> JsonObject:
    counts = card.counts
    record: JsonObject = {
        "candidates": card.candidates,
        "abstained": counts["abstained"],
        "failures": counts["failures"],
        "chosen": card.chosen,
        "outliers": card.outliers,
        "errors": counts["errors"],
        "warnings": counts["warnings"],
    }
    record["findings"] = dict(card.findings.most_common())
    if card.utilities:
        record["agreement"] = distribution(card.utilities)
    if card.latencies:
        record["latency_ms"] = _quantile(sorted(card.latencies), 0.5)
    if card.cost is not None and currency:
        record["cost"] = {currency: round(card.cost, 6)}
    return record


def distribution(values: Iterable[float]) -> JsonObject:
    """Mean, median, spread, worst twentieth and histogram of utilities (0..1)."""
    ranked = sorted(values)
    mean = sum(ranked) / len(ranked)
    histogram = [0] * BINS
    for value in ranked:
        histogram[min(int(value * BINS), BINS - 1)] += 1
    return {
        "mean": round(mean, 6),
        "median": round(_quantile(ranked, 0.5), 6),
        "p5": round(_quantile(ranked, 0.05), 6),
        "stdev": round((sum((value - mean) ** 2 for value in ranked) / len(ranked)) ** 0.5, 6),
        "histogram": histogram,
    }


def _quantile(ranked: list[float], share: float) -> float:
    """By linear interpolation between the two nearest ranks."""
    position = share * (len(ranked) - 1)
    low = int(position)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (position - low)


def summary_line(summary: JsonObject) -> str:
    """The last line of a run: `412 segments · 371 agreed · ... · 0 lost · 0.83 EUR`."""
    parts = [
        f"{summary[name]} {name}" for name in ("segments", "agreed", "divergent", "undecided", "protected", "lost")
    ]
    if "overruled" in summary:
        parts.append(f"{summary['overruled']} overruled")
    parts += [f"{amount:.2f} {currency}" for currency, amount in summary.get("cost", {}).items()]
    return " · ".join(parts)
