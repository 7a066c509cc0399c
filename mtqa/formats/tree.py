"""A unit as a small tree that knows its place in the bytes of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mtqa.formats.document import Window

COMMENT, INSTRUCTION = "#comment", "#instruction"
XML = "http://www.w3.org/XML/1998/namespace"


# Expat has found these well-formed: only quotes can hide the end of a tag.
_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_END_TAG = re.compile(rb"[^>]*>")
_ASIDES = {COMMENT: re.compile(rb".*?-->", re.DOTALL), INSTRUCTION: re.compile(rb".*?\?>", re.DOTALL)}


class Scope:
    """The namespace declarations in force, and the names resolved with them so far."""

    def __init__(self, bindings: Mapping[str, str], core: str | None = None) -> None:
        self.bindings, self.core, self.tags = bindings, core, dict[str, str]()

    def namespace(self, name: str) -> str:
        """Namespace of an element name as written; an unbound prefix stands for itself."""
        prefix, _, _ = name.rpartition(":")
        return self.bindings.get(prefix, prefix)

    def tag(self, name: str) -> str:
        """The resolved name: bare in the core namespace."""
        tag = self.tags.get(name)
        if tag is None:
            local = name.rpartition(":")[2]
            namespace = self.namespace(name)
            tag = local if namespace == self.core else f"{{{namespace}}}{local}"
            self.tags[name] = tag
        return tag

    def prefix(self, namespace: str) -> str | None:
        """A prefix with its colon (empty for the default namespace) that means `namespace` here."""
        return next((f"{p}:" if p else "" for p, uri in self.bindings.items() if uri == namespace), None)


@dataclass(slots=True, eq=False)
class Node:
    """An element, comment or processing instruction, with its place in the UTF-8 bytes.

    `name` and the keys of `attributes` are as written. `close` is where the end tag begins; an element without
    one ends there. `elements` are the children that are elements.
    """

    tag: str
    name: str
    attributes: dict[str, str]
    start: int
    scope: Scope
    data: Window
    children: list[Node | str] = field(default_factory=list)
    elements: list[Node] = field(default_factory=list)
    close: int = -1
    _inside: int = -1

    @property
    def inside(self) -> int:
        """Where the start tag ends."""
        if self._inside < 0:
            self._inside = self.data.match(_TAG, self.start)
        return self._inside

    @property
    def end(self) -> int:
        """Where the element ends."""
        if self.tag in _ASIDES:
            return self.data.match(_ASIDES[self.tag], self.start)
        return self.inside if self.hollow else self.data.match(_END_TAG, self.close)

    @property
    def hollow(self) -> bool:
        """Whether the element has no end tag: <x/>."""
        if self.children:
            return False
        inside = self.inside
        return self.data.read(inside - 2, inside) == b"/>"

    def raw(self, start: int, end: int) -> str:
        """The file's own characters between two offsets."""
        return self.data.read(start, end).decode("utf-8")

    def every(self, tag: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.elements if child.tag == tag]

    def first(self, tag: str) -> Node | None:
        """The first child of that name."""
        for child in self.elements:
            if child.tag == tag:
                return child
        return None

    def descendants(self) -> Iterator[Node]:
        """All elements below, in document order."""
        for child in self.elements:
            yield child
            if child.elements:
                yield from child.descendants()

    def foreign(self, namespace: str, local: str) -> str | None:
        """The attribute of that name in another namespace."""
        for name, value in self.attributes.items():
            prefix, colon, rest = name.partition(":")
            if colon and rest == local and self.scope.bindings.get(prefix, prefix) == namespace:
                return value
        return None

    @property
    def characters(self) -> str:
        """All character data below, joined."""
        return "".join(child if isinstance(child, str) else child.characters for child in self.children)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the elements around it, outermost first; `head` is the last element of the remembered name."""

    node: Node
    ancestors: tuple[Node, ...]
    line: int
    head: Node | None
