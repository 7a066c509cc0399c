"""The one way into XML: a single expat pass that finds where the units lie and what is around them.

Nothing outside the unit at hand is kept, so memory does not grow with the file. Names come resolved against the
namespace of the root: a core element is `trans-unit`, any other is `{namespace}name`. Entity declarations,
attribute defaults, undeclared entities, XML 1.1, great depth and giant units are refused. Nothing is ever fetched.

`Scanner` here and the one in _scanner.c do the same work; the latter leaves every fault to the former.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from mtqa.errors import FormatError, UnsafeFile
from mtqa.formats.document import CHUNK, Document, encoding_of
from mtqa.formats.shapes import REMEMBERED_IDS, Cutter
from mtqa.formats.surroundings import Around, Slice, Surroundings
from mtqa.formats.tree import declared

MAX_DEPTH = 500
MAX_UNIT = 1 << 24  # bytes of one unit, and of one tag or comment anywhere
MAX_ELEMENTS = 200_000  # of one unit; each costs about half a kilobyte

_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]


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
        bindings = declared(attributes)
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


class Scanner(Cutter):
    """One pass over a file that gives its units, in Python."""

    def __init__(
        self, document: Document, surroundings: Surroundings, names: Mapping[bytes, int], number: int, *, write: bool
    ) -> None:
        super().__init__(document.label, names, REMEMBERED_IDS, number, write=write)
        self.handed = self.skip = 0
        self._label, self._data, self._surroundings = document.label, document.data, surroundings
        self._depth = self._elements = self._fed = 0
        self._unit = self._unit_depth = -1
        self._line = 0
        self._units: list[tuple[Around, int, int, int]] = []
        self.parser = _parser(document.label)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def feed(self, chunk: bytes, final: bool = False) -> bool:
        """Take the next bytes of the file; raises FormatError. Its units are to be taken before there is more."""
        try:
            self.parser.Parse(chunk, final)
        except expat.ExpatError as error:
            place = self.parser.ErrorByteIndex
            if error.code == _INVALID_TOKEN and self._data.read(place, place + 1) > b"\x7f":
                what = "bytes that are not UTF-8, and no declaration of another encoding"
                raise UnsafeFile(f"{self._label}:{error.lineno}", what, "save it as UTF-8") from error
            raise _malformed(self._label, error) from error
        self._fed += len(chunk)
        if self.unread > MAX_UNIT + CHUNK:
            raise self._unsafe("one tag or comment is longer than 16 MiB")
        if self._unit >= 0 and self._fed - self._unit > MAX_UNIT:
            raise self._unsafe(f"one {self._surroundings.unit} is longer than 16 MiB")
        return True

    @property
    def unread(self) -> int:
        """How many bytes of a token are there whose end is not."""
        return self._fed - self.parser.CurrentByteIndex

    def __iter__(self) -> Iterator[Any]:
        """What a `Walk` gives, for each of the units that ended in the last chunk."""
        units, self._units = self._units, []
        for around, start, end, line in units:
            self.handed += 1
            if self.handed <= self.skip:
                continue
            raw = self._data.read(start, end)
            made, shape = self.planned(raw, around.plans, around.ids)
            if made is None:
                yield Slice(around, start, raw, line, shape)
            else:
                yield (made, around, start, end, line, len(made.parts)) if self._write else made

    def _unsafe(self, what: str) -> UnsafeFile:
        return UnsafeFile(f"{self._label}:{self.parser.CurrentLineNumber}", what, "split or repair the file")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._unsafe(f"elements are nested more than {MAX_DEPTH} deep")
        if self._unit >= 0:
            self._elements += 1
            if self._elements > MAX_ELEMENTS:
                raise self._unsafe(f"one {self._surroundings.unit} has more than {MAX_ELEMENTS} elements")
        elif self._surroundings.enter(name, attributes, self.parser.CurrentByteIndex) is None:
            self._unit, self._unit_depth = self.parser.CurrentByteIndex, self._depth
            self._line, self._elements = self.parser.CurrentLineNumber, 0

    def _end(self, _name: str) -> None:
        if self._unit < 0:
            self._surroundings.leave()
        elif self._depth == self._unit_depth:
            end = self._data.end_of(self._unit, self.parser.CurrentByteIndex, empty=not self._elements)
            self._units.append((self._surroundings.here, self._unit, end, self._line))
            self._unit = -1
        self._depth -= 1


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
