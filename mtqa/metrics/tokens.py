"""Token-bag agreement: how much of what two candidates say is the same, rare words counting most.

What a token is, mtqa/metrics/bags.py says.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np

from mtqa.metrics import kernel
from mtqa.metrics.bags import Bags, Floats, Numbers, agreements, bags
from mtqa.metrics.chrf import pairs
from mtqa.ports import Comparison

# Weights are whole numbers of 2^-32: sums of them do not depend on the order, and equal bags agree by exactly 1.
ONE = 1 << 32
_MANY = 400_000  # characters


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """How many segments of a run there are, and how many of them have each token in a candidate.

    Takes memory with the vocabulary of the run, about 200 bytes a distinct token.
    """

    segments: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def collect(comparisons: Iterable[Comparison]) -> TokenStatistics:
        """The statistics of a run, or of a group of its segments. Segments without candidates do not count."""
        segments, frequency = 0, Counter[str]()
        for portion in kernel.portions((one.texts for one in comparisons if one.texts), _MANY):
            segments += len(portion)
            found = bags(portion)
            for token, times in zip(found.distinct, found.frequency.tolist(), strict=True):
                frequency[token] += times
        return TokenStatistics(segments, frequency)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with the statistics."""
        lines = "".join(f"{token}\t{count}\n" for token, count in sorted(self.frequency.items()))
        return hashlib.sha256(f"{self.segments}\n{lines}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Tokens:
    """F1 of token bags for every two candidates, 0..1; the same in both directions.

    idf(w) = ln((S + 1) / (df(w) + 0.5)), with S segments in the run, df(w) of them with w in a candidate;
    T(h, r) = 2 sum_w idf(w) min(count of w in h, count in r) / (sum_w idf(w) count in h + the same for r);
    0 where both are empty. idf is rounded to multiples of 2^-32 nat. Without statistics every token weighs the same.
    """

    is_share = True  # utilities are shares of what two texts have in common

    def __init__(self, statistics: TokenStatistics | None = None) -> None:
        self._statistics = statistics or TokenStatistics()
        segments, seen = self._statistics.segments, {0, *self._statistics.frequency.values()}
        self._weights = {df: round(math.log((segments + 1) / (df + 0.5)) * ONE) for df in seen}
        idf = statistics.digest if statistics else "none"
        self.signature = f"tokens|case:lower|idf:{idf}|norm:nfc|unicode:{unicodedata.unidata_version}|version:1"

    def for_run(self, comparisons: Iterable[Comparison]) -> Tokens:
        """The metric with the weights of these comparisons."""
        return Tokens(TokenStatistics.collect(comparisons))

    def packing(self) -> TokenPacking:
        """Counts the tokens of a run, and keeps their numbers."""
        return TokenPacking()

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> T, for every ordered pair of two."""
        found: list[dict[tuple[int, int], float]] = [{} for _ in batch]
        for voters, places in _by_size(batch).items():
            for place, row in zip(places, self.rows([batch[place] for place in places]).tolist(), strict=True):
                found[place] = dict(zip(pairs(voters), row, strict=True))
        return found

    def rows(self, batch: Sequence[Comparison]) -> Floats:
        """The same as an array, shape (comparisons, texts * (texts - 1)), pairs in the order of permutations."""
        with kernel.enough_memory("metric tokens", batch):
            return np.concatenate(kernel.each(self._rows, _portions(batch)))

    def _rows(self, portion: list[kernel.Texts]) -> Floats:
        found = bags(portion)
        frequencies = map(self._statistics.frequency.get, found.distinct, repeat(0))
        weights = np.array([self._weights[frequency] for frequency in frequencies], dtype=np.int64)
        return agreements(found.numbers, found.sizes, (len(portion), len(portion[0])), weights)


_Packed = tuple[Numbers, Numbers, tuple[int, int]]  # numbers and sizes of the bags, (segments, voters)


class PackedTokens(Tokens):
    """Tokens, with the weight of every token of the run by its number."""

    def __init__(self, statistics: TokenStatistics) -> None:
        super().__init__(statistics)
        self._by_number = np.array([self._weights[df] for df in statistics.frequency.values()], dtype=np.int64)

    def unpacked(self, packed: _Packed) -> Floats:
        """T of every ordered pair of what was packed, as `rows` would give it."""
        return agreements(*packed, self._by_number)


class TokenPacking:
    """The tokens of a run, numbered as they come, and how many segments have each.

    Takes memory with the vocabulary of the run, about 200 bytes a distinct token.
    """

    def __init__(self) -> None:
        self._segments = 0
        self._numbers = _Numbering()
        self._frequency = np.zeros(0, dtype=np.int64)  # by number

    def pack(self, batch: Sequence[Comparison]) -> _Packed:
        """Count comparisons with equally many texts. Those without candidates do not count."""
        voters = len(batch[0].texts)
        with kernel.enough_memory("metric tokens", batch):
            found = kernel.each(bags, _portions(batch))
            numbers = np.concatenate([self._numbered(one) for one in found])
        self._segments += len(batch) if voters else 0
        return numbers, np.concatenate([one.sizes for one in found]), (len(batch), voters)

    def _numbered(self, found: Bags) -> Numbers:
        """Count tokens; returns them by their numbers in the run."""
        of_run = np.array(list(map(self._numbers.__getitem__, found.distinct)), dtype=np.uint32)
        new = len(self._numbers) - len(self._frequency)
        self._frequency = np.append(self._frequency, np.zeros(new, dtype=np.int64))
        self._frequency[of_run] += found.frequency  # the distinct ones are there once each
        numbers: Numbers = of_run[found.numbers]
        return numbers

    def metric(self) -> PackedTokens:
        """The metric with the weights of all that was packed."""
        frequency = dict(zip(self._numbers, self._frequency.tolist(), strict=True))
        return PackedTokens(TokenStatistics(self._segments, frequency))


class _Numbering(dict[str, int]):
    """Tokens, numbered from 0 as they are asked for."""

    def __missing__(self, token: str) -> int:
        number = self[token] = len(self)
        return number


def _portions(batch: Sequence[Comparison]) -> list[list[kernel.Texts]]:
    """Texts that are worked on together: memory is bounded, and what stands in many of them is looked up once."""
    return list(kernel.portions((one.texts for one in batch), _MANY))


def _by_size(batch: Sequence[Comparison]) -> dict[int, list[int]]:
    """Number of texts, two at least -> the places of the comparisons with so many."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(batch):
        if len(one.texts) > 1:
            sizes[len(one.texts)].append(place)
    return sizes
