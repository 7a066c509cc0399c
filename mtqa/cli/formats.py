"""`mtqa formats`: what is read and written."""

from __future__ import annotations

import json

import click

from mtqa.cli.terminal import printable
from mtqa.formats import kinds_of
from mtqa.parts import build_formats
from mtqa.ports import JsonObject


@click.command("formats")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, as_json: bool) -> None:
    """List the formats that are read and written, their dialects, and the profiles for [write].

    Files are recognised by what they contain. The first profile is taken unless another is configured.
    """
    for name, chosen in build_formats().items():
        kinds = kinds_of(chosen)
        records: list[JsonObject] = [
            {"format": name, "dialect": kind.dialect, "title": kind.title, "profiles": list(kind.profiles)}
            for kind in kinds
        ] or [{"format": name, "dialect": "", "title": "", "profiles": []}]
        for record in records:
            click.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(record))


def _line(record: JsonObject) -> str:
    line = f"{record['format']:10} {record['dialect']:18} {record['title']:26} {', '.join(record['profiles'])}"
    return printable(line.rstrip())
