"""`mtqa inspect`: what mtqa sees in files, and whether they would come back identical."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from mtqa.cli.terminal import printable
from mtqa.errors import MtqaError, UnknownFormat
from mtqa.formats import comes_back, inspect
from mtqa.inputs import Found, find
from mtqa.parts import build_formats
from mtqa.ports import Format, JsonObject


@click.command("inspect")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE-OR-FOLDER...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--rewrite", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Send each file through the writer with nothing to change, and say whether it came out identical.",
)  # fmt: skip
def command(paths: tuple[Path, ...], *, as_json: bool, rewrite: Path | None) -> None:
    """Show format, languages and counts of bilingual files, as mtqa sees them.

    A file that cannot be read is one line on stderr; the others still go through. Exit status 1 when there was one,
    or when a rewritten file is not identical.
    """
    formats = build_formats()
    there = [path for path in paths if path.exists()]
    fine = len(there) == len(paths)
    for path in paths:
        if path not in there:
            click.echo(f"error: {printable(str(path))}: no such file or folder; correct the path", err=True)
    for found in find(there, None, None, rewrite):
        try:
            record = _record(found, formats, rewrite)
        except UnknownFormat as error:
            fine = fine and not found.named
            click.echo(f"{'error' if found.named else 'notice'}: {printable(str(error))}", err=True)
            continue
        except MtqaError as error:
            fine = False
            click.echo(f"error: {printable(str(error))}", err=True)
            continue
        fine = fine and record.get("identical", True)
        click.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(record))
    if not fine:
        raise click.exceptions.Exit(1)


def _record(found: Found, formats: Mapping[str, Format], rewrite: Path | None) -> JsonObject:
    path = found.file.path
    seen = inspect(path, formats)
    record: JsonObject = {
        "path": str(path),
        "format": seen.format,
        "dialect": seen.dialect,
        "languages": [list(pair) for pair in seen.languages],
        "units": seen.units,
        "segments": seen.segments,
        "translatable": seen.translatable,
        "translated": seen.translated,
        "has_target": seen.has_target,
        "protected": seen.protected,
        "alternatives": seen.alternatives,
        "warnings": [f"{warning.where}: {warning.what}" for warning in seen.warnings],
    }
    if rewrite is not None:
        record["identical"] = comes_back(path, formats, rewrite / found.file.label)
    return record


def _line(record: JsonObject) -> str:
    languages = ", ".join(f"{source} > {target or '?'}" for source, target in record["languages"])
    counts = ("segments", "translatable", "translated", "protected", "alternatives")
    parts = [f"{record['format']} ({record['dialect']})", languages, *(f"{record[name]} {name}" for name in counts)]
    if "identical" in record:
        parts.append("comes back identical" if record["identical"] else "DOES NOT COME BACK IDENTICAL")
    lines = [f"{record['path']}: {' · '.join(parts)}", *(f"  warning: {warning}" for warning in record["warnings"])]
    return "\n".join(printable(line) for line in lines)
