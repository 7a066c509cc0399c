"""Capitals: at the beginning, in whole texts, and inside words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.checks.pieces import Having, Known
from mtqa.checks.words import first_word, maskable, masked, words, words_in
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
        begun = {_first_of(facts.beginning) for facts in case.texts}
        if len(begun) == 1 and None not in begun:
            return  # as mostly
        firsts = {facts: _first(facts) for facts in case.texts}
        source = firsts[case.source]
        if not source or len(set(firsts.values())) == 1:
            return
        for position, candidate in enumerate(case.candidates):
            first = firsts[candidate]
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

    def concerns(self, piece: str, _lang: str) -> bool:
        """A piece of capitals."""
        return piece.isupper()

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
    concerns = Having("_", "[a-z][A-Z]")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each that is lost."""
        source = case.source.once(_camels)
        for name in source:
            for position, candidate in enumerate(case.candidates):
                if name.removesuffix("()") not in candidate.plain:
                    yield Fault(position, f"{name} missing", name)


def _first(facts: Facts) -> str:
    """Whether the first letter is `capital` or `small`; empty where there is none or its script has no case."""
    first = _first_of(facts.beginning)
    if first is not None:
        return first
    plain = facts.once(masked)
    if _plainly(plain):
        return _case(plain[0])
    word = first_word(plain)
    if not word:
        return ""
    head = facts.plain[: facts.plain.find(word)]
    if any(character.isalnum() or character in "@#/{}%<>&" for character in head):
        return ""  # it begins with a number, a name, a placeholder
    return _case_of(word)


def _first_in(piece: str) -> str | None:
    """What the first piece of a text says of the text; None where it takes more to say."""
    if not piece[:1].isalpha() or maskable(piece.lower()):
        return None
    return _case(piece[0]) if _plainly(piece) else _case_of(words_in(piece)[0])


_first_of = Known(_first_in).__getitem__


def _plainly(text: str) -> bool:
    """Whether a text begins with a letter and two small ones, as most do."""
    return text[1:3].islower() and text[:3].isalpha()


def _case_of(word: str) -> str:
    rest = word[1:]
    if rest and not (rest.islower() or word.isupper()):
        return ""  # iPhone
    return _case(word[0])


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
    capitals = sum(map(str.isupper, letters))  # PC in a text of a script without capitals makes no text of capitals
    return True if capitals >= _LEAST_CAPS and 2 * capitals > len(letters) else None


def _camels(facts: Facts) -> tuple[str, ...]:
    text = facts.plain
    if text.islower() or text.isupper() or not _INSIDE.search(text):
        return ()
    return tuple(dict.fromkeys(_CAMEL.findall(facts.once(masked))))
