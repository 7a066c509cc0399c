"""Glossaries: TBX (2008 and 2019), TMX and CSV as terms with their translations."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mtqa.errors import FormatError
from mtqa.model import Segment
from mtqa.ports import Term

if TYPE_CHECKING:
    from lxml.etree import _Element

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONCEPT, _LANGUAGE, _TERM = ("termEntry", "conceptEntry"), ("langSet", "langSec"), ("tig", "ntig", "termSec")
_BANNED = (
    "deprecated",
    "prohibited",
    "forbidden",
    "obsolete",
    "superseded",
    "donotuse",
    "do not use",
    "notrecommended",
)
_HEADINGS = ("source", "src", "term", "source term")


def read_glossary(path: Path, read_bilingual: Callable[[Path], Iterator[Segment]]) -> list[Term]:
    """The terms of a glossary, found by its content. Raises FormatError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(
            str(path), f"cannot be read ({error.strerror})", "correct the path of the glossary"
        ) from error
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return list(_from_csv(path, data))
    if b"<martif" in head or b"<tbx" in head:
        return list(_from_tbx(path, data))
    return [
        Term(s.source.plain, (s.target.plain,), (), s.source_lang, s.target_lang)
        for s in read_bilingual(path)
        if s.target is not None and not s.target.blank
    ]


def _from_csv(path: Path, data: bytes) -> Iterator[Term]:
    """Rows of source, target and, if wanted, a remark.

    Several targets are separated by `|`; one that must not be used begins with `!`.
    """
    try:
        text = data.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(str(path), f"is no CSV in UTF-8 ({error})", "save it as CSV in UTF-8") from error
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].casefold() in _HEADINGS):
            continue
        if len(cells) < 2 or not all(cells[:2]):
            raise FormatError(f"{path}:{number}", "has no source and target", "write source,target")
        texts = [text.strip() for text in cells[1].split("|") if text.strip()]
        good, banned = [t for t in texts if t[0] != "!"], [t[1:].strip() for t in texts if t[0] == "!"]
        yield replace(_term(cells[0], good, banned, "", ""), remark=cells[2] if len(cells) > 2 else "")


def _from_tbx(path: Path, data: bytes) -> Iterator[Term]:
    """Every term of a concept with the terms of its other languages."""
    from lxml import etree

    concepts = etree.iterparse(
        io.BytesIO(data), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for _, element in concepts:
            if _local(element) in _CONCEPT:
                yield from _concept(element)
                element.clear()
    except etree.XMLSyntaxError as error:
        raise FormatError(str(path), f"the XML is broken ({error.msg})", "export the glossary again") from error


def _concept(element: _Element) -> Iterator[Term]:
    languages: dict[str, list[tuple[str, bool]]] = {}
    for section in _below(element, _LANGUAGE):
        terms = languages.setdefault(section.get(_LANG, section.get("lang", "")).replace("_", "-"), [])
        for holder in _below(section, _TERM):
            text = next((_characters(e) for e in _below(holder, ("term",))), "")
            if text:
                terms.append((text, _banned(holder)))
    for source_lang, sources in languages.items():
        for target_lang, targets in languages.items():
            if target_lang != source_lang:
                for source, _ in sources:
                    good = [text for text, banned in targets if not banned]
                    yield _term(source, good, [text for text, banned in targets if banned], source_lang, target_lang)


def _banned(holder: _Element) -> bool:
    """Whether a term is marked as one not to use."""
    notes = (_characters(note).casefold() for note in _below(holder, ("termNote",)))
    return any(word in note for note in notes for word in _BANNED)


def _below(element: _Element, names: Iterable[str]) -> Iterator[_Element]:
    return (child for child in element.iter() if child is not element and _local(child) in names)


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _characters(element: _Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _term(source: str, targets: Iterable[str], forbidden: Iterable[str], source_lang: str, target_lang: str) -> Term:
    return Term(source, tuple(dict.fromkeys(targets)), tuple(dict.fromkeys(forbidden)), source_lang, target_lang)
