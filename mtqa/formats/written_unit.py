"""One unit of XLIFF 2.x to be written into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from mtqa.errors import FormatError
from mtqa.formats.places import Change
from mtqa.formats.profiles import Profile
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
from mtqa.formats.tree import Node, Scope
from mtqa.model import Edit

OURS = "mtqa"  # in note/@category and subState, and before the engine in match/@origin
NAMESPACE = "urn:oasis:names:tc:xliff:matches:2.0"
_MDA = "urn:oasis:names:tc:xliff:metadata:2.0"
METADATA, _GROUP = f"{{{_MDA}}}metadata", f"{{{_MDA}}}metaGroup"
MATCHES, MATCH = f"{{{NAMESPACE}}}matches", f"{{{NAMESPACE}}}match"


class WrittenUnit:
    """One unit to be written into."""

    def __init__(self, node: Node, newline: str, profile: Profile) -> None:
        self.node, self.newline, self.profile = node, newline, profile
        self.prefix = node.name.removesuffix("unit")
        self.core = node.scope.namespace(node.name)
        self.segments = node.every("segment")
        self.indent = next((indentation(child) for child in node.elements), "")
        self._ids = {child.attributes["id"] for child in node.descendants() if "id" in child.attributes}
        self._given: dict[int, str] = {}

    @property
    def step(self) -> str:
        """How much deeper an element is indented than the one around it."""
        return self.indent.removeprefix(indentation(self.node)) if "\n" in self.indent else ""

    def splices(self, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state; matches and notes in front of the segments, in schema order."""
        for change in changes:
            yield from self._segment(change)
        yield from self._matches(changes)
        yield from self._metadata(changes)
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
        named = change.edit.remark is not None or any(_facts(change.edit))
        if change.edit.alternatives or (named and len(self.segments) > 1):
            attributes["id"] = self._identifier(change)
        if target is not None:
            attributes |= self._state(holder, change.edit)
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

    def _state(self, holder: Node, edit: Edit) -> dict[str, str]:
        """State and sub-state, which may only stand together."""
        state = {"state": self.profile.state(edit), "subState": f"{OURS}:{edit.word}"}
        return {name: state[name] for name in state if name in holder.attributes or not self.profile.sparing}

    def _matches(self, changes: Sequence[Change]) -> Iterator[Splice]:
        container = self.node.first(MATCHES)
        others = _others(container)
        scope = container.scope if container and others else self.node.scope
        prefix, declaration = _prefix(scope, NAMESPACE, "mtc")
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
            reference = {"ref": f"#{self._identifier(change)}", "type": "mt", "origin": f"{OURS}:{engine}"}
            yield {**reference, "matchQuality": str(quality), "similarity": "100"}, "".join(parts)

    def _metadata(self, changes: Sequence[Change]) -> Iterator[Splice]:
        """How far engines agree and what is wrong, where that is to be written."""
        container = self.node.first(METADATA)
        others = _others(container)
        prefix, declaration = _prefix(container.scope if container and others else self.node.scope, _MDA, "mda")
        said = [
            element(f"{prefix}meta", {"type": self._about(change, name)}, value)
            for change in changes
            for name, value in _facts(change.edit)
        ]
        added = [element(f"{prefix}metaGroup", {"category": OURS}, "".join(said))] if said else []
        yield from self._collected(container, others, added, (f"{prefix}metadata", declaration), self.node.inside)

    def _about(self, change: Change, what: str) -> str:
        """`what`, of which segment where there are several."""
        return f"{what} {self._identifier(change)}" if len(self.segments) > 1 else what

    def _notes(self, changes: Sequence[Change]) -> Iterator[Splice]:
        container = self.node.first("notes")
        attributes = {"category": OURS, "appliesTo": "target"}
        added = []
        for change in changes:
            if change.edit.remark is not None:
                mark = f"{self._identifier(change)}: " if len(self.segments) > 1 else ""
                remark = escaped(mark + change.edit.remark, self.newline)
                added.append(element(f"{self.prefix}note", attributes, remark))
        modules = [child for child in self.node.elements if child.tag[0] == "{"]
        lasting = [child for child in modules if child.tag not in {MATCHES, METADATA} or _others(child)]
        where = lasting[-1].end if lasting else self.node.inside
        name = (f"{self.prefix}notes", "")
        yield from self._collected(container, _others(container), added, name, where)

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


def _others(container: Node | None) -> list[Node]:
    """The children that are not ours. A container without any is written anew."""
    return [child for child in container.elements if not by_us(child)] if container else []


def _facts(edit: Edit) -> list[tuple[str, str]]:
    """(type, value) of the metadata of a segment."""
    agreement = [] if edit.agreement is None else [("agreement", f"{edit.agreement:.2f}")]
    return agreement + ([("locQualityIssueType", edit.issue)] if edit.issue else [])


def by_us(node: Node) -> bool:
    """Whether mtqa wrote this note, match or group of metadata."""
    if node.tag in {"note", _GROUP}:
        return node.attributes.get("category") == OURS
    return node.tag == MATCH and node.attributes.get("origin", "").startswith(f"{OURS}:")


def _prefix(scope: Scope, namespace: str, wanted: str) -> tuple[str, str]:
    """A prefix with its colon, and the declaration that it needs in this scope, if any."""
    bound = scope.prefix(namespace)
    return (bound, "") if bound is not None else (f"{wanted}:", f" xmlns:{wanted}={quoted(namespace)}")
