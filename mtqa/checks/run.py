"""Runs the checks over the segments of a run, and lets the other candidates speak on what they find.

A fault that is in most candidates of a segment is probably the way of the language, and counts one level less: an
error becomes a warning, a warning is not told. Alone, a candidate is judged by its source.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter

from mtqa.checks.concerns import Checks, Concerned, Entry
from mtqa.checks.ignores import Ignores
from mtqa.facts import Case, Facts
from mtqa.model import CandidateSet, Finding, Severity
from mtqa.ports import Fault, RunCheck

_TOGETHER = 64  # cases that are looked at together
_quoted = json.encoder.encode_basestring_ascii  # as the encoder writes a str


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


class Checking:
    """Runs the checks over segments; what it learns of their pieces serves the next segments.

    The findings that `ignores` covers are left out. `oracle=False` leaves the other candidates out of it, for measuring
    what they are worth.
    """

    def __init__(self, checks: Checks, ignores: Ignores | None = None, *, oracle: bool = True) -> None:
        self._concerned, self._ignores, self._oracle = Concerned(checks), ignores, oracle

    def over(self, sets: Iterable[CandidateSet]) -> Iterator[tuple[Finding, ...]]:
        """The findings on each candidate set, streamed: by candidate, then by check. A protected segment has none."""
        ignores = self._ignores
        cases = _in_place(map(Case.of, sets))
        while some := list(islice(cases, _TOGETHER)):
            for told in self._told(some):
                yield tuple(finding for finding in told if not ignores.covers(finding)) if ignores and told else told
            for case in some:
                case.before = case.after = None  # a chain of neighbours would hold the whole run

    def _told(self, cases: Sequence[Case]) -> Iterator[tuple[Finding, ...]]:
        """The findings on some cases, check by check: one that has just run runs faster."""
        concerned: dict[str, list[tuple[int, Entry]]] = {name: [] for name in self._concerned.names}
        for place, case in enumerate(cases):
            for entry in () if case.segment.protected else self._concerned.by(case):
                concerned[entry[0]].append((place, entry))
        found: list[list[tuple[int, Finding]]] = [[] for _ in cases]
        for places in concerned.values():
            for place, entry in places:
                found[place] += self._findings(cases[place], entry)
        for some in found:
            some.sort(key=itemgetter(0))  # what is of one candidate stays in the order of the checks
            yield tuple([finding for _, finding in some])

    def _findings(self, case: Case, entry: Entry) -> Sequence[tuple[int, Finding]]:
        """What one check finds, each with the position of its candidate."""
        name, check, severity = entry
        faults = list(check.faults(case))
        if not faults:
            return ()  # as mostly
        shared = _shared(faults) if self._oracle and check.oracle and len(case.candidates) > 1 else None
        told = [(one.candidate, _finding(case, name, one, severity, shared)) for one in faults]
        return [(candidate, finding) for candidate, finding in told if finding]


def run_checks(
    sets: Iterable[CandidateSet], checks: Checks, ignores: Ignores | None = None, *, oracle: bool = True
) -> Iterator[tuple[Finding, ...]]:
    """`Checking` over the segments of one run."""
    return Checking(checks, ignores, oracle=oracle).over(sets)


def _in_place(cases: Iterator[Case]) -> Iterator[Case]:
    """The cases, each with its neighbours of the same file."""
    before: Case | None = None
    here = next(cases, None)
    while here is not None:
        after = next(cases, None)
        here.before = before if before and before.segment.file == here.segment.file else None
        here.after = after if after and after.segment.file == here.segment.file else None
        yield here
        before, here = here, after


def _shared(faults: Sequence[Fault]) -> Mapping[tuple[str, str], int]:
    """In how many candidates each fault is."""
    if len(faults) == 1:  # as mostly
        return {(faults[0].subject, faults[0].message): 1}
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
    print_ = _fingerprint(name, fault, case.source, case.candidates[fault.candidate])
    return Finding(case.engines[fault.candidate], name, level, message, fault.subject, fault.span, counts, print_)


def _fingerprint(check: str, fault: Fault, source: Facts, target: Facts) -> str:
    """16 hexadecimal digits of what is found where; the same whatever the other candidates say."""
    said = f"{_quoted(check)}, {_quoted(fault.subject)}, {_quoted(fault.message)}"
    told = f"[{said}, {source.once(_written)}, {target.once(_written)}]"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _written(facts: Facts) -> str:
    """The text with its codes, as JSON."""
    return f"[{', '.join([_quoted(part if isinstance(part, str) else part.raw) for part in facts.text.parts])}]"
