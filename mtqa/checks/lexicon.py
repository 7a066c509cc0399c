"""Reading texts piece by piece. Most pieces are seen again and again, so what is in one is worked out once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import chain, compress
from operator import or_
from typing import Any

from mtqa.checks.pieces import Known
from mtqa.checks.pool import Pool, Said
from mtqa.compiled import part

# The words of a piece, the stem of each, whether each means something, and flags.
Piece = tuple[tuple[str, ...], tuple[str, ...], tuple[bool, ...], int]


class Lexicon:
    """What is in the pieces of texts, in the words of `look`. mtqa/checks/_words.c does the same."""

    def __init__(self, look: Callable[[str], Piece]) -> None:
        self._known = Known(look)

    def full(self) -> bool:
        """Whether it should make room for a new one; this one forgets by itself."""
        return False

    def pool(self, source: str, texts: tuple[str, ...]) -> Pool:
        """The texts beside each other."""
        return Pool(self._read(source), [self._read(text) for text in texts])

    def words(self, text: str) -> tuple[str, ...]:
        """The words of one text, in order."""
        return tuple(self._read(text).words)

    def stems(self, text: str) -> tuple[str, ...]:
        """The stem of each."""
        return tuple(self._read(text).beginnings)

    def _read(self, text: str) -> Said:
        pieces = text.split(" ")
        words, stems, means, flags = zip(*map(self._known.__getitem__, pieces), strict=True)
        every = tuple(chain.from_iterable(stems))
        meaning = tuple(compress(every, chain.from_iterable(means)))
        return Said(pieces, tuple(chain.from_iterable(words)), every, meaning, reduce(or_, flags))


class Marks:
    """What `look` says of pieces, in 64 bits. mtqa/checks/_words.c does the same."""

    def __init__(self, look: Callable[[str], int]) -> None:
        self._known = Known(look)

    def marked(self, pool: Pool, source: bool) -> tuple[list[str], ...]:
        """For the source, or for each candidate, its pieces of which anything is said, in order."""
        texts: Sequence[Said] = [pool.source] if source else pool.texts
        return tuple([list(filter(self._known.__getitem__, text.pieces)) for text in texts])

    def of(self, pool: Pool, source: bool) -> int:
        """The bits that are set for any piece of the source, or of any candidate."""
        texts: Sequence[Said] = [pool.source] if source else pool.texts
        pieces = {piece for text in texts for piece in text.pieces}
        return reduce(or_, map(self._known.__getitem__, pieces), 0)


_native: Any = part("mtqa.checks._words")


def lexicon(look: Callable[[str], Piece]) -> Lexicon:
    """A `Lexicon`, compiled where it can be."""
    made: type[Lexicon] = _native.Lexicon if _native else Lexicon
    return made(look)


def marks(look: Callable[[str], int]) -> Marks:
    """`Marks`, compiled where they can be."""
    made: type[Marks] = _native.Marks if _native else Marks
    return made(look)
