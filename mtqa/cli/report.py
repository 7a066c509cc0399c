"""`mtqa report`: a stored run, rendered."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mtqa.plugins import build
from mtqa.ports import Report
from mtqa.report.summary import summary_line
from mtqa.store.run import read_manifest, replacing


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--format", "formats", default="html", show_default=True, metavar="NAME,...", help="See `mtqa plugins`.")
@click.option("--summary", is_flag=True, help="Print the summary as JSON, and render nothing.")
def command(folder: Path, formats: str, *, summary: bool) -> None:
    """Render the run in the folder RUN as report.html, report.csv, ... beside its results."""
    manifest = read_manifest(folder)
    if summary:
        click.echo(json.dumps(manifest["summary"], ensure_ascii=False, indent=1))
        return
    for name in formats.split(","):
        written = render(folder, name.strip(), None)
        click.echo(f"report: {written}", err=True)
    click.echo(summary_line(manifest["summary"]))


def render(folder: Path, name: str, path: Path | None) -> Path:
    """Write one report, whole or not at all; returns where. Raises PluginError for an unknown name."""
    report: Report = build("reports", name, {}, f"report {name}")
    destination = path or folder / f"report.{report.suffix}"
    with replacing(destination) as out:
        report.render(folder, out)
    return destination
