"""Token-bag agreement: how much of what two candidates say is the same, rare words counting most.

A text is a bag of lower-cased tokens. A token is, by the Unicode category of its characters,

    a number       digits (Nd), with . and , between digits            2,500
    a word         letters and letter numbers (L, Nl, No), then also marks and digits      Häuser, mp3
    a character    with the marks after it: punctuation, symbols, and letters of scripts that put no
                   space between words (Han, kana, bopomofo, Thai, Lao, Khmer, Myanmar)

White space parts tokens and is none; every other character is in one token.
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, repeat

from mtqa.metrics import kernel
from mtqa.metrics.chrf import pairs
from mtqa.ports import Comparison

# Weights are whole numbers of 2^-32: sums of them do not depend on the order, and equal bags agree by exactly 1.
ONE = 1 << 32

UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),  # Thai to Myanmar
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303C), (0x3040, 0x312F)),  # Han, kana
    *((0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
    *((0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF)),
)


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
        for portion in kernel.portions(comparison.texts for comparison in comparisons if comparison.texts):
            segments += len(portion)
            frequency.update(chain.from_iterable(distinct for distinct, _ in bags(portion)))
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

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison, (hypothesis, reference) -> T, for every ordered pair of two."""
        compared = [comparison.texts for comparison in batch if len(comparison.texts) > 1]
        with kernel.enough_memory("metric tokens", batch):
            rows = chain.from_iterable([self._rows(portion) for portion in kernel.portions(compared)])
        return [dict(zip(pairs(len(c.texts)), next(rows), strict=True)) if len(c.texts) > 1 else {} for c in batch]

    def _rows(self, segments: list[kernel.Texts]) -> list[list[float]]:
        """Per segment of two texts or more, T of every ordered pair, in the order of `pairs`."""
        import numpy as np

        from mtqa.metrics.arrays import overlaps, without_diagonal

        frequency = self._statistics.frequency
        width = max(map(len, segments))
        starts: list[int] = []
        sizes: list[int] = []
        numbers: list[int] = []
        weights: list[int] = []
        for distinct, token_bags in bags(segments):
            starts.append(len(weights))
            weights.append(0)  # a thing that nobody has, so that no segment is without things
            weights += map(self._weights.__getitem__, map(frequency.get, distinct, repeat(0)))
            sizes += [len(bag) for bag in token_bags] + [0] * (width - len(token_bags))
            numbers += chain.from_iterable(token_bags)
        owners = np.arange(len(sizes), dtype=np.int64)
        first_cells = owners % width * len(weights) + np.array(starts, dtype=np.int64)[owners // width] + 1
        cells = np.repeat(first_cells, sizes) + np.array(numbers, dtype=np.int64)
        counts = np.bincount(cells, minlength=width * len(weights)).reshape(width, -1)
        common = overlaps(counts * np.array(weights, dtype=np.int64), np.array(starts))
        totals = common.diagonal(axis1=1, axis2=2)
        shares = 2 * common / np.maximum(totals[:, :, None] + totals[:, None, :], 1)
        return [without_diagonal(share, len(texts)) for share, texts in zip(shares, segments, strict=True)]


def bags(segments: list[kernel.Texts]) -> list[tuple[list[str], list[list[int]]]]:
    """Per segment, its distinct tokens as they appear, and for each text the numbers of its tokens, from 0."""
    lowered = [tuple(map(str.lower, texts)) for texts in segments]
    compiled = kernel.compiled()
    if compiled:
        found: list[tuple[list[str], list[list[int]]]] = compiled.bags(lowered, classes())
        return found
    return [_bags(texts) for texts in lowered]


def _bags(texts: kernel.Texts) -> tuple[list[str], list[list[int]]]:
    numbers: dict[str, int] = {}
    found = []
    for text in texts:
        marked = text.translate(classes())  # one letter for each character, so spans are those of the text
        tokens = (text[match.start() : match.end()] for match in _PATTERN.finditer(marked))
        found.append([numbers.setdefault(token, len(numbers)) for token in tokens])
    return list(numbers), found


_PATTERN = re.compile("d+(?:pd+)*|w[wdm]*|[spm]m*")


@cache
def classes() -> bytes:
    """One letter for each code point: d digit, w letter, m mark, s on its own, p point or comma, blank white space."""
    by_category = {"L": "w", "Nl": "w", "No": "w", "Nd": "d", "M": "m"}
    letters = []
    for point in range(0x20000):  # the planes with letters; Han and what is not assigned follow
        category = unicodedata.category(chr(point))
        letters.append(by_category.get(category) or by_category.get(category[0], "s"))
    table = bytearray("".join(letters).ljust(sys.maxunicode + 1, "s"), "ascii")
    for first, last in UNSPACED:
        table[first : last + 1] = table[first : last + 1].replace(b"w", b"s")
    table[0xE0100:0xE01F0] = b"m" * 0xF0  # variation selectors
    for point in chain(range(0x21), range(0x7F, 0x3001)):
        if chr(point).isspace():
            table[point] = ord(" ")
    table[ord(".")] = table[ord(",")] = ord("p")
    return bytes(table)
