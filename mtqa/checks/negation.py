"""Negation: lost or added, by comparison with the other candidates.

A candidate that negates less often than every other one, for a source that negates, has lost a negation; one that
negates more often than every other, for a source that does not, has added one. Where negation is a beginning of words,
a word that the others have with it and this one has without is sure. Alone, a candidate is compared with its source,
and doubted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
        if len(list(filter(None, case.sizes))) > 1 and not _negated(case.candidates):
            return  # where none negates, none is compared with the source alone
        counts = [candidate.once(negations) for candidate in case.candidates]
        source = case.source.once(negations) if pattern_of(case.source.language) else None
        if not source and not any(counts):
            return
        bare = _bare_words(case)
        if not bare and len(set(counts)) == 1 and len(list(filter(None, case.sizes))) > 1:
            return
        for position, count in enumerate(counts):
            others = [c for i, c in enumerate(counts) if i != position and case.sizes[i]]
            if not others:
                yield from _alone(case, position, count, source)
            elif count < min(others) and source != 0:
                yield Fault(position, "negation missing", "-")
            elif count > max(others) and source == 0 and not any(others):
                yield Fault(position, "negation added", "+")
            elif position in bare:
                yield Fault(position, "negation missing", "-")


def negations(facts: Facts) -> int:
    """How often a text negates."""
    if unspaced(facts.language):
        pattern = pattern_of(facts.language)
        return len(pattern.findall(facts.once(masked))) if pattern else 0
    found = facts.once(_negating)
    return sum(map(facts.once(folded).count, found)) if found else 0


def _negated(texts: Sequence[Facts]) -> bool:
    """Whether any of the texts negates; they are in one language."""
    if unspaced(texts[0].language):
        return any(one.once(negations) for one in texts)
    found = frozenset[str]().union(*[one.once(vocabulary) for one in texts])
    return not found.isdisjoint(_learned(found, texts[0].language))


def _negating(facts: Facts) -> frozenset[str]:
    """The words of a text that negate."""
    found = facts.once(vocabulary)
    return found & _learned(found, facts.language)


def _learned(found: frozenset[str], language: str) -> set[str]:
    """The words that negate in a language, as far as they were met; those of `found` are among them."""
    known, negating = _known_words(language)
    if len(known) > _MANY:
        known.clear()
        negating.clear()
    pattern = pattern_of(language)
    if pattern and not found <= known:
        new = found - known
        known |= new
        negating.update(word for word in new if pattern.fullmatch(word))
    return negating


@lru_cache(maxsize=64)
def _known_words(_language: str) -> tuple[set[str], set[str]]:
    """(words that were looked at, those of them that negate): most words are seen again and again."""
    return set(), set()


def _alone(case: Case, position: int, count: int, source: int | None) -> Iterable[Fault]:
    """By the source; of a text that was left as it is another check tells."""
    if source and not count and case.candidates[position].plain != case.source.plain:
        yield Fault(position, "negation missing", "-", None, doubtful=True)


def _bare_words(case: Case) -> set[int]:
    """The candidates with a word that the others have with the beginning that negates it."""
    prefix = prefix_of(case.candidates[0].language)
    if not prefix or len(case.candidates) < 3:
        return set()
    negating = [one.once(_negating) for one in case.candidates]
    if len(set(negating)) == 1:
        return set()  # as mostly
    found = [one.once(vocabulary) for one in case.candidates]
    negated = Counter([word for some in negating for word in some])
    bare: set[int] = set()
    for word, count in negated.items():
        root = word.removeprefix(prefix)
        if 2 * count > len(found) - 1 and count < len(found) and root != word and len(root) > 3:
            have = [position for position, own in enumerate(found) if root in own]
            if len(have) == 1 and word not in found[have[0]]:
                bare.update(have)
    return bare
