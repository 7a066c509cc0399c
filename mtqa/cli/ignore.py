"""`mtqa ignore`: accept findings of a run, so that they are silent from now on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import click

from mtqa.checks.ignores import Ignores, line
from mtqa.cli.terminal import printable
from mtqa.config import IGNORES, load_settings
from mtqa.errors import ConfigError
from mtqa.plugins import nearest
from mtqa.store.run import read_manifest, read_results, replacing


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
    if not fingerprints and not checks:
        raise click.UsageError("name findings by fingerprint, or a check with --check")
    _require(checks, read_manifest(run).get("checks", ()), run)
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
        _append(path, lines.values())
    click.echo(f"{len(lines)} finding{'' if len(lines) == 1 else 's'} accepted: {printable(str(path))}", err=True)


def _require(checks: Iterable[str], ran: Collection[str], run: Path) -> None:
    for name in checks:
        if name not in ran:
            what = f"no check {name!r} in this run{nearest(name, ran)}"
            raise ConfigError(str(run), what, f"name one of {', '.join(ran)}")


def _append(path: Path, lines: Iterable[str]) -> None:
    """Add lines to the file, which a person may have left without an end of its last line."""
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})", "correct the path of the ignores") from error
    told = "".join(f"{' '.join(one.splitlines())}\n" for one in lines)  # a text may have ends of lines of its own
    with replacing(path) as out:
        out.write(before if not before or before.endswith(b"\n") else before + b"\n")
        out.write(told.encode("utf-8", "backslashreplace"))
