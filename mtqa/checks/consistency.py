"""Consistency over the run, engine by engine: same source, other target; same target, other source."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping

from mtqa.checks.same_as_source import flat
from mtqa.checks.words import words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_LEAST_WORDS = 2  # one word may rightly translate several
Counts = Mapping[str, Mapping[int, Collection[int]]]


class TargetConsistency:
    """The same source has another target elsewhere in the run."""

    default = Severity.WARNING
    oracle = False

    def __init__(self) -> None:
        self._known: Counts = {}

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is a source with several targets."""
        return bool(self._known)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate: not for the target that came first."""
        source = _source_key(case.source)
        for position, candidate in enumerate(case.candidates):
            targets = self._known.get(case.engines[position], {}).get(source)
            if targets and _key(candidate.plain) != next(iter(targets)):
                yield Fault(position, "the same source is translated otherwise elsewhere", "target")

    def watch(self) -> _Pairs:
        """The pairs of a run."""
        return _Pairs(self, by_source=True)

    def knowing(self, known: Counts) -> TargetConsistency:
        """The same check, with the sources that have several targets."""
        check = TargetConsistency()
        check._known = known
        return check


class SourceConsistency:
    """The same target translates another source elsewhere in the run."""

    default = Severity.WARNING
    oracle = True

    def __init__(self) -> None:
        self._known: Counts = {}

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is a target with several sources."""
        return bool(self._known)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if len(case.source.once(words)) < _LEAST_WORDS:
            return
        for position, candidate in enumerate(case.candidates):
            known = self._known.get(case.engines[position], {})
            if known and _target_key(candidate) in known and candidate.plain.strip():
                yield Fault(position, "the same target translates another source elsewhere", "source")

    def watch(self) -> _Pairs:
        """The pairs of a run."""
        return _Pairs(self, by_source=False)

    def knowing(self, known: Counts) -> SourceConsistency:
        """The same check, with the targets that have several sources."""
        check = SourceConsistency()
        check._known = known
        return check


class _Pairs:
    """(source, target) of each engine as 16 bytes, so that a run of millions fits into memory."""

    def __init__(self, of: TargetConsistency | SourceConsistency, *, by_source: bool) -> None:
        self._of, self._by_source = of, by_source
        self._seen: dict[str, tuple[array[int], array[int]]] = {}

    def see(self, case: Case) -> None:
        if not self._by_source and len(case.source.once(words)) < _LEAST_WORDS:
            return
        source = _source_key(case.source) if self._by_source else _key(_bare(case.source))
        for engine, candidate in zip(case.engines, case.candidates, strict=True):
            keys, values = self._seen.setdefault(engine, (array("q"), array("q")))
            keys.append(source if self._by_source else _target_key(candidate))
            values.append(_key(candidate.plain) if self._by_source else source)

    def check(self) -> TargetConsistency | SourceConsistency:
        return self._of.knowing({e: several for e, (k, v) in self._seen.items() if (several := _several(k, v))})


def _several(keys: array[int], values: array[int]) -> dict[int, Collection[int]]:
    """The keys that have more than one value, with their values: the most frequent first, then by first sight."""
    first: dict[int, int] = {}
    found: dict[int, dict[int, int]] = {}
    for key, value in zip(keys, values, strict=True):
        if first.setdefault(key, value) != value:
            found.setdefault(key, {first[key]: 0})
    for key, value in zip(keys, values, strict=True):
        if key in found:
            found[key][value] = found[key].get(value, 0) + 1
    return {key: sorted(counts, key=lambda v, c=counts: -c[v]) for key, counts in found.items()}  # type: ignore[misc]


def _key(text: str) -> int:
    """64 bits that are the same for the same text within this process."""
    return hash(text)


def _source_key(facts: Facts) -> int:
    return _key(f"{facts.lang}\n{facts.plain}")


def _target_key(facts: Facts) -> int:
    return _key(facts.once(flat))


def _bare(facts: Facts) -> str:
    """Sources that differ in case, spacing and final signs alone are the same."""
    return facts.once(flat).strip(" .:!?…")
