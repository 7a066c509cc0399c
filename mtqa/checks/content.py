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
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from mtqa.checks.alignment import gaps
from mtqa.checks.words import SHORTEST, WIDE, WIDE_FROM, content, folded, masked, words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_ALONE = 0.25  # the weight of a word that one other has; a word that all have weighs 1
_INSTEAD = 0.5  # what a word takes away that stands in the place
_REWORDED = 2 / 3  # of its words, and more of others in their place, are another wording
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
        pool = case.once(_pool)
        if len(pool.shown) < _ENOUGH:
            yield from _alone(case)
            return
        others = len(pool.shown) - 1
        common = {stem for stem, count in pool.uses.items() if 3 * count >= 2 * others}
        for position, candidate in pool.shown:
            own = candidate.once(_stems)
            lacking = len(common - own)
            if lacking < _COMMON or (shorter := -pool.longer(candidate)) < 0 or lacking + shorter < _LACKING:
                continue
            step = (1 - _ALONE) / (others - 1)
            weights = {stem: _ALONE + step * (count - 1) for stem, count in pool.uses.items() if stem not in own}
            pairs = [(candidate, one) for place, one in pool.shown if place != position]
            gap = _of_most(pairs, weights, pool.shared, shorter, self._least)
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
        pool = case.once(_pool)
        if len(pool.shown) < _ENOUGH:
            return
        source = case.source.once(_stems)
        new = frozenset([stem for stem, count in pool.uses.items() if count == 1 and stem not in source])
        for position, candidate in pool.shown:
            added = new & candidate.once(_stems)
            if len(added) < _NEW or len(added) + _LENGTH * min(longer := pool.longer(candidate), _MOST) < self._least:
                continue
            pairs = [(one, candidate) for place, one in pool.shown if place != position]
            gap = _of_most(pairs, dict.fromkeys(added, 1.0), pool.shared, longer, self._least)
            if gap:
                span = _span(gap)
                text = candidate.plain[slice(*span)]
                yield Fault(position, f"no other has “{_short(text)}”", "+", span, not gap.sure(self._sure))


class _Pool(NamedTuple):
    """The candidates that have a text, by position; how many use each stem; what all use; their words, ranked."""

    shown: Sequence[tuple[int, Facts]]
    uses: Mapping[str, int]
    shared: Collection[str]
    sizes: Sequence[int]

    def longer(self, one: Facts) -> int:
        """By how many words it is longer than the middle of the others; negative where it is shorter."""
        own, middle = len(one.once(folded)), (len(self.sizes) - 1) // 2
        return own - self.sizes[middle if middle < bisect_left(self.sizes, own) else middle + 1]


class _Gap(NamedTuple):
    """Words of a text between two places in its `content` that another text has not, and what they weigh.

    `apart`: by how many words the whole is shorter or longer.
    """

    weight: float
    text: Facts
    first: int
    last: int
    apart: float = 0.0

    def sure(self, bound: float) -> bool:
        """Whether the gap weighs enough, and the whole differs by about as much."""
        return self.weight >= bound and self.apart >= _NET * self.weight


def _pool(case: Case) -> _Pool:
    shown = [(position, one) for position, one in enumerate(case.candidates) if one.plain]
    stems = [one.once(_stems) for _, one in shown]
    shared = frozenset.intersection(*stems) if stems else frozenset()
    sizes = sorted([len(one.once(folded)) for _, one in shown])
    return _Pool(shown, Counter(chain.from_iterable(stems)), shared, sizes)


def _checked(least: float, sure: float) -> None:
    if not 0 < least <= sure:
        raise ValueError(f"least = {least} is not above 0 and at most sure = {sure}")


def _of_most(
    pairs: Sequence[tuple[Facts, Facts]],
    weights: Mapping[str, float],
    shared: Collection[str],
    words_apart: int,
    enough: float,
) -> _Gap | None:
    """The gap that two thirds of the pairs have, with what the lengths say in its weight, if that is `enough`."""
    unit = _CHARACTERS if 1 in map(len, weights) else 1
    by_length = _LENGTH * min(words_apart / unit, _MOST)
    found: list[_Gap] = []
    may_lack = len(pairs) // 3
    for place, (one, other) in enumerate(pairs):
        least = max(_ALONE, enough - by_length) * unit
        gap = _heaviest(one, other, weights, least) if _densest(other, weights, shared) >= least else None
        if gap:
            found.append(gap)
        elif place + 1 - len(found) > may_lack:
            return None
    gap = sorted(found, key=lambda gap: gap.weight)[may_lack - len(pairs) + len(found)]
    return gap._replace(weight=gap.weight / unit + by_length, apart=words_apart / unit)


def _densest(text: Facts, weights: Mapping[str, float], shared: Collection[str]) -> float:
    """The most weight between words that all candidates have: no gap is likely to be heavier."""
    most = weight = 0.0
    for stem in text.once(content):
        if stem in shared:
            weight = 0.0
        elif stem in weights:
            weight += weights[stem]
            most = max(most, weight)
    return most


def _heaviest(one: Facts, other: Facts, weights: Mapping[str, float], enough: float) -> _Gap | None:
    """The heaviest gap that `other` fills and `one` does not, if it weighs enough."""
    weighed = [weights.get(stem, 0.0) for stem in other.once(content)]
    best: _Gap | None = None
    for gap in gaps(one, other):
        weight = sum(weighed[gap.there : gap.end]) - _INSTEAD * (gap.until - gap.here)
        reworded = gap.until - gap.here > _REWORDED * (gap.end - gap.there)
        if weight >= enough and not reworded and (best is None or weight > best.weight):
            new = [place for place in range(gap.there, gap.end) if weighed[place]]
            best = _Gap(weight, other, new[0], new[-1] + 1)
    return best


def _stems(facts: Facts) -> frozenset[str]:
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


def _span(gap: _Gap) -> tuple[int, int]:
    """The characters of a gap in its text."""
    meaning = [n for n, word in enumerate(gap.text.once(folded)) if len(word) >= SHORTEST or word > WIDE_FROM]
    first, last = meaning[gap.first], meaning[gap.last - 1]
    plain, position, start = gap.text.once(masked), 0, 0
    for place, word in enumerate(gap.text.once(words)[: last + 1]):
        start_of_word = plain.index(word, position)
        start = start_of_word if place == first else start
        position = start_of_word + len(word)
    return start, position


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
