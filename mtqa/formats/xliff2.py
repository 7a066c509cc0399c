"""XLIFF 2.0, 2.1 and 2.2: segments of units, never ignorables.

Source: https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html, sections 4.2 (structure),
4.3.1.19 (state), 5.1 (translation candidates).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from mtqa.errors import FormatError
from mtqa.formats.base import Change, Place, Reading, XmlFormat, inherited, lang_of
from mtqa.formats.codes import XLIFF2, text_of
from mtqa.formats.document import Document
from mtqa.formats.scan import Root
from mtqa.formats.splice import (
    Splice,
    element,
    escaped,
    indentation,
    markup,
    quoted,
    refilled,
    removed,
    start_tag,
)
from mtqa.formats.tree import Node, Scope, Unit
from mtqa.inline import Text
from mtqa.model import Alternative, Segment

NAMESPACES = frozenset({"urn:oasis:names:tc:xliff:document:2.0", "urn:oasis:names:tc:xliff:document:2.2"})
MATCHES = "urn:oasis:names:tc:xliff:matches:2.0"
_MATCHES = f"{{{MATCHES}}}matches"

_DONE = frozenset({"reviewed", "final"})
_OURS = "mtqa"


class Xliff2(XmlFormat):
    """XLIFF 2.x files."""

    unit_tag = "unit"

    def owns(self, root: Root) -> bool:
        """Whether the root is xliff in a namespace of 2.x, or in none with version 2."""
        if root.local != "xliff":
            return False
        bare = not root.namespace and root.attributes.get("version", "").startswith("2")
        return bare or root.namespace in NAMESPACES

    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """One segment per segment element."""
        root, name = unit.ancestors[0].attributes, unit.node.attributes.get("id", "")
        source_lang = reading.source_lang(unit, root.get("srcLang"))
        target_lang = reading.target_lang(unit, root.get("trgLang"))
        reading.note_id(unit, name)
        if not root.get("version", "2").startswith("2"):
            reading.once(
                unit, f"the namespace says XLIFF 2 and the version {root['version']!r}; the namespace is trusted"
            )
        originals, note = _originals(unit.node), _note(unit.node)
        segments = unit.node.every("segment")
        places = []
        for position, holder in enumerate(segments, start=1):
            source, target = holder.first("source"), holder.first("target")
            text = text_of(source, XLIFF2, originals) if source else Text()
            existing = text_of(target, XLIFF2, originals) if target else Text()
            mark = holder.attributes.get("id", "" if len(segments) == 1 else str(position))
            protected = _protection(unit, holder)
            if not protected and (fault := _fault(holder)):
                reading.notice(unit, f"left alone: {fault}")
                protected = fault
            segment = Segment(
                id=reading.next_id(),
                file=reading.file.label,
                unit=f"{name}/{mark}" if len(segments) > 1 else name,
                source=text,
                source_lang=source_lang,
                target_lang=target_lang,
                target=existing if existing.parts else None,
                alternatives=tuple(_alternatives(unit.node, holder)),
                state=holder.attributes.get("state"),
                protected=protected or ("nothing to translate" if text.blank else ""),
                kept=bool(existing.plain.strip()),
                note=note,
            )
            _notices(unit, segment, holder, reading)
            places.append(Place(segment, source, target, mark))
        return places

    def root_splices(self, root: Node, target_lang: str) -> Iterator[Splice]:
        """A trgLang, which is required as soon as there is a target."""
        if not root.attributes.get("trgLang") and target_lang:
            yield Splice(root.start, root.inside, start_tag(root, {"trgLang": target_lang}))

    def splices(self, document: Document, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state; matches and notes in front of the segments, in schema order."""
        yield from _Unit(unit.node, document.newline).splices(changes)


def _originals(unit: Node) -> dict[str, str]:
    data = unit.first("originalData")
    return {child.attributes.get("id", ""): child.characters for child in data.every("data")} if data else {}


def _note(unit: Node) -> str | None:
    notes = unit.first("notes")
    texts = [child.characters for child in notes.every("note") if not _our_note(child)] if notes else []
    return "\n".join(text for text in texts if text.strip()) or None


def _our_note(note: Node) -> bool:
    return note.attributes.get("category") == _OURS


def _our_match(match: Node) -> bool:
    return match.attributes.get("origin", "").startswith(f"{_OURS}:")


def _protection(unit: Unit, segment: Node) -> str:
    if inherited(unit, "translate") == "no":
        return 'translate="no"'
    state = segment.attributes.get("state", "")
    return f"state {state}" if state.casefold() in _DONE else ""


