"""`mtqa show`: segments of a stored run in the terminal, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mtqa.cli.terminal import printable
from mtqa.model import Status
from mtqa.ports import JsonObject
from mtqa.store.run import read_manifest, read_results

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
def command(folder: Path, statuses: tuple[str, ...], limit: int, *, everything: bool) -> None:
    """Show the segments of the run in the folder RUN, worst first, with every candidate."""
    manifest = read_manifest(folder)
    results = [r for r in read_results(folder) if r["status"] in (statuses or _ORDER)]
    results.sort(key=lambda r: (_ORDER[r["status"]], -r.get("risk", 0)))
    shown = results if everything else results[:limit]
    for result in shown:
        for line in _lines(result):
            click.echo(line)
    left = len(results) - len(shown)
    if left:
        click.echo(f"{left} more: --all shows them", err=True)
    click.echo(f"metric: {', '.join(manifest['metrics'].values())}", err=True)


def _lines(result: JsonObject) -> Iterator[str]:
    risk = f"  risk {result['risk']:.2f}" if "risk" in result else ""
    status = click.style(result["status"], fg=_COLOURS[result["status"]], bold=True)
    yield f"{status}  {printable(result['id'])}  {printable(result['unit'])}{risk}"
    yield f"  {result['source_lang']}  {printable(result['source'])}"
    if "protected" in result:
        yield f"  left alone: {printable(result['protected'])}"
    chosen = result.get("chosen", {}).get("engine")
    for candidate in result["candidates"]:
        yield _candidate(candidate, chosen)
    for failure in result["failures"]:
        yield f"    {printable(failure['engine'])}: {failure['kind']}: {printable(failure['reason'])}"
    if "overruled" in result:
        yield f"  {printable(result['overruled']['evidence'])}"
    for reason in result["reasons"]:
        yield f"  {reason['code'].replace('_', ' ')}: {printable(reason['evidence'])}"
    yield ""


def _candidate(candidate: JsonObject, chosen: str | None) -> str:
    mark = "✓" if candidate["engine"] == chosen else "✗" if candidate["outlier"] else " "
    utility = f"{candidate['utility']:.2f}" if "utility" in candidate else "    "
    findings = "; ".join(f"{f['severity']}: {f['message']}" for f in candidate["findings"])
    tail = f"  [{printable(findings)}]" if findings else ""
    return f"  {mark} {utility}  {printable(candidate['engine'])}: {printable(candidate['target'])}{tail}"
