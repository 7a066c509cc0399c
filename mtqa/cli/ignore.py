"""`mtqa ignore`: accept findings of a run, so that they are silent from now on."""

from __future__ import annotations

from pathlib import Path

import click

from mtqa.checks.ignores import Ignores, line
from mtqa.config import IGNORES, load_settings
from mtqa.errors import ConfigError
from mtqa.store.run import read_results


@click.command("ignore")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("fingerprints", nargs=-1, metavar="[FINGERPRINT]...")
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Every finding of this check. Repeatable.")
@click.option("--note", default="", help="Why, for readers of the file.")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
def command(run: Path, fingerprints: tuple[str, ...], checks: tuple[str, ...], note: str, config: Path | None) -> None:
    """Accept findings of the run in the folder RUN: by fingerprint, as segments.jsonl has it, or by check.

    They are added to the file of ignores beside the settings. A finding comes back when its source, its target or
    what the rule says changes.
    """
    settings = load_settings(config)
    path = settings.ignores or settings.folder / IGNORES
    wanted, known = set(fingerprints), Ignores.read(path if path.exists() else None)
    lines: dict[str, str] = {}
    for result in read_results(run):
        for candidate in result["candidates"]:
            for finding in candidate["findings"]:
                mark = finding.get("fingerprint", "")
                if mark and mark not in known and (mark in wanted or finding["check"] in checks):
                    lines[mark] = line(mark, finding["check"], result["id"], finding["message"], note)
                wanted.discard(mark)
    if wanted:
        raise ConfigError(
            str(run), f"has no finding {', '.join(sorted(wanted))}", "take fingerprints from segments.jsonl"
        )
    if lines:
        with path.open("a", encoding="utf-8") as out:
            out.writelines(f"{text}\n" for text in lines.values())
    click.echo(f"{len(lines)} findings accepted: {path}", err=True)
