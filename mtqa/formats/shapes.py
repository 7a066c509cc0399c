"""The shape of a unit, and what is made of a unit whose shape is known.

The texts of a unit, and attributes of which nothing depends, are cut out of its bytes; what is left is its shape. Two
units of one shape, in the same surroundings, differ in nothing that decides about them. Which texts are equal is part
of the shape, and so is which numbers of codes are. A text that is blank, or begins like a mark of some tool, stays.

A plan says what is made of the units of one shape: objects with holes, into which goes what was cut out. _scanner.c
does all of this too, and what it gives is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum, IntFlag
from typing import Any, NamedTuple, TypeVar

REMEMBERED_IDS = 100_000  # of one file element: bounds the memory that finding repeated ids costs
HOLES = 96
_DEPTH = 64
_KEY = 1 << 16

T = TypeVar("T")
Part = tuple[Any, ...]  # of a plan: a `Kind` and what belongs to it
Recipe = tuple[bytes | int | None, ...]  # of a unit: bytes, numbers of what was cut out, None for a new target


class Say(IntFlag):
    """What is said of a name.

    CLEAR: texts directly in this element may be cut out. INLINE: it begins a text; no attribute below is cut out.
    FREE: nothing depends on this attribute; OWN: the same, if it is on the unit itself. CODE: it is an inline code;
    REFERS: an attribute by which codes are told apart, cut out if it is a number.
    """

    CLEAR = 1
    INLINE = 2
    FREE = 4
    OWN = 8
    CODE = 16
    REFERS = 32


def said(
    *, clear: str, inline: str, code: str = "", refers: str = "", free: str = "", own: str = ""
) -> dict[bytes, int]:
    """What is said of names, of which there are several in each string."""
    names: dict[bytes, int] = {}
    for words, what in (
        (clear, Say.CLEAR),
        (inline, Say.CLEAR | Say.INLINE),
        (code, Say.CODE),
        (refers, Say.REFERS),
        (free, Say.FREE),
        (own, Say.OWN),
    ):
        for word in words.encode("ascii").split():
            names[word] = names.get(word, 0) | int(what)
    return names


class Kind(IntEnum):
    """What a part of a plan is."""

    CONSTANT = 0  # an object as it is
    DECODED = 1  # the characters of a hole
    RAW = 2  # the markup of a hole
    JOINED = 3  # the strings that the other parts give, joined
    NUMBER = 4  # the id of the next segment
    TUPLE = 5
    OBJECT = 6  # type, descriptors of its slots, what goes into each


class Plan(NamedTuple):
    """What is made of the units of one shape.

    Not for those with one of the `special` bytes in a text. `identity`: the id to take note of. `parts`: one for each
    segment. `recipes`: how a unit is written, by what is written.
    """

    special: bytes
    identity: Part | None
    parts: tuple[Part, ...]
    recipes: dict[object, Recipe | None]


_CONSTANT, _DECODED, _OBJECT = int(Kind.CONSTANT), int(Kind.DECODED), int(Kind.OBJECT)
_CLEAR, _INLINE, _FREE, _OWN = int(Say.CLEAR), int(Say.INLINE), int(Say.FREE), int(Say.OWN)
_CODE, _REFERS = int(Say.CODE), int(Say.REFERS)
TEXT, ATTRIBUTE, REFERENCE = 1, 2, 3  # in a shape: what was cut out; the first hole of the kind with the same follows
_NUMBER = re.compile(rb"[0-9]{1,18}")
_CUT = re.compile(rb"[\x01-\x03](.)", re.DOTALL)
_OFTEN = 16  # times that a shape comes before there is a mold for it
_MOLDS = 8
_MANY = 1000
_MARKUP = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*>
    |<(?P<name>[^\s/>]+)(?P<attributes>[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*)>|[^<]+""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(rb"""(?P<name>[^\s=/]+)\s*=\s*(?:"(?P<one>[^"]*)"|'(?P<other>[^']*)')""")
