"""SDLXLIFF of Trados Studio: XLIFF 1.2 whose segments are described in sdl:seg-defs at the end of each unit.

A unit without segment marks has never been opened in Studio; Studio loses a target that is put there, so none is.
Results are `Draft`, as from machine translation. Where there was no majority, the name of the system says so: a
comment would need a definition in the head of the file, with a time, and could not be the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqa.formats.base import inherited
from mtqa.formats.codes import has_text
from mtqa.formats.dialect import Dialect
from mtqa.formats.places import Change
from mtqa.formats.reading import Reading
from mtqa.formats.splice import Splice, start_tag
from mtqa.formats.trans_unit import OURS, Piece, TransUnit
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text
from mtqa.model import Status

SDL = "http://sdl.com/FileTypes/SdlXliff/1.0"

_APPROVED = frozenset({"ApprovedTranslation", "ApprovedSignOff"})
_EMPTY_ORIGINS = frozenset({"source", "not-translated"})


class Sdlxliff(Dialect):
    """Segments with conf, origin and lock in sdl:seg."""

    def segments(self, unit: Unit, shape: TransUnit, reading: Reading) -> list[Piece]:
        """One for each mark; none without."""
        if shape.marks:
            return list(shape.pairs())
        if shape.source and has_text(shape.source) and inherited(unit, "translate", stop="file") != "no":
            reading.once(unit, "not segmented yet: open or prepare the file in Trados Studio first")
        return []

    def settled(self, unit: Unit, shape: TransUnit, mark: str) -> str:
        """Locked, or approved by a reviewer."""
        said = [properties.attributes for properties in _properties(shape, mark)]
        approved = next((one["conf"] for one in said if one.get("conf") in _APPROVED), None)
        own = f"conf {approved}" if approved else ""
        if any(one.get("locked") == "true" for one in said):
            own = "locked"
        return super().settled(unit, shape, mark) or own

    def state(self, shape: TransUnit, mark: str) -> str | None:
        """The confirmation level."""
        return next((properties.attributes.get("conf") for properties in _properties(shape, mark)), None)

    def kept(self, shape: TransUnit, mark: str, source: Text, target: Text) -> bool:
        """A target that somebody, or a memory, has put there; a copy of the source is none."""
        untouched = self.state(shape, mark) is None and (
            target == source
            or any(properties.attributes.get("origin") in _EMPTY_ORIGINS for properties in _properties(shape, mark))
        )
        return bool(target.plain.strip()) and not untouched

    def marks(self, shape: TransUnit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Draft, from machine translation; the match rate of what was there before goes."""
        for change in changes:
            system = OURS if change.edit.status is Status.AGREED else f"{OURS}: {change.edit.status}"
            said: dict[str, str | None] = {"conf": "Draft", "origin": "mt", "origin-system": system}
            if change.edit.reviewed:
                said |= {"origin": "interactive", "origin-system": None}
            said |= dict.fromkeys(("percent", "text-match", "struct-match"))
            for properties in _properties(shape, change.place.mark):
                yield Splice(properties.start, properties.inside, _keeping(properties, said))


def _properties(shape: TransUnit, mark: str) -> Iterator[Node]:
    """What Studio says of a segment."""
    for definitions in shape.node.every(f"{{{SDL}}}seg-defs"):
        for properties in definitions.every(f"{{{SDL}}}seg"):
            if properties.attributes.get("id") == mark:
                yield properties


def _keeping(node: Node, attributes: dict[str, str | None]) -> str:
    """The start tag with the attributes; self-closing if it was."""
    tag = start_tag(node, attributes)
    return tag[:-1] + "/>" if node.hollow else tag
