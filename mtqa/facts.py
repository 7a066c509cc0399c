"""What checks look at: the candidates of a segment side by side, and the facts of each text, read once.

A check is called with a `Case`. What several checks want to know of a text (its words, its numbers) is read by a
function of a `Facts`, through `Facts.once`, so that it is read once however many ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from mtqa.inline import Code, Text
from mtqa.languages import primary
from mtqa.model import Candidate, CandidateSet, Segment

T = TypeVar("T")


_language = lru_cache(maxsize=256)(primary)


class Facts:
    """One text in its language, and what has been read off it.

    `bare`: whether it is characters alone, without inline codes. `beginning`: what stands before its first space
    (U+0020).
    """

    __slots__ = ("_read", "bare", "beginning", "lang", "language", "plain", "text")

    def __init__(self, text: Text, lang: str) -> None:
        self.text, self.lang = text, lang
        only = text.parts[0] if len(text.parts) == 1 else None
        self.bare = isinstance(only, str) or not text.codes
        self.plain = only if isinstance(only, str) else text.plain
        self.beginning = self.plain.partition(" ")[0]
        self.language = _language(lang)
        self._read: dict[Callable[[Any], Any], Any] = {}

    @property
    def chars(self) -> frozenset[str]:
        """Its characters, each once."""
        return self.once(_characters)

    def once(self, read: Callable[[Facts], T]) -> T:
        """What `read` finds in this text; it is called at most once."""
        known = self._read
        if read not in known:
            known[read] = read(self)
        return known[read]  # type: ignore[no-any-return]


class Case:
    """A segment with its candidates, side by side; `before` and `after` are its neighbours in the same file.

    `texts` are the source and the candidates, each different one once. `together` is all candidates in one string and
    `chars` are all characters, those of the source too: one look at them tells a check that it has nothing to do, as it
    mostly has. `lengths`: characters of each candidate; `sizes` the same, outer space aside. `coded`: whether there is
    an inline code in any of the texts.
    """

    __slots__ = (
        "_read", "after", "before", "candidates", "coded", "engines", "lengths", "segment", "sizes", "source", "texts",
        "together",
    )  # fmt: skip

    def __init__(self, segment: Segment, candidates: Sequence[Candidate]) -> None:
        self.segment = segment
        self.source = Facts(segment.source, segment.source_lang)
        known: dict[tuple[str | Code, ...], Facts] = {}  # a text that several candidates have is read once
        for text in [candidate.text for candidate in candidates]:
            if text.parts not in known:
                known[text.parts] = Facts(text, segment.target_lang)
        self.candidates = tuple([known[candidate.text.parts] for candidate in candidates])
        self.texts = (self.source, *known.values())
        self.engines = tuple([candidate.engine for candidate in candidates])
        self.together = "|".join([facts.plain for facts in self.candidates])
        self.lengths = tuple([len(facts.plain) for facts in self.candidates])
        self.sizes = tuple([len(facts.plain.strip()) for facts in self.candidates])
        self.coded = False in [facts.bare for facts in self.texts]
        self.before: Case | None = None
        self.after: Case | None = None
        self._read: dict[Callable[[Any], Any], Any] = {}

    def once(self, read: Callable[[Case], T]) -> T:
        """What `read` finds in all candidates together; it is called at most once."""
        known = self._read
        if read not in known:
            known[read] = read(self)
        return known[read]  # type: ignore[no-any-return]

    @property
    def chars(self) -> frozenset[str]:
        """The characters of all texts, each once."""
        return self.once(_all_characters)

    @classmethod
    def of(cls, found: CandidateSet) -> Case:
        """The case of a candidate set."""
        return cls(found.segment, found.candidates)


def _characters(facts: Facts) -> frozenset[str]:
    return frozenset(facts.plain)


def _all_characters(case: Case) -> frozenset[str]:
    return frozenset[str]().union(*[facts.chars for facts in case.texts])
