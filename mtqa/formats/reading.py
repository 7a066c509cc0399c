"""One pass over the units of a file: what it keeps, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mtqa.errors import FormatError, MtqaError
from mtqa.formats.document import Document
from mtqa.formats.plans import NUMBER, Unplanned
from mtqa.formats.shapes import REMEMBERED_IDS
from mtqa.formats.tree import Node, Unit
from mtqa.languages import canonical
from mtqa.model import BilingualFile, Notice

PLAIN = "plain"
_REPEATED = "a unit id that occurs before; segments are told apart by their position"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of one segment."""

    translatable: bool
    has_target: bool
    translated: bool


class Reading:
    """One pass over a file: it numbers the segments, settles their languages and passes on notices.

    `dialect` is the name of the dialect of the last unit, `pairs` the languages as written. Where `lenient`, a
    language that is missing or no language tag is told of and stays empty.
    """

    def __init__(self, file: BilingualFile, notify: Callable[[Notice], None], *, lenient: bool = False) -> None:
        self.file, self.tell, self._lenient = file, notify, lenient
        self.dialect = PLAIN
        self.pairs: set[tuple[str, str]] = set()
        self.number = 0
        self._said: set[str] = set()
        self._languages: dict[str, str] = {}

    def next_id(self) -> str:
        """The id of the next segment."""
        self.number += 1
        return f"{self.file.label}#{self.number}"

    def notice(self, unit: Unit, what: str) -> None:
        """Tell about this unit."""
        self.tell(Notice(f"{self.file.label}:{unit.line}", what))

    def once(self, unit: Unit, what: str) -> None:
        """Tell about this unit, unless the same was told of another."""
        if what not in self._said:
            self._said.add(what)
            self.notice(unit, what)

    def note_id(self, unit: Unit, identifier: str | None) -> None:
        """Tell when ids are missing or repeated (the first 100,000 of a file element are looked at)."""
        if not identifier:
            self.once(unit, "a unit without id; segments are told apart by their position")
            return
        key = hash(identifier)
        if key in unit.ids:
            self.once(unit, _REPEATED)
        elif len(unit.ids) < REMEMBERED_IDS:
            unit.ids.add(key)

    @property
    def repeats_told(self) -> bool:
        """Whether it was told that ids are repeated."""
        return _REPEATED in self._said

    def finish(self) -> None:
        """Tell when there was nothing to read."""
        if not self.number:
            self.tell(Notice(self.file.label, "no segments in this file"))

    def source_lang(self, unit: Unit, tag: str | None) -> str:
        """The source language as canonical tag. Raises FormatError when neither file nor settings tell it."""
        language = self._language(unit, tag, self.file.source_lang)
        if not language and not self._lenient:
            raise FormatError(f"{self.file.label}:{unit.line}", "the source language is not stated", "set source_lang")
        if not (tag or "").strip():
            self.once(unit, "the source language is not stated")
        return language

    def target_lang(self, unit: Unit, tag: str | None) -> str:
        """The target language as canonical tag; empty when neither file nor settings tell it."""
        return self._language(unit, tag, self.file.target_lang)

    def _language(self, unit: Unit, tag: str | None, configured: str | None) -> str:
        written = (tag or "").strip()
        if written in self._languages:
            return self._languages[written] or configured or ""
        where = f"{self.file.label}:{unit.line}"
        try:
            self._languages[written] = canonical(written, where) if written else ""
        except MtqaError as error:
            if not configured and not self._lenient:
                raise FormatError(where, f"{written!r} is not a language tag", error.todo) from error
            self._languages[written] = ""
            instead = "the configured language is taken" if configured else "a language must be configured"
            self.notice(unit, f"{written!r} is not a language tag; {instead}")
        return self._languages[written] or configured or ""


class Rehearsal(Reading):
    """A pass over a unit that is made of marks, to see what comes of it. `noted`: the id that was noted.

    Raises Unplanned when there is something to tell that was not told before.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.file, lambda _notice: None, lenient=reading._lenient)  # noqa: SLF001
        self.noted: str | None = None
        self._said, self._languages = reading._said, dict(reading._languages)  # noqa: SLF001

    def next_id(self) -> str:
        """A mark."""
        return NUMBER

    def notice(self, unit: Unit, what: str) -> None:  # noqa: ARG002
        """That depends on more than the shape of the unit, or was not told yet."""
        raise Unplanned

    def once(self, unit: Unit, what: str) -> None:  # noqa: ARG002
        """What is told once is told by now."""
        if what not in self._said:
            raise Unplanned

    def note_id(self, unit: Unit, identifier: str | None) -> None:
        """Take note."""
        if identifier:
            self.noted = identifier
        else:
            super().note_id(unit, identifier)


class Writing:
    """One pass over a file that writes edits into it."""

    def __init__(self, document: Document, file: BilingualFile) -> None:
        self.document, self.file = document, file
        self._seen: dict[str, int] = {}

    def first(self, node: Node) -> bool:
        """Whether this element around units has not been asked about yet."""
        fresh = self._seen.get(node.tag) != node.start
        self._seen[node.tag] = node.start
        return fresh

    def rehearsal(self) -> Writing:
        """A pass that knows what this one knows, and does not tell it."""
        other = Writing(self.document, self.file)
        other._seen = dict(self._seen)
        return other
