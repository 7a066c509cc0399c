"""The one way into XML: a single expat pass that gives units as small trees with byte offsets.

Nothing outside the unit at hand is kept, so memory does not grow with the file. Names come resolved against the
namespace of the root: a core element is `trans-unit`, any other is `{namespace}name`. Entity declarations,
attribute defaults, undeclared entities, XML 1.1, great depth and giant units are refused. Nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from mtqa.errors import FormatError, UnknownFormat, UnsafeFile
from mtqa.formats.document import CHUNK, Document, encoding_of
from mtqa.formats.tree import COMMENT, INSTRUCTION, XML, Node, Scope, Unit

MAX_DEPTH = 500
MAX_UNIT = 1 << 24  # bytes of one unit, and of one tag or comment anywhere
MAX_ELEMENTS = 200_000  # of one unit; each costs about half a kilobyte

_REMEMBERED_NAMES = 1000
_UNITS = frozenset({"trans-unit", "unit", "tu"})

_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]


_Start = Callable[[str, dict[str, str]], None]
_Characters = Callable[[str], None]


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


def scan(
    document: Document, unit: str, remember: str, around: Callable[[Node], object] = lambda _node: None
) -> Iterator[Unit]:
    """The elements named `unit`, streamed. `remember`: an element before them whose attributes matter.

    `around` is shown the start of every other element. Raises FormatError; UnknownFormat when all units are of
    another namespace or format.
    """
    scanner = _Scanner(document, unit, remember, around)
    fed = 0
    for chunk in document.data.chunks():
        scanner.feed(chunk)
        fed += len(chunk)
        scanner.limit(fed)
        yield from scanner.drain()
    scanner.feed(b"", final=True)
    yield from scanner.drain()
    scanner.conclude()


class _Scanner:
    def __init__(self, document: Document, unit: str, remember: str, around: Callable[[Node], object]) -> None:
        self._label, self._data = document.label, document.data
        self._unit_tag, self._remember, self._around = unit, remember, around
        self._open: list[Node] = []
        self._unit: Node | None = None
        self._line = 0
        self._head: Node | None = None
        self._units: list[Unit] = []
        self._found = self._strays = self._elements = 0
        self._scope = Scope({"": "", "xml": XML})
        self._plain: set[str] = set()  # names of attributes that declare no namespace
        self.parser = _parser(document.label)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._inside = self._handlers()

    def feed(self, chunk: bytes, final: bool = False) -> None:
        try:
            self.parser.Parse(chunk, final)
        except expat.ExpatError as error:
            place = self.parser.ErrorByteIndex
            if error.code == _INVALID_TOKEN and self._data.read(place, place + 1) > b"\x7f":
                what = "bytes that are not UTF-8, and no declaration of another encoding"
                raise UnsafeFile(f"{self._label}:{error.lineno}", what, "save it as UTF-8") from error
            raise _malformed(self._label, error) from error

    def limit(self, fed: int) -> None:
        """Refuse what would have to be kept in memory for too long."""
        if fed - self.parser.CurrentByteIndex > MAX_UNIT + CHUNK:
            raise self.unsafe("one tag or comment is longer than 16 MiB")
        if self._unit is not None and fed - self._unit.start > MAX_UNIT:
            raise self.unsafe(f"one {self._unit_tag} is longer than 16 MiB")

    def drain(self) -> Iterator[Unit]:
        units, self._units = self._units, []
        self._found += len(units)
        return iter(units)

    def conclude(self) -> None:
        if self._strays and not self._found:
            raise UnknownFormat(
                self._label,
                "none of its units is in the namespace of its root, so none can be read",
                "correct the xmlns attributes",
            )

    def unsafe(self, what: str) -> UnsafeFile:
        return UnsafeFile(f"{self._label}:{self.parser.CurrentLineNumber}", what, "split or repair the file")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """An element around the units, or a unit."""
        scope = self._open[-1].scope if self._open else self._scope
        if not attributes.keys() <= self._plain:
            scope = self._declare(scope, attributes)
        if not self._open:
            scope.core = scope.namespace(name)
        node = Node(scope.tag(name), name, attributes, self.parser.CurrentByteIndex, scope, self._data)
        self._open.append(node)
        if len(self._open) > MAX_DEPTH:
            raise self._too_large()
        if node.tag == self._unit_tag:
            self._enter(node)
            return
        if name.rpartition(":")[2] in _UNITS:
            self._strays += 1
        self._around(node)

    def _too_large(self) -> UnsafeFile:
        if len(self._open) > MAX_DEPTH:
            return self.unsafe(f"elements are nested more than {MAX_DEPTH} deep")
        return self.unsafe(f"one {self._unit_tag} has more than {MAX_ELEMENTS} elements")

    def _declare(self, scope: Scope, attributes: dict[str, str]) -> Scope:
        """The scope of an element that may declare namespaces: not all of its attributes are known to be plain."""
        declared = _declared(attributes)
        if not declared:
            if len(self._plain) < _REMEMBERED_NAMES:
                self._plain.update(attributes)
            return scope
        return Scope({**scope.bindings, **declared}, scope.core)

    def _enter(self, node: Node) -> None:
        self._unit, self._line, self._elements = node, self.parser.CurrentLineNumber, 0
        parser, (start, characters) = self.parser, self._inside
        parser.StartElementHandler, parser.CharacterDataHandler = start, characters
        parser.CommentHandler, parser.ProcessingInstructionHandler = self._comment, self._instruction

    def _leave(self, node: Node) -> None:
        self._units.append(Unit(node, tuple(self._open), self._line, self._head))
        self._unit, parser = None, self.parser
        parser.StartElementHandler, parser.CharacterDataHandler = self._start, None
        parser.CommentHandler = parser.ProcessingInstructionHandler = None

    def _handlers(self) -> tuple[_Start, _Characters]:
        """What is called for nearly every tag and text of a file: closures, for they find their values fastest."""
        opened, plain, parser, data = self._open, self._plain, self.parser, self._data

        def start(name: str, attributes: dict[str, str]) -> None:
            parent = opened[-1]
            scope = parent.scope
            if not attributes.keys() <= plain:
                scope = self._declare(scope, attributes)
            node = Node(scope.tag(name), name, attributes, parser.CurrentByteIndex, scope, data, [], [])
            parent.children.append(node)
            parent.elements.append(node)
            opened.append(node)
            self._elements += 1
            if len(opened) > MAX_DEPTH or self._elements > MAX_ELEMENTS:
                raise self._too_large()

        def characters(text: str) -> None:
            opened[-1].children.append(text)

        return start, characters

    def _comment(self, _text: str) -> None:
        self._aside(COMMENT)

    def _instruction(self, _target: str, _text: str) -> None:
        self._aside(INSTRUCTION)

    def _aside(self, tag: str) -> None:
        parent = self._open[-1]
        parent.children.append(Node(tag, tag, {}, self.parser.CurrentByteIndex, parent.scope, self._data))

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        node.close = self.parser.CurrentByteIndex
        if node is self._unit:
            self._leave(node)
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
        f"the XML is broken at column {error.offset + 1} ({expat.errors.messages[error.code]})",
        "repair it or export it again",
    )
