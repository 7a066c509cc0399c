"""Capitals: at the beginning, in whole texts, and inside words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.checks.words import masked, words
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_CAMEL = re.compile(r"(?<![\w.])(?:[a-z]+[A-Z]|[A-Z][a-z]+[A-Z])\w*(?:\(\))?|(?<![\w.])\w+_\w+(?:\(\))?")
_INSIDE = re.compile("[a-z][A-Z]|_")  # is in all that _CAMEL finds
_LEAST_CAPS = 5  # letters that make a text of capitals one
_CAPITAL_NOUNS = frozenset({"de", "lb"})


class Capitalisation:
    """The candidate begins with a small letter where the source has a capital, or the other way round."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        source = _first(case.source)
        if not source:
            return
        for position, candidate in enumerate(case.candidates):
            first = _first(candidate)
            if not first or first == source:
                continue
            # A text that begins small in the source may begin with a name or a noun in the target.
            doubt = first == "capital" and (candidate.language in _CAPITAL_NOUNS or len(case.candidates) == 1)
            if not doubt:
                yield Fault(position, f"begins with a {first} letter, the source with a {source} one", first)


class AllCaps:
    """The candidate is all capitals where the source is not, or the other way round."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.source.plain.isupper() and not any(one.plain.isupper() for one in case.candidates):
            return
        source = case.source.once(_all_caps)
        if source is None:
            return
        for position, candidate in enumerate(case.candidates):
            found = candidate.once(_all_caps)
            if found is not None and found != source:
                yield Fault(position, "all capitals" if found else "not all capitals, as the source is", "caps")


class CamelCase:
    """Identifiers and names with capitals inside (iPhone, getName, MAX_SIZE) that are not kept."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each that is lost."""
        source = case.source.once(_camels)
        for name in source:
            for position, candidate in enumerate(case.candidates):
                if name.removesuffix("()") not in candidate.plain:
                    yield Fault(position, f"{name} missing", name)


def _first(facts: Facts) -> str:
    """Whether the first letter is `capital` or `small`; empty where there is none or its script has no case."""
    plain = facts.once(masked)
    if plain[1:3].islower() and plain[:3].isalpha():  # so do most begin
        return _case(plain[0])
    found = facts.once(words)
    if not found:
        return ""
    head = facts.plain[: facts.plain.find(found[0])]
    if any(character.isalnum() or character in "@#/{}%<>&" for character in head):
        return ""  # it begins with a number, a name, a placeholder
    first, rest = found[0][0], found[0][1:]
    if rest and not (rest.islower() or found[0].isupper()):
        return ""  # iPhone
    return _case(first)


def _case(letter: str) -> str:
    """Georgian has capitals that nobody begins a sentence with."""
    if "\u10a0" <= letter <= "\u10ff":
        return ""
    return "capital" if letter.isupper() else "small" if letter.islower() else ""


def _all_caps(facts: Facts) -> bool | None:
    """Whether all letters are capitals; None where they are too few, or have no case."""
    text = facts.plain
    if not text.isupper():
        return False if len(text) >= _LEAST_CAPS and text.lower() != text.upper() else None
    letters = "".join(facts.once(words))
    return True if len(letters) >= _LEAST_CAPS and letters.isupper() else None


def _camels(facts: Facts) -> tuple[str, ...]:
    text = facts.plain
    if text.islower() or text.isupper() or not _INSIDE.search(text):
        return ()
    return tuple(dict.fromkeys(_CAMEL.findall(facts.once(masked))))
