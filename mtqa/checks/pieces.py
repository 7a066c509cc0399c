"""Pieces of texts: what stands between two spaces. Most are seen again and again, so what is found in one is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_LONG, _MANY = 40, 200_000  # characters of a piece that is kept, and how many are


class Known(dict[str, T]):
    """Piece -> what `find` finds in it. The memory that this takes is bounded: at some size it forgets everything."""

    def __init__(self, find: Callable[[str], T]) -> None:
        self._find = find

    def __missing__(self, piece: str) -> T:
        found = self._find(piece)
        if len(piece) <= _LONG:
            if len(self) >= _MANY:
                self.clear()
            self[piece] = found
        return found


class Having:
    """Whether a piece has one of some characters, or what a pattern finds: for `PieceCheck.concerns`.

    `characters` is what stands in a class of a regular expression, without its brackets. What all checks look for is
    joined and looked for at once, so a pattern has no flags and refers to no group.
    """

    def __init__(self, characters: str = "", pattern: str = "") -> None:
        self.characters, self.pattern = characters, pattern
        self._search = either([characters], [pattern]).search

    def __call__(self, piece: str, _lang: str) -> bool:
        """Whether it does."""
        return self._search(piece) is not None


def either(characters: Iterable[str], patterns: Iterable[str]) -> re.Pattern[str]:
    """Finds one of the characters, or what one of the patterns finds; where there is neither, nothing."""
    found = dict.fromkeys([*(f"[{some}]" for some in characters if some), *filter(None, patterns)])
    return re.compile("|".join(found) or "(?!)")


def part_of(*signs: str) -> Having:
    """Has what a text with one of these strings has; of a string with a space, what stands behind it."""
    characters = "".join(re.escape(sign) for sign in signs if len(sign) == 1)
    longer = [f"^{re.escape(sign.split(' ')[1])}" if " " in sign else re.escape(sign) for sign in signs]
    return Having(characters, "|".join(pattern for sign, pattern in zip(signs, longer, strict=True) if len(sign) > 1))
