"""Which checks may have something to say of a case. Most have nothing to say of most, and are then not called.

A piece is what stands between two spaces (U+0020) of a text, and empty beside a space at an edge or a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol, runtime_checkable

from mtqa.checks.lexicon import Marks, marks
from mtqa.checks.pieces import Having, either
from mtqa.checks.words import written
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Check

Checks = Mapping[str, tuple[Check, Severity]]
Entry = tuple[str, Check, Severity]


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
_MOST = 63  # checks that are asked about pieces: a bit for each; any others are always called


class Concerned:
    """The checks that a case may concern, by the pieces of its texts; a set of checks is a number, a bit for each."""

    def __init__(self, checks: Checks) -> None:
        entries = tuple((name, check, severity) for name, (check, severity) in checks.items())
        asked = [check for _, check, _ in entries if isinstance(check, PieceCheck)][:_MOST]
        self._look = _Look({1 << place: check for place, check in enumerate(asked)})
        self._entries = [(1 << asked.index(one[1]) if one[1] in asked else 0, one) for one in entries]
        self.names = tuple(checks)
        self._all = (1 << len(asked)) - 1
        self._marks: dict[str, Marks] = {}
        self._sets: dict[int, tuple[Entry, ...]] = {}

    def by(self, case: Case) -> tuple[Entry, ...]:
        """Those to call, in their order; all of them where there are inline codes, which are in no piece."""
        bits = self._all if case.coded else self._concerned(case)
        chosen = self._sets.get(bits)
        if chosen is None:
            if len(self._sets) >= _SETS:
                self._sets.clear()
            chosen = tuple(one for bit, one in self._entries if not bit or bits & bit)
            self._sets[bits] = chosen
        return chosen

    def _concerned(self, case: Case) -> int:
        texts = case.once(written)
        source, target = case.segment.source_lang, case.segment.target_lang
        return self._of(source).of(texts, True) | self._of(target).of(texts, False)

    def _of(self, lang: str) -> Marks:
        found = self._marks.get(lang)
        if found is None:
            if len(self._marks) >= _LANGUAGES:
                self._marks.clear()
            found = self._marks[lang] = marks(partial(self._look, lang))
        return found


class _Look:
    """Which checks a piece in some language concerns, by their bits."""

    def __init__(self, asked: Mapping[int, PieceCheck]) -> None:
        concerns = {bit: check.concerns for bit, check in asked.items()}
        self._having = [(bit, one) for bit, one in concerns.items() if isinstance(one, Having)]
        self._others = [(bit, one) for bit, one in concerns.items() if not isinstance(one, Having)]
        self._characters = either([having.characters for _, having in self._having], [])
        self._patterns = either([], [having.pattern for _, having in self._having])

    def __call__(self, lang: str, piece: str) -> int:
        found = sum([bit for bit, concerns in self._others if concerns(piece, lang)])
        if self._characters.search(piece) or self._patterns.search(piece):  # as in few
            found += sum([bit for bit, having in self._having if having(piece, lang)])
        return found
