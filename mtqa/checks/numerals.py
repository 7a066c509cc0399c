"""Numbers as they are written: by the signs of their locale (CLDR), in digits of any script, with 万 and 億, as times.

A number is read in every way that its signs allow, the way of its own locale first: `2.500` in German is 2500, and
could be 2.5. Hours and minutes are a number each and, together, one: `3:30 pm` is `15.30` in Danish.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mtqa.checks.cldr import separators
from mtqa.checks.words import masked
from mtqa.facts import Facts

_SPACES = "\u00a0\u202f\u2009 "
# Each begins with the class of its first character: so the engine finds where to look at once.
_NUMBER = re.compile(
    rf"\d(?:(?<![\d.,]\d)\d{{0,2}}(?:[{_SPACES}]\d{{3}})+(?:[.,٫]\d+)?(?!\d)"  # 2 500 000,5
    r"|\d*(?:[.,'’٬٫]\d+)*)"
)
_WITH_SPACE = re.compile(rf"[{_SPACES}]")
_SIGNS = re.compile(r"[.,'’٬٫]")
_GROUPS_ONLY = "'٬"  # signs that never stand before decimals
_TIME = re.compile(r"(?<![\d:.,])([01]?\d|2[0-4])([:.])([0-5]\d)(?![\d:]|[.,]\d)")
_AFTER_NOON = re.compile(
    r"(\d{1,2})(?:[:.]\d\d)?\s*([apπμ])\.?\s?[mμ]\b\.?|(?:(午前|上午|凌晨|早上|오전)|午後|下午|晚上|오후)\s*(\d{1,2})",
    re.IGNORECASE,
)
_POWERS = {
    "万": 4, "萬": 4, "만": 4, "億": 8, "亿": 8, "억": 8, "兆": 12, "조": 12, "千": 3, "천": 3, "百": 2, "백": 2,
}  # fmt: skip
_LONGEST = 40  # digits of a number that goes on after its units
_UNITS = re.compile(rf" ?([{''.join(_POWERS)}]+)")
_UNITS_ONLY = frozenset("万萬만億亿억조")  # the others may begin another word: 千米, 兆字节
# What makes more of a number than its digits and signs: units of ten thousand, times, halves of the day.
_MORE = re.compile(rf"[\d{''.join(_POWERS)}午上凌早下晚오](?:(?<=\D)|[:.][0-5]\d|\s*[apπμAPΠΜ]\.?\s?[mμMΜ]\b)")
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE = re.compile(rf"[ \u00a0-]?({'|'.join(_SCALES)})\b", re.IGNORECASE)  # of English, the usual source
_DIGIT = re.compile(r"\d")
_EASTERN = re.compile(r"[^\D0-9]")
_WESTERN = {code: str(unicodedata.decimal(chr(code))) for code in range(0x3A, 0x1FBFA) if chr(code).isdecimal()}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, where it stands, and what it means, its own locale's reading first.

    `foreign`: what it means by the signs of another locale, where it can.
    """

    written: str
    span: tuple[int, int]
    readings: tuple[str, ...]
    foreign: tuple[str, ...] = ()


def numbers(facts: Facts) -> Mapping[str, Number]:
    """First reading -> number, for each number of the text; a repeated number once."""
    if not _DIGIT.search(facts.plain):
        return {}
    text = facts.once(masked)
    if _EASTERN.search(text):
        text = text.translate(_WESTERN)
    every = _plain(text, *separators(facts.lang))
    if _MORE.search(text):
        every = _timed(text, _compounded(text, every))
    found: dict[str, Number] = {}
    for number in every:
        found.setdefault(number.readings[0], number)
    return found


def _plain(text: str, decimal: str, group: str) -> Iterator[Number]:
    """The numbers by their digits and signs; a date is several."""
    for match in _NUMBER.finditer(text):
        written, start = match.group(), match.start()
        readings = ((written.lstrip("0") or "0",), ()) if written.isdecimal() else _readings(written, decimal, group)
        if readings:
            number = Number(written, match.span(), *readings)
            scale = _SCALE.match(text, match.end())
            if scale:
                number = replace(
                    number, readings=(*number.readings, _shifted(number.readings[0], _SCALES[scale[1].lower()]))
                )
            yield number
            continue
        for part in re.finditer(r"\d+", written):
            begin = start + part.start()
            yield Number(part.group(), (begin, start + part.end()), (part.group().lstrip("0") or "0",))


