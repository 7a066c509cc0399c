"""Negation: lost or added, by comparison with the other candidates.

A candidate that negates less often than every other one, for a source that negates, has lost a negation; one that
negates more often than every other, for a source that does not, has added one. Where negation is a beginning of words,
a word that the others have with it and this one has without is sure. Alone, a candidate is compared with its source,
and doubted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from mtqa.checks.negations import pattern_of, prefix_of, unspaced
from mtqa.checks.words import folded, masked, vocabulary
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_MANY = 200_000  # words that are kept in mind for a language


class Negation:
    """A negation that is missing or added."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.candidates or pattern_of(case.candidates[0].language) is None:
            return
        counts = [candidate.once(negations) for candidate in case.candidates]
        source = case.source.once(negations) if pattern_of(case.source.language) else None
        if not source and not any(counts):
            return
        for position, count in enumerate(counts):
            others = [c for i, c in enumerate(counts) if i != position and case.candidates[i].plain.strip()]
            if not others:
                yield from _alone(position, count, source)
            elif count < min(others) and source != 0:
                yield Fault(position, "negation missing", "-")
            elif count > max(others) and source == 0 and not any(others):
                yield Fault(position, "negation added", "+")
            else:
                yield from _bare_words(case, position)


def negations(facts: Facts) -> int:
    """How often a text negates."""
    if unspaced(facts.language):
        pattern = pattern_of(facts.language)
        return len(pattern.findall(facts.once(masked))) if pattern else 0
    found = facts.once(_negating)
    return sum(map(facts.once(folded).count, found)) if found else 0


def _negating(facts: Facts) -> frozenset[str]:
    """The words of a text that negate."""
    known, negating = _known_words(facts.language)
    if len(known) > _MANY:
        known.clear()
        negating.clear()
    found, pattern = facts.once(vocabulary), pattern_of(facts.language)
    new = found - known
    if new and pattern:
        known |= new
        negating.update(word for word in new if pattern.fullmatch(word))
    return found & negating


@lru_cache(maxsize=64)
def _known_words(_language: str) -> tuple[set[str], set[str]]:
    """(words that were looked at, those of them that negate): most words are seen again and again."""
    return set(), set()


def _alone(position: int, count: int, source: int | None) -> Iterable[Fault]:
    if source and not count:
        yield Fault(position, "negation missing", "-", None, doubtful=True)


def _bare_words(case: Case, position: int) -> Iterable[Fault]:
    """Words without the beginning that negates them in the other candidates."""
    prefix = prefix_of(case.candidates[position].language)
    if not prefix or len(case.candidates) < 3:
        return
    own = case.candidates[position].once(vocabulary)
    others = [one for i, one in enumerate(case.candidates) if i != position]
    negated = Counter(word for one in others for word in one.once(_negating))
    for word, count in negated.items():
        bare = word.removeprefix(prefix)
        sure = 2 * count > len(others) and bare != word and len(bare) > 3 and word not in own and bare in own
        if sure and not any(bare in one.once(vocabulary) for one in others):
            yield Fault(position, "negation missing", "-", None)
            return
