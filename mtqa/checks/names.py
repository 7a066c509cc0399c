"""Names: what most other candidates keep of the source's names, a candidate keeps as well.

Names are inflected, transcribed or translated by the way of each language, so the source alone says nothing; the other
candidates do. Looked at are words with a capital within a sentence, and words of capitals or with digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from mtqa.checks.pieces import Known
from mtqa.checks.words import masked, words_in
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_SENTENCE_START = re.compile(r"(?:^|[.!?…:]|[\"“”„«»(\[•–—-])\W*$")
_LEAST_STEM, _ENDING = 3, 2
_ENOUGH = 3  # candidates that are needed to say what is kept


class Names:
    """A name of the source that most other candidates have and this one has not."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each name that is lost."""
        if len(case.candidates) < _ENOUGH:
            return
        for name in case.source.once(names):
            head = name[: max(_LEAST_STEM, len(name) - _ENDING)]
            stem = head.casefold()
            missing = [
                i for i, one in enumerate(case.candidates) if head not in one.plain and stem not in one.once(_lowered)
            ]
            if 2 * len(missing) < len(case.candidates):
                for position in missing:
                    yield Fault(position, f"{name} missing", name)


def _lowered(facts: Facts) -> str:
    return facts.plain.casefold()


def names(facts: Facts) -> tuple[str, ...]:
    """The words of a text that look like names, each once."""
    if facts.plain[1:].islower():
        return ()  # no capital but the first letter
    text = facts.once(masked)
    capital = [*chain.from_iterable(map(_capitals.__getitem__, text.split(" ")))]
    named = [_bare(word) for word in capital if not word[1:].islower() or not _starts(text, word)]
    few = 2 * len(named) <= len(capital) + 1 or 2 * len(named) <= len(words_in(text)) + 1
    return tuple(dict.fromkeys(named)) if few else ()  # a headline has a capital in every word


def _capitals_in(piece: str) -> list[str]:
    """The words of a piece that may be names."""
    return [word for word in words_in(piece) if word[0].isupper() and len(word) >= _LEAST_STEM]


_capitals = Known(_capitals_in)


def _starts(text: str, word: str) -> bool:
    """Whether a word stands at the beginning of a sentence, where every word has a capital."""
    place = text.find(word)
    if text[place - 1 : place] == " " and text[place - 2 : place - 1].isalnum():
        return False  # as mostly
    return bool(_SENTENCE_START.search(text[max(0, place - 4) : place]))


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s")
