"""`mtqa check`: the checks alone, on the targets that files already have."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import tee
from pathlib import Path

import click

from mtqa.checks import Ignores, run_checks, watched
from mtqa.cli.terminal import notice, printable
from mtqa.config import load_settings
from mtqa.errors import FormatError, MtqaError, SeveralErrors, UnknownFormat
from mtqa.inputs import Found, Opened, find, none_of, open_input
from mtqa.issues import issue_of
from mtqa.languages import canonical
from mtqa.model import Candidate, CandidateSet, Finding, Notice, Segment, Severity
from mtqa.parts import build_checks, build_formats

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
    inputs = find(paths, settings.source_lang, settings.target_lang)
    opened, faults = _opened(inputs)
    if not opened and not faults:
        raise none_of(inputs)
    checks = watched(_sets(opened, lambda _notice: None), build_checks(settings))
    ignores = Ignores.read(settings.ignores)
    segments = errors = 0
    sets, again = tee(_sets(opened, notice))
    for one, findings in zip(sets, run_checks(again, checks, ignores), strict=True):
        for finding in findings:
            click.echo(_line(one.segment, finding, as_json=as_json))
            errors += finding.severity is Severity.ERROR
        segments += 1
    click.echo(f"{segments} targets checked · {errors} errors{told_of(ignores)}", err=True)
    if faults:
        raise faults[0] if len(faults) == 1 else SeveralErrors(faults)
    if errors:
        raise click.exceptions.Exit(_GATE_STATUS)


def _opened(inputs: Iterable[Found]) -> tuple[list[Opened], list[MtqaError]]:
    """The inputs that can be read to their end, and what is wrong with the others."""
    formats, opened = build_formats(), list[Opened]()
    faults: list[MtqaError] = []
    for found in inputs:
        try:
            source = open_input(found, formats)
            deque(source.format.read(source.file, lambda _notice: None), maxlen=0)
        except FormatError as error:
            if found.named or not isinstance(error, UnknownFormat):
                faults.append(error)
        else:
            opened.append(source)
    return opened, faults


def _sets(opened: Iterable[Opened], notify: Callable[[Notice], None]) -> Iterator[CandidateSet]:
    """The existing targets as candidates; protected ones are looked at as well, since nothing is changed here."""
    for source in opened:
        for segment in source.format.read(source.file, notify):
            if segment.target is not None and not segment.target.blank:
                yield CandidateSet(replace(segment, protected=""), (Candidate("existing", segment.target),))


def told_of(ignores: Ignores) -> str:
    """What the ignores did: ` · 3 ignored, 1 ignore lapsed`, or nothing."""
    parts = [f"{ignores.silenced} ignored"] if ignores.silenced else []
    parts += [f"{ignores.lapsed} ignores lapsed"] if ignores.lapsed else []
    return f" · {', '.join(parts)}" if parts else ""


def _line(segment: Segment, finding: Finding, *, as_json: bool) -> str:
    issue = issue_of(finding.check, finding.message)
    record = {
        "id": segment.id,
        "unit": segment.unit,
        "check": finding.check,
        "its": issue.its,
        "mqm": issue.mqm,
        "severity": finding.severity.value,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
    }
    if as_json:
        return json.dumps(record, ensure_ascii=False)
    return printable("{id}  {unit}  {severity}  {check}: {message}".format(**record))
