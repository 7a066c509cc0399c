"""`mtqa apply`: a reviewer's decisions back into the files."""

from __future__ import annotations

from pathlib import Path

import click

from mtqa.cli.terminal import printable
from mtqa.parts import build_formats
from mtqa.plugins import build
from mtqa.review.apply import Applied, Rules, apply
from mtqa.review.decisions import read_decisions


@click.command("apply")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("decisions", type=click.Path(path_type=Path), metavar="DECISIONS")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files; RUN/reviewed without."
)
def command(folder: Path, decisions: Path, out: Path | None) -> None:
    """Write the decisions of a reviewer into copies of the files of the run in the folder RUN.

    DECISIONS is a decisions.json from the report, or its XLSX form, filled in. Every decision is checked again: one
    about a source or candidate that has changed, or with other inline codes than the source, is refused by name, the
    others are written, and the exit status is 1. Neither the inputs nor the files of the run are changed.
    """
    out = out or folder / "reviewed"
    applied = apply(folder, read_decisions(decisions), out, rules())
    for where, fault in applied.warnings:
        click.echo(f"warning: {printable(f'{where}: {fault.message}')}", err=True)
    for error in applied.refused.values():
        click.echo(f"refused: {printable(str(error))}", err=True)
    click.echo(f"files: {out}", err=True)
    click.echo(_line(applied))
    if applied.refused:
        raise click.exceptions.Exit(1)


def rules() -> Rules:
    """The checks for what a person has written: codes refuse, placeholders and numbers warn."""
    codes, *others = (
        build("checks", name, {}, f"check {name}") for name in ("inline_codes", "placeholders", "numbers")
    )
    return Rules(build_formats(), codes, others)


def _line(applied: Applied) -> str:
    return f"{applied.written} written · {applied.unchanged} left as they are · {len(applied.refused)} refused"
