"""Letters of a text that its language does not have: those of its kin, of another way to write Chinese, look-alikes.

A detector takes Ukrainian for Russian and Swedish for Norwegian, and needs twenty letters; a few letters tell at once.
Names keep their letters, so only words without capitals count, and only those that the source does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mtqa.checks.pieces import either
from mtqa.checks.script import scripts_of
from mtqa.checks.words import masked, vocabulary, words
from mtqa.facts import Case, Facts
from mtqa.languages import primary
from mtqa.model import Severity
from mtqa.ports import Fault

# Language -> letters of its kin that no word of its own has.
_KIN = {
    "pt": "ñ", "es": "ãõçêôâà", "da": "äö", "nb": "äö", "no": "äö", "nn": "ä", "sv": "æø", "cs": "ľĺŕôäŀ", "sk": "ěřů",
    "sl": "ćđ", "lt": "āēīņķļģ", "lv": "ąęėįųū̃", "ru": "іїєґўђјљњћџ", "uk": "ыэъёў", "be": "ищъїєґ", "bg": "ыэёіїєґў",
    "mk": "ыэъщйяюьёіїє", "sr": "ыэъщйяюьёіїє",
}  # fmt: skip
_FEW, _MANY = 2, 3  # words that are a doubt, and an error
# Language -> (the encoding that has its characters, the one that has those of the others).
_HAN = {"ja": ("cp932", "gb2312"), "zh-Hans": ("gb2312", "big5"), "zh-Hant": ("big5", "gb2312")}
_HAN |= {"zh": _HAN["zh-Hans"], "zh-CN": _HAN["zh-Hans"], "zh-SG": _HAN["zh-Hans"]}
_HAN |= dict.fromkeys(("zh-TW", "zh-HK", "zh-MO"), _HAN["zh-Hant"])
_SHARE = 0.15  # of characters of another way to write, from where on they are no single name
_HAN_LETTER = re.compile("[\u3400-\u9fff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_MOST_HAN = 4  # characters of a Korean text without any letter of Korean
# Latin letters that look like those of the script, beside one of the script.
_TWINS = {"CYRILLIC": ("aceiopxyABCEHIKMOPTXY", "Ѐ-ӿ"), "GREEK": ("ovABEZHIKMNOPTYX", "Ͱ-Ͽ")}
_MIXED = {
    name: re.compile(
        rf"(?<![A-Za-z{own}])(?=[{own}]*[{twins}])(?=[{twins}]*[{own}])[{own}{twins}]{{3,}}(?![A-Za-z{own}])"
    )
    for name, (twins, own) in _TWINS.items()
}


class Letters:
    """Words with letters that the language does not have."""

    default = Severity.ERROR
    oracle = True

    def concerns(self, piece: str, lang: str) -> bool:
        """A piece with a letter that is looked for in texts of the language."""
        return not piece.isascii() and _sought(lang).search(piece) is not None

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate and kind."""
        if not case.candidates:
            return
        lang, language = case.segment.target_lang, case.candidates[0].language
        kin, han, korean, mixed = _kin(language), _codecs(lang), language == "ko", _mixed(lang)
        for position, candidate in enumerate(case.candidates):
            if not kin.isdisjoint(candidate.plain.lower()):
                yield from _of_kin(position, kin, case.source, candidate)
            if han or korean:
                yield from _of_han(position, han, case.source, candidate)
            for pattern in mixed:
                yield from _look_alikes(position, pattern, case.source, candidate)


@lru_cache(maxsize=64)
def _kin(language: str) -> frozenset[str]:
    return frozenset(_KIN.get(language, ""))


@lru_cache(maxsize=64)
def _sought(tag: str) -> re.Pattern[str]:
    """Finds what is looked for in texts of a language."""
    language = primary(tag)
    letters = "".join(sorted(_kin(language)))
    han = [_HAN_LETTER.pattern] if language == "ko" or _codecs(tag) else []
    return either([letters, letters.upper()], [*han, *(pattern.pattern for pattern in _mixed(tag))])


def _codecs(tag: str) -> tuple[str, str] | None:
    return _HAN.get(tag) or _HAN.get(primary(tag))


@lru_cache(maxsize=64)
def _mixed(tag: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of words with look-alikes, for a language that is or may be written in such a script."""
    written = scripts_of(tag)
    return tuple(pattern for name, pattern in _MIXED.items() if name in written or not written)


def _of_kin(position: int, kin: frozenset[str], source: Facts, candidate: Facts) -> Iterable[Fault]:
    theirs = source.once(vocabulary)
    said = candidate.once(words)
    found = {
        word.lower()
        for place, word in enumerate(said)
        if (word.islower() or not place) and not kin.isdisjoint(word.lower()) and word.casefold() not in theirs
    }
    if len(found) >= _FEW:
        letters = " ".join(sorted({letter for word in found for letter in word if letter in kin}))
        message = f"letters that {candidate.language} does not have: {letters}"
        yield Fault(position, message, "kin", None, len(found) < _MANY)


def _of_han(position: int, codecs: tuple[str, str] | None, source: Facts, candidate: Facts) -> Iterable[Fault]:
    """Characters of another way to write; in Korean, those of Chinese alone."""
    used = set(_HAN_LETTER.findall(candidate.plain)).difference(source.plain)
    if not used:
        return
    if codecs is None:
        if len(used) >= _MOST_HAN and not _HANGUL.search(candidate.plain):
            yield Fault(position, f"not a letter of {candidate.language}", "han")
        return
    other = sorted(c for c in used if _other(c, *codecs))
    if len(other) >= (1 if codecs[0] == "cp932" else _FEW) and len(other) >= _SHARE * len(used):
        message = f"characters that {candidate.lang} does not use: {' '.join(other[:5])}"
        yield Fault(position, message, "han")


@lru_cache(maxsize=1 << 13)
def _other(character: str, own: str, theirs: str) -> bool:
    """Whether a character is only in the encoding of another way to write."""
    return not _encodable(character, own) and _encodable(character, theirs)


def _encodable(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _look_alikes(position: int, pattern: re.Pattern[str], source: Facts, candidate: Facts) -> Iterable[Fault]:
    """A word of the script with a Latin letter in it that looks the same, for which nobody finds it."""
    found = pattern.search(candidate.once(masked))
    if found and found.group() not in source.plain:
        latin = "".join(letter for letter in found.group() if letter.isascii())
        yield Fault(position, f"{found.group()} is written with Latin {latin}", "twins", found.span(), doubtful=True)
