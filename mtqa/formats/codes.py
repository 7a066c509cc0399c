"""Element content to `Text`: which inline elements stand around text, which hide it, which stand for it.

A code is cloned from the bytes of the file, never rebuilt. Sources: XLIFF 1.2 section 2.3, XLIFF 2.x section 2.3
(inline elements), TMX 1.4b "content markup".
"""

from __future__ import annotations

import html
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from mtqa.formats.tree import Node
from mtqa.inline import Code, Text

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Role:
    """What an inline element is.

    A `span` has translatable content: one code before it, one after. `open`, `close` and `empty` elements are one
    code each, with whatever they contain. Codes of one `family` are told apart by the first of `keys` they carry.
    """

    kind: Literal["span", "open", "close", "empty"]
    family: str
    keys: tuple[str, ...] = ("id",)


XLIFF1: Mapping[str, Role] = {
    "g": Role("span", "g"),
    "mrk": Role("span", "mrk", ("mid", "mtype")),
    "bx": Role("open", "bx", ("rid", "id")),
    "ex": Role("close", "bx", ("rid", "id")),
    "bpt": Role("open", "bpt", ("rid", "id")),
    "ept": Role("close", "bpt", ("rid", "id")),
    "x": Role("empty", "x"),
    "ph": Role("empty", "ph"),
    "it": Role("empty", "it"),
}
XLIFF2: Mapping[str, Role] = {
    "pc": Role("span", "pc"),
    "mrk": Role("span", "mrk"),
    "sc": Role("open", "sc"),
    "ec": Role("close", "sc", ("startRef", "id")),
    "sm": Role("open", "sm"),
    "em": Role("close", "sm", ("startRef",)),
    "ph": Role("empty", "ph"),
    "cp": Role("empty", "cp", ("hex",)),
}
TMX: Mapping[str, Role] = {
    "hi": Role("span", "hi", ("x", "type")),
    "bpt": Role("open", "bpt", ("i",)),
    "ept": Role("close", "bpt", ("i",)),
    "it": Role("empty", "it", ("x",)),
    "ph": Role("empty", "ph", ("x",)),
    "ut": Role("empty", "ut", ("x",)),
}

# mrk mtype
_UNTRANSLATED = frozenset({"protected", "x-its-translate-no"})  # the second is the ITS 2.0 mapping
_SEEN_THROUGH = frozenset({"x-sdl-comment", "x-sdl-added"})  # Studio's comments and insertions: not part of the text
_STRUCK_OUT = "x-sdl-deleted"  # a tracked deletion: no text any more
NATIVE = frozenset({"bpt", "ept", "it", "ph", "ut"})  # elements that hold code of the original format
_BREAK = re.compile(r"<br\b[^>]*>|\\n|\n", re.IGNORECASE)
_VARIABLE = re.compile(r"[$#%]?\{+[^{}\\<>]*\}+|%[-+#0-9.$*()\w]*[a-zA-Z@]|\$\w+|\[\w+\]|\d+")
_MEMOQ = re.compile(r"""<mq:(?:ch|rxt)\b[^<>]*?\bval=(["'])(?P<value>.*?)\1""", re.DOTALL)
_NUMBER = re.compile(r"_\d+$")


def text_of(node: Node, roles: Mapping[str, Role], originals: Mapping[str, str] = NOTHING) -> Text:
    """The content of `node`. `originals`: native text by id, for codes that refer to it (XLIFF 2 originalData)."""
    if not node.elements and len(node.children) == 1 and isinstance(only := node.children[0], str):
        return Text(only)  # so are most, and reading is mostly this
    parts: list[str | Code] = []
    _collect(node, roles, originals, parts)
    return Text(*parts)


def _collect(node: Node, roles: Mapping[str, Role], originals: Mapping[str, str], parts: list[str | Code]) -> None:
    children = iter(node.children)
    for child in children:
        if isinstance(child, str):
            parts.append(child)
            continue
        role, kind = roles.get(child.tag), child.attributes.get("mtype")
        if kind == _STRUCK_OUT:
            continue
        if kind in _SEEN_THROUGH:
            _collect(child, roles, originals, parts)
        elif end := _end_marker(node, child):
            hidden = "".join(other if isinstance(other, str) else other.characters for other in _until(children, end))
            parts.append(Code(_name(child, roles[child.tag]), "empty", child.raw(child.start, end.end), hidden))
        elif role is None or role.kind != "span" or child.hollow or untranslated(child):
            parts.append(_single(child, role, originals))
        else:
            name = _name(child, role)
            parts.append(Code(name, "open", child.raw(child.start, child.inside)))
            _collect(child, roles, originals, parts)
            parts.append(Code(name, "close", child.raw(child.close, child.end)))


