"""Features: what the terms of the score need to know of each text. Counted in one pass, compiled or in Python.

CHARACTERS  all of them
WORDS       what white space parts
GRAMS       n-grams: four words in a row; in a text with fewer words than one in twenty characters, which puts no
space between them, eight characters; a text that is shorter is one, an empty one has none
DISTINCT    those of them that differ
KEPT        those of them that are in the source too
STRANGE     whether a character may be a letter of another script than Latin
LACKING     how many of the source's numbers of two digits or more, and of its URLs, are not in the text; numbers are
            compared by their digits, since separators differ by locale
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mtqa.metrics import kernel
from mtqa.metrics.bags import classes
from mtqa.ports import Comparison

CHARACTERS, WORDS, GRAMS, DISTINCT, KEPT, STRANGE, LACKING = range(7)
_IN_A_ROW, _UNSPACED, _SPACED = 4, 8, 20
Gram = str | tuple[str, ...]

# Outside of the Latin blocks, and of those that have no letters: punctuation, currencies, symbols, pictures. Within the
# former, the letters that Unicode names otherwise: ordinals and the micro sign.
_STRANGE = re.compile(
    "[^\0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u024f\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\U0001f000-\U0001faff]"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']*[\w/]")
_NUMBER = re.compile(r"\d(?:\d{0,2}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,]\d+)*)")
_TWO_DIGITS = re.compile(r"\d\D?\d")


def features(batch: Sequence[Comparison]) -> npt.NDArray[np.int64]:
    """The features of each text of each comparison: shape (texts, 7)."""
    compiled = kernel.compiled()
    if compiled is None:
        return np.array([row for one in batch for row in _features(one)], dtype=np.int64).reshape(-1, 7)
    portions = list(kernel.portions((one.source, *one.texts) for one in batch))
    parts = kernel.each(lambda portion: compiled.features(portion, classes()), portions)
    found = np.frombuffer(bytearray().join(parts), dtype=np.int64).reshape(-1, 7)
    open_ones = np.flatnonzero(found[:, LACKING] < 0).tolist()
    if open_ones:  # the kernel leaves URLs to Python, and digits of other scripts
        texts = [(one.source, text) for one in batch for text in one.texts]
        found[open_ones, LACKING] = [_lacking(*texts[place]) for place in open_ones]
    return found


def _features(one: Comparison) -> Iterable[tuple[int, ...]]:
    source = set(_grams(one.source))
    for text in one.texts:
        own = _grams(text)
        kept, strange = sum(map(source.__contains__, own)), _STRANGE.search(text) is not None
        yield len(text), len(text.split()), len(own), len(set(own)), kept, strange, _lacking(one.source, text)


def _grams(text: str) -> list[Gram]:
    words = text.split()
    if len(words) * _SPACED < len(text):
        return [text[i : i + _UNSPACED] for i in range(max(len(text) - _UNSPACED + 1, 1))]
    if len(words) <= _IN_A_ROW:
        return [" ".join(words)] if words else []
    return list(zip(*(words[i:] for i in range(_IN_A_ROW)), strict=False))


def _lacking(source: str, text: str) -> int:
    numbers, urls = _numbers(source), _urls(source)
    lost = numbers - _numbers(text) if numbers else numbers
    return len(lost) + sum(url not in text for url in urls)


def _urls(text: str) -> list[str]:
    return _URL.findall(text) if "://" in text or "www." in text else []


@lru_cache(maxsize=16)  # a source is asked about for each of its texts
def _numbers(text: str) -> frozenset[str]:
    """The digits of each number of two digits or more, outside of URLs."""
    if not _TWO_DIGITS.search(text):
        return frozenset()
    found = (_digits(match) for match in _NUMBER.findall(_URL.sub(" ", text) if _urls(text) else text))
    return frozenset(digits for digits in found if len(digits) > 1)


def _digits(number: str) -> str:
    if number.isascii() and number.isdecimal():
        return number
    return "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())
