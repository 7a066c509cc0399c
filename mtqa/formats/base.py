"""What the formats have in common: one pass over the units, which reads segments or writes edits into them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, ClassVar

from mtqa.errors import MtqaError
from mtqa.formats.codes import Role, has_text
from mtqa.formats.document import open_document
from mtqa.formats.passes import Edited, places_of, segments, units
from mtqa.formats.places import UNTRANSLATABLE, Change, Place
from mtqa.formats.profiles import Kind, Profile
from mtqa.formats.reading import Facts, Reading, Writing
from mtqa.formats.scan import Root, root_of
from mtqa.formats.splice import Splice, apply
from mtqa.formats.tree import Node, Unit
from mtqa.model import BilingualFile, Edit, Notice, Segment


class XmlFormat(ABC):
    """A format whose file is a sequence of units, each read and written by itself."""

    unit_tag: ClassVar[str]
    remember: ClassVar[str] = ""
    flow_roles: ClassVar[Mapping[str, Role] | None] = None  # of inline elements, where native code may hold sub-flows
    names: ClassVar[Mapping[bytes, int]] = {}  # what shapes.Say says of elements and attributes

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

    def special(self, unit: Unit) -> bytes:  # noqa: ARG002 - some look at the whole unit
        """Characters that mean something in the texts of this unit."""
        return b""

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
            for unit in units(self, document, lambda node: self.note_languages(node, reading)):
                yield unit, places_of(self, unit, reading)
                for fault in self.faults(unit):
                    reading.once(unit, fault)
            reading.finish()

    def read(self, file: BilingualFile, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        """The segments in order, streamed.

        Raises FormatError; also for a configured profile that the file cannot have, so that it is known before
        anything is asked.
        """
        with open_document(file.path, file.label) as document:
            yield from segments(self, document, Reading(file, notify))

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        """The file with the edits (by segment id) spliced in; without any, the same bytes.

        `edits` is asked about every segment, in order. Raises FormatError for an edit that the file must not, or
        cannot, take, and for a profile that the file cannot have; ConfigError for an unknown profile.
        """
        with open_document(file.path, file.label) as document:
            apply(document, Edited(self, document, file, edits), out)


def inherited(unit: Unit, attribute: str, stop: str = "") -> str | None:
    """The attribute of the unit or of the nearest element around it that has it; `stop` is not looked at."""
    for node in (unit.node, *reversed(unit.ancestors)):
        if attribute in node.attributes and node.tag != stop:
            return node.attributes[attribute]
    return None


def lang_of(*nodes: Node | None) -> str | None:
    """The first xml:lang among elements."""
    return next((node.attributes["xml:lang"] for node in nodes if node and node.attributes.get("xml:lang")), None)
