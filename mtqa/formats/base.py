"""What the formats have in common: one pass over the units, which reads segments or writes edits into them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from mtqa.errors import FormatError, MtqaError
from mtqa.formats.codes import Role, has_text
from mtqa.formats.document import Document, open_document
from mtqa.formats.flows import flow_places, folded
from mtqa.formats.places import UNTRANSLATABLE, Change, Place
from mtqa.formats.profiles import Kind, Profile
from mtqa.formats.scan import Root, root_of, scan
from mtqa.formats.splice import Splice, apply, illegal, ordered
from mtqa.formats.tree import Node, Unit
from mtqa.languages import canonical
from mtqa.model import BilingualFile, Edit, Notice, Segment

PLAIN = "plain"
_REMEMBERED_IDS = 100_000  # bounds the memory that finding repeated ids costs


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
        self._number = 0
        self._said: set[str] = set()
        self._ids: set[int] = set()
        self._languages: dict[str, str] = {}

    def next_id(self) -> str:
        """The id of the next segment."""
        self._number += 1
        return f"{self.file.label}#{self._number}"

    def notice(self, unit: Unit, what: str) -> None:
        """Tell about this unit."""
        self.tell(Notice(f"{self.file.label}:{unit.line}", what))

    def once(self, unit: Unit, what: str) -> None:
        """Tell about this unit, unless the same was told of another."""
        if what not in self._said:
            self._said.add(what)
            self.notice(unit, what)

    def note_id(self, unit: Unit, identifier: str | None) -> None:
        """Tell when ids are missing or repeated (the first 100,000 are looked at)."""
        if not identifier:
            self.once(unit, "a unit without id; segments are told apart by their position")
            return
        key = hash((unit.ancestors[1:2] and unit.ancestors[1].start, identifier))
        if key in self._ids:
            self.once(unit, "a unit id that occurs before; segments are told apart by their position")
        elif len(self._ids) < _REMEMBERED_IDS:
            self._ids.add(key)

    def finish(self) -> None:
        """Tell when there was nothing to read."""
        if not self._number:
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


class XmlFormat(ABC):
    """A format whose file is a sequence of units, each read and written by itself."""

    unit_tag: ClassVar[str]
    remember: ClassVar[str] = ""
    flow_roles: ClassVar[Mapping[str, Role] | None] = None  # of inline elements, where native code may hold sub-flows

    @abstractmethod
    def kinds(self) -> Sequence[Kind]:
        """What is read and written: each dialect with its profiles."""

    @abstractmethod
    def owns(self, root: Root) -> bool:
        """Whether a file with this root is of this format."""

    @abstractmethod
    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """The segments of a unit, in order, without sub-flows."""

    @abstractmethod
    def profile(self, file: BilingualFile, unit: Unit) -> Profile:
        """How this unit is written. Raises ConfigError and FormatError, see `profile_for`."""

    @abstractmethod
    def splices(self, writing: Writing, profile: Profile, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """What the changes, at least one, do to the bytes of a unit, and to the start tags of elements around it."""

    @abstractmethod
    def proposals(self, unit: Unit) -> int:
        """How many translations the file proposes in this unit, beside its targets."""

    def note_languages(self, node: Node, reading: Reading) -> None:  # noqa: B027 - not all formats state them there
        """Note the languages that an element around units states."""

    def faults(self, unit: Unit) -> Iterable[str]:  # noqa: ARG002 - most rules are those of the schema
        """What the specification has against a unit, where no schema says it."""
        return ()

    def facts(self, unit: Unit, place: Place) -> Facts:  # noqa: ARG002 - some look at the whole unit
        """What is counted of a segment: text outside native code in its source and in its target."""
        ours = place.segment.protected != UNTRANSLATABLE and place.source is not None and has_text(place.source)
        target = place.target if ours else None
        return Facts(ours, target is not None, target is not None and has_text(target))

    def claims(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is of this format, by its root element. Never raises."""
        try:
            root = root_of(head, "")
        except MtqaError:
            return False
        return root is not None and self.owns(root)

    def passed(self, file: BilingualFile, reading: Reading) -> Iterator[tuple[Unit, list[Place]]]:
        """The units with their segments in order, streamed. Raises FormatError."""
        with open_document(file.path, file.label) as document:
            for unit in scan(document, self.unit_tag, self.remember, lambda node: self.note_languages(node, reading)):
                yield unit, self._all_places(unit, reading)
                for fault in self.faults(unit):
                    reading.once(unit, fault)
            reading.finish()

    def _all_places(self, unit: Unit, reading: Reading) -> list[Place]:
        """The segments of a unit, each followed by its sub-flows."""
        places = self.places(unit, reading)
        if self.flow_roles is None or not any(place.source and place.source.elements for place in places):
            return places
        return [one for place in places for one in (place, *flow_places(place, self.flow_roles))]

    def read(self, file: BilingualFile, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        """The segments in order, streamed.

        Raises FormatError; also for a configured profile that the file cannot have, so that it is known before
        anything is asked.
        """
        for unit, places in self.passed(file, Reading(file, notify)):
            if file.profile:
                self.profile(file, unit)
            for place in places:
                yield place.segment

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        """The file with the edits (by segment id) spliced in; without any, the same bytes.

        `edits` is asked about every segment, in order. Raises FormatError for an edit that the file must not, or
        cannot, take, and for a profile that the file cannot have; ConfigError for an unknown profile.
        """
        with open_document(file.path, file.label) as document:
            apply(document, self._edited(document, file, edits), out)

    def _edited(self, document: Document, file: BilingualFile, edits: Callable[[str], Edit | None]) -> Iterator[Splice]:
        reading, writing = Reading(file, lambda _notice: None), Writing(document, file)
        for unit in scan(document, self.unit_tag, self.remember):
            places = self._all_places(unit, reading)
            changes = [Change(place, edit) for place in places if (edit := edits(place.segment.id)) is not None]
            for change in changes:
                _check(change)
            if changes := folded(places, changes, document.newline):
                profile = self.profile(writing.file, unit)
                yield from ordered(self.splices(writing, profile, unit, changes))


def _check(change: Change) -> None:
    segment, edit = change.place.segment, change.edit
    if segment.protected:
        raise FormatError(segment.id, f"the segment is protected ({segment.protected})", "leave it out of the edits")
    for text in (edit.target, *(text for _, text, _ in edit.alternatives)):
        for part in text.parts if text is not None else ():
            if isinstance(part, str) and (character := illegal(part)):
                raise FormatError(segment.id, f"{character} cannot stand in an XML file", "remove it from the target")
    if character := illegal((edit.remark or "") + "".join(engine for engine, _, _ in edit.alternatives)):
        raise FormatError(segment.id, f"{character} cannot stand in an XML file", "remove it from the remark")


def inherited(unit: Unit, attribute: str, stop: str = "") -> str | None:
    """The attribute of the unit or of the nearest element around it that has it; `stop` is not looked at."""
    for node in (unit.node, *reversed(unit.ancestors)):
        if attribute in node.attributes and node.tag != stop:
            return node.attributes[attribute]
    return None


def lang_of(*nodes: Node | None) -> str | None:
    """The first xml:lang among elements."""
    return next((node.attributes["xml:lang"] for node in nodes if node and node.attributes.get("xml:lang")), None)
