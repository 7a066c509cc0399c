"""`mtqa scorecard`: each engine over one or many runs, by how consistent it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mtqa.cli.evidence import aligned, deliver, evidence_options, read_labels, read_runs, require_place
from mtqa.cli.numbers import NumberRange
from mtqa.evidence.scorecard import ScorecardSettings, scorecard
from mtqa.ports import JsonObject
from mtqa.report.evidence import scorecard_page
from mtqa.report.evidence.figures import figure, p_value, percent, place, runs_of

_WORST_FILES = 8
_SHARES = ("outliers", "chosen", "failed")


@click.command("scorecard")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN...")
@click.option(
    "--volume", type=click.IntRange(min=1), metavar="N",
    help="Forecast divergent and erroneous segments, and hours of review, at N segments.",
)  # fmt: skip
@click.option(
    "--spread-cost", type=NumberRange(min=0), default=1.0, show_default=True,
    help="What a unit of spread costs in the ranking; 0 ranks by mean alone.",
)  # fmt: skip
@click.option(
    "--words-per-hour", type=NumberRange(min=1), default=1000.0, show_default=True,
    help="How fast a reviewer goes, in words of the source; for the forecast.",
)  # fmt: skip
@evidence_options("scorecard", "the forecast counts these errors")
def command(  # noqa: PLR0913 - one parameter an option
    *,
    folders: tuple[Path, ...],
    volume: int | None,
    spread_cost: float,
    words_per_hour: float,
    labels: Path | None,
    error_below: float | None,
    formats: tuple[str, ...],
    out: Path | None,
    resamples: int,
    seed: int,
) -> None:
    """Say of each engine in stored runs how consistent it is, how it goes wrong, and what that comes to.

    Asks no engine. Agreement is consistency, not quality: engines can be wrong together. Intervals are of 95 %, over
    documents.
    """
    out = out or folders[0]
    require_place(formats, out)
    observed = read_runs(folders)
    documents, drawn = observed.documents(resamples=resamples, seed=seed)
    settings = ScorecardSettings(spread_cost, volume, words_per_hour)
    record = scorecard(observed, documents, drawn, settings, read_labels(labels, observed, error_below))
    deliver(record, "scorecard", _lines(record), scorecard_page, formats, out)


def _lines(record: JsonObject) -> Iterator[str]:
    yield runs_of(record)
    yield from _ranking(record["ranking"])
    yield from _engines(record["engines"])
    yield from _modes(record["engines"])
    yield from _findings(record["engines"])
    yield from _files(record["strata"].get("file", ()))
    if "drift" in record:
        yield from _drift(record["drift"])
    if "forecast" in record:
        yield from _forecast(record["forecast"])


def _ranking(ranking: JsonObject) -> Iterator[str]:
    yield ""
    unpaired = "" if ranking["paired"] else " (not in the same segments)"
    yield f"ranking: worth = mean - {ranking['spread_cost']:g} x spread{unpaired}"
    rows = [
        [
            one["engine"],
            place(one["place"]),
            place(one["place_by_mean"]),
            figure(one["worth"], 3),
            figure(one["mean"], 3),
            figure(one["spread"], 3),
        ]
        for one in ranking["engines"]
    ]
    yield from aligned(["engine", "place", "by mean", "worth", "mean", "spread"], rows)


def _engines(engines: list[JsonObject]) -> Iterator[str]:
    yield ""
    yield "agreement with the rest, and what came of it"
    rows = []
    for one in engines:
        agreement, lead = one.get("agreement", {}), one.get("lead", {})
        rows.append([
            one["engine"], f"{one['compared']}", figure(agreement.get("median")), figure(agreement.get("worst")),
            figure(lead or None, 3, sign=True), p_value(lead.get("p")), *(percent(one.get(key)) for key in _SHARES),
        ])  # fmt: skip
    yield from aligned(
        ["engine", "compared", "median", "worst 5 %", "v the others", "p (Holm)", "outlier", "chosen", "failed"], rows
    )
    paid = [one for one in engines if "cost" in one or "latency_ms" in one]
    for one in paid:
        cost, latency = one.get("cost"), one.get("latency_ms", {})
        told = [f"{figure(cost, 2)} {cost['currency']} per 1,000"] if cost else []
        told += (
            [f"median {figure(latency['median'], 0)} ms, slowest 5 % {figure(latency['p95'], 0)} ms"] if latency else []
        )
        yield f"  {one['engine']}: {'; '.join(told)}"


def _modes(engines: list[JsonObject]) -> Iterator[str]:
    rows = []
    for one in engines:
        if modes := one.get("modes"):
            shares = [
                f"{percent(modes[name]['share'])} v {modes[name]['others']['value'] * 100:.1f}"
                for name in ("failures", "near_misses")
            ]
            rows.append([one["engine"], *shares, modes.get("mode", "-")])
    if rows:
        yield ""
        yield "how they go wrong: share of candidates v that of the others"
        yield from aligned(["engine", "failures", "near-misses", "mode"], rows)


def _findings(engines: list[JsonObject]) -> Iterator[str]:
    told = [(one["engine"], one["findings"]) for one in engines if "findings" in one]
    if told:
        yield ""
        yield "findings per 1,000 candidates"
        rows = [
            [name, figure(found["errors"], 1), figure(found["warnings"], 1),
             ", ".join(f"{check} {figure(rate, 1)}" for check, rate in list(found["checks"].items())[:3])]
            for name, found in told
        ]  # fmt: skip
        yield from aligned(["engine", "errors", "warnings", "most frequent"], rows)


def _files(files: list[JsonObject]) -> Iterator[str]:
    if files:
        yield ""
        yield "files with the most divergence"
        worst = sorted(files, key=lambda one: -one["divergent"]["value"])[:_WORST_FILES]
        yield from aligned(
            ["file", "segments", "divergent"],
            [[f["stratum"], str(f["segments"]), percent(f["divergent"])] for f in worst],
        )


def _drift(drift: JsonObject) -> Iterator[str]:
    yield ""
    yield f"drift: standing among the others in {drift['last']} less that before"
    rows = [
        [one["engine"], figure(one["change"], 3, sign=True), p_value(one["p"]), "drifted" if one["drifted"] else "-"]
        for one in drift["engines"]
    ]
    yield from aligned(["engine", "change", "p (Holm)", ""], rows)


def _forecast(forecast: JsonObject) -> Iterator[str]:
    yield ""
    yield f"forecast, {forecast['words_per_hour']:g} words of review an hour"
    erroneous = [one | {"what": f"erroneous, {one['what']}"} for one in forecast["erroneous"]]
    rows = [
        [one["what"], *(figure(at, 0 if at["value"] >= 10 else 1) for at in one["at"])]
        for one in [*forecast["rows"], *erroneous]
    ]
    yield from aligned(["", *(f"at {volume:,}" for volume in forecast["volumes"])], rows)
    if erroneous:
        yield (
            "  errors of labels"
            if forecast["errors_by"] == "labels"
            else "  errors that checks find; what no check sees comes on top"
        )
