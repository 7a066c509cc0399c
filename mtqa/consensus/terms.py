"""Terms: what is taken off a candidate's support for its length and for faults that its text shows. Pure.

All are relative to the pool: what most candidates do is no fault of one. With n(i) the length of candidate i in
characters and `median` over the candidates,

    length    weight * |ln((n(i) + 2) / (median n + 2))|
    missing   weight * min(3, how many more than the median of the source's numbers of two digits or more, and of its
              URLs, are not in the candidate)
    faults    weight * the largest excess over the median among three shares of the candidate, each 0..1:
              wrong script     letters of a script that the target language is not written in; without knowing the
                               language, of another script than most letters of the pool
              repetition       n-grams of words (4) that were there before; of characters (8) where words are not spaced
              untranslated     n-grams of words (4) that are in the source too
    empty     weight, if there is nothing but white space

Numbers are compared by their digits, since separators differ by locale.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from statistics import median

from mtqa.ports import Comparison

_MOST_MISSING = 3
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']*[\w/]")
_NUMBER = re.compile(r"\d(?:\d{0,2}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,]\d+)*)")
_TWO_DIGITS = re.compile(r"\d\D?\d")
_WORDS, _CHARACTERS = 4, 8  # lengths of n-grams
Gram = str | tuple[str, ...]
_SPACED = 20  # a text with fewer spaces than one in so many characters puts none between words

_SCRIPTS = {
    "CYRILLIC": "ab ba be bg ce cv kk ky mk mn os ru rue sah tg tt udm uk",
    "CJK": "ja lzh wuu yue zh",
    "HANGUL": "ko",
    "ARABIC": "ar arz ckb fa pnb ps sd ug ur",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "DEVANAGARI": "bho hi mai mr ne sa",
    "BENGALI": "as bn",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "ORIYA": "or",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "MYANMAR": "my",
    "ETHIOPIC": "am ti",
    "TIBETAN": "bo dz",
}
# Languages that are written in more than one of the scripts above or in Latin too: the pool shows which.
_SEVERAL = frozenset(["az", "bs", "ha", "ks", "ku", "kmr", "mn", "ms", "pa", "sd", "sh", "sr", "tg", "tk", "uz"])
_LANGUAGES = {language: script for script, languages in _SCRIPTS.items() for language in languages.split()}


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each term, in units of support; 0 switches it off."""

    length: float
    missing: float
    faults: float
    empty: float


def terms(comparison: Comparison, target_lang: str, weights: Weights) -> list[tuple[float, float]]:
    """Per candidate, what is taken off for (its length, its faults): two numbers of 0 or less."""
    texts = comparison.texts
    lengths = _length_terms(texts, weights.length)
    faults = [0.0] * len(texts)
    if weights.missing:
        missing = _excess(_missing(comparison.source, texts))
        faults = [weights.missing * min(excess, _MOST_MISSING) for excess in missing]
    if weights.faults:
        faults = [
            f + weights.faults * share for f, share in zip(faults, _fault_shares(comparison, target_lang), strict=True)
        ]
    return [
        (length, -(fault + (0.0 if text.strip() else weights.empty)))
        for length, fault, text in zip(lengths, faults, texts, strict=True)
    ]


def _length_terms(texts: Sequence[str], weight: float) -> list[float]:
    if not weight or not texts:
        return [0.0] * len(texts)
    middle = median(map(len, texts)) + 2
    return [-weight * abs(log((len(text) + 2) / middle)) for text in texts]


def _excess(values: Sequence[float]) -> list[float]:
    if not any(values):
        return [0.0] * len(values)
    middle = median(values)
    return [max(value - middle, 0.0) for value in values]


def _missing(source: str, texts: Sequence[str]) -> list[int]:
    numbers, urls = _numbers(source), _urls(source)
    if not numbers and not urls:
        return [0] * len(texts)
    return [len(numbers - _numbers(text)) + sum(url not in text for url in urls) for text in texts]


