"""The page of a scorecard."""

from __future__ import annotations

from collections.abc import Iterator

from mtqa.ports import JsonObject
from mtqa.report.evidence.figures import figure, p_value, percent, place, runs_of, sample
from mtqa.report.evidence.markup import Markup, el, engine, join, section, table
from mtqa.report.evidence.plots import histogram, intervals

DIVISIONS = {"file": "By file", "length": "By length", "codes": "By inline codes", "languages": "By languages"}
SEEN = "segments / documents"
_LISTED = 12  # strata of a kind before the rest is folded
_ABOUT = (
    "Agreement is how close an engine’s candidates are to those of the others, from 0 to 1. It is consistency, not "
    "quality: engines can be wrong together, and the one that stands alone can be right."
)
_MODES = (
    "A failure stands 0.25 or more below what the others agree on among themselves, a near-miss 0.05 to 0.25. A mode "
    "is named where there are half as many again as the others have, and p < 0.05 after Holm’s correction."
)
_STANDING = (
    "Standing is how much more an engine agrees with the others than they do among themselves; a harder batch does not "
    "lower it."
)


def facts(record: JsonObject) -> list[tuple[str, Markup]]:
    """What the page is about."""
    runs = [
        el("div", {}, f"{run['name']} ({run['created'] or 'no date'}) ", el("code", {}, run["results"]))
        for run in record["runs"]
    ]
    told = [("Seen", join([runs_of(record)])), ("Runs", join(runs))]
    told.append(("Intervals", join(["of 95 %: ", el("code", {}, record["signatures"]["intervals"])])))
    told.append(("Agreement", join(el("code", {}, one) for one in record["signatures"]["agreement"])))
    if record["notices"]:
        told.append(("Notices", el("ul", {}, *(el("li", {}, notice) for notice in record["notices"]))))
    return told


def sections(record: JsonObject) -> list[Markup]:
    """The sections of the page, in reading order."""
    found = [_ranking(record["ranking"]), _agreement(record), _modes(record), _counts(record), _findings(record)]
    if "drift" in record:
        found.append(_drift(record["drift"]))
    if "forecast" in record:
        found.append(_forecast(record["forecast"]))
    return [*(one for one in found if one is not None), *_strata(record["strata"])]


def _ranking(ranking: JsonObject) -> Markup:
    about = (
        f"Worth is the mean less {ranking['spread_cost']:g} times the spread: an engine that is good on average and "
        "erratic can stand below one that is a little less good and steady. Brackets of a place: 95 % of the draws."
    )
    if not ranking["paired"]:
        about += " The engines did not answer the same segments; read the order with care."
    rows = [
        [
            engine(one["engine"]),
            place(one["place"]),
            place(one["place_by_mean"]),
            *(figure(one[key], 3) for key in ("worth", "mean", "spread")),
            f"{100 * one['first_in']:.0f} %",
            sample(one["mean"]),
        ]
        for one in ranking["engines"]
    ]
    head = ("engine", "place", "by mean alone", "worth", "mean", "spread", "first in", SEEN)
    return section("Ranking", table("Ranking", head, rows, about))


def _agreement(record: JsonObject) -> Markup:
    cards = [one for one in record["engines"] if "agreement" in one]
    peak = max((max(one["agreement"]["histogram"]) / one["compared"] for one in cards), default=1.0)
    agree_at = next((run["agree_at"] for run in record["runs"] if run["agree_at"] is not None), 0.0)
    lead = [(one["engine"], one.get("lead")) for one in cards]
    rows = [[engine(name), figure(one, 3, sign=True), p_value((one or {}).get("p")), sample(one)] for name, one in lead]
    return section(
        "Agreement with the rest",
        el("p", {"class": "aside"}, _ABOUT),
        el("div", {"id": "cards"}, *(_card(one, peak, agree_at) for one in cards)),
        el("h3", {}, "Less the mean of the others in the same segments"),
        intervals(lead, "Agreement of each engine less that of the others", 0.0),
        table("Against the others", ("engine", "difference", "p (Holm)", SEEN), rows),
    )


def _card(one: JsonObject, peak: float, agree_at: float) -> Markup:
    agreement = one["agreement"]
    figures = f"median {figure(agreement['median'])}, worst 5 % {figure(agreement['worst'])}"
    label = f"Agreement of {one['engine']} with the others, from 0 to 1: {figures}"
    marks = [(agree_at, "threshold"), (agreement["median"]["value"], "median"), (agreement["worst"]["value"], "worst")]
    told = [("mean", "mean"), ("median", "median"), ("spread", "spread"), ("worst", "worst 5 %")]
    lines = [(name, figure(agreement[key], 3)) for key, name in told] + [(SEEN, sample(agreement["mean"]))]
    return el(
        "article",
        {"class": "card"},
        el("h3", {}, engine(one["engine"])),
        el("figure", {}, histogram(agreement["histogram"], label, marks, peak, agree_at)),
        el("dl", {}, *(el("div", {}, el("dt", {}, name), el("dd", {}, text)) for name, text in lines)),
    )


