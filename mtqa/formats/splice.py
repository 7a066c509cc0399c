"""Changing a file by replacing ranges of its bytes, and the markup that goes in.

New markup copies what is around it: indentation, line breaks, prefixes. Elements that an earlier run added are
taken out and put in again at the same place, so that the same edits give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

from mtqa.errors import FormatError
from mtqa.formats.document import CHUNK, Document
from mtqa.formats.tree import Node
from mtqa.inline import Text

# XML 1.0 production [2] Char, negated.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE = re.compile(
    r"""(?P<before>\s+(?P<name>[^\s=]+)\s*=\s*)(?P<quote>["'])(?:(?!(?P=quote)).)*(?P=quote)""", re.DOTALL
)
_INDENTED = 1024  # bytes of white space; more than that is no indentation
_IN_VALUES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "'": "&#39;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


class Splice(NamedTuple):
    """`new` instead of the bytes from `start` to `end`; nothing is lost where they are equal."""

    start: int
    end: int
    new: str | bytes


def apply(document: Document, splices: Iterable[Splice], out: BinaryIO) -> None:
    """Write the document with the splices, which come in the order of the file and do not overlap."""
    write, done = document.sink(out), 0
    for start, end, new in splices:
        if start < done:
            raise FormatError(document.label, f"two edits meet at byte {start}", "report this file as a bug")
        for place in range(done, start, CHUNK):
            write(document.data.read(place, min(place + CHUNK, start)))
        write(new if isinstance(new, bytes) else new.encode("utf-8"))
        done = end
    for start in range(done, document.data.size, CHUNK):
        write(document.data.read(start, start + CHUNK))


def ordered(splices: Iterable[Splice]) -> list[Splice]:
    """In the order of the file; insertions at one place stay in the order given."""
    return sorted(splices, key=lambda splice: (splice.start, splice.end))


def escaped(characters: str, newline: str) -> str:
    """Character data for the file: only what XML demands is escaped."""
    characters = characters.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")
    return characters.replace("\r", "&#13;").replace("\n", newline)


def quoted(value: str, quote: str = '"') -> str:
    """An attribute value with its quotes."""
    return quote + value.translate(_IN_VALUES) + quote


def markup(text: Text, newline: str) -> str:
    """The content of an element that holds `text`."""
    return "".join(escaped(part, newline) if isinstance(part, str) else part.raw for part in text.parts)


def illegal(characters: str) -> str | None:
    """The first character that no XML 1.0 file can hold, as U+XXXX."""
    match = _ILLEGAL.search(characters)
    return f"U+{ord(match[0]):04X}" if match else None


def element(name: str, attributes: Mapping[str, str], content: str, declaration: str = "") -> str:
    """An element; `content` is markup, attribute values are plain."""
    pairs = "".join(f" {key}={quoted(value)}" for key, value in attributes.items())
    return f"<{name}{declaration}{pairs}>{content}</{name}>"


def start_tag(node: Node, attributes: Mapping[str, str | None]) -> str:
    """The start tag of `node`, not self-closing, with attributes set, or taken out where the value is None."""
    tag = node.raw(node.start, node.inside)
    if node.hollow:
        tag = tag[:-2].rstrip() + ">"
    for name, value in attributes.items():
        tag = _set(tag, name, value)
    return tag


def _set(tag: str, name: str, value: str | None) -> str:
    for found in _ATTRIBUTE.finditer(tag):  # one after the other, so never inside a value
        if found["name"] == name:
            new = "" if value is None else found["before"] + quoted(value, found["quote"])
            return tag[: found.start()] + new + tag[found.end() :]
    if value is None:
        return tag
    bare = tag[:-1].rstrip()
    return f"{bare} {name}={quoted(value)}{tag[len(bare) :]}"


def refilled(node: Node, content: str, attributes: Mapping[str, str | None] | None = None) -> str:
    """The element with other content and the attributes set; everything else of its tags as in the file."""
    end = f"</{node.name}>" if node.hollow else node.raw(node.close, node.end)
    return start_tag(node, attributes or {}) + content + end


def indentation(node: Node) -> str:
    """The white space before an element, as in the file."""
    before = node.data.read(max(node.start - _INDENTED, 0), node.start)
    return before[len(before.rstrip(b" \t\r\n")) :].decode("ascii")


def removed(nodes: Iterable[Node]) -> Iterator[Splice]:
    """Takes elements out together with the white space before them."""
    for node in nodes:
        yield Splice(node.start - len(indentation(node)), node.end, "")