def _urls(text: str) -> list[str]:
    return _URL.findall(text) if "://" in text or "www." in text else []


def _numbers(text: str) -> set[str]:
    """The digits of each number of two digits or more, outside of URLs."""
    if not _TWO_DIGITS.search(text):
        return set()
    found = (_digits(match) for match in _NUMBER.findall(_URL.sub(" ", text) if _urls(text) else text))
    return {digits for digits in found if len(digits) > 1}


def _digits(number: str) -> str:
    if number.isascii() and number.isdecimal():
        return number
    return "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())


def _fault_shares(comparison: Comparison, target_lang: str) -> list[float]:
    """Per candidate, the largest excess of the three shares."""
    words = comparison.source.split()
    grams = cache(lambda: set(_grams(comparison.source, words)))  # most segments never ask for them
    known = set(words)
    both = [_repeated_and_kept(text, known, grams) for text in comparison.texts]
    repeated, kept = _excess([one for one, _ in both]), _excess([other for _, other in both])
    return list(map(max, _excess(_foreign(comparison.texts, target_lang)), repeated, kept))


def _repeated_and_kept(text: str, source_words: set[str], source_grams: Callable[[], set[Gram]]) -> tuple[float, float]:
    """The shares of a text's n-grams that were there before, and that are in the source too."""
    words = text.split()
    again = known = True
    if len(words) * _SPACED >= len(text) and len(words) > _WORDS:
        # Most texts have too few words twice, or in common with the source, for a single n-gram of them.
        again = len(words) - len(set(words)) >= _WORDS
        known = sum(map(source_words.__contains__, words)) >= _WORDS
    own = _grams(text, words) if again or known else []
    if not own:
        return 0.0, 0.0
    kept = sum(map(source_grams().__contains__, own)) if known else 0
    return 1 - len(set(own)) / len(own), kept / len(own)


def _grams(text: str, words: list[str]) -> list[Gram]:
    """N-grams of words, or of characters where words are not spaced; a short text is one."""
    if len(words) * _SPACED < len(text):
        return [text[i : i + _CHARACTERS] for i in range(max(len(text) - _CHARACTERS + 1, 1))]
    if len(words) <= _WORDS:
        return [" ".join(words)] if words else []
    return list(zip(*(words[i:] for i in range(_WORDS)), strict=False))


def _foreign(texts: Sequence[str], target_lang: str) -> list[float]:
    """Per text, the share of its letters that are not of the script to be expected."""
    scripts = set(map(script_of, set("".join(texts)))) - {""}
    expected = _expected(target_lang)
    if not scripts or scripts == {expected} or (len(scripts) == 1 and not expected):
        return [0.0] * len(texts)
    counts = [_letters(text) for text in texts]
    script = expected or sum(counts, Counter()).most_common(1)[0][0]
    return [1 - count[script] / count.total() if count else 0.0 for count in counts]


def _letters(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for character, times in Counter(text).items():
        script = script_of(character)
        if script:
            counts[script] += times
    return counts


@cache
def script_of(character: str) -> str:
    """The script of a letter as Unicode names it; Han, kana and bopomofo are one; empty for what is no letter."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    if unicodedata.category(character)[0] != "L":
        return ""
    name = unicodedata.name(character, "").split(" ", 1)[0]
    same = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "BOPOMOFO": "CJK", "HALFWIDTH": "CJK", "FULLWIDTH": "LATIN"}
    return same.get(name, name)


@lru_cache(maxsize=1 << 10)
def _expected(target_lang: str) -> str:
    """The script of a language that is written in one other than Latin; empty for what the pool has to show."""
    language, *subtags = target_lang.split("-")
    if language in _SEVERAL or any(
        len(tag) == 4 and tag.isalpha() and tag.title() not in ("Hans", "Hant", "Jpan", "Kore") for tag in subtags
    ):
        return ""
    return _LANGUAGES.get(language, "")
