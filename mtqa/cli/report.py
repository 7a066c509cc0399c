"""`mtqa report`: a stored run, rendered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile

import click

from mtqa.plugins import build
from mtqa.ports import JsonObject, Report
from mtqa.report.brief import Brief
from mtqa.report.summary import summary_line
from mtqa.store.run import read_manifest, read_results, replacing

_TOLD = ("mtqa", "created", "engines", "metrics", "decide", "inputs", "languages", "summary")
_KEPT = ("run.json", "segments.jsonl", "run.sqlite", "decisions.json")


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--format", "formats", metavar="NAME,...", help="html without it; see `mtqa plugins`.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Where to write it, with one format; - is stdout.")
@click.option(
    "--summary", is_flag=True,
    help="Print the run on one page, and render nothing; with --format markdown or json as that.",
)  # fmt: skip
def command(folder: Path, formats: str | None, *, out: Path | None, summary: bool) -> None:
    """Render the run in the folder RUN as report.html, report.xlsx, ... beside its results."""
    manifest = read_manifest(folder, _TOLD)
    if summary:
        click.echo(_page(folder, manifest, formats or "text"), nl=False)
        return
    formats = formats or "html"
    names = [name.strip() for name in formats.split(",") if name.strip()]
    if not names:
        raise click.BadParameter("name a format, such as html", param_hint="--format")
    if out and len(names) > 1:
        raise click.BadParameter("one place for several formats: name one, or leave -o out", param_hint="-o")
    if out and out.exists() and any(kept.exists() and out.samefile(kept) for kept in map(folder.joinpath, _KEPT)):
        raise click.BadParameter(f"{out} is the run itself, which nothing may replace", param_hint="-o")
    if out == Path("-"):
        report: Report = build("reports", names[0], {}, f"report {names[0]}")
        with TemporaryFile() as rendered:  # a reader who has seen enough closes the pipe, which no report knows of
            report.render(folder, rendered)
            rendered.seek(0)
            copyfileobj(rendered, sys.stdout.buffer)
        sys.stdout.flush()
        return
    for name in names:
        click.echo(f"report: {render(folder, name, out)}", err=True)
    click.echo(summary_line(manifest["summary"]))


def _page(folder: Path, manifest: JsonObject, form: str) -> str:
    """The run on one page."""
    if form == "json":
        return json.dumps(manifest["summary"], ensure_ascii=False, indent=1) + "\n"
    if form not in ("text", "markdown"):
        raise click.BadParameter("a summary is text, markdown or json", param_hint="--format")
    brief = Brief(manifest).read(read_results(folder))
    return brief.text() if form == "text" else brief.markdown()


def render(folder: Path, name: str, path: Path | None) -> Path:
    """Write one report, whole or not at all; returns where. Raises PluginError for an unknown name."""
    report: Report = build("reports", name, {}, f"report {name}")
    destination = path or folder / f"report.{report.suffix}"
    with replacing(destination) as out:
        report.render(folder, out)
    return destination
