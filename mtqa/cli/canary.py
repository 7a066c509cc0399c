"""`mtqa canary`: known errors planted in copies of good candidates, to see which of them the checks notice."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from mtqa.canary import interval
from mtqa.cli.terminal import default_cache, progress
from mtqa.config import PluginSettings, load_settings
from mtqa.errors import ConfigError
from mtqa.inputs import find
from mtqa.languages import canonical
from mtqa.parts import assemble
from mtqa.pipeline import Plan, canaries
from mtqa.ports import JsonObject


@click.command("canary")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option(
    "-n", "--number", "count", type=click.IntRange(min=1), default=50, show_default=True, help="Of each kind."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed plants the same errors.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--cache", envvar="MTQA_CACHE", type=click.Path(path_type=Path, dir_okay=False), help="Answer cache.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    paths: tuple[Path, ...],
    config: Path | None,
    count: int,
    seed: int,
    target_lang: str | None,
    cache: Path | None,
    *,
    as_json: bool,
) -> None:
    """Plant known errors in copies of good candidates, and print which kinds the checks notice.

    Good candidates are those that most engines agree on; without configured engines, the targets that the files
    have. Engines are asked as in a run, and what they have answered before costs nothing. No file is written.
    """
    settings = load_settings(config)
    if target_lang:
        settings = replace(settings, target_lang=canonical(target_lang, "--target-lang"))
    if not settings.engines:
        settings = replace(settings, engines={"existing": PluginSettings("existing", "existing")})
    answers = cache or settings.cache or default_cache()
    inputs = find(paths, settings.source_lang, settings.target_lang)
    with tempfile.TemporaryDirectory() as folder, assemble(settings, answers) as parts:
        plan = Plan(inputs, settings, parts, Path(folder), answers)
        with progress() as shown:
            measured = canaries(plan, shown, count, seed)
    if not measured["sites"]:
        raise ConfigError("canary", "there is no good candidate to plant in", "give files with targets, or engines")
    click.echo(json.dumps(measured, ensure_ascii=False) if as_json else table(measured))


def table(measured: JsonObject) -> str:
    """What was measured, for people."""
    lines = [f"{'planted':20} {'n':>4} {'seen':>6} {'95 %':>12} {'as error':>9} {'false alarms':>13} {'95 %':>12}"]
    for kind in measured["kinds"]:
        planted, seen = kind["planted"], kind["seen"]
        alarms = f"{kind['alarms'] / kind['clean']:13.1%} {_range(kind['alarms'], kind['clean']):>12}"
        if planted:
            rates = f"{seen / planted:6.0%} {_range(seen, planted):>12} {kind['barred'] / planted:9.0%}"
        else:
            rates = f"{'-':>6} {'':>12} {'':>9}"
        lines.append(f"{kind['kind']:20} {planted:4} {rates} {alarms}")
    lines.append(f"seed {measured['seed']}, {measured['sites']} good candidates; nothing of this is in any file")
    return "\n".join(lines)


def _range(hits: int, count: int) -> str:
    low, high = interval(hits, count)
    return f"{low:.0%}-{high:.0%}"