def _compounded(text: str, found: Iterator[Number]) -> Iterator[Number]:
    """The numbers with the units of ten thousand and more that follow them: 320万, 3만 5천, 1億5千万."""
    held: Number | None = None
    room = end = 0  # the power below which the next number is a part of the one held, and where that ends
    for number in found:
        units = _UNITS.match(text, number.span[1])
        power = sum(map(_POWERS.__getitem__, units[1])) if units else 0
        shifted = tuple(_shifted(reading, power) for reading in number.readings)
        joined = held is not None and number.span[0] - end <= 1 and len(shifted[0].partition(".")[0]) <= room
        joined = joined and held is not None and len(held.readings[0]) <= _LONGEST  # int() refuses thousands of digits
        if held and joined:
            total = str(int(held.readings[0]) + int(float(shifted[0])))
            held = replace(held, written=text[held.span[0] : number.span[1]], readings=(total,))
        else:
            if held:
                yield held
            sure = units and not _UNITS_ONLY.isdisjoint(units[1])
            held = replace(number, readings=shifted if sure or not power else (*shifted, *number.readings))
            if sure:
                held = replace(held, foreign=())
        if not power or "." in shifted[0]:
            yield held
            held = None
        room, end = power, units.end() if units else number.span[1]
    if held:
        yield held


def _timed(text: str, found: Iterator[Number]) -> Iterator[Number]:
    """The numbers, those of times with the hour of the whole day and with the time as a whole; no minutes of 0."""
    times = {m.start(1): m for m in _TIME.finditer(text)} if ":" in text or "." in text else {}
    minutes = {m.start(3): m for m in times.values() if m[2] == ":"}
    halves = {max(m.start(1), m.start(4)): m for m in _AFTER_NOON.finditer(text)}
    for number in found:
        start = number.span[0]
        if start in minutes and number.written == "00":
            continue
        hour = times.get(start) or minutes.get(start)
        half = halves.get(hour.start(1) if hour else start)
        hours = [_whole_day(half)] if half else []
        more = hours if start not in minutes else []
        if hour:
            more = [*more, *(f"{one}:{hour[3]}" for one in (str(int(hour[1])), *hours))]
        yield replace(number, readings=(*number.readings, *filter(None, more))) if more else number


def _whole_day(half: re.Match[str]) -> str:
    """The hour of `8:30 pm`, or of 午後8時, on a clock of 24 hours; empty where there is no such hour."""
    hour = int(half[1] or half[4])
    after = half[2] in "pPμΜ" if half[1] else not half[3]
    return str(hour % 12 + (12 if after else 0)) if hour <= 12 else ""


@lru_cache(maxsize=1 << 12)
def _readings(written: str, decimal: str, group: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What a number with signs means, and what it would elsewhere; None when it is no single number (a date)."""
    spaced = _WITH_SPACE.sub(" ", written).replace("’", "'")
    bare = spaced.replace(" ", "")
    signs = _SIGNS.findall(bare)
    parts = _SIGNS.split(bare)
    grouped = len(parts[0]) <= 3 and all(len(part) in (2, 3) for part in parts[1:-1]) and len(parts[-1]) == 3
    if not signs:
        return (bare.lstrip("0") or "0",), ()
    if len(set(signs)) > 1:
        usual = len(set(signs[:-1])) == 1 and signs[-1] not in signs[:-1]
        return ((_value("".join(parts[:-1]), parts[-1]),), ()) if usual else None
    as_group = "".join(parts).lstrip("0") or "0"
    if len(signs) > 1 or signs[0] in _GROUPS_ONLY:
        return ((as_group,), ()) if grouped else None
    as_decimal = _value(parts[0], parts[1])
    if " " in spaced or not grouped or parts[0] == "0":
        return (as_decimal,), ()
    if signs[0] == group:
        return (as_group,), (as_decimal,)
    return ((as_decimal,), (as_group,)) if signs[0] == decimal else ((as_group, as_decimal), ())


def _value(whole: str, fraction: str) -> str:
    fraction = fraction.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"


def _shifted(reading: str, power: int) -> str:
    """A reading times ten to the power."""
    whole, _, fraction = reading.partition(".")
    digits = (whole + fraction[:power].ljust(power, "0")).lstrip("0") or "0"
    return f"{digits}.{fraction[power:]}" if fraction[power:] else digits