def _modes(record: JsonObject) -> Markup | None:
    rows = []
    for one in record["engines"]:
        if modes := one.get("modes"):
            cells = [cell for kind in ("failures", "near_misses") for cell in _against(modes[kind])]
            name = modes.get("mode", "no mode of its own")
            rows.append([engine(one["engine"]), name, *cells, sample(modes["failures"]["share"])])
    against = ("the others’", "p (Holm)")
    head = ("engine", "mode", "failures", *against, "near-misses", *against, SEEN)
    return section("How engines go wrong", table("Failure modes", head, rows, _MODES)) if rows else None


def _against(kind: JsonObject) -> tuple[str, str, str]:
    return percent(kind["share"]), percent(kind["others"]), p_value(kind["p"])


def _counts(record: JsonObject) -> Markup:
    rows = []
    for one in record["engines"]:
        latency, cost = one.get("latency_ms", {}), one.get("cost")
        shares = [percent(one.get(key)) for key in ("chosen", "outliers", "failed")]
        missing = ", ".join(f"{kind} {count}" for kind, count in one["missing"].items()) or "none"
        times = [figure(latency.get(key), 0, unit=" ms") for key in ("median", "p95")]
        paid = None if cost is None else figure(cost, 2, unit=f" {cost['currency']}")
        rows.append([engine(one["engine"]), f"{one['asked']:,}", *shares, missing, *times, paid])
    latencies = ("latency, median", "latency, slowest 5 %")
    head = ("engine", "asked", "chosen", "outlier", "failed", "missing", *latencies, "cost per 1,000")
    return section("Chosen, outliers, failures, latency, cost", table("Counts", head, rows))


def _findings(record: JsonObject) -> Markup | None:
    cards = [(one["engine"], one["findings"]) for one in record["engines"] if "findings" in one]
    if not cards:
        return None
    checks = list(dict.fromkeys(check for _, found in cards for check in found["checks"]))
    head = ("engine", "errors", "warnings", *(check.replace("_", " ") for check in checks), SEEN)
    rows = []
    for name, found in cards:
        severities = [figure(found[key], 1) for key in ("errors", "warnings")]
        kinds = [figure(found["checks"].get(check), 1) for check in checks]
        rows.append([engine(name), *severities, *kinds, sample(found["errors"])])
    return section("Findings per 1,000 candidates", table("Findings", head, rows))


def _drift(drift: JsonObject) -> Markup:
    rows = []
    for one in drift["engines"]:
        told = [figure(one[key], 3, sign=True) for key in ("before", "now", "change")]
        word = "drifted" if one["drifted"] else "no drift seen"
        rows.append([engine(one["engine"]), word, *told, p_value(one["p"]), sample(one["change"])])
    head = ("engine", "", "before", f"in {drift['last']}", "change", "p (Holm)", SEEN)
    return section("Drift", table("Drift", head, rows, _STANDING))


def _forecast(forecast: JsonObject) -> Markup:
    head = ("", "rate", *(f"at {volume:,}" for volume in forecast["volumes"]), SEEN)

    def rows(some: list[JsonObject]) -> Iterator[list[str]]:
        for one in some:
            hours = one["what"].startswith("hours")
            rate = figure(one["rate"], 2, 1000, " h per 1,000") if hours else percent(one["rate"])
            at = [figure(at, 0 if at["value"] >= 10 else 1) for at in one["at"]]
            yield [one["what"], rate, *at, sample(one["rate"])]

    about = (
        "Errors scale with the volume: ten times the segments, ten times the errors. Hours at "
        f"{forecast['words_per_hour']:g} words of the source an hour. It holds for content like this."
    )
    found = [table("Forecast", head, rows(forecast["rows"]), about)]
    if forecast["erroneous"]:
        by = "labels" if forecast["errors_by"] == "labels" else "what checks find; what no check sees comes on top"
        found.append(el("h3", {}, f"Erroneous segments, by {by}"))
        found.append(table("Erroneous segments", head, rows(forecast["erroneous"])))
    return section("Forecast", *found)


def _strata(strata: JsonObject) -> Iterator[Markup]:
    for kind, parts in strata.items():
        names = list(dict.fromkeys(name for part in parts for name in part["engines"]))
        head = ("", SEEN, "divergent", *names)
        ordered = sorted(parts, key=lambda part: -part["divergent"]["value"]) if kind == "file" else parts
        rows = []
        for part in ordered:
            cells = [_stratum(part["engines"].get(name)) for name in names]
            rows.append([el("bdi", {}, part["stratum"]), sample(part["divergent"]), percent(part["divergent"]), *cells])
        title, rest = DIVISIONS[kind], rows[_LISTED:]
        more = [el("details", {}, el("summary", {}, f"{len(rest)} more"), table(title, head, rest))] if rest else []
        caption = "Agreement of each engine, and its share of outliers."
        yield section(title, table(title, head, rows[:_LISTED], caption), *more)


def _stratum(one: JsonObject | None) -> Markup | None:
    if one is None:
        return None
    return join([figure(one["agreement"]), " ", el("small", {}, percent(one["outliers"], 0))])
