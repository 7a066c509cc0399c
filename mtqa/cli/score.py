"""`mtqa score`: the verification layer alone, on a table of candidates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from mtqa import __version__
from mtqa.cli.terminal import default_cache, notice, progress
from mtqa.config import Settings, load_settings, parse_decide
from mtqa.errors import ConfigError
from mtqa.inputs import digest
from mtqa.judging import AGREEMENT, signatures_of
from mtqa.model import Notice
from mtqa.parts import told_checks
from mtqa.ports import JsonObject
from mtqa.report.summary import summarise, summary_line
from mtqa.scoring import Table
from mtqa.store.database import make_folder
from mtqa.store.lines import decoded
from mtqa.store.run import SCHEMA_VERSION, reopen, replacing, write_manifest

_LINES = (".jsonl", ".ndjson", ".json")
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")  # what somebody may expect, and would get a folder of that name


@click.command("score")
@click.argument("table", type=click.Path(path_type=Path), metavar="TABLE")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True,
    help="Folder of the run; or a file NAME.jsonl, for the results alone.",
)  # fmt: skip
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option("-m", "--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric. Repeatable.")
@click.option("--primary", metavar="ENGINE", help="Keep this engine unless another's score is higher by the margin.")
@click.option("--margin", type=float, help="How much higher that must be; 0.10 without.")
def command(
    *,
    table: Path,
    out: Path,
    config: Path | None,
    metrics: tuple[str, ...],
    primary: str | None,
    margin: float | None,
) -> None:
    """Choose and mark among translations that exist already: no files, no engines.

    TABLE is JSONL, CSV or Parquet with id, source, source_lang, target_lang and candidates (engine -> text; in CSV a
    column candidates.NAME for each engine), and perhaps doc_id, group and primary. A folder OUT gets segments.jsonl and
    run.json, for `mtqa show` and `mtqa report`.
    """
    settings = load_settings(config).only((), metrics)
    given = {key: value for key, value in (("primary", primary), ("margin", margin)) if value is not None}
    decide = parse_decide(given, "the command line", settings.decide)
    settings = replace(settings, decide=decide, cache=settings.cache or default_cache())
    lines_only = out.suffix.lower() in _LINES
    _check(out, table, lines_only=lines_only)
    created = datetime.now(UTC)
    scored = Table(table, settings)
    try:
        summary = _judged(scored, settings)
        if not lines_only:
            make_folder(out)
            reopen(out)
        _write(out if lines_only else out / "segments.jsonl", scored.lines())
        notices = _notices(scored, settings)
        if not lines_only:
            about = {"created": created.isoformat(timespec="seconds"), "notices": list(map(asdict, notices))}
            write_manifest(out, _manifest(scored, table, settings, summary) | about)
    finally:
        scored.close()
    for found in notices:
        notice(found)
    click.echo(summary_line(summary))


def _check(out: Path, table: Path, *, lines_only: bool) -> None:
    """Refuse to overwrite what is no result of ours, and what would be made where nobody wants it."""
    if out.exists() and table.exists() and out.samefile(table):
        raise ConfigError(str(out), "is the table itself", "write the results somewhere else")
    if out == Path("-") or out.suffix.lower() in _TABLES:
        todo = "name a folder, and make other forms of it with `mtqa report`; or name a file NAME.jsonl"
        raise ConfigError(str(out), "is no folder for a run", todo)
    if lines_only:
        if out.is_dir():
            raise ConfigError(str(out), "is a folder", "name a file, or a folder without a suffix")
        if out.exists() and not _ours(out):
            raise ConfigError(str(out), "is there and holds no results", "name another file with -o")
    elif out.exists() and not (out.is_dir() and (not any(out.iterdir()) or _is_run(out))):
        raise ConfigError(str(out), "is there and no run", "give an empty or new folder with -o, or NAME.jsonl")


def _is_run(folder: Path) -> bool:
    """Whether a folder holds a run, or what is left of one that was killed."""
    return (folder / "run.json").exists() or ((lines := folder / "segments.jsonl").exists() and _ours(lines))


def _ours(path: Path) -> bool:
    """Whether a file holds results, by its first line; nothing is lost with an empty one."""
    try:
        with path.open("rb") as lines:
            first = lines.readline()
        record: object = decoded(first) if first else {"status": "", "utilities": {}}
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.keys() >= {"status", "utilities"}


def _judged(scored: Table, settings: Settings) -> JsonObject:
    """Judge all of it; returns the summary."""
    with progress() as shown:
        shown.start("judge", len(scored))
        return summarise(scored.judge(settings, lambda done: shown.advance("judge", done)), scored.engines, {})


def _write(path: Path, lines: Iterator[bytes]) -> None:
    with replacing(path) as file:
        file.writelines(line + b"\n" for line in lines)


def _notices(scored: Table, settings: Settings) -> list[Notice]:
    notices = [Notice(settings.decide.calibration, warning) for warning in scored.confidence.warnings()]
    if repeated := scored.repeated:
        rows = f"{repeated} row{'s have' if repeated > 1 else ' has'} the id of an earlier one"
        notices.append(Notice(scored.label, f"{rows}: decisions and labels cannot tell them apart"))
    return notices


def _manifest(scored: Table, table: Path, settings: Settings, summary: JsonObject) -> JsonObject:
    sha256, calibration = digest(table), scored.confidence.record()
    return ({"calibration": calibration} if calibration else {}) | {
        "mtqa": __version__,
        "schema": SCHEMA_VERSION,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "engines": {
            name: {"use": "table", "signature": f"table|sha256:{sha256}"}
            | (
                {"family": settings.engines[name].family}
                if name in settings.engines and settings.engines[name].family
                else {}
            )
            for name in scored.engines
        },
        "decide": {"metric": AGREEMENT, **asdict(settings.decide)},
        **told_checks(scored.checks),
        "write": asdict(settings.write),
        "inputs": [{"file": scored.label, "format": "table", "sha256": sha256, "segments": len(scored)}],
        "metrics": signatures_of(scored.statistics),
        "statistics": scored.statistics,
        "engine_notes": {},
        "languages": scored.languages,
        "spent": {},
        "failures": [],
        "summary": summary,
    }
