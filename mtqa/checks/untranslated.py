"""Untranslated parts: several words in a row that stand in the source, while the target is another language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.checks.same_as_source import flat
from mtqa.checks.words import folded, masked, said, spans, words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_WORDS, _LETTERS = 4, 14
_COMMAND = re.compile(r"--|[|<>\[\]={}\\]")


class Untranslated:
    """Four words or more in a row are those of the source, names aside."""

    default = Severity.ERROR
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.candidates or case.source.language == case.candidates[0].language:
            return
        for position in case.once(said).left(_WORDS):  # mostly none
            candidate = case.candidates[position]
            fours = case.source.once(_fours)
            if candidate.once(_fours).isdisjoint(fours) or candidate.once(flat) == case.source.once(flat):
                continue
            run = _longest(candidate, fours)
            if run:
                written, code = run
                doubtful = code or len(written.split()) < _WORDS + 1
                yield Fault(position, f"not translated: {written}", written.casefold(), None, doubtful)


def _fours(facts: Facts) -> frozenset[tuple[str, ...]]:
    """Each four words in a row."""
    found = facts.once(folded)
    return frozenset(zip(found, found[1:], found[2:], found[3:], strict=False))


def _longest(candidate: Facts, fours: frozenset[tuple[str, ...]]) -> tuple[str, bool] | None:
    """The longest run of the candidate's words that is in the source, if it has words that are no names.

    And whether it looks like a command; what is no more than identifiers is none.
    """
    written, plain = candidate.once(words), candidate.once(folded)
    start, found = 0, (0, 0)
    for place in range(len(plain) - 3):
        if plain[place : place + 4] not in fours:
            start = place + 1
        elif place + 4 - start > found[1] - found[0]:
            found = start, place + 4
    best = written[slice(*found)]
    small = [word for word in best if word[0].islower() and len(word) > 2]
    if len(small) < _WORDS - 1 or sum(map(len, best)) < _LETTERS:
        return None
    text, places = candidate.once(masked), candidate.once(spans)
    if any(f"{opening}{best[0]}" in text for opening in "\"“„«»‘'("):
        return None
    run = text[places[found[0]][0] : places[found[1] - 1][1]]
    return None if "_" in run else (" ".join(best), _COMMAND.search(run) is not None)
