"""Accelerators: the sign before the letter of a shortcut (`&File`, `_File`) is in the candidate, once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.checks.pieces import part_of
from mtqa.checks.words import words
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault

_LONGEST = 60  # characters of a text in a menu or on a button
_ENTITY = re.compile(r"&#?\w+;")


class Accelerators:
    """Accelerators missing or doubled, for each of `signs`."""

    default = Severity.WARNING
    oracle = True

    def __init__(self, signs: str = "&_~") -> None:
        self.signs = signs
        self.concerns = part_of(*signs)

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate and sign."""
        if len(case.source.plain) > _LONGEST:
            return
        for sign in self.signs:
            if sign not in case.source.plain or _count(case.source.plain, sign) != 1 or not _in_a_word(case, sign):
                continue
            for position, candidate in enumerate(case.candidates):
                found = _count(candidate.plain, sign)
                if found != 1 and candidate.plain.strip():
                    yield Fault(position, f"accelerator {sign} {'missing' if not found else 'more than once'}", sign)


def _count(text: str, sign: str) -> int:
    """How many letters have the sign before them; a doubled sign is the sign itself.

    Inside a word it is one in a word with a capital (`E&xit`): `max_size` and `R&D` are none.
    """
    found = 0
    for word in re.findall(rf"[\w{re.escape(sign)}]+", _ENTITY.sub(" ", text).replace(sign * 2, "")):
        capital = word.lstrip(sign)[:1].isupper()
        for place, character in enumerate(word[:-1]):
            inside = place and not (capital and word[place - 1].islower())
            found += character == sign and word[place + 1].isalnum() and not inside
    return found


def _in_a_word(case: Case, sign: str) -> bool:
    """Not an identifier (max_size), nor a home folder (~user)."""
    rest = case.source.plain.replace(sign, "")
    return bool(case.source.once(words)) and (sign == "&" or not re.search(r"[\d/\\_~]", rest))
