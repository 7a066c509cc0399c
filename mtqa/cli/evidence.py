"""What the commands of evidence share: runs in, a page on the terminal, files out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from mtqa.cli.numbers import Number
from mtqa.cli.terminal import printable
from mtqa.evidence.labels import Labels, match
from mtqa.evidence.observed import Observed, Run, observe
from mtqa.evidence.stats import RESAMPLES, SEED
from mtqa.ports import JsonObject
from mtqa.store.database import make_folder
from mtqa.store.run import fingerprint, read_manifest, read_results, replacing
from mtqa.store.tables import read_table

FORMATS = ("json", "html")
STDOUT = Path("-")
Command = Callable[..., None]


class FormatsType(click.ParamType[tuple[str, ...]]):
    """Names of formats, with commas between."""

    name = "formats"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names. Fails for one that is not known."""
        if isinstance(value, tuple):
            return value
        names = tuple(dict.fromkeys(name.strip() for name in str(value).split(",") if name.strip()))
        for name in names:
            if name not in FORMATS:
                self.fail(f"{name!r} is not one of {', '.join(FORMATS)}", param, ctx)
        return names


def evidence_options(name: str, use: str) -> Callable[[Command], Command]:
    """The options that all of these commands have. `name`: of the files; `use`: what the labels are for."""
    folder = click.Path(path_type=Path)
    options = [
        click.option(
            "--labels", type=folder, help=f"Table of id, engine, score or error (JSONL, CSV, Parquet): {use}."
        ),
        click.option("--error-below", type=Number(), metavar="SCORE", help="Below which score a label is an error."),
        click.option(
            "--format",
            "formats",
            type=FormatsType(),
            default=(),
            metavar="NAME,...",
            help=f"Write {name}.json, {name}.html.",
        ),
        click.option(
            "-o",
            "--out",
            type=folder,
            help="Folder for them; that of the first RUN without. - is stdout, for one format.",
        ),
        click.option(
            "--resamples", type=click.IntRange(100, 100_000), default=RESAMPLES, show_default=True, help="Draws."
        ),
        click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Of the draws."),
    ]

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def read_runs(folders: Sequence[Path]) -> Observed:
    """The runs in the folders. Raises StoreError and ConfigError."""
    return observe([Run(str(f), read_manifest(f, ["engines"]), read_results(f), fingerprint(f)) for f in folders])


def read_labels(path: Path | None, observed: Observed, error_below: float | None) -> Labels | None:
    """The labels in a table, beside the runs; None without a table. Raises FormatError."""
    if path is None:
        if error_below is not None:
            raise click.BadParameter("says what labels mean: give --labels as well", param_hint="--error-below")
        return None
    labels = match(read_table(path), observed, error_below, str(path))
    if labels.unknown:
        tell(f"{labels.unknown} labels are of no candidate of these runs, {labels.used} are")
    if labels.error is None:
        tell("the labels have scores and no errors: say below which score one is, with --error-below")
    return labels


def tell(notice: str) -> None:
    """A notice on stderr."""
    click.echo(f"notice: {printable(notice)}", err=True)


def require_place(formats: Sequence[str], out: Path) -> None:
    """Refuse what cannot be delivered before anything is asked or computed. Raises BadParameter, StoreError."""
    if out == STDOUT and len(formats) != 1:
        raise click.BadParameter("stdout takes one format: name it with --format", param_hint="-o")
    if out != STDOUT and formats and out.exists():
        make_folder(out)  # unless it is a file


def deliver(
    record: JsonObject,
    name: str,
    lines: Iterable[str],
    page: Callable[[JsonObject], str],
    formats: Sequence[str],
    out: Path,
) -> None:
    """Print the lines and write NAME.json, NAME.html into the folder; or one format alone to stdout, where out is -."""
    for notice in record["notices"]:
        tell(notice)
    texts = {"json": lambda: json.dumps(record, ensure_ascii=False, indent=1) + "\n", "html": lambda: page(record)}
    if out == STDOUT:
        click.echo(texts[formats[0]](), nl=False)
        return
    for line in lines:
        click.echo(printable(line))
    if formats:
        make_folder(out)
    for one in formats:
        path = out / f"{name}.{one}"
        with replacing(path) as file:
            file.write(texts[one]().encode("utf-8", "backslashreplace"))
        click.echo(f"{name}: {path}", err=True)


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in columns, two spaces in."""
    table = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
