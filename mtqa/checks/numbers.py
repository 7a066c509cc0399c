"""Numbers: those of the source must be in the candidate, and no others.

A number is read in every way that its signs allow, the way of its own locale (CLDR) first: `2.500` in German is 2500,
and could be 2.5. Two numbers are the same when one of their readings is. What is often written otherwise is never
more than a doubt: numbers up to twelve (words), the ends of years, what differs by a power of ten (`2.5 million`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mtqa.checks.cldr import separators
from mtqa.checks.pieces import Having
from mtqa.checks.words import masked
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_SPACES = "\u00a0\u202f\u2009 "
_NUMBER = re.compile(
    rf"(?<![\d.,])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,٫]\d+)?(?!\d)"  # 2 500 000,5
    r"|\d+(?:[.,'’٬٫]\d+)*"
)
_WITH_SPACE = re.compile(rf"[{_SPACES}]")
_SIGNS = re.compile(r"[.,'’٬٫]")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.]\d\d)?\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_MYRIADS = {
    "万": 4,
    "萬": 4,
    "만": 4,
    "億": 8,
    "亿": 8,
    "억": 8,
    "兆": 12,
    "조": 12,
    "千": 3,
    "천": 3,
    "百": 2,
    "백": 2,
}
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE = re.compile(rf"[ \u00a0-]?({'|'.join(_SCALES)})\b", re.IGNORECASE)  # of English, the usual source
_DIGITS = frozenset(chr(code) for code in range(0x30, 0x1FBFA) if chr(code).isdecimal())
_DIGIT = re.compile(r"\d")
_EASTERN = _DIGITS - frozenset("0123456789")
_WESTERN = {ord(digit): str(unicodedata.decimal(digit)) for digit in _EASTERN}
_WORDS_UP_TO = 12  # smaller numbers are often written as words


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, where it stands, and what it can mean; its own locale's reading comes first."""

    written: str
    span: tuple[int, int]
    readings: tuple[str, ...]


class Numbers:
    """Numbers missing or added."""

    default = Severity.ERROR
    oracle = True
    concerns = Having(r"\d")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each number that is lost or added."""
        source = case.source.once(numbers)
        wanted = case.source.once(_readings_of)
        for position, candidate in enumerate(case.candidates):
            text, there = candidate.once(numbers), candidate.once(_readings_of)
            for number in source.values():
                if there.isdisjoint(number.readings):
                    doubtful = _doubtful(number, text, candidate)
                    yield Fault(position, f"{number.written} missing", number.written, None, doubtful)
            for number in text.values():
                if wanted.isdisjoint(number.readings):
                    doubtful = _doubtful(number, source, case.source)
                    yield Fault(position, f"{number.written} added", number.written, number.span, doubtful)


def _readings_of(facts: Facts) -> frozenset[str]:
    return frozenset(reading for number in facts.once(numbers).values() for reading in number.readings)


def numbers(facts: Facts) -> Mapping[str, Number]:
    """First reading -> number, for each number of the text; a repeated number once."""
    if not _DIGIT.search(facts.plain):
        return {}
    return _numbers(facts.once(masked), facts.lang, not _EASTERN.isdisjoint(facts.plain))


@lru_cache(maxsize=1 << 10)  # candidates often have the same text
def _numbers(text: str, lang: str, eastern: bool) -> Mapping[str, Number]:
    if eastern:
        text = text.translate(_WESTERN)
    decimal, group = separators(lang)
    clock = {match.start(1): match for match in _CLOCK.finditer(text)} if "m" in text.lower() else {}
    found: dict[str, Number] = {}
    for match in _NUMBER.finditer(text):
        for written, start, readings in _read(match, decimal, group):
            if start in clock:
                readings = (*readings, *_half_day(clock[start]))  # noqa: PLW2901
            power = _MYRIADS.get(text[start + len(written) :].lstrip(" ")[:1])
            scale = _SCALE.match(text, start + len(written))
            if scale:
                readings = (*readings, _shifted(readings[0], _SCALES[scale[1].lower()]))  # noqa: PLW2901
            if power:
                readings = (*(_shifted(reading, power) for reading in readings), *readings)  # noqa: PLW2901
            found.setdefault(readings[0], Number(written, (start, start + len(written)), readings))
    return found


def _read(match: re.Match[str], decimal: str, group: str) -> list[tuple[str, int, tuple[str, ...]]]:
    """(as written, start, readings) of what the pattern took for one number; a date is several."""
    written, start = match.group(), match.start()
    if written.isdecimal():
        return [(written, start, (written.lstrip("0") or "0",))]
    readings = _readings(written, decimal, group)
    if readings:
        return [(written, start, readings)]
    return [
        (part.group(), start + part.start(), (part.group().lstrip("0") or "0",))
        for part in re.finditer(r"\d+", written)
    ]


@lru_cache(maxsize=1 << 12)
def _readings(written: str, decimal: str, group: str) -> tuple[str, ...]:
    """What a number with signs can mean; nothing when it is no single number (a date, a version)."""
    spaced = _WITH_SPACE.sub(" ", written).replace("’", "'")
    bare = spaced.replace(" ", "")
    signs = _SIGNS.findall(bare)
    if not signs:
        return (bare.lstrip("0") or "0",)
    parts = _SIGNS.split(bare)
    grouped = len(parts[0]) <= 3 and all(len(part) in (2, 3) for part in parts[1:-1]) and len(parts[-1]) == 3
    if len(set(signs)) > 1:
        usual = len(set(signs[:-1])) == 1 and signs[-1] not in signs[:-1]
        return (_value("".join(parts[:-1]), parts[-1]),) if usual else ()
    as_group = "".join(parts).lstrip("0") or "0"
    if len(signs) > 1:
        return (as_group,) if grouped else ()
    as_decimal = _value(parts[0], parts[1])
    if " " in spaced or not grouped or parts[0] == "0":
        return (as_decimal,)
    if signs[0] == group or (signs[0] in "'٬"):
        return as_group, as_decimal
    return (as_decimal, as_group) if signs[0] == decimal else (as_group, as_decimal)


def _value(whole: str, fraction: str) -> str:
    fraction = fraction.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"


def _half_day(clock: re.Match[str]) -> tuple[str, ...]:
    """The hour of `8:30 pm` on a clock of 24 hours."""
    hour = int(clock[1])
    return (str(hour % 12 + (12 if clock[2] in "pP" else 0)),) if hour <= 12 else ()


def _shifted(reading: str, power: int) -> str:
    whole, _, fraction = reading.partition(".")
    return (whole + fraction[:power].ljust(power, "0")).lstrip("0") or "0"


def _doubtful(number: Number, others: Iterable[str], text: Facts) -> bool:
    """Whether the number may well be there in another form."""
    value = number.readings[0]
    if len(value) <= 2 and int(float(value)) <= _WORDS_UP_TO:
        return True
    if any(_scaled(value, other) for other in others):  # 2.5 million, 2 500 000
        return True
    if any({len(value), len(other)} == {2, 4} and (value.endswith(other) or other.endswith(value)) for other in others):
        return True  # 1990s, 90s
    return value.isdecimal() and int(value) < 40 and _roman(int(value)) in text.plain


def _scaled(one: str, other: str) -> bool:
    """Whether two numbers differ by a thousand, a million, ..."""
    same = one.replace(".", "").strip("0") == other.replace(".", "").strip("0")
    small, large = sorted((float(one), float(other)))
    return same and small > 0 and large / small >= 999


def _roman(value: int) -> str:
    tens, ones = divmod(value, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]
