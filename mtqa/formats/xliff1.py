"""XLIFF 1.0, 1.1 and 1.2: trans-unit, with or without seg-source segments.

Source: http://docs.oasis-open.org/xliff/v1.2/os/xliff-core.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mtqa.formats.base import XmlFormat, lang_of
from mtqa.formats.codes import XLIFF1, text_of
from mtqa.formats.dialect import Dialect, unmarked
from mtqa.formats.its import quality as quality_of
from mtqa.formats.limits import most
from mtqa.formats.places import NOTHING, Change, Place
from mtqa.formats.profiles import Kind, Profile, fitting_first, profile_for
from mtqa.formats.reading import Reading, Writing
from mtqa.formats.recognition import DIALECTS, dialect_of
from mtqa.formats.scan import Root
from mtqa.formats.shapes import said
from mtqa.formats.splice import Splice, element, escaped, indentation, markup, refilled, removed, start_tag
from mtqa.formats.trans_unit import OURS, Piece, TransUnit
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text
from mtqa.model import Alternative, BilingualFile, Segment, Status

NAMESPACES = frozenset({f"urn:oasis:names:tc:xliff:document:1.{minor}" for minor in (0, 1, 2)})


class Xliff1(XmlFormat):
    """XLIFF 1.x files of every tool; `recognition` tells which."""

    unit_tag = "trans-unit"
    remember = "tool"
    flow_roles = XLIFF1
    names = said(
        clear="trans-unit alt-trans note context-group context g mrk",
        inline="source seg-source target",
        code="g x bx ex bpt ept ph it",
        refers="id rid",
        free="match-quality",
        own="id resname",
    )

    def kinds(self) -> Sequence[Kind]:
        """Plain XLIFF, and each tool's own."""
        return [Kind(one.name, one.title, fitting_first(one.profile, one.profiles)) for one in DIALECTS]

    def owns(self, root: Root) -> bool:
        """Whether the root is xliff in a namespace of 1.x, or in none with a version before 2."""
        if root.local != "xliff":
            return False
        bare = not root.namespace and not root.attributes.get("version", "").startswith("2")
        return bare or root.namespace in NAMESPACES

    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """One segment per mrk of seg-source, or one for the whole unit."""
        shape, dialect = TransUnit(unit.node), dialect_of(unit)
        reading.dialect = dialect.name
        _notices(unit, shape, reading)
        pieces = dialect.segments(unit, shape, reading)
        if shape.fault and not all(dialect.settled(unit, shape, mark) for mark, _, _ in pieces):
            reading.notice(unit, f"left alone: {shape.fault}")
        return [_place(unit, shape, dialect, piece, reading) for piece in pieces]

    def note_languages(self, node: Node, reading: Reading) -> None:
        """Each file has its own pair."""
        if node.tag == "file":
            reading.pairs.add((node.attributes.get("source-language", ""), node.attributes.get("target-language", "")))

    def special(self, unit: Unit) -> bytes:
        """What begins and ends the codes that are no elements."""
        return dialect_of(unit).special

    def proposals(self, unit: Unit) -> int:
        """The targets in alt-trans."""
        return sum(len(proposal.every("target")) for proposal in unit.node.every("alt-trans"))

    def profile(self, file: BilingualFile, unit: Unit) -> Profile:
        """The profile that the dialect takes."""
        dialect = dialect_of(unit)
        return profile_for(file, dialect.profile, dialect.profiles, dialect.title)

    def splices(self, writing: Writing, profile: Profile, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state, then notes and alternatives after the last core element of the unit."""
        shape, dialect, newline = TransUnit(unit.node), dialect_of(unit), writing.document.newline
        if profile.language:
            yield from _language(writing, unit)
        version = unit.ancestors[0].attributes.get("version")
        noted = shape.note is not None
        changes = [replace(change, edit=profile.trimmed(change.edit, noted=noted)) for change in changes]
        edited = [change for change in changes if change.edit.target is not None]
        if edited:
            contents = {change.place.mark: markup(change.edit.target or Text(), newline) for change in edited}
            state = _state(profile, shape, edited, version)
            said = {} if dialect.scores or version == "1.0" else _annotations(shape, unit, edited)
            yield from _targets(shape, contents, state, said)
            yield from dialect.marks(shape, edited)
        if shape.source is None:
            return
        yield from removed(shape.ours)
        added = (*_notes(changes, shape.prefix, version, newline), *_proposals(shape, changes, newline))
        yield Splice(shape.last, shape.last, "".join(indentation(shape.source) + part for part in added))


def _place(unit: Unit, shape: TransUnit, dialect: Dialect, piece: Piece, reading: Reading) -> Place:
    mark, source, target = piece
    name, (source_lang, target_lang) = unit.node.attributes.get("id", ""), _languages(unit, shape, reading)
    text = dialect.refined(text_of(source, XLIFF1), unit.node) if source else Text()
    existing = unmarked(dialect.refined(text_of(target, XLIFF1), unit.node)) if target else Text()
    settled = dialect.settled(unit, shape, mark)
    protected = settled or shape.fault or dialect.in_hand(unit, shape, target)
    segment = Segment(
        id=reading.next_id(),
        file=reading.file.label,
        unit=f"{name}/{mark}" if mark else name,
        source=text,
        source_lang=source_lang,
        target_lang=target_lang,
        target=existing if existing.parts else None,
        alternatives=tuple(_alternatives(shape, mark, dialect)),
        state=dialect.state(shape, mark),
        protected=protected or (NOTHING if text.blank else ""),
        kept=dialect.kept(shape, mark, text, existing),
        note=shape.note,
        limit=None if mark else _limit(unit.node),
    )
    return Place(segment, source, target, mark, bool(settled))


def _limit(unit: Node) -> tuple[int, str] | None:
    """`maxwidth`; its unit is the pixel where none is said."""
    return most(unit.attributes.get("maxwidth"), unit.attributes.get("size-unit", "pixel"))


def _languages(unit: Unit, shape: TransUnit, reading: Reading) -> tuple[str, str]:
    file = _file(unit).attributes
    source_lang = reading.source_lang(unit, lang_of(shape.source) or file.get("source-language"))
    return source_lang, reading.target_lang(unit, lang_of(shape.target) or file.get("target-language"))


def _file(unit: Unit) -> Node:
    return next((node for node in unit.ancestors if node.tag == "file"), unit.node)


def _notices(unit: Unit, shape: TransUnit, reading: Reading) -> None:
    reading.note_id(unit, unit.node.attributes.get("id"))
    version = unit.ancestors[0].attributes.get("version", "1")
    if not version.startswith("1"):
        reading.once(unit, f"the namespace says XLIFF 1 and the version {version!r}; the namespace is trusted")
    if shape.source and shape.target and shape.target.start < shape.source.start:
        reading.once(unit, "target before source, against the schema; targets are edited where they stand")
    if shape.marks and shape.source and shape.seg_source:
        whole, parts = (_squeezed(node) for node in (shape.source, shape.seg_source))
        if whole != parts:
            reading.notice(unit, "the text of seg-source differs from source; seg-source is translated")


def _squeezed(node: Node) -> str:
    return "".join(node.characters.split())


def _alternatives(shape: TransUnit, mark: str, dialect: Dialect) -> Iterator[Alternative]:
    """Those for this segment: an alternative without mid is for the whole unit."""
    for proposal in shape.node.every("alt-trans"):
        mid = proposal.attributes.get("mid", mark if len(shape.marks) < 2 else "")
        if mid != mark:
            continue
        source = proposal.first("source")
        for target in proposal.every("target"):
            yield Alternative(
                origin=proposal.attributes.get("origin", ""),
                target=dialect.refined(text_of(target, XLIFF1), shape.node),
                source=dialect.refined(text_of(source, XLIFF1), shape.node) if source else None,
                quality=proposal.attributes.get("match-quality"),
                kind=proposal.attributes.get("alttranstype", "").casefold(),
                lang=lang_of(target, proposal) or "",
            )


def _language(writing: Writing, unit: Unit) -> Iterator[Splice]:
    """A target-language for a file element that has none, if it is configured: Xcode imports nothing without."""
    file, language = _file(unit), writing.file.target_lang
    if writing.first(file) and language and not file.attributes.get("target-language"):
        yield Splice(file.start, file.inside, start_tag(file, {"target-language": language}))


def _state(profile: Profile, shape: TransUnit, changes: Sequence[Change], version: str | None) -> dict[str, str | None]:
    """What a target says of itself; where it holds several segments, of the one that needs most attention."""
    agreed = all(change.edit.reviewed or change.edit.status is Status.AGREED for change in changes)
    reviewed = len(changes) == (len(shape.marks) or 1) and all(change.edit.reviewed for change in changes)
    state: dict[str, str | None] = {
        **profile.attributes(Status.AGREED if agreed else Status.DIVERGENT, reviewed=reviewed)
    }
    if version == "1.0":
        state.pop("state-qualifier", None)
    if profile.sparing:
        there = shape.target.attributes if shape.target else {}
        return {name: value for name, value in state.items() if name in there}
    return state


def _annotations(shape: TransUnit, unit: Unit, changes: Sequence[Change]) -> dict[str, dict[str, str | None]]:
    """By mark: what the target of each segment says of the agreement on it, and of what is wrong."""
    marks = {mark.attributes.get("mid", ""): mark for mark in reversed(shape.target_marks)}
    now = marks if shape.marks else {"": shape.target}
    return {change.place.mark: quality_of(now.get(change.place.mark), unit, change.edit) for change in changes}


def _targets(
    shape: TransUnit,
    contents: dict[str, str],
    state: dict[str, str | None],
    annotations: dict[str, dict[str, str | None]],
) -> Iterator[Splice]:
    target, anchor = shape.target, shape.seg_source or shape.source
    if shape.marks and shape.target_marks and target:
        yield Splice(target.start, target.inside, start_tag(target, state))
        for mark in shape.target_marks:
            mid = mark.attributes.get("mid", "")
            if mid in contents:
                yield Splice(mark.start, mark.end, refilled(mark, contents[mid], annotations.get(mid)))
        return
    content = _mirrored(shape, contents, annotations) if shape.marks else contents[""]
    state = {**state, **annotations.get("", {})}
    if target:
        yield Splice(target.start, target.end, refilled(target, content, state))
    elif anchor and shape.source:
        attributes = {name: value for name, value in state.items() if value is not None}
        new = element(f"{shape.prefix}target", attributes, content)
        yield Splice(anchor.end, anchor.end, indentation(shape.source) + new)


def _mirrored(shape: TransUnit, contents: dict[str, str], annotations: dict[str, dict[str, str | None]]) -> str:
    """The content of seg-source with the segments replaced; those without translation are empty."""
    seg_source = shape.seg_source
    if seg_source is None:
        return ""
    parts, done = [], seg_source.inside
    for mark in shape.marks:
        mid = mark.attributes.get("mid", "")
        parts += [seg_source.raw(done, mark.start), refilled(mark, contents.get(mid, ""), annotations.get(mid))]
        done = mark.end
    return "".join((*parts, seg_source.raw(done, seg_source.close)))


def _notes(changes: Sequence[Change], prefix: str, version: str | None, newline: str) -> Iterator[str]:
    attributes = {"from": OURS, "annotates": "target", "priority": "2"}
    if version == "1.0":
        del attributes["annotates"]
    for change in changes:
        if change.edit.remark is not None:
            mark = f"{change.place.mark}: " if change.place.mark else ""
            yield element(f"{prefix}note", attributes, escaped(mark + change.edit.remark, newline))


def _proposals(shape: TransUnit, changes: Sequence[Change], newline: str) -> Iterator[str]:
    """An alt-trans per candidate, but where the schema has no way to say what it belongs to.

    It finds only segments that are children of seg-source, and both halves of a pair must be in the same text.
    """
    direct = list(shape.seg_source.elements) if shape.seg_source else []
    for change in changes:
        mid = {"mid": change.place.mark} if change.place.mark else {}
        if mid and change.place.source not in direct:
            continue
        for engine, text, quality in change.edit.alternatives:
            if _paired(text):
                target = element(f"{shape.prefix}target", {}, markup(text, newline))
                attributes = {**mid, "origin": f"{OURS}:{engine}", "match-quality": str(quality)}
                yield element(f"{shape.prefix}alt-trans", attributes, target)


def _paired(text: Text) -> bool:
    opened, closed = (sorted(code.id for code in text.codes if code.kind == kind) for kind in ("open", "close"))
    return opened == closed
