"""Script: the letters of the target language, after CLDR's likely scripts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from mtqa.checks.words import masked, vocabulary
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

# ISO 15924 -> how Unicode names its letters, where that is not the English name of the script.
_NAMES = {
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"), "Kore": ("HANGUL", "CJK"),
    "Hans": ("CJK", "IDEOGRAPHIC", "BOPOMOFO"), "Hant": ("CJK", "IDEOGRAPHIC", "BOPOMOFO"),
    "Hani": ("CJK", "IDEOGRAPHIC"),
    "Latn": ("LATIN", "FEMININE", "MASCULINE"), "Cyrl": ("CYRILLIC",), "Arab": ("ARABIC",), "Deva": ("DEVANAGARI",),
    "Grek": ("GREEK",), "Hebr": ("HEBREW",), "Beng": ("BENGALI",), "Taml": ("TAMIL",), "Telu": ("TELUGU",),
    "Knda": ("KANNADA",), "Mlym": ("MALAYALAM",), "Gujr": ("GUJARATI",), "Guru": ("GURMUKHI",), "Orya": ("ORIYA",),
    "Sinh": ("SINHALA",), "Thai": ("THAI",), "Laoo": ("LAO",), "Mymr": ("MYANMAR",), "Khmr": ("KHMER",),
    "Geor": ("GEORGIAN",), "Armn": ("ARMENIAN",), "Ethi": ("ETHIOPIC",), "Tibt": ("TIBETAN",), "Mong": ("MONGOLIAN",),
}  # fmt: skip
# Letters that stand in texts of every script: Greek in formulas, superscript letters.
_ANYWHERE = frozenset(
    {"GREEK", "MICRO", "MODIFIER", "OHM", "KELVIN", "ANGSTROM", "DOUBLE-STRUCK", "SCRIPT", "MATHEMATICAL"}
)


_LETTERS = 3  # without one of the language, before that means anything


class Script:
    """The candidate is not in the script of its language, or has words of a third one in it."""

    default = Severity.ERROR
    oracle = True

    def concerns(self, piece: str, lang: str) -> bool:
        """A piece with a letter of another script than that of the language."""
        own = scripts_of(lang)
        if not own or _own_characters(own).issuperset(piece):
            return False  # as mostly
        strange = {character for character in piece if (name := script_of(character)) and name not in own}
        _own_characters(own).update(set(piece) - strange)
        return bool(strange)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        expected = scripts_of(case.segment.target_lang)
        if not expected:
            return
        fine = frozenset((*expected, "", "LATIN", *_ANYWHERE))
        own = frozenset(expected)
        usual, letters = _known_characters(expected)
        if not case.chars <= usual:
            new = case.chars - usual
            usual.update(character for character in new if script_of(character) in fine)
            letters.update(character for character in new if script_of(character) in own)
        for position, candidate in enumerate(case.candidates):
            if candidate.chars <= usual and not candidate.chars.isdisjoint(letters):
                continue
            found = candidate.once(scripts)
            if own.isdisjoint(found):
                if sum(found.values()) >= _LETTERS and _new_words(case.source, candidate):
                    yield Fault(position, f"not a letter of {case.segment.target_lang}", "script")
                continue
            strange = next((name for name in found if name not in fine and name not in case.source.once(scripts)), None)
            if strange:
                yield Fault(position, f"letters that are {strange.title()}", strange, None, found[strange] < 2)


@lru_cache(maxsize=64)
def _own_characters(_expected: tuple[str, ...]) -> set[str]:
    """The characters that are letters of these scripts or no letters, as far as they were met."""
    return set()


@lru_cache(maxsize=64)
def _known_characters(_expected: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """(characters that are fine in texts of these scripts, their letters), as far as they were met."""
    return set(), set()


def _new_words(source: Facts, candidate: Facts) -> bool:
    """Whether a candidate has words of its own: names and products stay in their script."""
    return bool(candidate.once(vocabulary) - source.once(vocabulary))


def scripts(facts: Facts) -> Counter[str]:
    """Script, as Unicode names it -> letters."""
    return Counter(name for character in facts.once(masked) if (name := script_of(character)))


@lru_cache(maxsize=1 << 14)
def script_of(character: str) -> str:
    """The first word of a letter's Unicode name; empty for what is no letter."""
    if not character.isalpha():
        return ""
    name = unicodedata.name(unicodedata.normalize("NFKC", character)[0], "").split(" ")[0]
    return {"FULLWIDTH": "LATIN", "HALFWIDTH": "KATAKANA"}.get(name, name)


@lru_cache(maxsize=256)
def scripts_of(tag: str) -> tuple[str, ...]:
    """How Unicode names the letters of a language; empty where it is written in several scripts or unknown."""
    from babel.core import get_global

    subtags = tag.split("-")
    named = next((subtag for subtag in subtags[1:] if len(subtag) == 4 and subtag.isalpha()), "")
    likely = get_global("likely_subtags")
    for key in ("_".join(subtags), subtags[0]):
        if not named and key in likely:
            named = likely[key].split("_")[1]
    if (
        subtags[0]
        in ("sr", "uz", "az", "pa", "kk", "tg", "mn", "bs", "ku", "ms", "ha", "sd", "ks", "shi", "vai", "yue")
        and len(subtags) == 1
    ):
        return ()
    return _NAMES.get(named, ())