def _fault(segment: Node) -> str:
    """Why it is not clear which text translates which."""
    if len(segment.every("source")) != 1:
        return "no source" if segment.first("source") is None else "two sources"
    targets = segment.every("target")
    if len(targets) > 1:
        return "two targets"
    nested = any(node.tag == "target" for text in segment.elements for node in text.descendants())
    return "a target inside a source or target" if nested else ""


def _notices(unit: Unit, segment: Segment, holder: Node, reading: Reading) -> None:
    if segment.target is None and (segment.state or "").casefold() in _DONE:
        reading.notice(unit, f"state {segment.state} without a target; left alone")
    if segment.target is not None and not unit.ancestors[0].attributes.get("trgLang"):
        reading.once(unit, "targets without trgLang on the root; the configured language is taken")
    ids = [(code.id, code.kind) for code in segment.source.codes if code.id[:2] != "cp"]
    if len(ids) != len(set(ids)):
        reading.once(unit, "inline codes with the same id in one source")
    for node in holder.descendants():
        attributes = node.attributes
        fixed = attributes.get("canReorder", "yes") != "yes"
        if fixed and not attributes.get("canCopy") == attributes.get("canDelete") == "no":
            reading.once(unit, "canReorder on an inline code without canCopy and canDelete, against the specification")


def _alternatives(unit: Node, segment: Node) -> Iterator[Alternative]:
    """Matches for the whole segment; those for a span inside it are not translations of it."""
    ids = (node.attributes.get("id") for node in (segment, _around(segment)) if node)
    references = {f"#{identifier}" for identifier in ids if identifier}
    matches = unit.first(_MATCHES)
    for match in matches.every(f"{{{MATCHES}}}match") if matches else ():
        target, source = match.first("target"), match.first("source")
        if match.attributes.get("ref") not in references or target is None:
            continue
        qualities = (match.attributes.get(name) for name in ("matchQuality", "matchSuitability", "similarity"))
        yield Alternative(
            origin=match.attributes.get("origin", ""),
            target=text_of(target, XLIFF2, _originals(match)),
            source=text_of(source, XLIFF2, _originals(match)) if source else None,
            quality=next((quality for quality in qualities if quality), None),
            kind="reference" if match.attributes.get("reference") == "yes" else match.attributes.get("type", "tm"),
            lang=lang_of(target) or "",
            similarity=_share(match.attributes.get("similarity")),
        )


def _share(percent: str | None) -> float | None:
    """A percentage as a share, where there is one."""
    try:
        return min(max(float(percent or ""), 0), 100) / 100
    except ValueError:
        return None


