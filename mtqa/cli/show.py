"""`mtqa show`: segments of a stored run in the terminal, worst first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from mtqa.cli.differences import bracketed, coloured, differences
from mtqa.cli.terminal import printable
from mtqa.model import Status
from mtqa.ports import JsonObject
from mtqa.store.run import read_manifest, read_results

Change = Callable[[str, str], str]  # (removed, added) -> how it is written

_ORDER = {"divergent": 0, "undecided": 1, "agreed": 2, "protected": 3}
_COLOURS = {"divergent": "yellow", "undecided": "magenta", "agreed": "green", "protected": "blue"}


@click.command("show")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in Status]),
    help="Only this status. Repeatable.",
)
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many segments."
)
@click.option("--all", "everything", is_flag=True, help="All segments.")
@click.option(
    "--diff/--no-diff", default=None, help="What candidates have beside the chosen one; on a terminal without asking."
)
def command(folder: Path, statuses: tuple[str, ...], limit: int, *, everything: bool, diff: bool | None) -> None:
    """Show the segments of the run in the folder RUN, worst first, with every candidate."""
    change = _change(diff)
    manifest = read_manifest(folder, ["metrics"])
    results = [r for r in read_results(folder) if r["status"] in (statuses or _ORDER)]
    results.sort(key=lambda r: (_ORDER[r["status"]], -r.get("risk", 0)))
    shown = results if everything else results[:limit]
    for result in shown:
        for line in _lines(result, change):
            click.echo(line)
    if not shown:
        click.echo("no segments" + (f" that are {' or '.join(statuses)}" if statuses else ""), err=True)
    left = len(results) - len(shown)
    if left:
        click.echo(f"{left} more: --all shows them", err=True)
    if manifest["metrics"]:
        click.echo(f"metric: {', '.join(manifest['metrics'].values())}", err=True)


def _change(diff: bool | None) -> Change | None:
    """How differences are written, if they are."""
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if diff is False or (diff is None and not colours):
        return None
    return coloured if colours else bracketed


def _lines(result: JsonObject, change: Change | None) -> Iterator[str]:
    risk = (f"  risk {result['risk']:.2f}" if "risk" in result else "") + _confidence(result)
    status = click.style(result["status"], fg=_COLOURS[result["status"]], bold=True)
    yield f"{status}  {printable(result['id'])}  {printable(result['unit'])}{risk}"
    yield f"  {result['source_lang']}  {printable(result['source'])}"
    if "protected" in result:
        yield f"  left alone: {printable(result['protected'])}"
    for candidate in result["candidates"]:
        yield _candidate(candidate, result, change)
    for failure in result["failures"]:
        yield f"    {printable(failure['engine'])}: {failure['kind']}: {printable(failure['reason'])}"
    if "overruled" in result:
        yield f"  {printable(result['overruled']['evidence'])}"
    for reason in result["reasons"]:
        yield f"  {reason['code'].replace('_', ' ')}: {printable(reason['evidence'])}"
    yield ""


def _confidence(result: JsonObject) -> str:
    """What is stated of the chosen candidate, and whether that was measured."""
    stated = result.get("confidence")
    if stated is None:
        return ""
    if not stated["calibrated"]:
        return "  confidence uncalibrated"
    return f"  confidence {stated['value']:.2f}" + ("  auto-accept" if result.get("auto_accept") else "")


def _candidate(candidate: JsonObject, result: JsonObject, change: Change | None) -> str:
    chosen = result.get("chosen", {})
    target = printable(candidate["target"])
    if change and chosen and candidate["engine"] != chosen["engine"]:
        target = differences(chosen["target"], candidate["target"], result["target_lang"], change)
    mark = "✓" if candidate["engine"] == chosen.get("engine") else "✗" if candidate["outlier"] else " "
    utility = f"{candidate['utility']:.2f}" if "utility" in candidate else "    "
    findings = "; ".join(f"{f['severity']}: {f['message']}" for f in candidate["findings"])
    tail = f"  [{printable(findings)}]" if findings else ""
    return f"  {mark} {utility}  {printable(candidate['engine'])}: {target}{tail}"
