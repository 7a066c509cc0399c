"""What is unusual about a source: by itself, and beside the other sources of its run. Pure.

A source is unlike the rest when the rest shows it: one word among sentences, capitals among small letters, words that
stand nowhere else.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from statistics import median
from zlib import crc32

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"[^\W\d_]+")
_SPACED = {point: " " for point in range(128) if not chr(point).isalpha()}
_SMALL = re.compile("[a-zß-öø-ÿα-ωа-я]")  # letters of which a text in capitals has none
_CODE = re.compile(r"[{};=]\s*$|</?\w+|\w+\(.*\)|\b\w+_\w+\b|[A-Za-z]:\\|::|->|=>|&&|\$\{", re.MULTILINE)
_CODE_SIGN = re.compile(r"[{};=<(_:>&]")  # what all of these have one of
_SLOTS = 1 << 20  # of the table of words: constant memory, and words that fall together only hide each other
_KNOWN = 1 << 16  # words whose slots are remembered
_MOST = 255  # that is counted of a word
_ENOUGH = 100  # sources that show what is usual
_RARE, _LETTERS = 0.5, 4  # share of words that stand nowhere else; letters of a word that counts
_LONG = 4  # times the median length


Numbers = npt.NDArray[np.uint32]

# Texts -> their distinct words; which of them each word is, text after text; how many each text has.
# mtqa/metrics/bags.py finds them.
Counting = Callable[[Sequence[str]], tuple[Sequence[str], Numbers, Numbers]]


class Sources:
    """The sources of a run: which words they use, how long they are, whether they are all capitals."""

    def __init__(self, words: Counting) -> None:
        self._words, self._slots = words, _Slots()
        self._table, self._lengths = bytearray(_SLOTS), array("I")
        self._capitals = self._single = 0

    def see(self, sources: Sequence[str]) -> None:
        """Count some sources of the run."""
        self._lengths.extend(map(len, sources))
        self._capitals += sum(map(_capitals, sources))
        distinct, numbers, sizes = self._words(sources)
        self._single += int(np.count_nonzero(sizes == 1))
        slots = np.array(list(map(self._slots.__getitem__, distinct)), dtype=np.int64)[numbers]
        owners = np.repeat(np.arange(len(sources)), sizes)
        once = np.unique(owners * _SLOTS + slots) % _SLOTS  # in each source
        slots, times = np.unique(once, return_counts=True)
        table = np.frombuffer(self._table, dtype=np.uint8)  # the same memory
        table[slots] = np.minimum(table[slots] + times, _MOST)

    @cached_property
    def _usual(self) -> float:
        """The median length; asked for when all sources were seen."""
        return median(self._lengths) if self._lengths else 0.0

    def traits(self, source: str) -> tuple[str, ...]:
        """What is unusual about a source, in words; each fits `the source is ...`."""
        words, count = _words(source), len(self._lengths)
        found = []
        if len(words) == 1 and 4 * self._single <= count:
            found.append("a single word")
        if _capitals(source) and 4 * self._capitals <= count:
            found.append("all capitals")
        if _CODE_SIGN.search(source) and len(_CODE.findall(source)) >= 2:
            found.append("code")
        if not source.isascii() and len(_scripts("".join(words))) > 1:
            found.append("in several scripts")
        if count >= _ENOUGH:
            if len(source) > _LONG * self._usual and len(words) > 20:
                found.append("much longer than usual")
            counted = [word for word in words if len(word) >= _LETTERS]
            rare = [word for word in counted if self._table[self._slots[word]] <= 1]
            if len(counted) >= 4 and len(rare) > _RARE * len(counted):
                found.append(f"of words that stand nowhere else ({', '.join(rare[:3])})")
        return tuple(found)


class _Slots(dict[str, int]):
    """Word -> where it is counted."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _KNOWN:
            self.clear()
        slot = self[word] = crc32(word.casefold().encode("utf-8", "surrogatepass")) % _SLOTS
        return slot


def _words(source: str) -> list[str]:
    """Letters in a row."""
    return source.translate(_SPACED).split() if source.isascii() else _WORD.findall(source)  # five times as quick


def _capitals(source: str) -> bool:
    if _SMALL.search(source):  # so are most
        return False
    letters = "".join(_words(source))
    return len(letters) > _LETTERS and letters.isupper()


def _scripts(letters: str) -> set[str]:
    """The scripts of the letters; those that Japanese and Korean mix are one."""
    names = set(map(_script, set(letters)))
    return names - {""}


@lru_cache(maxsize=1 << 12)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    east = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC", "BOPOMOFO"}
    aside = {"MICRO", "OHM", "FEMININE", "MASCULINE", "MODIFIER", "GREEK"}
    return "EAST" if name in east else "" if name in aside else name
