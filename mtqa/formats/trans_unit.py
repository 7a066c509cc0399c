"""The parts of one trans-unit of XLIFF 1.x, and whether they fit together."""

from __future__ import annotations

from collections.abc import Iterator

from mtqa.formats.tree import Node

Piece = tuple[str, Node | None, Node | None]  # a segment: mid, source element, target element
OURS = "mtqa"  # in note/@from, and before the engine in alt-trans/@origin


class TransUnit:
    """The parts of one trans-unit."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.source, self.seg_source = node.first("source"), node.first("seg-source")
        targets = node.every("target")
        self.target = targets[0] if targets else None
        self.marks = _marks(self.seg_source)
        self.target_marks = _marks(self.target)
        self.ours = [child for child in node.elements if by_us(child)]
        self.fault = self._fault(len(targets))

    @property
    def prefix(self) -> str:
        """The prefix of core elements, with its colon."""
        return self.node.name.removesuffix("trans-unit")

    @property
    def last(self) -> int:
        """Where notes and alternatives are added: after the last core element that is not ours."""
        core = [child for child in self.node.elements if child.tag[0] != "{" and child not in self.ours]
        return core[-1].end if core else self.node.inside

    @property
    def note(self) -> str | None:
        """The notes of others."""
        notes = [child.characters for child in self.node.every("note") if not by_us(child)]
        return "\n".join(note for note in notes if note.strip()) or None

    def pairs(self) -> Iterator[Piece]:
        """(mid, source element, target element) of each segment."""
        if not self.marks:
            yield "", self.source, self.target
            return
        targets = {mark.attributes.get("mid", ""): mark for mark in reversed(self.target_marks)}
        for mark in self.marks:
            mid = mark.attributes.get("mid", "")
            yield mid, mark, targets.get(mid)

    def _fault(self, targets: int) -> str:
        """Why it is not clear which text translates which; empty when it is."""
        if self.source is None:
            return "no source"
        if targets > 1:
            return "two targets"
        texts = [text for text in (self.source, self.seg_source, self.target) if text]
        if any(node.tag == "target" for text in texts for node in text.descendants()):
            return "a target inside a source or target"
        if len(set(_mids(self.marks))) < len(self.marks):
            return "a mid occurs twice"
        return self._misaligned(self.target) if self.target else ""

    def _misaligned(self, target: Node) -> str:
        """Why the segments of the target are not those of seg-source; an empty target has none yet."""
        if self.target_marks and sorted(_mids(self.target_marks)) != sorted(_mids(self.marks or _marks(self.source))):
            return "the segments of target and source do not match"
        if not self.marks or not self.seg_source:
            return ""
        alike = ("", _outside(self.seg_source, set(map(id, self.marks))))
        return "" if _outside(target, set(map(id, self.target_marks))) in alike else "target text outside the segments"


def _mids(marks: list[Node]) -> list[str]:
    return [mark.attributes.get("mid", "") for mark in marks]


def _marks(node: Node | None) -> list[Node]:
    """The outermost segment marks below an element."""
    marks: list[Node] = []
    for child in node.elements if node else ():
        if child.tag == "mrk" and child.attributes.get("mtype") == "seg":
            marks.append(child)
        else:
            marks += _marks(child)
    return marks


def _outside(node: Node, marks: set[int]) -> str:
    """The characters below an element that are in none of its segments, without white space."""
    own = "".join(child for child in node.children if isinstance(child, str))
    below = (_outside(child, marks) for child in node.elements if id(child) not in marks)
    return "".join((own + "".join(below)).split())


def by_us(node: Node) -> bool:
    """Whether mtqa wrote this note or alternative."""
    attributes = node.attributes
    if node.tag == "note":
        return attributes.get("from") == OURS
    return node.tag == "alt-trans" and attributes.get("origin", "").startswith(f"{OURS}:")
