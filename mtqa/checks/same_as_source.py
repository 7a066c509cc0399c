"""Same as source: an untranslated segment, unless the others left it alone as well (names, products, OK)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

# Handles, hashtags, addresses and placeholders are not words that anyone translates.
_NO_WORD = re.compile(r"[@#/\\{}%<>]")
_WORD = re.compile(r"[^\W\d_]{2,}")


_SPACES = 4  # by which two texts of the same words differ


class SameAsSource:
    """The candidate repeats the source."""

    default = Severity.ERROR
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate: an error for two words or more that most other candidates translated."""
        size = len(case.source.plain)
        near = [position for position, length in enumerate(case.lengths) if -_SPACES <= length - size <= _SPACES]
        if not near:
            return  # as mostly
        near = [position for position in near if _first(case.candidates[position]) == _first(case.source)]
        same = [position for position in near if case.candidates[position].once(flat) == case.source.once(flat)]
        if not same or case.source.language == case.candidates[0].language:
            return
        words = _WORD.findall(" ".join(piece for piece in case.source.plain.split() if not _NO_WORD.search(piece)))
        alone = len(case.candidates) == 1
        if not alone and 2 * len(same) > len(case.candidates):
            return  # names and products: nobody translates them
        if not words or (alone and (len(words) < 2 or not any(word.islower() for word in words))):
            return  # alone, a name is not to be told from a word
        for position in same:
            yield Fault(position, "same as source", doubtful=len(words) < 2 or alone)


def _first(facts: Facts) -> str:
    """The first character of `flat`."""
    return facts.plain.lstrip()[:1].casefold()[:1]


def flat(facts: Facts) -> str:
    """The text with case and spacing folded."""
    return " ".join(facts.plain.split()).casefold()
