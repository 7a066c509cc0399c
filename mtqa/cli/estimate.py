"""`mtqa estimate`: what a run would send, to whom, for how much."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from mtqa.cli.terminal import default_cache, notice, printable, progress
from mtqa.config import load_settings
from mtqa.errors import ConfigError
from mtqa.inputs import find
from mtqa.languages import canonical
from mtqa.parts import assemble
from mtqa.pipeline import Plan, read
from mtqa.store.answers import Answers, NoAnswers
from mtqa.store.run import RunStore
from mtqa.translate.estimate import Estimate, estimate

_HEADINGS = ("engine", "segments", "cached", "texts", "calls", "characters", "tokens", "cost")


@click.command("estimate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE-OR-FOLDER...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option(
    "-e", "--engine", "engines", multiple=True, metavar="NAME", help="Only this configured engine. Repeatable."
)
@click.option("--source-lang", envvar="MTQA_SOURCE_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--skip-unreadable", is_flag=True, help="Leave out files that cannot be read, instead of stopping.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read only the first N segments.")
@click.option("--cache", envvar="MTQA_CACHE", type=click.Path(path_type=Path, dir_okay=False), help="Answer cache.")
def command(
    *,
    paths: tuple[Path, ...],
    config: Path | None,
    engines: tuple[str, ...],
    source_lang: str | None,
    target_lang: str | None,
    skip_unreadable: bool,
    limit: int | None,
    cache: Path | None,
) -> None:
    """Read the files and say what each engine would be sent, and what that would cost. Sends nothing.

    What is in the answer cache is not sent, and a text that occurs twice is sent once.
    """
    settings = load_settings(config).only(engines, ())
    settings = replace(
        settings,
        source_lang=canonical(source_lang, "--source-lang") if source_lang else settings.source_lang,
        target_lang=canonical(target_lang, "--target-lang") if target_lang else settings.target_lang,
        cache=cache or settings.cache,
    )
    if not settings.engines:
        raise ConfigError("engines", "none is configured", "write [engines.NAME] into mtqa.toml")
    inputs = find(paths, settings.source_lang, settings.target_lang)
    with assemble(settings) as parts:
        plan = Plan(
            inputs, settings, parts, Path(), settings.cache or default_cache(), limit, skip_unreadable=skip_unreadable
        )
        preview(plan)


def preview(plan: Plan) -> None:
    """Print what a run would send, engine by engine."""
    with (
        TemporaryDirectory() as scratch,
        progress() as shown,
        closing(RunStore(Path(scratch))) as store,
        closing(Answers(plan.answers) if plan.answers.exists() else NoAnswers()) as answers,
    ):
        _, inputs, notices = read(plan, store, shown)
        left_alone = sum(bool(segment.protected) for segment in store.segments())
        rows = [
            estimate(name, engine, store.segments(), answers, plan.settings.engines[name].samples)
            for name, engine in plan.parts.engines.items()
        ]
    for about in notices:
        notice(about)
    for entry in inputs:
        click.echo(f"{printable(entry['file'])}: {entry['format']}, {entry['segments']} segments")
    for line in _table(rows, plan.settings.currency):
        click.echo(line)
    total = sum(entry["segments"] for entry in inputs)
    click.echo(f"{total} segments · {left_alone} protected · {_sum(rows, plan)} · nothing sent")


def _table(rows: Sequence[Estimate], currency: str) -> list[str]:
    """The estimates in columns."""
    cells = [_HEADINGS, *(_cells(row, currency) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    ]


def _cells(row: Estimate, currency: str) -> tuple[str, ...]:
    counts = (row.segments, row.cached, row.texts, row.calls, row.characters)
    tokens = "" if row.tokens is None else f"{row.tokens}"
    cost = "unknown" if row.cost is None else f"{row.cost:.4f} {currency}"
    return (printable(row.engine), *(f"{count}" for count in counts), tokens, cost)


def _sum(rows: Sequence[Estimate], plan: Plan) -> str:
    known = sum(row.cost for row in rows if row.cost is not None)
    unknown = [row.engine for row in rows if row.cost is None]
    text = f"{known:.2f} {plan.settings.currency}"
    return f"{text} and what {', '.join(map(printable, unknown))} cost" if unknown else text
