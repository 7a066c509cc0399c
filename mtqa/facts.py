"""What checks look at: the candidates of a segment side by side, and the facts of each text, read once.

A check is called with a `Case`. What several checks want to know of a text (its words, its numbers) is read by a
function of a `Facts`, through `Facts.once`, so that it is read once however many ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from mtqa.inline import Text
from mtqa.languages import primary
from mtqa.model import Candidate, CandidateSet, Segment

T = TypeVar("T")


_language = lru_cache(maxsize=256)(primary)


class Facts:
    """One text in its language, and what has been read off it."""

    __slots__ = ("_read", "bare", "chars", "lang", "language", "plain", "text")

    def __init__(self, text: Text, lang: str) -> None:
        self.text, self.lang = text, lang
        self.plain = text.plain
        self.bare = len(text.parts) < 2 and not text.codes  # characters alone
        self.chars = frozenset(self.plain)
        self.language = _language(lang)
        self._read: dict[Callable[[Any], Any], Any] = {}

    def once(self, read: Callable[[Facts], T]) -> T:
        """What `read` finds in this text; it is called at most once."""
        try:
            return self._read[read]  # type: ignore[no-any-return]
        except KeyError:
            found = self._read[read] = read(self)
            return found


class Case:
    """A segment with its candidates, side by side; `before` and `after` are its neighbours in the same file."""

    __slots__ = ("after", "before", "candidates", "chars", "coded", "engines", "segment", "source")

    def __init__(self, segment: Segment, candidates: Sequence[Candidate]) -> None:
        self.segment = segment
        self.source = Facts(segment.source, segment.source_lang)
        texts = {text: Facts(text, segment.target_lang) for text in {candidate.text for candidate in candidates}}
        self.candidates = tuple([texts[candidate.text] for candidate in candidates])
        self.engines = tuple(candidate.engine for candidate in candidates)
        self.chars = self.source.chars.union(*[facts.chars for facts in self.candidates])
        # Most segments are characters alone.
        self.coded = not all(facts.bare for facts in (self.source, *self.candidates))
        self.before: Case | None = None
        self.after: Case | None = None

    @classmethod
    def of(cls, found: CandidateSet) -> Case:
        """The case of a candidate set."""
        return cls(found.segment, found.candidates)
