"""A unit as a small tree that knows its place in the bytes of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from mtqa.formats.document import END_TAG, TAG, Window

COMMENT, INSTRUCTION = "#comment", "#instruction"
XML = "http://www.w3.org/XML/1998/namespace"

_REMEMBERED_NAMES = 1000
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
            self._inside = self.data.match(TAG, self.start)
        return self._inside

    @property
    def end(self) -> int:
        """Where the element ends."""
        if self.tag in _ASIDES:
            return self.data.match(_ASIDES[self.tag], self.start)
        return self.inside if self.hollow else self.data.match(END_TAG, self.close)

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
    """A unit with the elements around it, outermost first.

    `head` is the last element of the remembered name, `ids` has hashes of the ids of units before it.
    """

    node: Node
    ancestors: tuple[Node, ...]
    line: int
    head: Node | None
    ids: set[int] = field(default_factory=set)


def declared(attributes: Mapping[str, str]) -> dict[str, str]:
    """The namespaces that attributes declare, by prefix."""
    return {name[6:]: value for name, value in attributes.items() if name == "xmlns" or name.startswith("xmlns:")}


class Grower:
    """Makes trees of the bytes of units, which have been found well-formed: to one parser, parts of one document."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._plain: set[str] = set()  # names of attributes that declare no namespace
        self._opened: list[Node] = []
        self._shift = 0
        self._fed = 3
        self._parser.Parse(b"<r>", False)
        self._handle()

    def tree(self, raw: bytes, start: int, scope: Scope, data: Window) -> Node:
        """The tree of the element that is at `start` in `data`."""
        outside = Node("", "", {}, start, scope, data)
        self._opened[:] = [outside]
        self._shift = start - self._fed
        self._parser.Parse(raw, False)
        self._fed += len(raw)
        return outside.elements[0]

    def _handle(self) -> None:
        """Closures, for they find their values fastest."""
        parser, plain, opened = self._parser, self._plain, self._opened

        def enter(name: str, attributes: dict[str, str]) -> None:
            parent = opened[-1]
            scope = parent.scope
            if not attributes.keys() <= plain:
                scope = self._declare(scope, attributes)
            place = parser.CurrentByteIndex + self._shift
            node = Node(scope.tag(name), name, attributes, place, scope, parent.data, [], [])
            parent.children.append(node)
            parent.elements.append(node)
            opened.append(node)

        def leave(_name: str) -> None:
            opened.pop().close = parser.CurrentByteIndex + self._shift

        def characters(text: str) -> None:
            opened[-1].children.append(text)

        def aside(tag: str) -> None:
            parent = opened[-1]
            place = parser.CurrentByteIndex + self._shift
            parent.children.append(Node(tag, tag, {}, place, parent.scope, parent.data))

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = enter, leave, characters
        parser.CommentHandler = lambda _text: aside(COMMENT)
        parser.ProcessingInstructionHandler = lambda _target, _text: aside(INSTRUCTION)

    def _declare(self, scope: Scope, attributes: dict[str, str]) -> Scope:
        """The scope of an element that may declare namespaces: not all of its attributes are known to be plain."""
        bindings = declared(attributes)
        if not bindings:
            if len(self._plain) < _REMEMBERED_NAMES:
                self._plain.update(attributes)
            return scope
        return Scope({**scope.bindings, **bindings}, scope.core)
