"""Bags: texts as bags of tokens, and what two bags have in common.

A text is a bag of lower-cased tokens. A token is, by the Unicode category of its characters,

    a number       digits (Nd), with . and , between digits            2,500
    a word         letters and letter numbers (L, Nl, No), then also marks and digits      Häuser, mp3
    a character    with the marks after it: punctuation, symbols, and letters of scripts that put no
                   space between words (Han, kana, bopomofo, Thai, Lao, Khmer, Myanmar)

White space parts tokens and is none; every other character is in one token. Words alone, as they are written, are
letters in a row, of any script.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from mtqa.metrics import kernel
from mtqa.metrics.arrays import overlaps

Numbers = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]

UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),  # Thai to Myanmar
    *((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303C), (0x3040, 0x312F)),  # Han, kana
    *((0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
    *((0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF)),
)


@dataclass(frozen=True, slots=True)
class Bags:
    """The tokens of many texts.

    `distinct`: the tokens, in the order in which they first appear; `numbers`: where each token of each text stands
    among these; `sizes`: how many tokens each text has; `frequency`: how many segments have each distinct token.
    """

    distinct: list[str]
    numbers: Numbers
    sizes: Numbers
    frequency: Numbers


def bags(segments: list[kernel.Texts]) -> Bags:
    """The lower-cased tokens of the texts of segments."""
    compiled = kernel.compiled()
    if compiled is None:
        return _bags(_lowered(segments), _tokens)
    found = compiled.bags(segments, classes(), small())
    return _counted(found or compiled.bags(_lowered(segments), classes(), b""))


def words(texts: Sequence[str]) -> tuple[list[str], Numbers, Numbers]:
    """The distinct words of texts; which of them each word is, text after text; and how many each text has."""
    segments, compiled = [(text,) for text in texts], kernel.compiled()
    found = _bags(segments, _WORD.findall) if compiled is None else _counted(compiled.bags(segments, letters(), b""))
    return found.distinct, found.numbers, found.sizes


def _lowered(segments: list[kernel.Texts]) -> list[kernel.Texts]:
    return [tuple(map(str.lower, texts)) for texts in segments]


def _counted(found: tuple[list[str], bytes, bytes, bytes]) -> Bags:
    """What the kernel found."""
    distinct, *counted = found
    return Bags(distinct, *(np.frombuffer(numbers, dtype=np.uint32) for numbers in counted))


def _bags(segments: Sequence[kernel.Texts], tokens: Callable[[str], Iterable[str]]) -> Bags:
    numbers: dict[str, int] = {}
    found: list[list[int]] = []
    frequency = Counter[int]()
    for texts in segments:
        own = [[numbers.setdefault(token, len(numbers)) for token in tokens(text)] for text in texts]
        frequency.update(set(chain.from_iterable(own)))
        found += own
    return Bags(
        list(numbers),
        np.array(list(chain.from_iterable(found)), dtype=np.uint32),
        np.array(list(map(len, found)), dtype=np.uint32),
        np.array([frequency[number] for number in range(len(numbers))], dtype=np.uint32),
    )


def _tokens(text: str) -> list[str]:
    marked = text.translate(classes())  # one letter for each character, so spans are those of the text
    return [text[match.start() : match.end()] for match in _PATTERN.finditer(marked)]


def agreements(numbers: Numbers, sizes: Numbers, shape: tuple[int, int], weights: npt.NDArray[np.int64]) -> Floats:
    """F1 of every ordered pair of bags of a segment, in the order of permutations: (segments, voters * (voters - 1)).

    `numbers` and `sizes` as in `Bags`; `shape`: (segments, voters); `weights`: of the tokens by number, in whole
    numbers, 0 or more.
    """
    segments, voters = shape
    if voters < 2:
        return np.zeros((segments, 0))
    compiled = kernel.compiled()
    if compiled is None:
        return _agreements(numbers.astype(np.int64), sizes.astype(np.int64), voters, weights)
    return np.frombuffer(compiled.agreements(numbers, sizes, voters, weights)).reshape(segments, voters * (voters - 1))


def _agreements(
    numbers: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], voters: int, weights: npt.NDArray[np.int64]
) -> Floats:
    segments = len(sizes) // voters
    texts = np.repeat(np.arange(len(sizes)), sizes)
    # A thing that nobody has comes first in every segment, so that none is without things.
    places = np.append(texts // voters * (len(weights) + 1) + numbers + 1, np.arange(segments) * (len(weights) + 1))
    things, cells = np.unique(places, return_inverse=True)
    owners = np.append(texts % voters, np.zeros(segments, dtype=np.int64))
    counts = np.bincount(owners * len(things) + cells, minlength=voters * len(things)).reshape(voters, -1)
    of_things = np.append(0, weights)[things % (len(weights) + 1)]
    common = overlaps(counts * of_things, np.searchsorted(things, np.arange(segments) * (len(weights) + 1)))
    totals = common.diagonal(axis1=1, axis2=2)
    shares = 2 * common / np.maximum(totals[:, :, None] + totals[:, None, :], 1)
    found: Floats = shares[:, ~np.eye(voters, dtype=bool)]
    return found


_PATTERN = re.compile("d+(?:pd+)*|w[wdm]*|[spm]m*")
_WORD = re.compile(r"[^\W\d_]+")
_PLANES = 0x40000  # code points; there are no letters beyond
_CASED = 0x20000  # and none with two cases beyond these
_SEVERAL = "İΣ"  # a letter whose lower case is two characters, and one that has two of them


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


@cache
def letters() -> bytes:
    """The same for words alone: w letter, blank anything else."""
    table = bytearray(b" " * (sys.maxunicode + 1))
    for run in _WORD.finditer(_characters(_PLANES)):
        table[run.start() : run.end()] = b"w" * (run.end() - run.start())
    return bytes(table)


@cache
def small() -> bytes:
    """The lower case of each code point in its place, 32 bits wide, up to the last that has one; 0x110000 for none."""
    plain = _characters(_CASED)
    for several in _SEVERAL:
        plain = plain.replace(several, " ")
    table = np.frombuffer(plain.lower().encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    table[list(map(ord, _SEVERAL))] = sys.maxunicode + 1
    return table.tobytes()


def _characters(many: int) -> str:
    """So many characters, in the order of Unicode."""
    return np.arange(many, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
