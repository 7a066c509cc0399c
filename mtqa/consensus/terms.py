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
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log

import numpy as np
import numpy.typing as npt

from mtqa.consensus.squares import Flags, Floats
from mtqa.ports import Comparison

# Comparisons -> for each text: characters, words, n-grams, distinct ones, those in the source too, whether a character
# may be a letter of another script than Latin, and what it lacks of the source's numbers and URLs.
# mtqa/metrics/features.py counts them.
Counting = Callable[[Sequence[Comparison]], npt.NDArray[np.int64]]

_MOST_MISSING = 3

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


def terms(
    batch: Sequence[Comparison], target_langs: Sequence[str], weights: Weights, count: Counting
) -> tuple[Floats, Floats, Flags]:
    """What is taken off each candidate for its length, and for its faults: numbers of 0 or less; and who has no text.

    The comparisons have equally many texts; each is (segments, voters). `target_langs`: by segment.
    """
    shape = (len(batch), len(batch[0].texts) if batch else 0)
    counted = [column.reshape(shape) for column in count(batch).T]
    characters, words = counted[0].astype(np.float64), counted[1]
    faults = np.zeros(shape)
    if weights.missing:
        faults += weights.missing * np.minimum(_excess(counted[6].astype(np.float64)), _MOST_MISSING)
    if weights.faults:
        faults += weights.faults * _fault_shares(batch, target_langs, counted)
    blank = words == 0
    return _length_terms(characters, weights.length), -(faults + np.where(blank, weights.empty, 0.0)), blank


def _length_terms(lengths: Floats, weight: float) -> Floats:
    if not weight or not lengths.size:
        return np.zeros(lengths.shape)
    ratios = (lengths + 2) / (np.median(lengths, axis=1) + 2)[:, None]
    # By math: numpy's logarithm of one number may depend on where it stands in an array.
    logs = np.array(list(map(log, ratios.ravel().tolist()))).reshape(lengths.shape)
    found: Floats = -weight * np.abs(logs)
    return found


def _excess(values: Floats) -> Floats:
    """How much each is above the median of its segment."""
    if not values.any():
        return np.zeros(values.shape)
    found: Floats = np.maximum(values - np.median(values, axis=1)[:, None], 0.0)
    return found


def _fault_shares(
    batch: Sequence[Comparison], target_langs: Sequence[str], counted: Sequence[npt.NDArray[np.int64]]
) -> Floats:
    """Per candidate, the largest excess of the three shares."""
    _, _, grams, distinct, kept, strange, _ = counted
    own = np.maximum(grams, 1)  # a text without n-grams has no share of them
    repeated = np.where(grams > 0, 1 - distinct / own, 0.0)
    foreign = np.zeros(grams.shape)
    for row, (one, lang, doubtful) in enumerate(zip(batch, target_langs, strange.any(axis=1).tolist(), strict=True)):
        expected = _expected(lang)
        if doubtful or expected:
            foreign[row] = _foreign(one.texts, expected)
    return np.maximum(np.maximum(_excess(foreign), _excess(repeated)), _excess(kept / own))


def _foreign(texts: Sequence[str], expected: str) -> list[float]:
    """Per text, the share of its letters that are not of the script to be expected, or of most letters."""
    scripts = set(map(script_of, set("".join(texts)))) - {""}
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
