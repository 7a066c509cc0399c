"""Units and currencies beside numbers, in the words and signs that CLDR (babel) has for them in a language.

A form may stand for several (pounds, $, m): it is another one than that of the source when it can be none of those.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from mtqa.checks.cldr import locale
from mtqa.checks.numerals import Number, numbers
from mtqa.checks.words import masked
from mtqa.facts import Facts

_UNITS = {
    "mass": "kilogram gram milligram microgram tonne pound ounce stone",
    "length": "kilometer meter centimeter millimeter micrometer mile yard foot inch nautical-mile",
    "area": "square-kilometer square-meter square-centimeter hectare acre square-mile square-foot",
    "volume": "liter milliliter centiliter cubic-meter gallon quart pint fluid-ounce",
    "temperature": "celsius fahrenheit kelvin",
    "speed": "kilometer-per-hour mile-per-hour meter-per-second knot",
    "digital": "bit byte kilobyte megabyte gigabyte terabyte kilobit megabit gigabit",
    "duration": "millisecond second minute hour day week month year",
    "frequency": "hertz kilohertz megahertz gigahertz",
    "power": "watt kilowatt megawatt horsepower",
    "energy": "joule kilojoule calorie kilocalorie kilowatt-hour",
    "pressure": "bar pascal hectopascal kilopascal pound-force-per-square-inch",
    "concentr": "percent permille",
}
_CURRENCIES = {
    "dollar": "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP",
    "yen": "JPY CNY",
    "pound": "GBP EGP",
    "other": "EUR CHF BRL INR KRW RUB UAH PLN CZK HUF RON BGN SEK NOK DKK ISK TRY ILS SAR AED IRR THB VND IDR MYR PHP "
    "PKR BDT ZAR",
}
_SIGNS = {"$": "dollar", "¥": "yen", "￥": "yen", "£": "pound"}
_COUNTS = (1, 2, 3, 5, 11, 1.5)  # which have every plural form
_PREFIXED = frozenset({"currency", "concentr"})  # what may stand before its number
_GAPS = " \u00a0\u202f\u2009-"
_GAP = f"[{_GAPS}]?"
_WORDLESS = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]$")  # no space follows it
_REACH = 24  # characters before a number


class Measure(NamedTuple):
    """What a number counts: (kind, unit) of each unit or currency that it can be, as written."""

    units: frozenset[tuple[str, str]]
    written: str

    def other_than(self, source: Measure) -> bool:
        """Whether it is surely another unit of the kind that the source has."""
        kinds = {kind for kind, _ in source.units} & {kind for kind, _ in self.units}
        return bool(kinds) and self.units.isdisjoint(source.units)


def measures(facts: Facts) -> Mapping[str, tuple[Number, Measure | None]]:
    """Reading -> the number with its unit, where it has one."""
    found: dict[str, tuple[Number, Measure | None]] = {}
    if not facts.once(numbers):
        return found
    after, before, known = _patterns(facts.lang)
    text = facts.once(masked)
    for number in facts.once(numbers).values():
        start, end = number.span
        match = _beside(after, text[end : end + 2]).match(text, end)
        if not match:
            match = _beside(before, text[max(0, start - 2) : start][::-1]).search(text[max(0, start - _REACH) : start])
        form = match[1] if match else ""
        measure = known.get(form) or known.get(form.casefold())
        for reading in number.readings:
            found.setdefault(reading, (number, measure and measure._replace(written=form)))
    return found


Patterns = Mapping[str, re.Pattern[str]]
_NOTHING = re.compile("(?!)")


def _beside(patterns: Patterns, near: str) -> re.Pattern[str]:
    """The pattern of the forms with that character beside the number, of two: the first may be a gap."""
    return patterns.get(near[1:] if near[:1] in _GAPS else near[:1], _NOTHING)


@lru_cache(maxsize=64)
def _patterns(lang: str) -> tuple[Patterns, Patterns, Mapping[str, Measure]]:
    """What stands after a number, and before one, by the character beside it; form -> measure.

    English forms are known everywhere.
    """
    known = {**_forms("en"), **_forms(lang)}
    every = sorted(known, key=len, reverse=True)
    after, before = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for form in every:
        after[form[0]].append(re.escape(form) + ("" if _WORDLESS.search(form) else r"(?![^\W_])"))
        if any(kind in _PREFIXED for kind, _ in known[form].units):
            before[form[-1]].append(re.escape(form))
    return (
        {beside: re.compile(rf"{_GAP}({'|'.join(some)})") for beside, some in after.items()},
        {beside: re.compile(rf"(?<![^\W\d_])({'|'.join(some)}){_GAP}$") for beside, some in before.items()},
        known,
    )


@lru_cache(maxsize=64)
def _forms(lang: str) -> Mapping[str, Measure]:
    """Form -> what it is, by what CLDR says in a language."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for form, kind, unit in (*_unit_forms(lang), *_currency_forms(lang)):
        found[form].add((kind, unit))
    for sign, family in _SIGNS.items():
        found[sign] |= {("currency", code) for code in _CURRENCIES[family].split()}
    return {form: Measure(frozenset(units), form) for form, units in found.items()}


def _unit_forms(lang: str) -> Iterator[tuple[str, str, str]]:
    from babel.units import format_unit

    found = locale(lang)
    if found is None:
        return
    for kind, units in _UNITS.items():
        for unit in units.split():
            for length in ("long", "short", "narrow"):
                for count in _COUNTS:
                    text = format_unit(count, f"{kind}-{unit}", length, locale=found)
                    form = re.sub(r"[\d٠-٩۰-۹०-९.,٫]+", "", text).strip(" \u00a0\u202f\u200e\u200f")
                    if form:
                        yield form, kind, unit


def _currency_forms(lang: str) -> Iterator[tuple[str, str, str]]:
    """Codes, signs, names, and the last words of names: dollars of any country."""
    from babel.numbers import get_currency_name, get_currency_symbol

    found = locale(lang)
    for code in " ".join(_CURRENCIES.values()).split():
        yield code, "currency", code
        if found is None:
            continue
        yield get_currency_symbol(code, locale=found), "currency", code
        for count in _COUNTS:
            name = get_currency_name(code, count=count, locale=found)
            for form in {name, re.split(r"[\s-]", name)[-1]}:
                if len(form) > 2:
                    yield form, "currency", code
