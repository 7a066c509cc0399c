"""What is particular to the XLIFF 1.x of one tool; here: of most of them.

Sources: XLIFF 1.2, sections 2.2 to 2.5; Idiom WorldServer and XTM by their exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from mtqa.formats.base import inherited
from mtqa.formats.codes import named_pairs
from mtqa.formats.places import UNTRANSLATABLE, Change
from mtqa.formats.profiles import XLIFF1_TOOLS
from mtqa.formats.reading import Reading
from mtqa.formats.splice import Splice
from mtqa.formats.trans_unit import Piece, TransUnit
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text

WORLDSERVER = "http://www.idiominc.com/ws/asset"
XTM = "urn:xliff-xtm-extensions"

_FINAL = frozenset({"final", "signed-off"})
_UNTOUCHED = frozenset({"new", "needs-translation"})
_MARKER = re.compile(r"\s*\[NAB: (?P<state>[A-Z ]+)\]")  # put before targets of Business Central AL files
_TRACKED = frozenset({"x-sdl-added", "x-sdl-deleted"})
_COMMENTED = "x-sdl-comment"


class Dialect:
    """`name` for programs, `title` for people, `profile` how it is written unless another is configured.

    `special`: characters that mean something in texts. `scores`: agreement has a place of its own in `marks`.
    """

    special: ClassVar[bytes] = b""
    scores: ClassVar[bool] = False

    def __init__(self, name: str, title: str, profile: str = "generic") -> None:
        self.name, self.title, self.profile = name, title, profile

    @property
    def profiles(self) -> Sequence[str]:
        """The profiles that may be configured for it."""
        return XLIFF1_TOOLS if self.profile in XLIFF1_TOOLS else (self.profile,)

    def segments(self, unit: Unit, shape: TransUnit, reading: Reading) -> list[Piece]:  # noqa: ARG002
        """(mid, source element, target element) of each segment of a unit."""
        return list(shape.pairs())

    def settled(self, unit: Unit, shape: TransUnit, mark: str) -> str:  # noqa: ARG002
        """Why a segment is left alone, by what its tool says of it; empty when it is not."""
        if inherited(unit, "translate", stop="file") == "no":
            return UNTRANSLATABLE
        if unit.node.attributes.get("approved") == "yes":
            return "approved"
        state = shape.target.attributes.get("state", "") if shape.target else ""
        return f"state {state}" if state.casefold() in _FINAL else ""

    def in_hand(self, unit: Unit, shape: TransUnit, target: Node | None) -> str:  # noqa: ARG002
        """Why a person's work on a target would be lost if it were replaced; empty when none would."""
        if shape.target and shape.target.attributes.get("state-qualifier") == "x-manual-notrans":
            return "state-qualifier x-manual-notrans"
        kinds = {node.attributes.get("mtype") for node in target.descendants()} if target else set()
        if kinds & _TRACKED:
            return "tracked changes"
        return "a comment on the target" if _COMMENTED in kinds else ""

    def state(self, shape: TransUnit, mark: str) -> str | None:  # noqa: ARG002
        """The state of a segment, in the words of its tool."""
        return shape.target.attributes.get("state") if shape.target else None

    def kept(self, shape: TransUnit, mark: str, source: Text, target: Text) -> bool:
        """Whether an existing target is not ours to replace without being told to."""
        untouched = (self.state(shape, mark) or "").casefold() in _UNTOUCHED and target == source
        return bool(target.plain.strip()) and not untouched

    def refined(self, text: Text, unit: Node) -> Text:  # noqa: ARG002
        """The content of a source or target, with the codes that are no elements."""
        return named_pairs(text)

    def marks(self, shape: TransUnit, changes: Sequence[Change]) -> Iterator[Splice]:  # noqa: ARG002
        """What the dialect says of new targets, which all changes here have, in attributes of its own."""
        return iter(())


class WorldServer(Dialect):
    """Locks are in iws:status."""

    def settled(self, unit: Unit, shape: TransUnit, mark: str) -> str:
        """As in plain XLIFF, or locked."""
        statuses = (node for node in unit.node.descendants() if node.tag == f"{{{WORLDSERVER}}}status")
        locked = any(node.attributes.get("lock_status") == "locked" for node in statuses)
        return super().settled(unit, shape, mark) or ("locked" if locked else "")


class Xtm(Dialect):
    """Locks are in xtm:locked."""

    def in_hand(self, unit: Unit, shape: TransUnit, target: Node | None) -> str:
        """As in plain XLIFF, or locked."""
        locked = (unit.node.foreign(XTM, "locked") or "").casefold() in {"yes", "true", "y"}
        return super().in_hand(unit, shape, target) or ("locked" if locked else "")


def qualified(node: Node, namespace: str, local: str) -> str:
    """The name of an attribute of that namespace as it is, or would be, written; empty when no prefix means it."""
    written = [f"{prefix}:{local}" for prefix, uri in node.scope.bindings.items() if prefix and uri == namespace]
    return next((name for name in written if name in node.attributes), written[0] if written else "")


def unmarked(target: Text) -> Text:
    """The target without the marker of a tool, and without text where the marker says that it is no translation."""
    first = target.parts[0] if target.parts else ""
    marker = _MARKER.match(first) if isinstance(first, str) else None
    if marker is None or not isinstance(first, str):
        return target
    return Text() if marker["state"] == "NOT TRANSLATED" else Text(first[marker.end() :], *target.parts[1:])
