"""Which checks may have something to say of a case. Most have nothing to say of most, and are then not called.

A piece is what stands between two spaces (U+0020) of a text, and empty beside a space at an edge or a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from mtqa.checks.pieces import Having, Known, either
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Check

Checks = Mapping[str, tuple[Check, Severity]]


@runtime_checkable
class PieceCheck(Check, Protocol):
    """A check that knows which pieces of text it is about; a check that does not say is always called."""

    def concerns(self, piece: str, lang: str) -> bool:
        """Whether there may be something to find where a text in this language (a BCP 47 tag) has this piece.

        `faults` is called where a piece of the source or of a candidate concerns the check, or one of them has inline
        codes. It would find nothing elsewhere. The answer depends on nothing else, and is kept.
        """
        ...


_SETS, _LANGUAGES = 1 << 12, 16  # sets of checks that are kept in mind, and languages whose pieces are


class Concerned:
    """The checks that a case may concern, by the pieces of its texts; a set of checks is a number, a bit for each."""

    def __init__(self, checks: Checks) -> None:
        self._checks = tuple((name, check, severity) for name, (check, severity) in checks.items())
        bits = {1 << place: check for place, (_, check, _) in enumerate(self._checks)}
        asked = {bit: check.concerns for bit, check in bits.items() if isinstance(check, PieceCheck)}
        self._having = [(bit, having) for bit, having in asked.items() if isinstance(having, Having)]
        self._others = [(bit, concerns) for bit, concerns in asked.items() if not isinstance(concerns, Having)]
        self._characters = either([having.characters for _, having in self._having], [])
        self._patterns = either([], [having.pattern for _, having in self._having])
        self._all = sum(bits)
        self._always = self._all - sum(asked)
        self._known: dict[str, Known[int]] = {}
        self._sets: dict[int, tuple[tuple[str, Check, Severity], ...]] = {}

    def by(self, case: Case) -> tuple[tuple[str, Check, Severity], ...]:
        """Those to call, in their order; all of them where there are inline codes, which are in no piece."""
        bits = self._all if case.coded else self._always
        seen: set[int] = set()
        for facts in case.texts:
            known = self._known.get(facts.lang)
            if known is None:
                known = self._learning(facts.lang)
            seen.update(map(known.__getitem__, facts.pieces))
        for one in seen:
            bits |= one
        chosen = self._sets.get(bits)
        if chosen is None:
            if len(self._sets) >= _SETS:
                self._sets.clear()
            chosen = tuple(one for place, one in enumerate(self._checks) if bits >> place & 1)
            self._sets[bits] = chosen
        return chosen

    def _learning(self, lang: str) -> Known[int]:
        if len(self._known) >= _LANGUAGES:
            self._known.clear()
        known = self._known[lang] = Known(lambda piece: self._concerned(piece, lang))
        return known

    def _concerned(self, piece: str, lang: str) -> int:
        found = sum([bit for bit, concerns in self._others if concerns(piece, lang)])
        if self._characters.search(piece) or self._patterns.search(piece):  # as in few
            found += sum([bit for bit, having in self._having if having(piece, lang)])
        return found