_CODED = re.compile(rb"[&\t\n\r]")
# Something that is no white space, whatever it is, before which only references and what may be spaces stand.
_ORDINARY = re.compile(
    rb"""[ \t\n\r]*(?!\[|mtqa|[ \t\n\r])(?:&[^;]*;|[\0-\x20\x7f-\xbf\xc0-\xc2\xe2]|\xe1\x9a|\xe3\x80)*
    (?:[\x21-\x25\x27-\x7e\xc3-\xe0\xe4-\xff]|\xe1(?!\x9a)|\xe3(?!\x80))""",
    re.VERBOSE,
)
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<number>[0-9]+)|(?P<name>\w+));")
_KNOWN = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def characters(raw: bytes) -> str:
    """The characters that the markup of a text without elements stands for."""
    text = raw.decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(match: re.Match[str]) -> str:
    if match["name"]:
        return _KNOWN[match["name"]]
    return chr(int(match["hex"], 16) if match["hex"] else int(match["number"]))


class Cutter:
    """Cuts units, and makes of them what their plans say.

    `names`: what is said of elements and attributes. `number`: how many segments there were. `write`: plans are not
    carried out, but handed out. `check_ids`: a repeated id is not planned.
    """

    def __init__(self, label: str, names: Mapping[bytes, int], remembered: int, number: int, *, write: bool) -> None:
        self.number, self.check_ids = number, True
        self._label, self._names, self._remembered, self._write = label, names, remembered, write
        self._holes: list[bytes] = []  # what was cut out of the last unit
        self._kinds: list[int] = []  # of each of them
        self._molds: list[Mold] = []  # the last that fitted comes first
        self._found: dict[bytes, int] = {}  # how often a shape was found without a mold

    def planned(self, raw: bytes, plans: Mapping[bytes, Plan | None], ids: set[int]) -> tuple[Any, bytes | None]:
        """(what is made of a unit, None): a segment, a list of them, in writing the plan.

        (None, its shape) without a plan; (None, None) where there can be none.
        """
        shape = self._molded(raw)
        if shape is None or shape not in plans:
            return None, shape
        plan = plans[shape]
        if plan is None or not self._as_planned(plan.special):
            return None, None
        if self._write:
            return plan, None
        before = self.number
        made = [self.build(part) for part in plan.parts]
        if plan.identity is not None and not self._new_id(plan.identity, ids):
            self.number = before
            return None, None
        return made[0] if len(made) == 1 else made, None

    def _molded(self, raw: bytes) -> bytes | None:
        """The shape of a unit, as `cut` would say, if it is one of those that come most often."""
        for place, mold in enumerate(self._molds):
            holes = mold.holes(raw)
            if holes is not None:
                self._holes, self._kinds = holes, mold.kinds
                if place:
                    self._molds.insert(0, self._molds.pop(place))
                return mold.shape
        shape = self.cut(raw)
        if shape is not None:
            self._found[shape] = self._found.get(shape, 0) + 1
            if self._found[shape] == _OFTEN:
                self._molds = [Mold(shape), *self._molds[: _MOLDS - 1]]
            if len(self._found) > _MANY:
                self._found.clear()
        return shape

    def cut(self, raw: bytes) -> bytes | None:
        """The shape of a unit; None when there is too much of it."""
        self._holes, self._kinds = [], []
        kept, stack, done = list[bytes](), list[int](), 0
        for match in _MARKUP.finditer(raw):
            if match.start() != done:
                return None
            token, done = match[0], match.end()
            if match["name"]:
                self._tag(match, stack, kept)
                if len(stack) > _DEPTH:
                    return None
            elif token[:1] != b"<":
                cuttable = stack and stack[-1] & _CLEAR and _ORDINARY.match(token)
                kept.append(self._dig(token, TEXT) if cuttable else token)
            else:
                if token[:2] == b"</":
                    stack.pop()
                kept.append(token)
        shape = b"".join(kept)
        return None if done != len(raw) or len(self._holes) > HOLES or len(shape) > _KEY else shape

    def _tag(self, match: re.Match[bytes], stack: list[int], kept: list[bytes]) -> None:
        above = stack[-1] if stack else _CLEAR
        said = self._names.get(match["name"].rpartition(b":")[2], 0)
        tag, start = match[0], 0
        wanted = 0
        if above & _CLEAR and not said & _INLINE:
            wanted = _REFERS * bool(said & _CODE) if above & _INLINE else _FREE if stack else _FREE | _OWN
        if wanted:
            for attribute in _ATTRIBUTE.finditer(tag, match.start("attributes") - match.start()):
                group = "one" if attribute["one"] is not None else "other"
                value = attribute[group]
                if not value or not self._names.get(attribute["name"], 0) & wanted:
                    continue
                if _NUMBER.fullmatch(value) if wanted == _REFERS else not _CODED.search(value):
                    kind = REFERENCE if wanted == _REFERS else ATTRIBUTE
                    kept += (tag[start : attribute.start(group)], self._dig(value, kind))
                    start = attribute.end(group)
        kept.append(tag[start:])
        if tag[-2:] != b"/>":
            stack.append((above & said & _CLEAR) | ((above | said) & _INLINE))

    def _dig(self, raw: bytes, kind: int) -> bytes:
        """Cut this out; its number is that of the first hole of the kind with the same bytes."""
        number = len(self._holes)
        if kind != ATTRIBUTE:
            same = (k for k, hole in enumerate(self._holes) if hole == raw and self._kinds[k] == kind)
            number = next(same, number)
        self._holes.append(raw)
        self._kinds.append(kind)
        return bytes((kind, 1 + min(number, HOLES)))

    def filled(self, recipe: Recipe, content: bytes) -> bytes:
        """The bytes of the last unit after a recipe: bytes, numbers of what was cut out, None for `content`."""
        holes = self._holes
        return b"".join(
            [content if part is None else part if isinstance(part, bytes) else holes[part] for part in recipe]
        )

    def build(self, part: Part) -> Any:  # noqa: ANN401 - whatever the part is of
        """What a part of a plan stands for in the last unit."""
        kind = part[0]
        if kind == _OBJECT:
            made = part[1].__new__(part[1])
            for slot, value in zip(part[2], part[3:], strict=True):
                slot.__set__(made, value[1] if value[0] == _CONSTANT else self.build(value))
            return made
        if kind == _DECODED:
            return characters(self._holes[part[1]])
        return part[1] if kind == _CONSTANT else self._build_less(part)

    def _build_less(self, part: Part) -> object:
        """What comes less often."""
        if part[0] == Kind.TUPLE:
            return tuple([self.build(one) for one in part[1:]])
        if part[0] == Kind.NUMBER:
            self.number += 1
            return f"{self._label}#{self.number}"
        return self._holes[part[1]].decode("utf-8") if part[0] == Kind.RAW else "".join(map(self.build, part[1:]))

    def _as_planned(self, special: bytes) -> bool:
        """Whether texts that differ in their bytes also do in their characters, and none has a special byte."""
        texts = [hole for hole, kind in zip(self._holes, self._kinds, strict=True) if kind == TEXT]
        together = b"<".join(texts)
        if special and any(byte in together for byte in special):
            return False
        if b"&" not in together and b"\r" not in together:
            return True
        return len(set(texts)) == len(set(map(characters, texts)))

    def _new_id(self, identity: Part, ids: set[int]) -> bool:
        key = hash(self.build(identity))
        if key in ids:
            return not self.check_ids
        if len(ids) < self._remembered:
            ids.add(key)
        return True


