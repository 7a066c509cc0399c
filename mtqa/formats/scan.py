"""The one way into XML: a single expat pass that gives units as small trees with byte offsets.

Nothing outside the unit at hand is kept, so memory does not grow with the file. Names come resolved against the
namespace of the root: a core element is `trans-unit`, any other is `{namespace}name`. Entity declarations,
attribute defaults, undeclared entities, XML 1.1, great depth and giant units are refused. Nothing is ever fetched.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from mtqa.errors import FormatError, UnknownFormat, UnsafeFile
from mtqa.formats.document import Document, encoding_of

MAX_DEPTH = 500
MAX_UNIT = 1 << 24  # bytes of one unit, and of one tag or comment anywhere

COMMENT, INSTRUCTION = "#comment", "#instruction"
XML = "http://www.w3.org/XML/1998/namespace"

# Expat has found these well-formed: only quotes can hide the end of a tag.
_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_ENDS = {COMMENT: b"-->", INSTRUCTION: b"?>"}


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
        if name not in self.tags:
            local = name.rpartition(":")[2]
            namespace = self.namespace(name)
            self.tags[name] = local if namespace == self.core else f"{{{namespace}}}{local}"
        return self.tags[name]

    def prefix(self, namespace: str) -> str | None:
        """A prefix with its colon (empty for the default namespace) that means `namespace` here."""
        return next((f"{p}:" if p else "" for p, uri in self.bindings.items() if uri == namespace), None)


@dataclass(slots=True, eq=False)
class Node:
    """An element, comment or processing instruction, with its place in the UTF-8 bytes.

    `name` and the keys of `attributes` are as written. `close` is where the end tag begins; an element without
    one ends there.
    """

    tag: str
    name: str
    attributes: dict[str, str]
    start: int
    scope: Scope
    data: mmap.mmap
    children: list[Node | str] = field(default_factory=list)
    close: int = -1

    @property
    def inside(self) -> int:
        """Where the start tag ends."""
        match = _TAG.match(self.data, self.start)
        return match.end() if match else self.close

    @property
    def end(self) -> int:
        """Where the element ends."""
        if self.tag in _ENDS:
            return self.data.find(_ENDS[self.tag], self.start) + len(_ENDS[self.tag])
        return self.inside if self.hollow else self.data.find(b">", self.close) + 1

    @property
    def hollow(self) -> bool:
        """Whether the element has no end tag: <x/>."""
        inside = self.inside
        return self.data[inside - 2 : inside] == b"/>"

    def raw(self, start: int, end: int) -> str:
        """The file's own characters between two offsets."""
        return self.data[start:end].decode("utf-8")

    @property
    def elements(self) -> Iterator[Node]:
        """The children that are elements."""
        return (child for child in self.children if not isinstance(child, str) and child.tag[0] != "#")

    def every(self, tag: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.elements if child.tag == tag]

    def first(self, tag: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.elements if child.tag == tag), None)

    def descendants(self) -> Iterator[Node]:
        """All elements below, in document order."""
        for child in self.elements:
            yield child
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


@dataclass(frozen=True, slots=True)
class Root:
    """Name and attributes of the root element. `namespace` is empty when there is none."""

    namespace: str
    local: str
    attributes: Mapping[str, str]


class _Found(Exception):
    """Stops the parser: the root is known."""

    def __init__(self, root: Root) -> None:
        self.root = root


def root_of(head: bytes, label: str) -> Root | None:
    """The root element of a file that begins with `head`; None when it does not come within it.

    Raises FormatError when that is not XML, UnsafeFile when its encoding is doubtful.
    """

    def found(name: str, attributes: dict[str, str]) -> None:
        bindings = _declared(attributes)
        prefix, _, local = name.rpartition(":")
        raise _Found(Root(bindings.get(prefix, prefix), local, attributes))

    text = head.decode(encoding_of(head, label), "replace")
    parser = _parser(label)
    parser.StartElementHandler = found
    try:
        parser.Parse(text.encode("utf-8"), False)
    except _Found as result:
        return result.root
    except expat.ExpatError as error:
        raise _malformed(label, error) from error
    return None


def scan(document: Document, unit: str, remember: str, dialects: Mapping[str, str]) -> Iterator[Unit]:
    """The elements named `unit`, streamed. `remember`: an element before them whose attributes matter.

    Raises FormatError; UnknownFormat when a namespace of `dialects` (namespace -> its name) is declared, or when
    there is no unit in the core namespace although there are some in another.
    """
    scanner = _Scanner(document, unit, remember, dialects)
    fed = 0
    for chunk in document.chunks():
        scanner.feed(chunk)
        fed += len(chunk)
        if fed - scanner.parser.CurrentByteIndex > MAX_UNIT + len(chunk):
            raise scanner.unsafe("one tag or comment is longer than 16 MiB")
        yield from scanner.drain()
    scanner.feed(b"", final=True)
    yield from scanner.drain()
    scanner.conclude()


