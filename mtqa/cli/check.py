"""`mtqa check`: the checks alone, on the targets that files already have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from mtqa.checks import run_checks
from mtqa.cli.terminal import notice, printable
from mtqa.config import load_settings
from mtqa.errors import FormatError, MtqaError, SeveralErrors, UnknownFormat
from mtqa.inputs import find, open_input
from mtqa.languages import canonical
from mtqa.model import Candidate, CandidateSet, Finding, Segment, Severity
from mtqa.parts import build_checks, build_formats
from mtqa.ports import Check

_GATE_STATUS = 3


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE-OR-FOLDER...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="Where a file does not say.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
def command(paths: tuple[Path, ...], config: Path | None, target_lang: str | None, *, as_json: bool) -> None:
    """Run the checks on the existing targets of bilingual files; no engine is asked, nothing is written.

    Exit status 3 when there is a finding of severity error, 1 when a file cannot be read.
    """
    settings = load_settings(config)
    if target_lang:
        settings = replace(settings, target_lang=canonical(target_lang, "--target-lang"))
    checks, formats = build_checks(settings), build_formats()
    segments = errors = 0
    faults: list[MtqaError] = []
    for found in find(paths, settings.source_lang, settings.target_lang):
        try:
            for segment in open_input(found, formats).format.read(found.file, notice):
                for finding in _findings(segment, checks):
                    click.echo(_line(segment, finding, as_json=as_json))
                    errors += finding.severity is Severity.ERROR
                segments += segment.target is not None
        except FormatError as error:
            if found.named or not isinstance(error, UnknownFormat):
                faults.append(error)
    click.echo(f"{segments} targets checked · {errors} errors", err=True)
    if faults:
        raise faults[0] if len(faults) == 1 else SeveralErrors(faults)
    if errors:
        raise click.exceptions.Exit(_GATE_STATUS)


def _findings(segment: Segment, checks: Mapping[str, tuple[Check, Severity]]) -> Iterator[Finding]:
    if segment.target is not None and not segment.target.blank:
        yield from run_checks(CandidateSet(segment, (Candidate("existing", segment.target),)), checks)


def _line(segment: Segment, finding: Finding, *, as_json: bool) -> str:
    record = {
        "id": segment.id,
        "unit": segment.unit,
        "check": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
    }
    if as_json:
        return json.dumps(record, ensure_ascii=False)
    return printable("{id}  {unit}  {severity}  {check}: {message}".format(**record))