class Mold:
    """Units of one shape, as a pattern: the regular expression engine cuts them faster than a loop does."""

    def __init__(self, shape: bytes) -> None:
        self.shape, self.kinds = shape, list[int]()
        pattern, numbers, done = list[bytes](), list[int](), 0
        for mark in _CUT.finditer(shape):
            pattern.append(re.escape(shape[done : mark.start()]))
            kind, number = mark[0][0], mark[1][0] - 1
            if number < len(numbers):
                pattern.append(b"(\\%d)" % (number + 1))
            elif kind == ATTRIBUTE:
                pattern.append(b"([^%b&\t\n\r]+)" % shape[mark.start() - 1 : mark.start()])
            else:
                pattern.append(b"([^<]+)" if kind == TEXT else b"([0-9]{1,18})")
            numbers.append(number)
            self.kinds.append(kind)
            done = mark.end()
        self._pattern = re.compile(b"".join((*pattern, re.escape(shape[done:]))))
        self._distinct = [len(self._of(kind, numbers)) for kind in (TEXT, REFERENCE)]

    def _of(self, kind: int, things: Iterable[T]) -> set[T]:
        return {thing for thing, its in zip(things, self.kinds, strict=True) if its == kind}

    def holes(self, raw: bytes) -> list[bytes] | None:
        """What is cut out of a unit; None when it is not of this shape."""
        match = self._pattern.fullmatch(raw)
        if match is None:
            return None
        holes = match.groups()
        texts = self._of(TEXT, holes)
        if [len(texts), len(self._of(REFERENCE, holes))] != self._distinct:
            return None
        return list(holes) if all(map(_ORDINARY.match, texts)) else None
