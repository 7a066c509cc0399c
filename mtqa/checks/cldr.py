"""What CLDR knows of languages, through babel: number signs, plural forms, names of months.

A tag that CLDR does not know has the data of its language, or none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale


@lru_cache(maxsize=256)
def locale(tag: str) -> Locale | None:
    """The locale of a language tag, or of its language; None where CLDR has neither."""
    from babel import Locale, UnknownLocaleError

    for name in (tag, tag.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(name, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return None


@lru_cache(maxsize=256)
def separators(tag: str) -> tuple[str, str]:
    """(decimal, group) of numbers in western digits; both empty where CLDR does not know the language.

    Spaces are given as one plain space.
    """
    found = locale(tag)
    if found is None:
        return "", ""
    signs = found.number_symbols.get("latn", {})
    decimal, group = signs.get("decimal", ""), signs.get("group", "")
    return decimal, " " if group.isspace() else group.replace("’", "'")


@lru_cache(maxsize=256)
def months(tag: str) -> tuple[str, ...]:
    """The names of the twelve months, case folded: those in dates, then those that stand alone, wide and short."""
    found = locale(tag)
    if found is None:
        return ()
    names: list[str] = []
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            table = found.months.get(context, {}).get(width)
            names += [table[number].casefold().rstrip(".") for number in range(1, 13)] if table else []
    return tuple(names)


@lru_cache(maxsize=256)
def plural_categories(tag: str) -> tuple[frozenset[str], frozenset[str]]:
    """(all categories of the plural, those that whole numbers below 200 need); both empty for an unknown language."""
    found = locale(tag)
    if found is None:
        return frozenset(), frozenset()
    rule = found.plural_form
    return frozenset(rule.tags) | {"other"}, frozenset(rule(number) for number in range(200)) | {"other"}


@lru_cache(maxsize=256)
def ordinal_categories(tag: str) -> frozenset[str]:
    """The categories of ordinal numbers."""
    found = locale(tag)
    return frozenset() if found is None else frozenset(found.ordinal_form.tags) | {"other"}
