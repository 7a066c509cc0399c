"""XLIFF 1.0, 1.1 and 1.2: trans-unit, with or without seg-source segments.

Source: http://docs.oasis-open.org/xliff/v1.2/os/xliff-core.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

from mtqa.formats.base import Change, Place, Reading, XmlFormat, inherited, lang_of
from mtqa.formats.codes import XLIFF1, text_of
from mtqa.formats.document import Document
from mtqa.formats.scan import Root
from mtqa.formats.splice import Splice, element, escaped, indentation, markup, refilled, removed, start_tag
from mtqa.formats.trans_unit import OURS, TransUnit
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text
from mtqa.model import Alternative, Segment

NAMESPACES = frozenset({f"urn:oasis:names:tc:xliff:document:1.{minor}" for minor in (0, 1, 2)})
XTM = "urn:xliff-xtm-extensions"
WORLDSERVER = "http://www.idiominc.com/ws/asset"

_FINAL = frozenset({"final", "signed-off"})
_UNTOUCHED = frozenset({"new", "needs-translation"})
_MARKER = "[NAB: NOT TRANSLATED]"  # Business Central AL files
_TRACKED = frozenset({"x-sdl-added", "x-sdl-deleted"})  # tracked changes: a person is at work on this target


class Xliff1(XmlFormat):
    """XLIFF 1.x files of no particular tool, and of those that only add attributes (XTM, WorldServer)."""

    unit_tag = "trans-unit"
    dialects = MappingProxyType(
        {
            "http://sdl.com/FileTypes/SdlXliff/1.0": "SDLXLIFF (Trados Studio)",
            "MQXliff": "MQXLIFF (memoQ)",
            "http://www.memsource.com/mxlf/2.0": "MXLIFF (Phrase TMS)",
        }
    )

    def owns(self, root: Root) -> bool:
        """Whether the root is xliff in a namespace of 1.x, or in none with a version before 2."""
        if root.local != "xliff":
            return False
        bare = not root.namespace and not root.attributes.get("version", "").startswith("2")
        return bare or root.namespace in NAMESPACES

    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """One segment per mrk of seg-source, or one for the whole unit."""
        shape = TransUnit(unit.node)
        file = next((node for node in unit.ancestors if node.tag == "file"), unit.node)
        source_lang = reading.source_lang(unit, lang_of(shape.source) or file.attributes.get("source-language"))
        target_lang = reading.target_lang(unit, lang_of(shape.target) or file.attributes.get("target-language"))
        _notices(unit, shape, reading)
        protected = _protection(unit, shape)
        if shape.fault and not protected:
            protected = shape.fault
            reading.notice(unit, f"left alone: {shape.fault}")
        name = unit.node.attributes.get("id", "")
        state = shape.target.attributes.get("state") if shape.target else None
        places = []
        for mark, source, target in shape.pairs():
            text = text_of(source, XLIFF1) if source else Text()
            existing = text_of(target, XLIFF1) if target else Text()
            segment = Segment(
                id=reading.next_id(),
                file=reading.file.label,
                unit=f"{name}/{mark}" if mark else name,
                source=text,
                source_lang=source_lang,
                target_lang=target_lang,
                target=existing if existing.parts else None,
                alternatives=tuple(_alternatives(shape, mark)),
                state=state,
                protected=protected or ("nothing to translate" if text.blank else ""),
                kept=_kept(text, existing, state),
                note=shape.note,
            )
            places.append(Place(segment, source, target, mark))
        return places

    def splices(self, document: Document, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state, then notes and alternatives after the last core element of the unit."""
        shape = TransUnit(unit.node)
        version = unit.ancestors[0].attributes.get("version")
        contents = {
            change.place.mark: markup(change.edit.target, document.newline)
            for change in changes
            if change.edit.target is not None
        }
        if contents:
            yield from _targets(shape, contents, _state(version))
        if shape.source is None:
            return
        yield from removed(shape.ours)
        notes = _notes(changes, shape.prefix, version, document.newline)
        added = (*notes, *_proposals(shape, changes, document.newline))
        yield Splice(shape.last, shape.last, "".join(indentation(shape.source) + part for part in added))


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


