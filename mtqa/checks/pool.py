"""The texts of a segment beside each other, word by word, and where they go apart.

Words that stand once in each of two texts and in the same order hold them together (the longest increasing run of their
places, as in patience sorting); what is alike beside them belongs to them too. What is left between are the gaps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from operator import eq
from typing import NamedTuple

Words = Sequence[str]
_OFTEN = 3


class Said(NamedTuple):
    """A text: its pieces, its words in order, the stem of each, the stems of those with a meaning, and its flags."""

    pieces: Words
    words: Words
    beginnings: Words
    stems: Words
    flags: int


class Gap(NamedTuple):
    """Words `here` to `until` of one text stand where words `there` to `end` of the other do."""

    here: int
    until: int
    there: int
    end: int


class Heaviest(NamedTuple):
    """A gap that weighs as much as `weight` words: stems `first` to `last` of a text of the pool."""

    weight: float
    text: int
    first: int
    last: int


class Pool:
    """The candidates of a segment and their source, word by word. A text without characters takes no part in gaps.

    What `gap` tells is said in stems: the beginnings of the words that mean something, so that endings do not matter. A
    stem that a text lacks weighs a quarter where one other text has it, 1 where all others have it, and between in
    proportion; one that it adds weighs 1, where neither another text nor the source has it.

    mtqa/checks/_words.c does all of this with numbers for words.
    """

    def __init__(self, source: Said, texts: Sequence[Said]) -> None:
        self.source, self.texts = source, texts
        self._shown = [place for place, one in enumerate(texts) if any(one.pieces) or len(one.pieces) > 1]
        self._words = [frozenset(one.words) for one in texts]
        self._stems = [frozenset(one.stems) for one in texts]
        self._uses = Counter(chain.from_iterable(self._stems))
        self._word = 4 * (len(self._shown) - 2)  # the weight of a word; all weights are whole parts of it

    def flags(self) -> tuple[int, ...]:
        """The flags of each text, the source last: `MASKED` and its like in mtqa/checks/words.py."""
        return tuple([one.flags for one in (*self.texts, self.source)])

    def sizes(self) -> tuple[int, ...]:
        """Words of each candidate."""
        return tuple([len(one.words) for one in self.texts])

    def recurring(self) -> tuple[int, ...]:
        """How many words of each candidate are such as stand in it three times or more."""
        counted = [
            Counter(one.words).values() if len(one.words) - len(different) >= _OFTEN - 1 else ()
            for one, different in zip(self.texts, self._words, strict=True)
        ]
        return tuple([sum([count for count in counts if count >= _OFTEN]) for counts in counted])

    def doubled(self) -> list[int]:
        """The candidates with a word twice in a row."""
        return [place for place, one in enumerate(self.texts) if any(map(eq, one.words, one.words[1:]))]

    def apart(self, share: float) -> list[int]:
        """The candidates of which no other has that share: twice the words, or stems, in common, of those of both."""
        alone = [place for place in range(len(self.texts)) if not _near(place, self._words, share)]
        stems = [frozenset(one.beginnings) for one in self.texts] if alone else []
        return [place for place in alone if not _near(place, stems, share)]

    def like(self, text: int, near: Pool, share: float) -> bool:
        """Whether a candidate may have that share of its stems in common with a candidate of another pool."""
        own, others = set(self.texts[text].beginnings), [set(one.beginnings) for one in near.texts]
        return any(_near(0, [own, theirs], share) for theirs in others)

    def left(self, words: int) -> list[int]:
        """The candidates that have so many words in a row of which the source has each."""
        known = frozenset(self.source.words)
        near = [place for place, own in enumerate(self._words) if not known.isdisjoint(own)]
        return [place for place in near if b"\1" * words in bytes(map(known.__contains__, self.texts[place].words))]

    def lacking(self) -> tuple[int, ...]:
        """For each candidate, how many stems it lacks that many have: two thirds as many as there are others."""
        others = len(self._shown) - 1
        common = {stem for stem, uses in self._uses.items() if 3 * uses >= 2 * others}
        return tuple([len(common - own) * (place in self._shown) for place, own in enumerate(self._stems)])

    def added(self) -> tuple[int, ...]:
        """For each candidate, how many stems it has that neither another nor the source has."""
        new = {stem for stem, uses in self._uses.items() if uses == 1}.difference(self.source.stems)
        return tuple([len(new & own) for own in self._stems])

    def wide(self, text: int, added: bool) -> bool:
        """Whether a stem that `text` lacks, or adds, is a single character. There are three candidates or more."""
        return 1 in map(len, self._weights(text, added))

    def gap(self, text: int, added: bool, least: float) -> Heaviest | None:
        """What `text` lacks beside two thirds of the others, or adds: the lightest of their heaviest gaps; or nothing.

        Each weighs `least` words or more: its stems, less half a word for each that stands there instead. Where more
        than two thirds as many stand there, it is another wording. There are three candidates or more.
        """
        weights = self._weights(text, added)
        others = [place for place in self._shown if place != text]
        may_lack = len(others) // 3
        found: list[Heaviest] = []
        for seen, other in enumerate(others, start=1):
            one, there = (other, text) if added else (text, other)
            gap = self._heaviest(one, there, weights, least)
            if gap:
                found.append(gap)
            elif seen - len(found) > may_lack:
                return None
        return sorted(found, key=lambda gap: gap.weight)[may_lack - len(others) + len(found)]

    def _weights(self, text: int, added: bool) -> Mapping[str, int]:
        """What the stems weigh that count in a gap."""
        own = self._stems[text]
        if added:
            source = set(self.source.stems)
            return dict.fromkeys([stem for stem in own if self._uses[stem] == 1 and stem not in source], self._word)
        return {stem: self._word // 4 + 3 * (uses - 1) for stem, uses in self._uses.items() if stem not in own}

    def _heaviest(self, one: int, other: int, weights: Mapping[str, int], least: float) -> Heaviest | None:
        """The heaviest gap that `other` fills and `one` does not."""
        weighed = [weights.get(stem, 0) for stem in self.texts[other].stems]
        if not self._densest(other, weighed) / self._word >= least:
            return None
        best: Heaviest | None = None
        for gap in gaps(self.texts[one].stems, self.texts[other].stems):
            instead, size = gap.until - gap.here, gap.end - gap.there
            weight = (sum(weighed[gap.there : gap.end]) - self._word // 2 * instead) / self._word
            if weight >= least and 3 * instead <= 2 * size and (best is None or weight > best.weight):
                new = [place for place in range(gap.there, gap.end) if weighed[place]]
                best = Heaviest(weight, other, new[0], new[-1] + 1)
        return best

    def _densest(self, text: int, weighed: Sequence[int]) -> int:
        """The most weight between stems that all have: no gap is likely to be heavier."""
        most = weight = 0
        for stem, more in zip(self.texts[text].stems, weighed, strict=True):
            weight = 0 if self._uses[stem] == len(self._shown) else weight + more
            most = max(most, weight)
        return most


def _near(place: int, found: Sequence[AbstractSet[str]], share: float) -> bool:
    """Whether another one has that share with the one at a place."""
    own = found[place]
    return any(
        2 * both / (len(own) + len(theirs)) >= share
        for other, theirs in enumerate(found)
        if other != place and (both := len(own & theirs))
    )


def gaps(ours: Words, theirs: Words) -> Iterator[Gap]:
    """The places where `theirs` has words that `ours` has not, in order; those of `ours` may be none."""
    here = there = 0
    for next_here, next_there in (*_held(_single(ours), _single(theirs)), (len(ours), len(theirs))):
        until, end = next_here, next_there
        while here < until and there < end and ours[here] == theirs[there]:
            here, there = here + 1, there + 1
        while here < until and there < end and ours[until - 1] == theirs[end - 1]:
            until, end = until - 1, end - 1
        if there < end:
            yield Gap(here, until, there, end)
        here, there = next_here + 1, next_there + 1


def _single(words: Words) -> Mapping[str, int]:
    """Place of each word that stands once."""
    counts = Counter(words)
    return {word: place for place, word in enumerate(words) if counts[word] == 1}


def _held(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Sequence[tuple[int, int]]:
    """Most pairs of places of the same word that are in order in both texts."""
    pairs = [(here, theirs[word]) for word, here in ours.items() if word in theirs]
    ends: list[int] = []  # place in the other text that the best run of each length ends at
    last: list[int] = []  # and the pair
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        length = bisect_left(ends, there)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [there], [number]
    held: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        held.append(pairs[number])
        number = before[number]
    return held[::-1]
