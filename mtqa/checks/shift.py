"""Shift: segment n carries the translation of a neighbour.

With other engines: the candidate has nearly nothing in common with theirs for this segment, and very much with theirs
for the neighbour. Alone: the numbers, names and addresses of its own source are missing, and the neighbour's are there.
"""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.checks.addresses import emails, urls
from mtqa.checks.names import names
from mtqa.checks.numerals import numbers
from mtqa.checks.same_as_source import flat
from mtqa.checks.words import STEM, said, stems
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_APART, _ALIKE = 0.3, 0.5  # shares of common words


class Shift:
    """The candidate seems to belong to the segment before or after."""

    default = Severity.ERROR
    oracle = False  # it is a comparison with the others already

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        every = [(where, near) for where, near in (("before", case.before), ("after", case.after)) if near]
        if not every:
            return
        for position in case.once(said).apart(_APART):  # mostly none
            around = [(where, near) for where, near in every if _may_belong(case, position, near)]
            if not around:
                continue  # as mostly
            candidate = case.candidates[position]
            others = [one for i, one in enumerate(case.candidates) if i != position and one.once(_bag)]
            own = candidate.once(_bag)
            if not own or any(_common(own, one.once(_bag)) >= _APART for one in others):
                continue
            for where, near in around:
                if _belongs(case, position, near, bool(others)):
                    yield Fault(position, f"seems to belong to the segment {where}", where)
                    break


def _may_belong(case: Case, position: int, near: Case) -> bool:
    """Whether to look closer: by words alone, where the candidate, others and the neighbour have some to compare."""
    sizes = case.once(said).sizes()
    compared = sizes[position] and any(sizes[:position] + sizes[position + 1 :]) and len(near.candidates) > 1
    return not compared or case.once(said).like(position, near.once(said), _ALIKE)


def _belongs(case: Case, position: int, near: Case, compared: bool) -> bool:
    candidate, engine = case.candidates[position], case.engines[position]
    if case.source.once(flat) == near.source.once(flat):
        return False
    others = [one for i, one in enumerate(near.candidates) if near.engines[i] != engine]
    if compared and others:
        return max(_common(candidate.once(_bag), one.once(_bag)) for one in others) >= _ALIKE
    mine, theirs, found = case.source.once(_anchors), near.source.once(_anchors), candidate.once(_anchors)
    return len(mine) >= 1 and not mine & found and len(theirs & found) >= 2 and not theirs & mine


def _bag(facts: Facts) -> frozenset[str]:
    """The words by their first letters; for texts without words, their numbers."""
    return facts.once(stems) or frozenset(facts.once(numbers))


def _common(one: frozenset[str], other: frozenset[str]) -> float:
    """Common words, as a share of the mean of both."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _anchors(facts: Facts) -> frozenset[str]:
    """What comes through a translation as it is."""
    stems = (name[:STEM].casefold() for name in facts.once(names))
    return frozenset((*facts.once(numbers), *facts.once(urls), *facts.once(emails), *stems))
