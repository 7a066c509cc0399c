"""XLIFF 2.0, 2.1 and 2.2: segments of units, never ignorables.

Source: https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html, sections 4.2 (structure),
4.3.1.19 (state), 5.1 (translation candidates).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mtqa.formats.base import XmlFormat, inherited, lang_of
from mtqa.formats.codes import XLIFF2, text_of
from mtqa.formats.constraints import faults
from mtqa.formats.limits import SIZE, most
from mtqa.formats.places import NOTHING, UNTRANSLATABLE, Change, Place
from mtqa.formats.profiles import ANY_TOOL, Kind, Profile, fitting_first, profile_for
from mtqa.formats.reading import PLAIN, Reading, Writing
from mtqa.formats.scan import Root
from mtqa.formats.shapes import said
from mtqa.formats.splice import Splice, start_tag
from mtqa.formats.tree import Node, Unit
from mtqa.formats.written_unit import MATCH, MATCHES, WrittenUnit, by_us
from mtqa.inline import Text
from mtqa.model import Alternative, BilingualFile, Segment

NAMESPACES = frozenset({"urn:oasis:names:tc:xliff:document:2.0", "urn:oasis:names:tc:xliff:document:2.2"})

_ANGULAR = "angular"
_PROFILES = {PLAIN: "generic", _ANGULAR: "plain"}  # of each dialect
_DONE = frozenset({"reviewed", "final"})


class Xliff2(XmlFormat):
    """XLIFF 2.x files."""

    unit_tag = "unit"
    names = said(
        clear="unit segment notes note pc mrk",
        inline="source target",
        own="id name",
    )

    def kinds(self) -> Sequence[Kind]:
        """Plain XLIFF, and Angular's."""
        titles = {PLAIN: "XLIFF 2.0 to 2.2", _ANGULAR: "Angular XLIFF 2.0"}
        return [Kind(name, title, fitting_first(_PROFILES[name], ANY_TOOL)) for name, title in titles.items()]

    def owns(self, root: Root) -> bool:
        """Whether the root is xliff in a namespace of 2.x, or in none with version 2."""
        if root.local != "xliff":
            return False
        bare = not root.namespace and root.attributes.get("version", "").startswith("2")
        return bare or root.namespace in NAMESPACES

    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """One segment per segment element."""
        root, name = unit.ancestors[0].attributes, unit.node.attributes.get("id", "")
        reading.dialect = _dialect(unit)
        source_lang = reading.source_lang(unit, root.get("srcLang"))
        target_lang = reading.target_lang(unit, root.get("trgLang"))
        reading.note_id(unit, name)
        if not root.get("version", "2").startswith("2"):
            reading.once(
                unit, f"the namespace says XLIFF 2 and the version {root['version']!r}; the namespace is trusted"
            )
        originals, note = _originals(unit.node), _note(unit.node)
        segments, proposed = unit.node.every("segment"), _matches(unit.node)
        places = []
        for position, holder in enumerate(segments, start=1):
            source, target = holder.first("source"), holder.first("target")
            text = text_of(source, XLIFF2, originals) if source else Text()
            existing = text_of(target, XLIFF2, originals) if target else Text()
            mark = holder.attributes.get("id", "" if len(segments) == 1 else str(position))
            protected = settled = _protection(unit, holder)
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
                alternatives=tuple(_alternatives(proposed, holder)),
                state=holder.attributes.get("state"),
                protected=protected or (NOTHING if text.blank else ""),
                kept=bool(existing.plain.strip()),
                note=note,
                limit=_limit(unit.node, len(segments)),
            )
            if existing.parts and not root.get("trgLang"):
                reading.once(unit, "targets without trgLang on the root; the configured language is taken")
            places.append(Place(segment, source, target, mark, bool(settled)))
        return places

    def faults(self, unit: Unit) -> Iterable[str]:
        """What is wrong with ids, codes and states."""
        return faults(unit.node)

    def note_languages(self, node: Node, reading: Reading) -> None:
        """One pair for all files."""
        if node.tag == "xliff":
            reading.pairs.add((node.attributes.get("srcLang", ""), node.attributes.get("trgLang", "")))

    def proposals(self, unit: Unit) -> int:
        """The targets in matches."""
        matches = unit.node.first(MATCHES)
        return sum(len(match.every("target")) for match in matches.every(MATCH)) if matches else 0

    def profile(self, file: BilingualFile, unit: Unit) -> Profile:
        """Any but those of one tool's own format."""
        return profile_for(file, _PROFILES[_dialect(unit)], ANY_TOOL, "XLIFF 2.x")

    def splices(self, writing: Writing, profile: Profile, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Targets with their state; matches and notes in front of the segments, in schema order."""
        root, language = unit.ancestors[0], changes[0].place.segment.target_lang
        if writing.first(root) and not root.attributes.get("trgLang") and language:  # required where a target is
            yield Splice(root.start, root.inside, start_tag(root, {"trgLang": language}))
        written = WrittenUnit(unit.node, writing.document.newline, profile)
        noted = _note(unit.node) is not None
        yield from written.splices(
            [replace(change, edit=profile.trimmed(change.edit, noted=noted)) for change in changes]
        )


def _dialect(unit: Unit) -> str:
    file = next((node.attributes for node in unit.ancestors if node.tag == "file"), {})
    angular = file.get("id") == "ngi18n" or file.get("original") in ("ng.template", "ng2.template")
    return _ANGULAR if angular else PLAIN


def _limit(unit: Node, segments: int) -> tuple[int, str] | None:
    """What the size restriction of a unit of one segment allows: characters, the profile that needs no other data."""
    allowed = unit.foreign(SIZE, "sizeRestriction") if segments == 1 else None
    return most(allowed.rpartition(",")[2], "char") if allowed else None


def _originals(unit: Node) -> dict[str, str]:
    data = unit.first("originalData")
    return {child.attributes.get("id", ""): child.characters for child in data.every("data")} if data else {}


def _note(unit: Node) -> str | None:
    notes = unit.first("notes")
    texts = [child.characters for child in notes.every("note") if not by_us(child)] if notes else []
    return "\n".join(text for text in texts if text.strip()) or None


def _protection(unit: Unit, segment: Node) -> str:
    if inherited(unit, "translate") == "no":
        return UNTRANSLATABLE
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


def _matches(unit: Node) -> dict[str, list[tuple[int, Node]]]:
    """What each reference of a match is to: the matches with their numbers."""
    matches = unit.first(MATCHES)
    proposed: dict[str, list[tuple[int, Node]]] = {}
    for number, match in enumerate(matches.every(MATCH) if matches else ()):
        proposed.setdefault(match.attributes.get("ref", ""), []).append((number, match))
    return proposed


def _alternatives(proposed: Mapping[str, list[tuple[int, Node]]], segment: Node) -> Iterator[Alternative]:
    """Matches for the whole segment; those for a span inside it are not translations of it."""
    ids = (node.attributes.get("id") for node in (segment, _around(segment)) if node)
    references = {f"#{identifier}" for identifier in ids if identifier}
    found = sorted(pair for reference in references for pair in proposed.get(reference, ()))
    for _, match in found:
        target, source = match.first("target"), match.first("source")
        if target is None:
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


def _around(segment: Node) -> Node | None:
    """The annotation that spans the whole source, if there is one."""
    source = segment.first("source")
    children = [child for child in source.children if not isinstance(child, str) or child.strip()] if source else []
    only = children[0] if len(children) == 1 else None
    return only if only is not None and not isinstance(only, str) and only.tag == "mrk" else None
