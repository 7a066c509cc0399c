"""Negation: lost or added, by comparison with the other candidates.

A candidate that negates less often than every other one, for a source that negates, has lost a negation; one that
negates more often than every other, for a source that does not, has added one. Where negation is a beginning of words,
a word that the others have with it and this one has without is sure. Alone, a candidate is compared with its source,
and doubted.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from mtqa.checks.lexicon import Marks, marks
from mtqa.checks.negations import pattern_of, prefix_of, unspaced
from mtqa.checks.pieces import Known
from mtqa.checks.words import masked, said, vocabulary, words_in
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class Negation:
    """A negation that is missing or added."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.candidates or pattern_of(case.candidates[0].language) is None:
            return
        several = len(list(filter(None, case.sizes))) > 1
        if several and not _negated(case):
            return  # where none negates, none is compared with the source alone
        negating = _negating(case, source=False)
        counts = list(map(len, negating))
        source = len(_negating(case, source=True)[0]) if pattern_of(case.source.language) else None
        if not source and not any(counts):
            return
        bare = _bare_words(case, negating)
        if not bare and len(set(counts)) == 1 and several:
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


def _negated(case: Case) -> bool:
    """Whether any candidate negates."""
    language = case.candidates[0].language
    if unspaced(language):
        return any(_negating(case, source=False))
    return _known(language)[1].of(case.once(said), False) > 0


def _negating(case: Case, *, source: bool) -> Sequence[Sequence[str]]:
    """What negates in the source, or in each candidate: the words, case folded."""
    texts = [case.source] if source else case.candidates
    language = texts[0].language
    if unspaced(language):
        pattern = pattern_of(language)
        return [pattern.findall(one.once(masked)) if pattern else [] for one in texts]
    known, counted = _known(language)
    return [[word for piece in some for word in known[piece]] for some in counted.marked(case.once(said), source)]


@lru_cache(maxsize=64)
def _known(language: str) -> tuple[Known[list[str]], Marks]:
    """Piece -> its words that negate in a language, case folded; and how many there are."""
    pattern = pattern_of(language)

    def negates(word: str) -> bool:
        return pattern is not None and pattern.fullmatch(unicodedata.normalize("NFC", word)) is not None

    known = Known(lambda piece: list(filter(negates, [word.casefold() for word in words_in(piece)])))
    return known, marks(lambda piece: len(known[piece]))


def _alone(case: Case, position: int, count: int, source: int | None) -> Iterable[Fault]:
    """By the source; of a text that was left as it is another check tells."""
    if source and not count and case.candidates[position].plain != case.source.plain:
        yield Fault(position, "negation missing", "-", None, doubtful=True)


def _bare_words(case: Case, negating: Sequence[Sequence[str]]) -> set[int]:
    """The candidates with a word that the others have with the beginning that negates it."""
    prefix = prefix_of(case.candidates[0].language)
    if not prefix or len(case.candidates) < 3:
        return set()
    found = case.candidates
    negated = Counter([word for some in negating for word in set(some)])
    bare: set[int] = set()
    for word, count in negated.items():
        root = word.removeprefix(prefix)
        if 2 * count > len(found) - 1 and count < len(found) and root != word and len(root) > 3:
            lacking = [i for i, some in enumerate(negating) if word not in some and root in found[i].once(vocabulary)]
            if len(lacking) == 1 and sum(root in one.once(vocabulary) for one in found) == 1:
                bare.update(lacking)
    return bare
