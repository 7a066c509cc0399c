"""Runs the checks over the segments of a run, and lets the other candidates speak on what they find.

A fault that is in most candidates of a segment is probably the way of the language, and counts one level less: an
error becomes a warning, a warning is not told. Alone, a candidate is judged by its source.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from mtqa.checks.ignores import Ignores
from mtqa.facts import Case
from mtqa.inline import Text
from mtqa.model import CandidateSet, Finding, Severity
from mtqa.ports import Check, Fault, RunCheck

Checks = Mapping[str, tuple[Check, Severity]]


class Watching:
    """Shows the segments of a run to the checks that compare them, and then has all the checks."""

    def __init__(self, checks: Checks) -> None:
        self._given = checks
        self._watches = {name: check.watch() for name, (check, _) in checks.items() if isinstance(check, RunCheck)}

    def see(self, found: CandidateSet) -> None:
        """Show one segment; in the order of the run."""
        if self._watches and not found.segment.protected:
            case = Case.of(found)
            for watch in self._watches.values():
                watch.see(case)

    def checks(self) -> Checks:
        """The checks as they are given, those that compare segments knowing what was seen."""
        return {
            name: (self._watches[name].check() if name in self._watches else check, severity)
            for name, (check, severity) in self._given.items()
        }


def watched(sets: Iterable[CandidateSet], checks: Checks) -> Checks:
    """The checks after they have seen all of `sets`."""
    watching = Watching(checks)
    for found in sets:
        watching.see(found)
    return watching.checks()


def run_checks(
    sets: Iterable[CandidateSet], checks: Checks, ignores: Ignores | None = None, *, oracle: bool = True
) -> Iterator[tuple[Finding, ...]]:
    """The findings on each candidate set, streamed: by candidate, then by check.

    A protected segment has none, and those that `ignores` covers are left out. `oracle=False` leaves the other
    candidates out of it, for measuring what they are worth.
    """
    for case in _in_place(map(Case.of, sets)):
        told = () if case.segment.protected else tuple(_findings(case, checks, oracle=oracle))
        yield tuple(finding for finding in told if not ignores.covers(finding)) if ignores and told else told


def _in_place(cases: Iterator[Case]) -> Iterator[Case]:
    """The cases, each with its neighbours of the same file."""
    before: Case | None = None
    here = next(cases, None)
    while here is not None:
        after = next(cases, None)
        here.before = before if before and before.segment.file == here.segment.file else None
        here.after = after if after and after.segment.file == here.segment.file else None
        yield here
        if before:
            before.before = before.after = None  # a chain of neighbours would hold the whole run
        before, here = here, after


def _findings(case: Case, checks: Checks, *, oracle: bool) -> list[Finding]:
    found: list[tuple[int, Finding]] = []
    for name, (check, severity) in checks.items():
        faults = list(check.faults(case))
        if faults:
            shared = _shared(faults) if oracle and check.oracle and len(case.candidates) > 1 else None
            for fault in faults:
                finding = _finding(case, name, fault, severity, shared)
                if finding:
                    found.append((fault.candidate, finding))
    found.sort(key=lambda one: one[0])
    return [finding for _, finding in found]


def _shared(faults: Iterable[Fault]) -> Counter[tuple[str, str]]:
    """In how many candidates each fault is."""
    different = {(fault.candidate, fault.subject, fault.message) for fault in faults}
    return Counter((subject, message) for _, subject, message in different)


def _finding(
    case: Case, name: str, fault: Fault, severity: Severity, shared: Mapping[tuple[str, str], int] | None
) -> Finding | None:
    level, message, counts = severity, fault.message, None
    if fault.doubtful:
        level = Severity.WARNING
    if shared is not None:
        counts = (shared[fault.subject, fault.message], len(case.candidates))
        message = f"{message} in {counts[0]} of {counts[1]}"
        if 2 * (counts[1] - counts[0]) <= counts[1] - 1:
            if level is Severity.WARNING:
                return None
            level = Severity.WARNING
    engine, text = case.engines[fault.candidate], case.candidates[fault.candidate].text
    print_ = fingerprint(name, fault, case.segment.source, text)
    return Finding(engine, name, level, message, fault.subject, fault.span, counts, print_)


def fingerprint(check: str, fault: Fault, source: Text, target: Text) -> str:
    """16 hexadecimal digits of what is found where; the same whatever the other candidates say."""
    texts = [[part if isinstance(part, str) else part.raw for part in text.parts] for text in (source, target)]
    told = json.dumps([check, fault.subject, fault.message, *texts], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
