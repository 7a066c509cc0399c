"""`mtqa probe`: engines asked the same again, and the same otherwise."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from mtqa.cli.differences import bracketed, differences
from mtqa.cli.evidence import FormatsType, aligned, deliver, require_place
from mtqa.cli.probing import How, Probe
from mtqa.cli.terminal import default_cache
from mtqa.config import load_settings, parse_money
from mtqa.errors import ConfigError
from mtqa.inputs import find
from mtqa.languages import canonical
from mtqa.parts import assemble
from mtqa.pipeline import Plan
from mtqa.ports import JsonObject
from mtqa.report.evidence import probe_page
from mtqa.report.evidence.figures import asked_of, figure, percent

_REPEATED = ("engine", "distinct answers", "self-agreement", "unstable", "numbers differ", "rewritten")
_VARIED = ("engine", "variation", "segments", "source", "target", "excess", "beyond chance", "numbers differ")


@click.command("probe")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("-e", "--engine", "engines", multiple=True, metavar="NAME", help="This configured engine. Repeatable.")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option("--repeat", type=click.IntRange(min=1, max=100), default=5, show_default=True, help="Ask so often.")
@click.option("--vary", is_flag=True, help="Ask about variants of each source as well.")
@click.option("--synonyms", type=click.Path(path_type=Path), help="CSV of word,synonym for --vary.")
@click.option("--paraphrase", metavar="NAME", help="Configured engine that is asked for paraphrases of the source.")
@click.option("--source-lang", envvar="MTQA_SOURCE_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read only the first N segments.")
@click.option("--max-cost", metavar="AMOUNT", help="Never spend more: 5, or '5 EUR'.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked and what it costs; send nothing.")
@click.option("--cache", envvar="MTQA_CACHE", type=click.Path(path_type=Path, dir_okay=False), help="Answer cache.")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("mtqa-evidence"), show_default=True,
              help="Folder for probe.json and probe.html; - for stdout.")  # fmt: skip
@click.option("--format", "formats", type=FormatsType(), default="json,html", show_default=True)
def command(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[Path, ...],
    engines: tuple[str, ...],
    config: Path | None,
    repeat: int,
    vary: bool,
    synonyms: Path | None,
    paraphrase: str | None,
    source_lang: str | None,
    target_lang: str | None,
    limit: int | None,
    max_cost: str | None,
    dry_run: bool,
    cache: Path | None,
    out: Path,
    formats: tuple[str, ...],
) -> None:
    """Ask engines about the same text several times, and about the same text said otherwise.

    An engine that is a function of its input gives one answer, and moves no further than its source does. The costs are
    estimated first, and --max-cost is never passed. What was asked before comes from the answer cache.
    """
    require_place(formats, out)
    settings = load_settings(config)
    settings = replace(
        settings,
        source_lang=canonical(source_lang, "--source-lang") if source_lang else settings.source_lang,
        target_lang=canonical(target_lang, "--target-lang") if target_lang else settings.target_lang,
        max_cost=parse_money(max_cost, settings.currency, "--max-cost") if max_cost else settings.max_cost,
        cache=cache or settings.cache or default_cache(),
    )
    if not settings.engines:
        raise ConfigError("engines", "none is configured", "write [engines.NAME] into mtqa.toml")
    named = [*engines, *([paraphrase] if paraphrase else [])] if engines else []
    settings = settings.only(named, ())
    settings.only([paraphrase] if paraphrase else [], ())  # raises for one that is not there, with the names there are
    asked = [name for name in settings.engines if (name in engines if engines else name != paraphrase)]
    words = _read_synonyms(synonyms) if synonyms else {}
    how = How(repeat, vary or bool(words) or bool(paraphrase), words, paraphrase)
    inputs = find(paths, settings.source_lang, settings.target_lang)
    with TemporaryDirectory() as scratch, assemble(settings, settings.cache) as parts:
        plan = Plan(inputs, settings, parts, Path(scratch), settings.cache or default_cache(), limit)
        probe = Probe(plan, asked, how)
        probe.estimate()
        if dry_run:
            return
        record = probe.run()
    deliver(record, "probe", _lines(record), probe_page, formats, out)


def _read_synonyms(path: Path) -> dict[str, str]:
    """word,synonym in each row. Raises ConfigError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            rows = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(str(path), f"cannot be read ({error})", "give a CSV in UTF-8") from error
    for number, row in rows:
        if len(row) != 2 or not all(cell.strip() for cell in row):
            raise ConfigError(f"{path}:{number}", "is not a word and its synonym", "write word,synonym")
    return {word.strip(): other.strip() for _, (word, other) in rows}


def _lines(record: JsonObject) -> Iterator[str]:
    """What was found, for a terminal."""
    yield asked_of(record)
    if repeated := [_repeats(one) for one in record["engines"] if "repeats" in one]:
        yield ""
        yield from aligned(_REPEATED, repeated)
    rows = [_variation(one["engine"], v) for one in record["engines"] for v in one["variations"]]
    if rows:
        yield ""
        yield from aligned(_VARIED, rows)
    for one in record["engines"]:
        for title, worst in _worst(one):
            yield ""
            yield title
            for shown in worst:
                yield f"  {shown['id']}  {shown.get('variant', shown['source'])}"
                yield f"    {differences(shown['before'], shown['after'], shown['target_lang'], bracketed)}"


def _worst(one: JsonObject) -> Iterable[tuple[str, Sequence[JsonObject]]]:
    few = 3
    if "repeats" in one and one["repeats"]["worst"]:
        yield f"{one['engine']}, the same text again:", one["repeats"]["worst"][:few]
    for varied in one["variations"]:
        if varied["worst"]:
            yield f"{one['engine']}, {varied['kind']}:", varied["worst"][:few]


def _repeats(one: JsonObject) -> tuple[str, ...]:
    told = one["repeats"]
    shares = (percent(told[key]) for key in ("unstable", "numbers", "rewritten"))
    return (one["engine"], figure(told["distinct"]), figure(told["self_agreement"], 3), *shares)


def _variation(engine: str, told: JsonObject) -> tuple[str, ...]:
    moves = (figure(told[key], 3) for key in ("source", "target", "excess"))
    beyond = figure(told.get("beyond_chance"), 3, sign=True)
    return (engine, told["kind"], str(told["segments"]), *moves, beyond, percent(told["numbers"]))
