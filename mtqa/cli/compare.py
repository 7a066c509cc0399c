"""`mtqa compare`: what changed between two runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from mtqa.cli.gates import Gate, GateType, enforce
from mtqa.cli.terminal import printable
from mtqa.ports import JsonObject
from mtqa.report.comparison import COMPARED, Comparison, compare, engines_of, incomparable
from mtqa.store.run import read_manifest, read_results


@click.command("compare")
@click.argument("before", type=click.Path(path_type=Path), metavar="BEFORE")
@click.argument("after", type=click.Path(path_type=Path), metavar="AFTER")
@click.option(
    "--max", "gates", multiple=True, type=GateType(COMPARED), metavar="RULE",
    help="Exit with 3 when more segments than allowed are worse, changed, ...: worse=1%. Repeatable.",
)  # fmt: skip
@click.option(
    "-n", "--limit", type=click.IntRange(min=0), default=10, show_default=True,
    help="List at most so many of the segments that are worse.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(before: Path, after: Path, *, gates: tuple[Gate, ...], limit: int, as_json: bool) -> None:
    """Say what changed from the run in the folder BEFORE to the one in AFTER: segments, statuses, checks, engines.

    Worse is a segment that was agreed and is not, that is undecided now, or whose chosen target has an error now.
    """
    manifests = read_manifest(before), read_manifest(after)
    found = compare(read_results(before), read_results(after))
    if as_json:
        click.echo(json.dumps(_record(found, manifests, limit), ensure_ascii=False, indent=1))
    else:
        for line in _lines(found, manifests, limit):
            click.echo(printable(line))
    for why in incomparable(*manifests):
        click.echo(f"notice: not comparable: {printable(why)}", err=True)
    enforce(gates, found.counts)


def _lines(found: Comparison, manifests: tuple[JsonObject, JsonObject], limit: int) -> Iterator[str]:
    counts = found.counts
    yield f"{counts['segments']} segments · " + " · ".join(f"{counts[name]} {name}" for name in COMPARED)
    for (status, now), count in found.moves.most_common():
        if status != now:
            yield f"  {status} → {now}: {count}"
    first, second = found.traits
    for name in sorted({*first, *second}):
        if first[name] != second[name]:
            yield f"  {name}: {first[name]} → {second[name]}"
    for engine, numbers in engines_of(*manifests).items():
        told = ", ".join(f"{name} {_number(one)} → {_number(other)}" for name, (one, other) in numbers.items())
        yield f"  engine {engine}: {told}"
    for old, new in found.worse[:limit]:
        yield ""
        yield f"{new['id']}  {new['unit']}: {old['status']} → {new['status']}"
        yield f"  {new['source_lang']}  {new['source']}"
        yield f"  before: {old.get('chosen', {}).get('target', '-')}"
        yield f"  now:    {new.get('chosen', {}).get('target', '-')}"
        for reason in new["reasons"]:
            yield f"  {reason['code'].replace('_', ' ')}: {reason['evidence']}"


def _number(value: float | None) -> str:
    """A count as it is, an agreement with two digits."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value % 1 else f"{value:.0f}"


def _record(found: Comparison, manifests: tuple[JsonObject, JsonObject], limit: int) -> JsonObject:
    first, second = found.traits
    return {
        "segments": found.counts["segments"],
        **{name: found.counts[name] for name in COMPARED},
        "statuses": [
            {"before": status, "after": now, "segments": n} for (status, now), n in sorted(found.moves.items())
        ],
        "counted": {name: [first[name], second[name]] for name in sorted({*first, *second})},
        "engines": engines_of(*manifests),
        "incomparable": incomparable(*manifests),
        "worse_segments": [{"before": old, "after": new} for old, new in found.worse[:limit]],
    }