def _end_marker(parent: Node, start: Node) -> Node | None:
    """Where a stretch that is not to be translated ends, if `start` begins one (XLIFF 2 sm) that ends beside it."""
    if start.tag != "sm" or start.attributes.get("translate") != "no":
        return None
    ends = (child for child in parent.every("em") if child.start > start.start)
    return next((child for child in ends if child.attributes.get("startRef") == start.attributes.get("id")), None)


def _until(children: Iterator[Node | str], end: Node) -> Iterator[Node | str]:
    """What comes before `end`; both are taken from the iterator."""
    return itertools.takewhile(lambda child: child is not end, children)


def untranslated(node: Node) -> bool:
    """Whether the file says of a span that it is not to be translated."""
    attributes = node.attributes
    return attributes.get("translate") == "no" or attributes.get("mtype", "").casefold() in _UNTRANSLATED


def _single(node: Node, role: Role | None, originals: Mapping[str, str]) -> Code:
    raw = node.raw(node.start, node.end)
    if role is None:
        return Code(node.tag.lstrip("#") if node.tag[0] == "#" else node.name, "empty", raw)
    if role.kind == "span":
        return Code(_name(node, role), "empty", raw, node.characters)
    isolated = node.attributes.get("isolated") == "yes"
    kind: Literal["open", "close", "empty"] = "empty" if isolated else role.kind
    return Code(_name(node, role), kind, raw, _equivalent(node, originals) if role.kind == "empty" else "")


def _name(node: Node, role: Role) -> str:
    """An id that equal codes of source and target share; native text tells apart what has no id of its own."""
    native = "" if role.kind == "span" else node.characters.strip()
    return role.family + next((node.attributes[name] for name in role.keys if name in node.attributes), native)


def _equivalent(node: Node, originals: Mapping[str, str]) -> str:
    attributes = node.attributes
    if "lb" in (attributes.get("ctype"), attributes.get("type")) or attributes.get("subType") == "xlf:lb":
        return "\n"
    shown = [attributes.get(name, "") for name in ("equiv-text", "disp", "equiv")]
    native = (*shown, originals.get(attributes.get("dataRef", ""), ""), node.characters)
    return next(filter(None, map(meaning, native)), "")


def meaning(native: str) -> str:
    """What native code stands for in plain text: a line break or a variable for itself, formatting for nothing."""
    if not native:
        return ""
    if _BREAK.fullmatch(native):
        return "\n"
    if _VARIABLE.fullmatch(native.strip()):
        return native.strip()
    if memoq := _MEMOQ.match(native):
        return "\u00a0" if memoq["value"] == "nbsp" else html.unescape(memoq["value"])
    return ""


def named_pairs(text: Text) -> Text:
    """The text with `x` codes that are pairs by their names (Angular: START_LINK_1 .. CLOSE_LINK) made pairs."""
    if not any(not isinstance(part, str) and part.id.startswith("xSTART_") for part in text.parts):
        return text
    parts, codes = list(text.parts), dict[int, Code]()
    opened: dict[str, list[int]] = defaultdict(list)
    for position, part in enumerate(parts):
        if isinstance(part, str) or part.kind != "empty":
            continue
        side, _, name = part.id.partition("_")
        waiting = opened[_NUMBER.sub("", name)]
        if side == "xSTART":
            codes[position] = part
            waiting.append(position)
        elif side == "xCLOSE" and waiting:
            start = waiting.pop()
            parts[start] = first = replace(codes[start], kind="open")
            parts[position] = replace(part, id=first.id, kind="close")
    return Text(*parts)


def has_text(node: Node) -> bool:
    """Whether there is a character but white space outside native code; text inside a sub-flow counts."""
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                return True
        elif child.tag in NATIVE:
            if any(flow.tag == "sub" and has_text(flow) for flow in child.descendants()):
                return True
        elif has_text(child):
            return True
    return False
