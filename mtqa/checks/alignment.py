"""Where two wordings of one thing go apart: the words of one between words that both have, beside those of the other.

Words that stand once in each and in the same order hold the two together (the longest increasing run of their places,
as in patience sorting); what is alike beside them belongs to them too. What is left between are the gaps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mtqa.checks.words import content
from mtqa.facts import Facts


class Gap(NamedTuple):
    """Words `here` to `until` of one text stand where words `there` to `end` of the other do: places in `content`."""

    here: int
    until: int
    there: int
    end: int


def gaps(one: Facts, other: Facts) -> Iterator[Gap]:
    """The places where `other` has words that `one` has not, in order; those of `one` may be none."""
    ours, theirs = one.once(content), other.once(content)
    here = there = 0
    for next_here, next_there in (*_held(one.once(_single), other.once(_single)), (len(ours), len(theirs))):
        until, end = next_here, next_there
        while here < until and there < end and ours[here] == theirs[there]:
            here, there = here + 1, there + 1
        while here < until and there < end and ours[until - 1] == theirs[end - 1]:
            until, end = until - 1, end - 1
        if there < end:
            yield Gap(here, until, there, end)
        here, there = next_here + 1, next_there + 1


def _single(facts: Facts) -> Mapping[str, int]:
    """Place of each word that stands once."""
    words = facts.once(content)
    places = dict(zip(words, range(len(words)), strict=True))
    if len(places) == len(words):
        return places
    counts = Counter(words)
    return {word: at for word, at in places.items() if counts[word] == 1}


def _held(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Sequence[tuple[int, int]]:
    """Most pairs of places of the same word that are in order in both texts."""
    pairs = [(here, theirs[word]) for word, here in ours.items() if word in theirs]
    places = [there for _, there in pairs]
    if places == sorted(places):
        return pairs  # as mostly
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
