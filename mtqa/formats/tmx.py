"""TMX 1.1 to 1.4: the source tuv of each tu, and the tuv of one target language.

Source: https://www.gala-global.org/tmx-14b. Everything in a TMX is somebody's translation: a tuv is added where
the language is missing, and none is ever changed but those that mtqa itself added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqa.errors import FormatError
from mtqa.formats.base import XmlFormat
from mtqa.formats.codes import TMX, has_text, text_of
from mtqa.formats.places import NOTHING, Change, Place
from mtqa.formats.profiles import ANY_TOOL, Kind, Profile, profile_for
from mtqa.formats.reading import PLAIN, Facts, Reading, Writing
from mtqa.formats.scan import Root
from mtqa.formats.shapes import said
from mtqa.formats.splice import Splice, element, escaped, indentation, markup, removed
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text
from mtqa.languages import primary, same_language
from mtqa.model import BilingualFile, Segment

_OURS = "mtqa"
_STATUS, _AGREEMENT, _ISSUE = "x-mtqa:status", "x-mtqa:agreement", "x-mtqa:locQualityIssueType"
_CHINESE = {"cn": "hans", "sg": "hans", "tw": "hant", "hk": "hant", "mo": "hant"}
_REMARK = "mtqa: "  # TMX notes have no author; this marks ours


class Tmx(XmlFormat):
    """Translation memories in the exchange format."""

    unit_tag = "tu"
    remember = "header"
    flow_roles = TMX
    names = said(
        clear="tu tuv note prop hi",
        inline="seg",
        code="bpt ept it ph ut hi",
        refers="i x",
        free="tuid creationdate changedate lastusagedate usagecount",
    )

    def kinds(self) -> Sequence[Kind]:
        """One kind: memories differ by what they hold."""
        return [Kind(PLAIN, "TMX 1.1 to 1.4b", ANY_TOOL)]

    def owns(self, root: Root) -> bool:
        """Whether the root is tmx, which has no namespace."""
        return root.local == "tmx" and not root.namespace

    def places(self, unit: Unit, reading: Reading) -> list[Place]:
        """One segment per tu."""
        header = unit.head.attributes if unit.head else {}
        wanted = unit.node.attributes.get("srclang") or header.get("srclang") or reading.file.source_lang or ""
        if wanted == "*all*":
            wanted = reading.file.source_lang or ""
        variants = unit.node.every("tuv")
        source = _source(variants, wanted)
        if source and wanted and not same_language(_lang(source), wanted):
            reading.once(unit, f"source {_lang(source)!r} is taken for {wanted!r}")
        target = _target([variant for variant in variants if variant is not source], source, reading)
        others = [_lang(variant) for variant in variants if variant is not source]
        reading.pairs.update((_lang(source), other) for other in others or [""])
        text, existing = _text(source), _text(target)
        protected = "" if source else "no text in the source language"
        segment = Segment(
            id=reading.next_id(),
            file=reading.file.label,
            unit=unit.node.attributes.get("tuid", ""),
            source=text,
            source_lang=reading.source_lang(unit, _lang(source) or wanted),
            target_lang=reading.target_lang(unit, _lang(target)),
            target=existing if existing.parts else None,
            protected=protected or (NOTHING if text.blank else ""),
            kept=target is not None,
            note=_note(unit.node),
        )
        return [Place(segment, source, target)]

    def proposals(self, unit: Unit) -> int:  # noqa: ARG002
        """None: a variant in another language is no alternative."""
        return 0

    def facts(self, unit: Unit, place: Place) -> Facts:
        """What is counted of a unit: any other variant is a target."""
        if place.source is None or not _has_text(place.source):
            return Facts(translatable=False, has_target=False, translated=False)
        others = [variant for variant in unit.node.every("tuv") if variant is not place.source]
        return Facts(True, bool(others), any(_has_text(variant) for variant in others))

    def profile(self, file: BilingualFile, unit: Unit) -> Profile:  # noqa: ARG002 - all units are alike
        """Any: there is one way to write a memory, whatever the tool."""
        return profile_for(file, "generic", ANY_TOOL, "TMX")

    def splices(
        self,
        writing: Writing,
        profile: Profile,  # noqa: ARG002 - one way to write a memory
        unit: Unit,
        changes: Sequence[Change],
    ) -> Iterator[Splice]:
        """Status and note in front of the tuv elements, the new tuv behind them."""
        newline = writing.document.newline
        (change,) = changes
        source = change.place.source
        if source is None:
            return
        ours = [child for child in unit.node.elements if _about_us(child)]
        leading = [child for child in unit.node.elements if child.tag in {"note", "prop"} and child not in ours]
        where = leading[-1].end if leading else unit.node.inside
        prefix = source.name.removesuffix("tuv")
        about = [element(f"{prefix}prop", {"type": _STATUS}, change.edit.word)]
        if change.edit.agreement is not None:
            about.append(element(f"{prefix}prop", {"type": _AGREEMENT}, f"{change.edit.agreement:.2f}"))
        if change.edit.issue:
            about.append(element(f"{prefix}prop", {"type": _ISSUE}, change.edit.issue))
        if change.edit.remark is not None:
            about.append(element(f"{prefix}note", {}, escaped(_REMARK + change.edit.remark, newline)))
        yield from removed(ours)
        yield Splice(where, where, "".join(indentation(source) + part for part in about))
        if change.edit.target is not None:
            yield from _variant(unit, change.place, source, markup(change.edit.target, newline))


def _lang(variant: Node | None) -> str:
    """The language of a tuv; before TMX 1.4 it may be in `lang`."""
    return (variant.attributes.get("xml:lang") or variant.attributes.get("lang") or "") if variant else ""


def _text(variant: Node | None) -> Text:
    seg = variant.first("seg") if variant else None
    return text_of(seg, TMX) if seg else Text()


def _has_text(variant: Node) -> bool:
    seg = variant.first("seg")
    return seg is not None and has_text(seg)


def _source(variants: list[Node], wanted: str) -> Node | None:
    """The tuv in the wanted language, else in a variety of it; the first of all when any will do."""
    if not wanted:
        return variants[0] if variants else None
    exact = (variant for variant in variants if same_language(_lang(variant), wanted))
    near = (variant for variant in variants if primary(_lang(variant)) == primary(wanted))
    return next(exact, None) or next(near, None)


def _target(variants: list[Node], source: Node | None, reading: Reading) -> Node | None:
    """The tuv in the configured language, else the first in a language that is not the source's."""
    wanted = reading.file.target_lang
    if wanted is None:
        return next((variant for variant in variants if not same_language(_lang(variant), _lang(source))), None)
    exact = (variant for variant in variants if same_language(_lang(variant), wanted))
    near = (variant for variant in variants if _one_variety(_lang(variant), wanted))
    return next(exact, None) or next(near, None)


