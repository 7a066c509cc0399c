"""Numbers that a text has without digits: in words (CLDR, by unicode-rbnf), as names of months, Roman, raised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from mtqa.checks.cldr import months
from mtqa.checks.words import WIDE_FROM, folded, vocabulary
from mtqa.facts import Facts

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_MOST = 10_000_000  # that anybody spells out
_RULES = ("spellout-numbering", "spellout-cardinal", "spellout-ordinal")
_OTHER_CODES = {"nb": "no", "pt-pt": "pt_PT", "sr-latn": "sr_Latn", "zh-hant": "zh_Hant", "de-ch": "de_CH"}
_LINKS = 2  # words between those of a number, at most: one hundred AND five
_WHOLE, _STEM = 3, 5  # letters up to which a word must be the same, and that are compared of a longer one
_TAIL = 6  # letters that the end of a compound must have: einHUNDERTFÜNF
_TEN, _POWERS, _NUMERALS = 10, "百千万萬億亿兆", "〇零一二三四五六七八九十百千万萬億亿兆两兩"
_DOZEN = {"12": (("dozen",),)}


def said(reading: str, text: Facts) -> bool:
    """Whether a text has a number in another form than digits."""
    if not reading.isdecimal() or len(reading) >= len(str(_MOST)):  # int() refuses what a model in a loop may write
        return False
    value = int(reading)
    return (
        (1 <= value <= 12 and value in text.once(_months))
        or reading in text.once(_raised)
        or _roman(value, text.plain)
        or _spelled(reading, text)
    )


def _months(text: Facts) -> frozenset[int]:
    """The months that a text names."""
    names, there = months(text.lang), text.once(vocabulary)
    return frozenset(place % 12 + 1 for place, name in enumerate(names) if name in there)


def _raised(text: Facts) -> frozenset[str]:
    """The digits of superscripts, subscripts and fractions: 10⁶, H₂O, ½."""
    signs = [character for character in text.chars if unicodedata.category(character) == "No"]
    return frozenset(digits for sign in signs for digits in re.findall(r"\d+", unicodedata.normalize("NFKC", sign)))


def _roman(value: int, plain: str) -> bool:
    """Whether a Roman number of two letters or more stands in a text: XXI, XXIe."""
    if value >= 40:
        return False
    tens, ones = divmod(value, 10)
    roman = "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
    return len(roman) > 1 and bool(re.search(rf"(?<!\w){roman}[a-zа-яº°ª]{{0,3}}(?!\w)", plain))


def _spelled(reading: str, text: Facts) -> bool:
    forms = _forms(int(reading), text.lang, text.language)
    if forms and forms[0][0] > WIDE_FROM:  # its words are characters
        return any(_stands_within("".join(form), int(reading), text.plain) for form in forms)
    forms = tuple([form for form in forms if _may_stand(form[0], text)])
    return any(_stands(form, text.once(folded)) for form in forms)


def _stands_within(form: str, value: int, plain: str) -> bool:
    """Whether a number stands in a text without spaces, by itself: 二十 is not in 二十五."""
    written = form.replace("\u200b", "")
    if len(written) == 1 and value > _TEN and written not in _POWERS:
        return False  # a digit alone, of a number written digit by digit
    return re.search(rf"(?<![{_NUMERALS}]){re.escape(written)}(?![{_NUMERALS}])", plain) is not None


def _may_stand(form: str, text: Facts) -> bool:
    """Whether a text may have a word that is the same: a look at all of them at once."""
    there = text.once(vocabulary)
    if len(form) <= _WHOLE:
        return form in there
    tails = range(len(form) - _TAIL + 1)
    return f" {form[:_STEM]}" in text.once(_joined) or any(form[start:] in there for start in tails)


def _joined(text: Facts) -> str:
    return " " + " ".join(text.once(folded))


def _stands(form: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of a number stand in a text in their order, near each other."""
    for place, word in enumerate(words):
        if _same(form[0], word):
            here, rest = place, list(form[1:])
            while rest:
                near = words[here + 1 : here + 2 + _LINKS]
                step = next((n for n, other in enumerate(near) if _same(rest[0], other)), None)
                if step is None:
                    break
                here, rest = here + 1 + step, rest[1:]
            if not rest:
                return True
    return False


def _same(form: str, word: str) -> bool:
    if len(form) <= _WHOLE:
        return form == word
    return word.startswith(form[:_STEM]) or (len(word) >= _TAIL and form.endswith(word))


@lru_cache(maxsize=1 << 12)
def _forms(value: int, lang: str, language: str) -> tuple[tuple[str, ...], ...]:
    """How a language spells a number, in every form that CLDR has: cardinal and ordinal, genders and cases."""
    engine = _engine(lang, language)
    more = _DOZEN.get(str(value), ()) if language == "en" else ()
    if engine is None:
        return more
    names = [name for name in engine.rulesets if name.startswith(_RULES)]
    spelled = engine.format_number(value, ruleset_names=names).text_by_ruleset.values()
    forms = {tuple(text.casefold().replace("-", " ").replace("\u00ad", "").split()) for text in spelled}
    one = {form for form in _forms(1, lang, language) if len(form) == 1} if value > 1 else set()
    forms |= {form[1:] for form in forms if len(form) > 1 and form[:1] in one}  # a hundred
    return tuple(sorted(form for form in forms if form)) + more


@lru_cache(maxsize=64)
def _engine(lang: str, language: str) -> RbnfEngine | None:
    """The speller of a language; None where CLDR has no rules."""
    from unicode_rbnf import RbnfEngine

    for name in filter(None, (_OTHER_CODES.get(lang.lower()), _OTHER_CODES.get(language, language))):
        try:
            return RbnfEngine.for_language(name)
        except (ValueError, FileNotFoundError):
            continue
    return None
