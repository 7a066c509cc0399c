"""Where segments lie in a file, and what goes there."""

from __future__ import annotations

from dataclasses import dataclass

from mtqa.formats.tree import Node
from mtqa.model import Edit, Segment

# of `Segment.protected`
UNTRANSLATABLE = 'translate="no"'
NOTHING = "nothing to translate"


@dataclass(frozen=True, slots=True)
class Place:
    """A segment and where it lies: the elements that hold its source and its target, if they exist.

    `mark` is what sets it apart inside its unit: a mid, a segment id; empty when it is the whole unit. `settled`:
    its own tool says that it is done or locked, or not to be translated.
    """

    segment: Segment
    source: Node | None
    target: Node | None
    mark: str = ""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An edit and where it goes."""

    place: Place
    edit: Edit
