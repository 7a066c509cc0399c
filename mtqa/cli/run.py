"""`mtqa run`: the whole flow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from mtqa import __version__
from mtqa.cli.canary import table
from mtqa.cli.estimate import preview
from mtqa.cli.gates import Gate, GateType, enforce, require_known
from mtqa.cli.terminal import default_cache, notice, printable, progress
from mtqa.config import Settings, load_settings, parse_money
from mtqa.errors import ConfigError
from mtqa.formats import PROFILES
from mtqa.inputs import find
from mtqa.judging import AGREEMENT
from mtqa.languages import canonical
from mtqa.model import Notice
from mtqa.parts import Parts, assemble, told_checks
from mtqa.pipeline import Plan, run
from mtqa.plugins import nearest
from mtqa.ports import JsonObject
from mtqa.report.summary import summary_line
from mtqa.report.tally import tally
from mtqa.store.run import SCHEMA_VERSION, read_results, write_manifest


@click.command("run")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE-OR-FOLDER...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("mtqa-out"), show_default=True,
    help="Folder of the run.",
)  # fmt: skip
@click.option(
    "-e", "--engine", "engines", multiple=True, metavar="NAME", help="Only this configured engine. Repeatable."
)
@click.option(
    "-m", "--metric", "metrics", multiple=True, metavar="NAME", help="Only this configured metric. Repeatable."
)
@click.option(
    "--candidates", multiple=True, metavar="NAME=PATH",
    help="Translations made elsewhere, as one more engine: a bilingual file, TMX or JSONL. Repeatable.",
)  # fmt: skip
@click.option("--source-lang", envvar="MTQA_SOURCE_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--profile", metavar="NAME", help="How results are written, for which tool; found from the file without.")
@click.option("--overwrite", is_flag=True, help="Replace existing targets that nobody has confirmed.")
@click.option("--skip-unreadable", is_flag=True, help="Leave out files that cannot be read, instead of stopping.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read only the first N segments.")
@click.option("--max-cost", metavar="AMOUNT", help="Stop before the engines cost more together: 5, or '5 EUR'.")
@click.option("--dry-run", is_flag=True, help="Read the files and say what would be sent; send nothing.")
@click.option(
    "--fail-on", "gates", multiple=True, type=GateType(), metavar="RULE",
    help="Exit with 3 when more segments than allowed have a status: divergent, undecided=3, divergent=5%. Repeatable.",
)  # fmt: skip
@click.option(
    "--canaries",
    type=click.IntRange(min=1),
    metavar="N",
    help="Plant N known errors a kind in copies; see `mtqa canary`.",
)
@click.option("--cache", envvar="MTQA_CACHE", type=click.Path(path_type=Path, dir_okay=False), help="Answer cache.")
def command(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[Path, ...],
    config: Path | None,
    out: Path,
    engines: tuple[str, ...],
    metrics: tuple[str, ...],
    candidates: tuple[str, ...],
    source_lang: str | None,
    target_lang: str | None,
    profile: str | None,
    overwrite: bool,
    skip_unreadable: bool,
    limit: int | None,
    max_cost: str | None,
    dry_run: bool,
    gates: tuple[Gate, ...],
    canaries: int | None,
    cache: Path | None,
) -> None:
    """Translate bilingual files with every engine, choose by consensus, write copies and a report.

    OUT gets segments.jsonl, run.json, report.html and the translated copies in files/. The inputs are never
    changed. Running again asks no engine for what it has answered.
    """
    settings = _with_candidates(load_settings(config).only(engines, metrics), candidates)
    settings = replace(
        settings,
        source_lang=canonical(source_lang, "--source-lang") if source_lang else settings.source_lang,
        target_lang=canonical(target_lang, "--target-lang") if target_lang else settings.target_lang,
        write=replace(
            settings.write,
            profile=profile or settings.write.profile,
            overwrite=overwrite or settings.write.overwrite,
        ),
        max_cost=parse_money(max_cost, settings.currency, "--max-cost") if max_cost else settings.max_cost,
        cache=cache or settings.cache,
    )
    if not settings.engines:
        raise ConfigError("engines", "none is configured", "write [engines.NAME] into mtqa.toml, or give --candidates")
    inputs = find(paths, settings.source_lang, settings.target_lang, out, _profile(settings.write.profile))
    with assemble(settings, answers := settings.cache or default_cache()) as parts:
        require_known(gates, parts.checks)
        plan = Plan(inputs, settings, parts, out, answers, limit, skip_unreadable, canaries or 0)
        if dry_run:
            preview(plan)
            return
        _check_folder(plan)
        manifest = _describe(settings, parts)
        with progress() as shown:
            manifest |= run(plan, shown)
    _finish(plan, manifest)
    if canaries:
        click.echo(table(manifest["canaries"]), err=True)
    if gates:
        enforce(gates, tally(read_results(out)))


def _with_candidates(settings: Settings, candidates: Iterable[str]) -> Settings:
    """The settings with an engine for each NAME=PATH."""
    for given in candidates:
        name, _, path = given.partition("=")
        if not name or not path:
            raise click.BadParameter("write NAME=PATH", param_hint="--candidates")
        settings = settings.with_candidates(name, Path(path))
    return settings


def _profile(name: str) -> str | None:
    """The name of a writing profile, None for the one that each file asks for. Raises ConfigError."""
    if name and name not in PROFILES:
        raise ConfigError("profile", f"{name!r} is not one{nearest(name, PROFILES)}", f"known: {', '.join(PROFILES)}")
    return name or None


def _check_folder(plan: Plan) -> None:
    """Refuse a folder in which something of the user's could be overwritten."""
    folder = plan.folder
    if (
        folder.is_dir()
        and any(folder.iterdir())
        and not any((folder / name).exists() for name in ("run.sqlite", "run.json"))
    ):
        raise ConfigError(str(folder), "is not empty and not a run", "give an empty or new folder with -o")


def _describe(settings: Settings, parts: Parts) -> JsonObject:
    """What the manifest says before anything is done: everything that can change a result, and no secret."""
    return {
        "mtqa": __version__,
        "schema": SCHEMA_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "engines": {
            name: {"use": settings.engines[name].use, "signature": engine.signature}
            | ({"family": family} if (family := settings.engines[name].family) else {})
            for name, engine in parts.engines.items()
        },
        "metrics": {name: metric.signature for name, metric in parts.metrics.items()},
        "decide": {"metric": AGREEMENT, **asdict(settings.decide)},
        **told_checks(parts.checks),
        "write": asdict(settings.write),
        "assumed": {"source_lang": settings.source_lang, "target_lang": settings.target_lang},
    }


def _finish(plan: Plan, manifest: JsonObject) -> None:
    """Write the manifest and the report, and say on one line what came out."""
    from mtqa.cli.report import render

    write_manifest(plan.folder, manifest | {"finished": datetime.now(UTC).isoformat(timespec="seconds")})
    render(plan.folder, "html", plan.folder / "report.html")
    for about in manifest["notices"]:
        notice(Notice(**about))
    for trouble in manifest["failures"]:
        click.echo(printable(_told(trouble)), err=True)
    click.echo(f"report: {plan.folder / 'report.html'}", err=True)
    click.echo(summary_line(manifest["summary"]))


def _told(trouble: JsonObject) -> str:
    """Who failed on what, how often, and what to do, on one line."""
    count = f"{trouble['segments']} segment{'s' if trouble['segments'] > 1 else ''}"
    where = f"{trouble['engine']}: {trouble['kind']}: {count} (such as {trouble['example']})"
    return f"{where}: {trouble['reason']}; {trouble['todo']}"
