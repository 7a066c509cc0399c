"""Content that the other candidates have and this one has not, or that no other has: a clause dropped or added.

Paraphrases put other words in a place; where a clause is gone, nothing is there. So a candidate is laid beside each of
the others, and what counts is the heaviest gap between the words that both have: words that most others use weigh more,
and each word that stands there instead takes half of one away. It must hold against two thirds of the others, and the
lengths of the whole speak too. Words are compared by their first letters, so that endings do not matter; short ones
are passed over. docs/checks.md has what the bounds find.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mtqa.checks.words import WIDE, folded, meaning, said, spans
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_ALONE = 0.25  # the weight of a word that one other has
_LENGTH, _MOST = 0.2, 8  # what each word adds by which the whole is shorter, or longer, and how many count
_NET = 0.6  # of the weight, by which the whole must differ where it is no doubt
_COMMON, _LACKING = 2, 5  # to look closer: words of most others that it lacks; those, and by how many it is shorter
_NEW = 2  # words that no other has, to look closer
_ENOUGH = 3  # candidates
_CHARACTERS = 2  # of a script without spaces that count as a word
_WIDE = re.compile(f"[{WIDE}]")
_SENTENCE_ENDS = re.compile(r"[.!?…؟।۔።]+[\"'”’»)\]]*(?=\s|$)|[。！？]+")


class Omission:
    """Words in a row that the others have and this candidate lacks.

    `least`: what they weigh at least, in words; below `sure` it is a doubt.
    """

    default = Severity.ERROR
    oracle = False  # it is a comparison with the others already

    def __init__(self, least: float = 2.25, sure: float = 4.5) -> None:
        _checked(least, sure)
        self._least, self._sure = least, sure

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if len(list(filter(None, case.lengths))) < _ENOUGH:
            yield from _alone(case)
            return
        for position, lacking in enumerate(case.once(said).lacking()):
            if lacking < _COMMON or (shorter := -case.once(_longer)[position]) < 0 or lacking + shorter < _LACKING:
                continue
            gap = _gap(case, position, shorter, self._least, added=False)
            if gap:
                text = gap.text.plain[slice(*_span(gap))]
                yield Fault(position, f"nothing for “{_short(text)}”", "-", None, not gap.sure(self._sure))


class Addition:
    """Words in a row that neither the source nor any other candidate has.

    `least`: what they weigh at least, in words; below `sure` it is a doubt.
    """

    default = Severity.ERROR
    oracle = False

    def __init__(self, least: float = 3.0, sure: float = 5.5) -> None:
        _checked(least, sure)
        self._least, self._sure = least, sure

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if len(list(filter(None, case.lengths))) < _ENOUGH:
            return
        for position, added in enumerate(case.once(said).added()):
            if added < _NEW or added + _LENGTH * min(longer := case.once(_longer)[position], _MOST) < self._least:
                continue
            gap = _gap(case, position, longer, self._least, added=True)
            if gap:
                span = _span(gap)
                text = gap.text.plain[slice(*span)]
                yield Fault(position, f"no other has “{_short(text)}”", "+", span, not gap.sure(self._sure))


class _Gap(NamedTuple):
    """Words of a text between two of its stems that another text has not, and what they weigh.

    `apart`: by how many words the whole is shorter or longer.
    """

    weight: float
    text: Facts
    first: int
    last: int
    apart: float

    def sure(self, bound: float) -> bool:
        """Whether the gap weighs enough, and the whole differs by about as much."""
        return self.weight >= bound and self.apart >= _NET * self.weight


def _longer(case: Case) -> Sequence[int]:
    """By how many words each candidate is longer than the middle of the others; those without text aside."""
    sizes = case.once(said).sizes()
    ranked = sorted([size for size, length in zip(sizes, case.lengths, strict=True) if length])
    middle = (len(ranked) - 1) // 2
    return [own - ranked[middle if middle < bisect_left(ranked, own) else middle + 1] for own in sizes]


def _gap(case: Case, position: int, words_apart: int, enough: float, *, added: bool) -> _Gap | None:
    """The gap that two thirds of the others have, with what the lengths say in its weight, if that is `enough`."""
    pool = case.once(said)
    unit = _CHARACTERS if pool.wide(position, added) else 1
    by_length = _LENGTH * min(words_apart / unit, _MOST)
    found = pool.gap(position, added, max(_ALONE, enough - by_length) * unit)
    if not found:
        return None
    weight, text, first, last = found
    return _Gap(weight / unit + by_length, case.candidates[text], first, last, words_apart / unit)


def _checked(least: float, sure: float) -> None:
    if not 0 < least <= sure:
        raise ValueError(f"least = {least} is not above 0 and at most sure = {sure}")


def _alone(case: Case) -> Iterable[Fault]:
    """Without others: sentences that are missing, where less than half of the text came back."""
    before = case.source.once(sentences)
    for position, candidate in enumerate(case.candidates):
        after = candidate.once(sentences)
        if (
            before >= 3
            and 2 * after <= before
            and 2 * _weight(candidate) < _weight(case.source)
            and candidate.plain.strip()
        ):
            yield Fault(position, f"{after} of {before} sentences", "-")


def sentences(facts: Facts) -> int:
    """How many sentences a text seems to have."""
    stripped = facts.plain.strip()
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(stripped)]
    return len(ends) + (bool(stripped) and (not ends or ends[-1] < len(stripped)))


def _weight(facts: Facts) -> float:
    return len(facts.plain.strip()) + 1.5 * (0 if facts.plain.isascii() else len(_WIDE.findall(facts.plain)))


def _span(gap: _Gap) -> tuple[int, int]:
    """The characters of a gap in its text."""
    places = [place for place, word in enumerate(gap.text.once(folded)) if meaning(word)]
    found = gap.text.once(spans)
    return found[places[gap.first]][0], found[places[gap.last - 1]][1]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
