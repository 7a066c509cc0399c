"""TMX 1.1 to 1.4: the source tuv of each tu, and the tuv of one target language.

Source: https://www.gala-global.org/tmx-14b. Everything in a TMX is somebody's translation: a tuv is added where
the language is missing, and none is ever changed but those that mtqa itself added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqa.errors import FormatError
from mtqa.formats.base import Change, Place, Reading, XmlFormat
from mtqa.formats.codes import TMX, text_of
from mtqa.formats.document import Document
from mtqa.formats.scan import Root
from mtqa.formats.splice import Splice, element, escaped, indentation, markup, removed
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Text
from mtqa.languages import primary, same_language
from mtqa.model import Segment

_OURS = "mtqa"
_STATUS = "x-mtqa:status"
_REMARK = "mtqa: "  # TMX notes have no author; this marks ours


class Tmx(XmlFormat):
    """Translation memories in the exchange format."""

    unit_tag = "tu"
    remember = "header"

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
            protected=protected or ("nothing to translate" if text.blank else ""),
            kept=target is not None,
            note=_note(unit.node),
        )
        return [Place(segment, source, target)]

    def splices(self, document: Document, unit: Unit, changes: Sequence[Change]) -> Iterator[Splice]:
        """Status and note in front of the tuv elements, the new tuv behind them."""
        (change,) = changes
        source = change.place.source
        if source is None:
            return
        ours = [child for child in unit.node.elements if _about_us(child)]
        leading = [child for child in unit.node.elements if child.tag in {"note", "prop"} and child not in ours]
        where = leading[-1].end if leading else unit.node.inside
        prefix = source.name.removesuffix("tuv")
        about = [element(f"{prefix}prop", {"type": _STATUS}, change.edit.status.value)]
        if change.edit.remark is not None:
            about.append(element(f"{prefix}note", {}, escaped(_REMARK + change.edit.remark, document.newline)))
        yield from removed(ours)
        yield Splice(where, where, "".join(indentation(source) + part for part in about))
        if change.edit.target is not None:
            yield from _variant(unit, change.place, source, markup(change.edit.target, document.newline))


def _lang(variant: Node | None) -> str:
    """The language of a tuv; before TMX 1.4 it may be in `lang`."""
    return (variant.attributes.get("xml:lang") or variant.attributes.get("lang") or "") if variant else ""


def _text(variant: Node | None) -> Text:
    seg = variant.first("seg") if variant else None
    return text_of(seg, TMX) if seg else Text()


def _source(variants: list[Node], wanted: str) -> Node | None:
    """The tuv in the wanted language, else in a variety of it; the first of all when any will do."""
    if not wanted:
        return variants[0] if variants else None
    exact = (variant for variant in variants if same_language(_lang(variant), wanted))
    near = (variant for variant in variants if primary(_lang(variant)) == primary(wanted))
    return next(exact, None) or next(near, None)


def _target(variants: list[Node], source: Node | None, reading: Reading) -> Node | None:
    """The tuv in the configured language, else the first in a language that is not the source's.

    A bare language stands for its varieties (de for de-DE), but one variety never for another.
    """
    wanted = reading.file.target_lang
    if wanted is None:
        return next((variant for variant in variants if not same_language(_lang(variant), _lang(source))), None)
    exact = (variant for variant in variants if same_language(_lang(variant), wanted))
    bare = (variant for variant in variants if primary(wanted) in (wanted.casefold(), _lang(variant).casefold()))
    return next(exact, None) or next((variant for variant in bare if primary(_lang(variant)) == primary(wanted)), None)


def _note(unit: Node) -> str | None:
    notes = [child.characters for child in unit.every("note") if not _about_us(child)]
    return "\n".join(note for note in notes if note.strip()) or None


def _about_us(child: Node) -> bool:
    if child.tag == "note":
        return child.characters.startswith(_REMARK)
    return child.tag == "prop" and child.attributes.get("type") == _STATUS


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
