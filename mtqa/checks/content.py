"""Content that the other candidates have and this one has not, or that no other has: a clause dropped or added.

Paraphrases differ in words here and there; a clause that is gone is a run of words, and its text is shorter. So a run
of words of another candidate that this one lacks counts only where this one is shorter by about as much. Words are
compared by their first letters, so that endings do not matter; short words are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mtqa.checks.words import SHORTEST, STEM, WIDE, WIDE_FROM, content, folded, masked, words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_PRESENT = 0.8  # what a word that is there takes from a run of words that are not
_RUN = 1.9  # the least weight of a run; in scripts without spaces it is in pairs of characters
_TWO_NEW, _APART = b"\0\0", 3  # a run of that weight has two new words beside each other, or three apart
_NET = 0.3  # of the run's weight, that the whole must differ by
_SURE_RUN, _SURE_NET = 6.0, 0.6  # from where on it is more than a doubt
_MARGIN, _LETTERS = 0.03, 4  # share and characters by which lengths always differ
_WORDS = 2  # by which a clause makes a difference, at least
_ENOUGH = 3
_WIDE = re.compile(f"[{WIDE}]")
_SENTENCE_ENDS = re.compile(r"[.!?…؟।۔።]+[\"'”’»)\]]*(?=\s|$)|[。！？]+")


class Omission:
    """Words in a row that the others have and this candidate lacks."""

    default = Severity.ERROR
    oracle = False  # it is a comparison with the others already

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        lengths = [len(one.plain) for one in case.candidates]
        if sum(map(bool, lengths)) < _ENOUGH:
            yield from _alone(case)
            return
        longest = (1 - _MARGIN) * _middle(lengths) - _LETTERS
        for position, length in enumerate(lengths):
            if 0 < length <= longest and _words_apart(case, position) < 0:
                gone = _gone_by_most(case, position)
                if gone:
                    gone.sort(key=lambda run: run.weight)
                    run = gone[len(gone) // 2]
                    yield Fault(position, f"nothing for “{_short(run.text)}”", "-", None, not run.sure)


class Addition:
    """Words in a row that neither the source nor any other candidate has."""

    default = Severity.ERROR
    oracle = False

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        lengths = [len(one.plain) for one in case.candidates]
        if sum(map(bool, lengths)) < _ENOUGH:
            return
        shortest = (1 + _MARGIN) * _middle(lengths) + _LETTERS
        for position, candidate in enumerate(case.candidates):
            if lengths[position] >= shortest and _words_apart(case, position) > 0:
                peers = _others(case, position)
                surplus = sorted([_surplus(candidate, one) for one in peers])[len(peers) // 3]
                if surplus < _NET * _RUN:
                    continue
                known = case.source.once(_content).union(*[one.once(_content) for one in peers])
                run = _run(candidate, known, surplus)
                if run:
                    start = candidate.plain.find(run.text)
                    span = (start, start + len(run.text)) if start >= 0 else None
                    yield Fault(position, f"no other has “{_short(run.text)}”", "+", span, not run.sure)


def _middle(lengths: Sequence[int]) -> float:
    """The median of those that are not empty."""
    ranked = sorted(length for length in lengths if length)
    return (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


class _Run(NamedTuple):
    """Words in a row that one text has and another lacks, their weight, and by how many words it has more in all."""

    text: str
    weight: float
    surplus: int

    @property
    def sure(self) -> bool:
        return self.weight >= _SURE_RUN and self.surplus >= _SURE_NET * self.weight


def _others(case: Case, position: int) -> list[Facts]:
    return [one for i, one in enumerate(case.candidates) if i != position]


def _words_apart(case: Case, position: int) -> int:
    """By how many words a candidate differs from the middle of the others, if by two or more: the quick look."""
    counts = [len(one.once(words)) for one in _others(case, position)]
    apart = len(case.candidates[position].once(words)) - sorted(counts)[len(counts) // 2]
    return apart if abs(apart) >= _WORDS else 0


def _gone(candidate: Facts, other: Facts) -> _Run | None:
    """The run of words of `other` that `candidate` lacks, where it has nothing else instead."""
    surplus = _surplus(other, candidate)
    if surplus < _NET * _RUN:
        return None
    return _run(other, candidate.once(_content), surplus)


def _gone_by_most(case: Case, position: int) -> list[_Run]:
    """The runs that a candidate lacks, if it lacks one of two thirds of the others."""
    candidate, others = case.candidates[position], _others(case, position)
    needed = 2 * (sum(bool(one.plain) for one in case.candidates) - 1)
    gone: list[_Run] = []
    for place, other in enumerate(others):
        run = _gone(candidate, other)
        if run:
            gone.append(run)
        if 3 * (len(gone) + len(others) - place - 1) < needed:
            return []
    return gone


def _surplus(one: Facts, other: Facts) -> int:
    """How many more words `one` has, each counted once: near none for a paraphrase."""
    return len(one.once(_content)) - len(other.once(_content))


def _content(facts: Facts) -> frozenset[str]:
    return frozenset(facts.once(content))


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


def _run(text: Facts, known: frozenset[str], surplus: int) -> _Run | None:
    """The heaviest run of words of `text` whose stems are not known, if it is heavy enough and no other wording."""
    old = bytes(map(known.__contains__, text.once(content)))
    if _TWO_NEW not in old and old.count(0) < _APART:
        return None
    written, plain = text.once(words), text.once(folded)
    best = weight = 0.0
    start, found = 0, (0, 0)
    for place, word in enumerate(plain):
        wide = len(word) == 1 and word > WIDE_FROM
        if not wide and len(word) < SHORTEST:
            continue
        there = word[:STEM] in known
        value = (0.5 if wide else 1.0) * (-_PRESENT if there else 1.0)
        if weight <= 0:
            weight, start = 0.0, place
        weight += value
        if weight > best:
            best, found = weight, (start, place + 1)
    if best < _RUN or surplus < _NET * best:
        return None
    return _Run(_between(text.once(masked), written, *found), best, surplus)


def _between(plain: str, written: Sequence[str], first: int, last: int) -> str:
    """The characters from one word to another."""
    position, begin = 0, 0
    for place, word in enumerate(written[:last]):
        position = plain.index(word, position)
        begin = position if place == first else begin
        position += len(word)
    return plain[begin:position]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
