"""Sub-flows: text inside the native code of a segment, such as the alternative text of an image.

Each is a segment of its own, read behind the one whose code it stands in, and never sent inside its sentence. It is
written with that segment: into the code wherever the target has it. Sources: XLIFF 1.2 and TMX 1.4b, `sub`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mtqa.formats.codes import NATIVE, Role, text_of, untranslated
from mtqa.formats.places import NOTHING, Change, Place
from mtqa.formats.splice import markup, refilled
from mtqa.formats.tree import Node
from mtqa.inline import Code, Text
from mtqa.model import Edit, Status


def flow_places(owner: Place, roles: Mapping[str, Role]) -> Iterator[Place]:
    """The sub-flows of a segment as segments, in order."""
    subs, answered = _subs(owner.source), _subs(owner.target)
    targets = answered if len(answered) == len(subs) else [None] * len(subs)
    whole = owner.segment
    for number, (source, target) in enumerate(zip(subs, targets, strict=True), start=1):
        text, existing = text_of(source, roles), text_of(target, roles) if target else Text()
        protected = "" if whole.protected == NOTHING else whole.protected
        segment = replace(
            whole,
            id=f"{whole.id}.{number}",
            unit=f"{whole.unit}/sub{number}",
            source=text,
            target=existing if existing.parts else None,
            alternatives=(),
            protected=protected or (NOTHING if text.blank else ""),
            kept=bool(existing.plain.strip()) and (whole.kept or existing != text),
            part_of=whole.id,
        )
        yield Place(segment, source, target, owner.mark, owner.settled)


def folded(places: Sequence[Place], changes: Sequence[Change], newline: str) -> list[Change]:
    """The changes with those of sub-flows put into the targets of the segments that they are part of.

    A sub-flow of a segment that has no target, and gets none, has no place and is left out.
    """
    inner: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.place.segment.part_of:
            inner[change.place.segment.part_of].append(change)
    outer = {change.place.segment.id: change for change in changes if not change.place.segment.part_of}
    if not inner:
        return list(outer.values())
    found = (
        _joined(place, outer.get(place.segment.id), inner.get(place.segment.id, []), newline)
        for place in places
        if not place.segment.part_of
    )
    return [change for change in found if change is not None]


def _joined(place: Place, own: Change | None, flows: Sequence[Change], newline: str) -> Change | None:
    """One change for a segment and its sub-flows; None for no change."""
    segment, edit = place.segment, own.edit if own else Edit(Status.AGREED)
    if edit.target is not None:
        text, holder = edit.target, place.source
    elif segment.target is not None:
        text, holder = segment.target, place.target
    else:
        text, holder = segment.source if segment.source.blank else Text(), place.source
    contents = {
        sub.start: markup(change.edit.target, newline)
        for change in flows
        if (sub := change.place.source if holder is place.source else change.place.target) and change.edit.target
    }
    filled = _filled(text, holder, contents)
    if filled == text:
        return own
    edits = [*([own.edit] if own else []), *(change.edit for change in flows)]
    alike = all(one.status is Status.AGREED for one in edits)
    remarks = [remark for remark in (edit.remark, *(change.edit.remark for change in flows)) if remark is not None]
    status = edit.status if alike or edit.status is not Status.AGREED else Status.DIVERGENT
    return Change(
        place,
        replace(
            edit,
            status=status,
            target=filled,
            remark="; ".join(remarks) if remarks else None,
            reviewed=all(one.reviewed for one in edits),
        ),
    )


def _filled(text: Text, holder: Node | None, contents: Mapping[int, str]) -> Text:
    """The text with new content in the sub-flows of its codes, which were read from `holder`."""
    variants: dict[str, list[str]] = defaultdict(list)
    for code in _owners(holder):
        raw = code.raw(code.start, code.end)
        variants[raw].append(_rewritten(code, contents))

    def one(part: str | Code) -> str | Code:
        if isinstance(part, str) or not variants.get(part.raw):
            return part
        left = variants[part.raw]
        return replace(part, raw=left.pop(0) if len(left) > 1 else left[0])

    return Text(*map(one, text.parts))


def _rewritten(code: Node, contents: Mapping[int, str]) -> str:
    parts, done = [], code.start
    for sub in _below(code):
        if sub.start in contents:
            parts += [code.raw(done, sub.start), refilled(sub, contents[sub.start])]
            done = sub.end
    return "".join((*parts, code.raw(done, code.end)))


def _subs(text: Node | None) -> list[Node]:
    return [sub for code in _owners(text) for sub in _below(code)]


def _owners(text: Node | None) -> Iterator[Node]:
    """The codes with native content, which may hold sub-flows."""
    for child in text.elements if text else ():
        if child.tag in NATIVE:
            yield child
        elif child.elements and not untranslated(child):
            yield from _owners(child)


def _below(code: Node) -> Iterator[Node]:
    """The outermost sub-flows of a code; what is inside them stays as it is."""
    for child in code.elements:
        if child.tag == "sub":
            yield child
        else:
            yield from _below(child)
