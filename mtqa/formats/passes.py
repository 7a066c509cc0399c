"""One pass over a file, which reads its segments or writes edits into them.

What comes often is done once and then after a plan (`plans`); everything else as the format says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Protocol

from mtqa.errors import FormatError
from mtqa.formats.codes import Role
from mtqa.formats.document import Document
from mtqa.formats.flows import flow_places, folded
from mtqa.formats.places import Change, Place
from mtqa.formats.plans import CONTENT, Planner, Unplanned, spliced
from mtqa.formats.profiles import Profile
from mtqa.formats.reading import Reading, Rehearsal, Writing
from mtqa.formats.shapes import Plan
from mtqa.formats.splice import Splice, illegal, markup, ordered
from mtqa.formats.surroundings import Slice
from mtqa.formats.tree import Node, Unit
from mtqa.formats.walk import Walk
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Notice, Segment

_RECIPES = 16  # of one plan
Edits = Callable[[str], Edit | None]


class Form(Protocol):
    """What is needed of a format; `base.XmlFormat` says what each of them does."""

    @property
    def unit_tag(self) -> str: ...  # noqa: D102
    @property
    def remember(self) -> str: ...  # noqa: D102
    @property
    def names(self) -> Mapping[bytes, int]: ...  # noqa: D102
    @property
    def flow_roles(self) -> Mapping[str, Role] | None: ...  # noqa: D102
    def places(self, unit: Unit, reading: Reading) -> list[Place]: ...  # noqa: D102
    def profile(self, file: BilingualFile, unit: Unit) -> Profile: ...  # noqa: D102
    def special(self, unit: Unit) -> bytes: ...  # noqa: D102
    def faults(self, unit: Unit) -> Iterable[str]: ...  # noqa: D102
    def splices(  # noqa: D102
        self, writing: Writing, profile: Profile, unit: Unit, changes: Sequence[Change]
    ) -> Iterator[Splice]: ...


def _shown(_node: Node) -> None:
    """Nobody wants to see what is around units."""


def units(form: Form, document: Document, around: Callable[[Node], object] = _shown) -> Iterator[Unit]:
    """The units of a file, streamed; `around` is shown the start of every other element. Raises FormatError."""
    walk = Walk(document, form.unit_tag, form.remember, around, form.names, write=False)
    for item in walk:
        yield walk.grown(Slice._make(item))


def places_of(form: Form, unit: Unit, reading: Reading) -> list[Place]:
    """The segments of a unit, each followed by its sub-flows."""
    places, roles = form.places(unit, reading), form.flow_roles
    if roles is None or not any(place.source and place.source.elements for place in places):
        return places
    return [one for place in places for one in (place, *flow_places(place, roles))]


def segments(form: Form, document: Document, reading: Reading) -> Iterator[Segment]:
    """The segments of a file, streamed. Raises FormatError."""
    walk = Walk(document, form.unit_tag, form.remember, _shown, form.names, write=False)
    planner = Planner(walk.grower, walk.cutter(), lambda unit: _shown_to(form, unit, reading))
    for item in walk:
        kind = type(item)
        if kind is Segment:
            yield item
        elif kind is list:
            yield from item
        else:
            piece = Slice._make(item)
            reading.number = walk.number
            unit = walk.grown(piece)
            made = [place.segment for place in places_of(form, unit, reading)]
            if reading.file.profile:
                form.profile(reading.file, unit)
            for fault in form.faults(unit):
                reading.once(unit, fault)
            planner.learn(piece, made)
            walk.number, walk.check_ids = reading.number, not reading.repeats_told
            yield from made
    reading.number = walk.number
    reading.finish()


def _shown_to(form: Form, unit: Unit, reading: Reading) -> tuple[list[Segment], str | None, bytes]:
    rehearsal = Rehearsal(reading)
    made = [place.segment for place in places_of(form, unit, rehearsal)]
    for fault in form.faults(unit):
        rehearsal.once(unit, fault)
    return made, rehearsal.noted, form.special(unit)


def _ignored(_notice: Notice) -> None:
    """The reader has told already."""


class Edited:
    """The splices that write edits into a file, streamed. `edits` is asked about every segment, in order."""

    def __init__(self, form: Form, document: Document, file: BilingualFile, edits: Edits) -> None:
        self._form, self._document, self._file, self._edits = form, document, file, edits
        self._reading, self._writing = Reading(file, _ignored), Writing(document, file)
        self._walk = Walk(document, form.unit_tag, form.remember, _shown, form.names, write=True)
        self._planner = Planner(
            self._walk.grower, self._walk.cutter(), lambda unit: _shown_to(form, unit, self._reading)
        )

    def __iter__(self) -> Iterator[Splice]:
        walk, edits, label, newline = self._walk, self._edits, self._file.label, self._document.newline
        number, filled = 0, self._walk.filled
        asked: list[Edit | None]
        for item in walk:
            if len(item) != 6:  # without a plan
                yield from self._slowly(Slice._make(item), number, None, None)
                number = self._reading.number
                continue
            plan, around, start, end, line, size = item
            if size == 1:
                edit = edits(f"{label}#{number + 1}")
                if edit is None:
                    number += 1
                    continue
                recipe = plan.recipes.get(_said(edit))
                content = None if recipe is None else _content(edit, newline)
                if content is not None:
                    number += 1
                    yield Splice(start, end, filled(recipe, content))
                    continue
                asked = [edit]
            else:
                asked = [edits(f"{label}#{number + place}") for place in range(1, size + 1)]
            if any(asked):
                piece = Slice(around, start, self._document.data.read(start, end), line, None)
                yield from self._slowly(piece, number, asked, plan)
            number += size

    def _slowly(
        self, piece: Slice, number: int, asked: Sequence[Edit | None] | None, plan: Plan | None
    ) -> Iterator[Splice]:
        """As the format says; a plan is made, and a recipe is added to the plan that there is."""
        self._reading.number = number
        unit = self._walk.grown(piece)
        places = places_of(self._form, unit, self._reading)
        if asked is None:
            asked = [self._edits(place.segment.id) for place in places]
        changes = [Change(place, edit) for place, edit in zip(places, asked, strict=True) if edit is not None]
        for change in changes:
            _check(change)
        splices: list[Splice] = []
        if changes := folded(places, changes, self._document.newline):
            profile = self._form.profile(self._file, unit)
            splices = ordered(self._form.splices(self._writing, profile, unit, changes))
        if plan is None:
            self._planner.learn(piece, [place.segment for place in places])
        elif len(places) == 1 and changes:
            self._learn(piece, plan, changes[0].edit, splices)
        yield from splices

    def _learn(self, piece: Slice, plan: Plan, edit: Edit, splices: Sequence[Splice]) -> None:
        """How a unit of this shape is written with nothing but a target, as it has just been done."""
        content = _content(edit, self._document.newline)
        within = all(piece.start <= one.start <= one.end <= piece.start + len(piece.raw) for one in splices)
        if _said(edit) in plan.recipes or len(plan.recipes) >= _RECIPES or content is None or not within:
            return
        try:
            recipe = self._planner.recipe(piece, lambda unit: self._rehearsed(unit, edit))
        except Unplanned:
            recipe = None
        if recipe and self._planner.filled(recipe, content) != spliced(piece.raw, piece.start, splices):
            recipe = None
        plan.recipes[_said(edit)] = recipe

    def _rehearsed(self, unit: Unit, edit: Edit) -> list[Splice]:
        (place,) = places_of(self._form, unit, Rehearsal(self._reading))
        changes = [Change(place, replace(edit, target=Text(CONTENT)))]
        profile = self._form.profile(self._file, unit)
        return ordered(self._form.splices(self._writing.rehearsal(), profile, unit, changes))


# All that an edit says beside what `_content` looks at.
_said = attrgetter(*(one.name for one in fields(Edit) if one.name not in {"target", "remark", "alternatives"}))


def _content(edit: Edit, newline: str) -> bytes | None:
    """The markup of the target where the edit is nothing but a target that can stand in an XML file."""
    target = edit.target
    if target is None or edit.remark is not None or edit.alternatives or edit.agreement is not None or edit.issue:
        return None
    for part in target.parts:
        if isinstance(part, str) and not part.isprintable() and illegal(part):
            return None
    return markup(target, newline).encode("utf-8")


def _check(change: Change) -> None:
    segment, edit = change.place.segment, change.edit
    if segment.protected:
        raise FormatError(segment.id, f"the segment is protected ({segment.protected})", "leave it out of the edits")
    for text in (edit.target, *(text for _, text, _ in edit.alternatives)):
        for part in text.parts if text is not None else ():
            if isinstance(part, str) and (character := illegal(part)):
                raise FormatError(segment.id, f"{character} cannot stand in an XML file", "remove it from the target")
    if character := illegal((edit.remark or "") + "".join(engine for engine, _, _ in edit.alternatives)):
        raise FormatError(segment.id, f"{character} cannot stand in an XML file", "remove it from the remark")