def _protection(unit: Unit, shape: TransUnit) -> str:
    """Why the whole unit is left alone, by what the file says of it."""
    if inherited(unit, "translate", stop="file") == "no":
        return 'translate="no"'
    if unit.node.attributes.get("approved") == "yes":
        return "approved"
    if _locked(unit.node):
        return "locked"
    return _settled(shape.target) if shape.target else ""


def _locked(unit: Node) -> bool:
    if (unit.foreign(XTM, "locked") or "").casefold() in {"yes", "true", "y"}:
        return True
    statuses = (node for node in unit.descendants() if node.tag == f"{{{WORLDSERVER}}}status")
    return any(node.attributes.get("lock_status") == "locked" for node in statuses)


def _settled(target: Node) -> str:
    """Why a target is not to be touched."""
    attributes = target.attributes
    if attributes.get("state", "").casefold() in _FINAL:
        return f"state {attributes['state']}"
    if attributes.get("state-qualifier") == "x-manual-notrans":
        return "state-qualifier x-manual-notrans"
    tracked = any(node.attributes.get("mtype") in _TRACKED for node in target.descendants())
    return "tracked changes" if tracked else ""


def _kept(source: Text, target: Text, state: str | None) -> bool:
    if not target.plain.strip() or _MARKER in target.plain:
        return False
    return not ((state or "").casefold() in _UNTOUCHED and target == source)


def _alternatives(shape: TransUnit, mark: str) -> Iterator[Alternative]:
    """Those for this segment: an alternative without mid is for the whole unit."""
    for proposal in shape.node.every("alt-trans"):
        mid = proposal.attributes.get("mid", mark if len(shape.marks) < 2 else "")
        if mid != mark:
            continue
        source = proposal.first("source")
        for target in proposal.every("target"):
            yield Alternative(
                origin=proposal.attributes.get("origin", ""),
                target=text_of(target, XLIFF1),
                source=text_of(source, XLIFF1) if source else None,
                quality=proposal.attributes.get("match-quality"),
                kind=proposal.attributes.get("alttranstype", "").casefold(),
                lang=lang_of(target, proposal) or "",
            )


def _state(version: str | None) -> dict[str, str | None]:
    """What a target from mtqa says of itself: never more than a suggestion to review."""
    state: dict[str, str | None] = {"state": "needs-review-translation"}
    return state if version == "1.0" else {**state, "state-qualifier": "mt-suggestion"}


def _targets(shape: TransUnit, contents: dict[str, str], state: dict[str, str | None]) -> Iterator[Splice]:
    target, anchor = shape.target, shape.seg_source or shape.source
    if shape.marks and shape.target_marks and target:
        yield Splice(target.start, target.inside, start_tag(target, state))
        for mark in shape.target_marks:
            content = contents.get(mark.attributes.get("mid", ""))
            if content is not None:
                yield Splice(mark.start, mark.end, refilled(mark, content))
        return
    content = _mirrored(shape, contents) if shape.marks else contents[""]
    if target:
        yield Splice(target.start, target.end, refilled(target, content, state))
    elif anchor and shape.source:
        attributes = {name: value for name, value in state.items() if value is not None}
        new = element(f"{shape.prefix}target", attributes, content)
        yield Splice(anchor.end, anchor.end, indentation(shape.source) + new)


def _mirrored(shape: TransUnit, contents: dict[str, str]) -> str:
    """The content of seg-source with the segments replaced; those without translation are empty."""
    seg_source = shape.seg_source
    if seg_source is None:
        return ""
    parts, done = [], seg_source.inside
    for mark in shape.marks:
        parts += [seg_source.raw(done, mark.start), refilled(mark, contents.get(mark.attributes.get("mid", ""), ""))]
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