class _Scanner:
    def __init__(self, document: Document, unit: str, remember: str, dialects: Mapping[str, str]) -> None:
        self._label, self._data = document.label, document.data
        self._unit_tag, self._remember, self._dialects = unit, remember, dialects
        self._open: list[Node] = []
        self._unit: Node | None = None
        self._line = 0
        self._head: Node | None = None
        self._units: list[Unit] = []
        self._found = self._strays = 0
        self._scope = Scope({"": "", "xml": XML})
        self.parser = _parser(document.label)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def feed(self, chunk: bytes, final: bool = False) -> None:
        try:
            self.parser.Parse(chunk, final)
        except expat.ExpatError as error:
            raise _malformed(self._label, error) from error

    def drain(self) -> Iterator[Unit]:
        units, self._units = self._units, []
        self._found += len(units)
        return iter(units)

    def conclude(self) -> None:
        if self._strays and not self._found:
            raise UnknownFormat(
                self._label,
                f"its {self._unit_tag} elements are not in the namespace of its root, so none can be read",
                "correct the xmlns attributes",
            )

    def unsafe(self, what: str) -> UnsafeFile:
        return UnsafeFile(f"{self._label}:{self.parser.CurrentLineNumber}", what, "split or repair the file")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        scope = self._open[-1].scope if self._open else self._scope
        for attribute in attributes:
            if attribute.startswith("xmlns"):
                scope = self._declare(scope, attributes)
                break
        if not self._open:
            scope.core = scope.namespace(name)
        node = Node(scope.tag(name), name, attributes, self.parser.CurrentByteIndex, scope, self._data)
        if self._unit is not None:
            self._open[-1].children.append(node)
            if node.start - self._unit.start > MAX_UNIT:
                raise self.unsafe(f"one {self._unit_tag} is longer than 16 MiB")
        elif node.tag == self._unit_tag:
            self._enter(node)
        elif node.tag.endswith("}" + self._unit_tag):
            self._strays += 1
        self._open.append(node)
        if len(self._open) > MAX_DEPTH:
            raise self.unsafe(f"elements are nested more than {MAX_DEPTH} deep")

    def _declare(self, scope: Scope, attributes: dict[str, str]) -> Scope:
        declared = _declared(attributes)
        for namespace in declared.values():
            if namespace in self._dialects:
                raise UnknownFormat(
                    f"{self._label}:{self.parser.CurrentLineNumber}",
                    f"{self._dialects[namespace]} is not supported yet",
                    "export plain XLIFF from that tool",
                )
        return Scope({**scope.bindings, **declared}, scope.core)

    def _enter(self, node: Node) -> None:
        self._unit, self._line = node, self.parser.CurrentLineNumber
        self.parser.CharacterDataHandler = self._characters
        self.parser.CommentHandler = lambda _: self._aside(COMMENT)
        self.parser.ProcessingInstructionHandler = lambda _target, _data: self._aside(INSTRUCTION)

    def _characters(self, data: str) -> None:
        self._open[-1].children.append(data)
        if self._unit is not None and self.parser.CurrentByteIndex - self._unit.start > MAX_UNIT:
            raise self.unsafe(f"one {self._unit_tag} is longer than 16 MiB")

    def _aside(self, tag: str) -> None:
        parent = self._open[-1]
        parent.children.append(Node(tag, tag, {}, self.parser.CurrentByteIndex, parent.scope, self._data))

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        node.close = self.parser.CurrentByteIndex
        if node is self._unit:
            self._units.append(Unit(node, tuple(self._open), self._line, self._head))
            self._unit = None
            self.parser.CharacterDataHandler = None
            self.parser.CommentHandler = None
            self.parser.ProcessingInstructionHandler = None
        elif self._unit is None and node.tag == self._remember:
            self._head = node


def _declared(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name[6:]: value for name, value in attributes.items() if name == "xmlns" or name.startswith("xmlns:")}


def _parser(label: str) -> expat.XMLParserType:
    """An expat parser for UTF-8 bytes, whatever the declaration says, that refuses what could hurt."""
    parser = expat.ParserCreate("utf-8")

    def refuse(what: str, todo: str) -> Callable[..., None]:
        def handler(*_details: object) -> None:
            raise UnsafeFile(f"{label}:{parser.CurrentLineNumber}", what, todo)

        return handler

    def declaration(version: str, _encoding: str | None, _standalone: int) -> None:
        if version != "1.0":
            raise UnsafeFile(f"{label}:1", f"it is XML {version}", "save it as XML 1.0")

    parser.XmlDeclHandler = declaration
    parser.EntityDeclHandler = refuse(
        "it declares entities", "replace them with their text and remove the declarations"
    )
    parser.AttlistDeclHandler = refuse("it declares attribute defaults", "remove the internal DTD subset")
    parser.SkippedEntityHandler = refuse("it refers to an undeclared entity", "replace it with the character itself")
    return parser


def _malformed(label: str, error: expat.ExpatError) -> FormatError:
    return FormatError(
        f"{label}:{error.lineno}",
        f"not well-formed XML ({expat.errors.messages[error.code]}, column {error.offset + 1})",
        "repair it or export it again",
    )