class _Unit:
    """One unit to be written into."""

    def __init__(self, node: Node, newline: str) -> None:
        self.node, self.newline = node, newline
        self.prefix = node.name.removesuffix("unit")
        self.core = node.scope.namespace(node.name)
        self.segments = node.every("segment")
        self.indent = next((indentation(child) for child in node.elements), "")
        outer = indentation(node)
        self.step = self.indent.removeprefix(outer) if "\n" in self.indent else ""
        self._ids = {child.attributes["id"] for child in node.descendants() if "id" in child.attributes}
        self._given: dict[int, str] = {}

    def splices(self, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state; matches and notes in front of the segments, in schema order."""
        for change in changes:
            yield from self._segment(change)
        yield from self._matches(changes)
        yield from self._notes(changes)

    def _holder(self, change: Change) -> Node:
        return next(segment for segment in self.segments if change.place.source in segment.children)

    def _identifier(self, change: Change) -> str:
        """The id of the segment; a free one where it has none and must be referred to."""
        holder = self._holder(change)
        if holder.attributes.get("id"):
            return holder.attributes["id"]
        if holder.start not in self._given:
            free = (f"s{number}" for number in count(self.segments.index(holder) + 1))
            self._given[holder.start] = next(name for name in free if name not in self._ids)
            self._ids.add(self._given[holder.start])
        return self._given[holder.start]

    def _segment(self, change: Change) -> Iterator[Splice]:
        holder, place, target = self._holder(change), change.place, change.edit.target
        attributes: dict[str, str | None] = {}
        if change.edit.alternatives or (change.edit.remark is not None and len(self.segments) > 1):
            attributes["id"] = self._identifier(change)
        if target is not None:
            attributes |= {"state": "initial", "subState": f"{_OURS}:{change.edit.status}"}
        if attributes:
            yield Splice(holder.start, holder.inside, start_tag(holder, attributes))
        if target is None or place.source is None:
            return
        if not place.segment.target_lang:
            raise FormatError(place.segment.id, "the file does not say its target language", "set target_lang")
        content = markup(target, self.newline)
        if place.target:
            yield Splice(place.target.start, place.target.end, refilled(place.target, content))
        else:
            space = place.source.attributes.get("xml:space")
            new = element(f"{self.prefix}target", {"xml:space": space} if space else {}, content)
            yield Splice(place.source.end, place.source.end, indentation(place.source) + new)

    def _matches(self, changes: Sequence[Change]) -> Iterator[Splice]:
        container = self.node.first(_MATCHES)
        others = _others(container, _our_match)
        scope = container.scope if container and others else self.node.scope
        prefix, declaration = _prefix(scope, MATCHES, "mtc")
        added = [
            element(f"{prefix}match", attributes, content)
            for change in changes
            for attributes, content in self._proposals(change, scope)
        ]
        yield from self._collected(container, others, added, (f"{prefix}matches", declaration), self.node.inside)

    def _proposals(self, change: Change, scope: Scope) -> Iterator[tuple[dict[str, str], str]]:
        """Attributes and content of the match for each alternative."""
        if change.place.source is None:
            return
        prefix, declaration = _prefix(scope, self.core, "xlf")
        source = change.place.source.raw(change.place.source.inside, change.place.source.close)
        data = self.node.first("originalData")
        for engine, text, quality in change.edit.alternatives:
            target = markup(text, self.newline)
            parts = [
                element(f"{prefix}source", {}, source, declaration),
                element(f"{prefix}target", {}, target, declaration),
            ]
            if data and "dataRef" in source + target:  # a match must bring the native text of its own codes
                parts.insert(0, data.raw(data.start, data.end))
            reference = {"ref": f"#{self._identifier(change)}", "type": "mt", "origin": f"{_OURS}:{engine}"}
            yield {**reference, "matchQuality": str(quality), "similarity": "100"}, "".join(parts)

    def _notes(self, changes: Sequence[Change]) -> Iterator[Splice]:
        container = self.node.first("notes")
        attributes = {"category": _OURS, "appliesTo": "target"}
        added = []
        for change in changes:
            if change.edit.remark is not None:
                mark = f"{self._identifier(change)}: " if len(self.segments) > 1 else ""
                remark = escaped(mark + change.edit.remark, self.newline)
                added.append(element(f"{self.prefix}note", attributes, remark))
        modules = [child for child in self.node.elements if child.tag[0] == "{"]
        lasting = [child for child in modules if child.tag != _MATCHES or _others(child, _our_match)]
        where = lasting[-1].end if lasting else self.node.inside
        name = (f"{self.prefix}notes", "")
        yield from self._collected(container, _others(container, _our_note), added, name, where)

    def _collected(
        self, container: Node | None, others: list[Node], added: list[str], name: tuple[str, str], where: int
    ) -> Iterator[Splice]:
        """`added` in place of what was ours: behind the others in the container, or in a new one at `where`."""
        ours = [child for child in container.elements if child not in others] if container else []
        if others:
            yield from removed(ours)
            yield Splice(others[-1].end, others[-1].end, "".join(indentation(others[-1]) + part for part in added))
            return
        if container and (ours or added):
            yield from removed([container])
        if added:
            inner = "".join(self.indent + self.step + part for part in added)
            new = element(name[0], {}, inner + self.indent, name[1])
            yield Splice(where, where, self.indent + new)


def _others(container: Node | None, ours: Callable[[Node], bool]) -> list[Node]:
    """The children that are not ours. A container without any is written anew."""
    return [child for child in container.elements if not ours(child)] if container else []


def _around(segment: Node) -> Node | None:
    """The annotation that spans the whole source, if there is one."""
    source = segment.first("source")
    children = [child for child in source.children if not isinstance(child, str) or child.strip()] if source else []
    only = children[0] if len(children) == 1 else None
    return only if only is not None and not isinstance(only, str) and only.tag == "mrk" else None


def _prefix(scope: Scope, namespace: str, wanted: str) -> tuple[str, str]:
    """A prefix with its colon, and the declaration that it needs in this scope, if any."""
    bound = scope.prefix(namespace)
    return (bound, "") if bound is not None else (f"{wanted}:", f" xmlns:{wanted}={quoted(namespace)}")