def _one_variety(one: str, other: str) -> bool:
    """Whether one tag only says less than the other: de and de-DE, zh-TW and zh-Hant-TW; never pt-BR and pt-PT."""
    subtags, others = _subtags(one), _subtags(other)
    return primary(one) == primary(other) and (subtags <= others or others <= subtags)


def _subtags(tag: str) -> frozenset[str]:
    """What a tag says beside the language, without a character set. A Chinese region also tells the script."""
    language, *rest = tag.partition(".")[0].replace("_", "-").casefold().split("-")
    scripts = {_CHINESE[region] for region in rest if region in _CHINESE} if language == "zh" else set()
    return frozenset(rest) | scripts


def _note(unit: Node) -> str | None:
    notes = [child.characters for child in unit.every("note") if not _about_us(child)]
    return "\n".join(note for note in notes if note.strip()) or None


def _about_us(child: Node) -> bool:
    if child.tag == "note":
        return child.characters.startswith(_REMARK)
    return child.tag == "prop" and child.attributes.get("type") in (_STATUS, _AGREEMENT, _ISSUE)


def _added_by_us(variant: Node) -> bool:
    """Whether mtqa added it and nobody has changed it since."""
    return variant.attributes.get("creationid") == _OURS and "changeid" not in variant.attributes


def _variant(unit: Unit, place: Place, source: Node, content: str) -> Iterator[Splice]:
    """A new tuv behind the others; one that mtqa added before makes room."""
    variants = unit.node.every("tuv")
    language = _lang(place.target) or place.segment.target_lang
    if not language:
        raise FormatError(place.segment.id, "the file does not say its target language", "set target_lang")
    if place.target:
        if not _added_by_us(place.target):
            raise FormatError(
                place.segment.id, f"the memory has a translation into {language}", "leave it out of the edits"
            )
        variants.remove(place.target)
        yield from removed([place.target])
    prefix = source.name.removesuffix("tuv")
    key = "xml:lang" if "xml:lang" in source.attributes else "lang"
    inner = indentation(seg) if (seg := source.first("seg")) else ""
    outer = indentation(source) if inner else ""
    seg_markup = element(f"{prefix}seg", {}, content)
    new = element(f"{prefix}tuv", {key: language, "creationid": _OURS}, f"{inner}{seg_markup}{outer}")
    yield Splice(variants[-1].end, variants[-1].end, indentation(source) + new)
