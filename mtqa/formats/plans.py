"""How plans are made: a format is shown a unit of the same shape whose texts are marks, and where they go is seen.

So the formats stay the only ones that know what a unit means; nothing of it is said twice. A plan is made when a shape
comes for the second time. It holds if what the format does depends on nothing that was cut out, and what it gives for
that second unit must be what the format has just given for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Protocol

from mtqa.formats.document import Window
from mtqa.formats.shapes import Cutter, Kind, Part, Plan, Recipe
from mtqa.formats.splice import Splice
from mtqa.formats.surroundings import Around, Slice
from mtqa.formats.tree import Grower, Unit
from mtqa.model import Segment

NUMBER = "\ue004"  # the id of a segment, where a plan is made
CONTENT = "\ue005"  # what a target is to hold
_SPECIAL = re.compile("[\ue000-\ue005]")
_AWAY = 1 << 60  # where marks lie: no place in any file
_CUT = re.compile(rb"[\x01-\x03](.)", re.DOTALL)
_MARK = re.compile("\ue000(?P<decoded>\\d+)\ue001|&#xE000;(?P<raw>\\d+)&#xE001;")
_WRITTEN = re.compile(f"{CONTENT}|&#xE000;(?P<raw>\\d+)&#xE001;")
_ROOM = 8 << 20  # bytes of shapes and plans that are kept
_COST = 4 << 10  # bytes of a plan, about
_SEEN = 20_000  # shapes that came once


class Unplanned(Exception):
    """There can be no plan for this shape."""


class Shown(Protocol):
    """What a format makes of a unit that is made of marks."""

    def __call__(self, unit: Unit) -> tuple[Sequence[Segment], str | None, bytes]:
        """(its segments, the id that was noted, the bytes that may be in none of its texts). May raise `Unplanned`."""


class Planner:
    """Makes plans for one pass over a file."""

    def __init__(self, grower: Grower, cutter: Cutter, show: Shown) -> None:
        self._grower, self._cutter, self._show = grower, cutter, show
        self._seen: set[int] = set()
        self._known: list[dict[bytes, Plan | None]] = []
        self._room = _ROOM

    def learn(self, item: Slice, segments: Sequence[Segment]) -> None:
        """Make a plan for the shape of this unit, of which the format made these segments, if it came before."""
        shape, plans = item.shape, item.around.plans
        if shape is None:
            return
        key = hash((id(plans), shape))
        if key not in self._seen:
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            self._seen.add(key)
            return
        self._room -= len(shape) + _COST
        if self._room < 0:
            self._forget()
        if not plans:
            self._known.append(plans)
        try:
            plans[shape] = self._plan(item, shape, segments)
        except Unplanned:
            plans[shape] = None

    def _forget(self) -> None:
        for plans in self._known:
            plans.clear()
        self._known.clear()
        self._seen.clear()
        self._room = _ROOM

    def _plan(self, item: Slice, shape: bytes, segments: Sequence[Segment]) -> Plan:
        marked, noted, special = self._show(model_unit(self._grower, item.around, shape))
        plan = Plan(special, None if noted is None else _text(noted), tuple(map(part_of, marked)), {})
        if self._cutter.cut(item.raw) != shape:
            raise Unplanned
        self._cutter.number = 0
        made = [self._cutter.build(part) for part in plan.parts]
        if [_numbered(one) for one in made] != [_numbered(one) for one in segments]:
            raise Unplanned
        return plan

    def recipe(self, piece: Slice, show: Callable[[Unit], Sequence[Splice]]) -> Recipe:
        """How units of the shape of this one are written, by the splices that a unit of marks gets."""
        shape = self._cutter.cut(piece.raw)
        if shape is None:
            raise Unplanned
        unit = model_unit(self._grower, piece.around, shape)
        raw = unit.node.data.read(_AWAY, _AWAY + (1 << 32))
        written = spliced(raw, _AWAY, show(unit)).decode("utf-8")
        return tuple(_written(written))

    def filled(self, recipe: Recipe, content: bytes) -> bytes:
        """The last unit there was a recipe for, written after a recipe."""
        return self._cutter.filled(recipe, content)


def _numbered(segment: Segment) -> tuple[object, ...]:
    """All of a segment but its number."""
    return tuple(getattr(segment, entry.name) for entry in fields(segment) if entry.name != "id")


def model_unit(grower: Grower, around: Around, shape: bytes) -> Unit:
    """A unit of this shape with marks in the place of what was cut out."""
    if _SPECIAL.search(shape.decode("utf-8")) or _MARK.search(shape.decode("utf-8")):
        raise Unplanned  # they would be taken for marks
    raw = _CUT.sub(lambda hole: b"&#xE000;%d&#xE001;" % (hole[1][0] - 1), shape)
    node = grower.tree(raw, _AWAY, around.scope, Held(raw))
    return Unit(node, around.ancestors, 0, around.head)


class Held(Window):
    """The bytes of a unit of marks; nothing is known of what is before or behind it."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(io.BytesIO(raw))

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two offsets."""
        if end <= _AWAY:
            raise Unplanned
        return super().read(max(start - _AWAY, 0), end - _AWAY)

    def match(self, pattern: re.Pattern[bytes], start: int) -> int:
        """Where the match of `pattern` at `start` ends."""
        return super().match(pattern, start - _AWAY) + _AWAY


def spliced(raw: bytes, start: int, splices: Sequence[Splice]) -> bytes:
    """A unit that starts there, with the splices. Raises Unplanned for what is not inside it."""
    parts, done = list[bytes](), 0
    for one in splices:
        if not start + done <= one.start <= one.end <= start + len(raw):
            raise Unplanned
        parts += (raw[done : one.start - start], one.new if isinstance(one.new, bytes) else one.new.encode("utf-8"))
        done = one.end - start
    return b"".join((*parts, raw[done:]))


def _written(markup: str) -> Iterator[bytes | int | None]:
    """The parts of a recipe that gives this unit once marks are texts."""
    done = 0
    for mark in (*_WRITTEN.finditer(markup), None):
        between = markup[done : mark.start() if mark else len(markup)]
        if _SPECIAL.search(between):
            raise Unplanned
        if between:
            yield between.encode("utf-8")
        if mark:
            yield None if mark["raw"] is None else int(mark["raw"])
            done = mark.end()


def part_of(value: object) -> Part:
    """The part of a plan that gives this value once marks are texts."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        return _folded(value, (Kind.TUPLE, *map(part_of, value)))
    if is_dataclass(value) and not isinstance(value, type):
        slots = tuple(getattr(type(value), entry.name) for entry in fields(value))
        parts = tuple(_field(entry.name, getattr(value, entry.name)) for entry in fields(value))
        return _folded(value, (Kind.OBJECT, type(value), slots, *parts))
    return (int(Kind.CONSTANT), value)


def _field(name: str, value: object) -> Part:
    """The part for a field: only its own id is the next number."""
    return (int(Kind.NUMBER),) if name == "id" and value == NUMBER else part_of(value)


def _folded(value: object, part: Part) -> Part:
    """A constant where all that it is made of is constant."""
    inner = part[3:] if part[0] == Kind.OBJECT else part[1:]
    constant = all(one[0] == Kind.CONSTANT for one in inner)
    return (int(Kind.CONSTANT), value) if constant else (int(part[0]), *part[1:])


def _text(value: str) -> Part:
    parts = list(_pieces(value))
    return parts[0] if len(parts) == 1 else (int(Kind.JOINED), *parts)


def _pieces(value: str) -> Iterator[Part]:
    done = 0
    for mark in (*_MARK.finditer(value), None):
        between = value[done : mark.start() if mark else len(value)]
        if _SPECIAL.search(between):
            raise Unplanned
        if between or not (mark or done):
            yield (int(Kind.CONSTANT), between)
        if mark:
            kind = Kind.RAW if mark["decoded"] is None else Kind.DECODED
            yield (int(kind), int(mark["raw"] or mark["decoded"]))
            done = mark.end()
