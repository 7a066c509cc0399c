"""Documents drawn from a model: what is read is the model, what is written reads back, and nothing else changes."""

import dataclasses
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.formats import inspect, write_copy
from mtqa.inline import Text
from mtqa.model import Edit, Status
from tests.formats.bilingual import FORMATS, Sample, bare

DOCUMENTS = {  # root, unit, source and target of a segment, code; {p} is a prefix
    "xliff1": (
        (
            '<{p}xliff version="1.2" xmlns{q}="urn:oasis:names:tc:xliff:document:1.2"><{p}file original="f" '
            'source-language="en" target-language="de" datatype="x">\n<{p}body>{units}</{p}body></{p}file></{p}xliff>'
        ),
        '\n  <{p}trans-unit id="{n}"><{p}source>{source}</{p}source>{target}</{p}trans-unit>',
        "<{p}target>{}</{p}target>",
        '<{p}x id="{n}"/>',
    ),
    "xliff2": (
        (
            '<{p}xliff version="2.0" srcLang="en" trgLang="de" xmlns{q}="urn:oasis:names:tc:xliff:document:2.0">'
            '<{p}file id="f">{units}</{p}file></{p}xliff>'
        ),
        '\n  <{p}unit id="{n}"><{p}segment><{p}source>{source}</{p}source>{target}</{p}segment></{p}unit>',
        "<{p}target>{}</{p}target>",
        '<{p}ph id="{n}"/>',
    ),
    "tmx": (
        (
            '<tmx version="1.4"><header creationtool="t" creationtoolversion="1" segtype="block" o-tmf="t" '
            'adminlang="en" srclang="en" datatype="x"/>\n<body>{units}</body></tmx>'
        ),
        '\n  <tu tuid="{n}"><tuv xml:lang="en"><seg>{source}</seg></tuv>{target}</tu>',
        '<tuv xml:lang="de"><seg>{}</seg></tuv>',
        '<ph x="{n}">c</ph>',
    ),
}
WORDS = st.text("aé<&>\"' ]\n€", min_size=1, max_size=8)
PIECES = st.lists(WORDS | st.integers(1, 3), max_size=4).map(
    lambda drawn: [piece for n, piece in enumerate(drawn) if piece not in drawn[:n] or isinstance(piece, str)]
)
STYLES = ("escaped", "cdata", "references")


def rendered(pieces: list[str | int], style: str, code: str, prefix: str) -> str:
    """The content of an element, with characters in one of the ways that XML has for them."""

    def characters(text: str) -> str:
        if style == "cdata":
            return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
        if style == "references":
            return "".join(c if c.isspace() else f"&#{ord(c)};" for c in text)
        return escape(text)

    return "".join(characters(p) if isinstance(p, str) else code.format(p=prefix, n=p) for p in pieces)


def characters(pieces: list[str | int]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))


@st.composite
def documents(draw: st.DrawFn, kind: str) -> tuple[bytes, list[tuple[list[str | int], list[str | int] | None]]]:
    root, unit, target, code = DOCUMENTS[kind]
    prefix = draw(st.sampled_from(("", "p:"))) if kind != "tmx" else ""
    model = draw(st.lists(st.tuples(PIECES, st.none() | PIECES), min_size=1, max_size=4))
    units = ""
    for number, (source, existing) in enumerate(model):
        style = draw(st.sampled_from(STYLES))
        shown = "" if existing is None else target.format(rendered(existing, style, code, prefix), p=prefix)
        units += unit.format(p=prefix, n=number, source=rendered(source, style, code, prefix), target=shown)
    text = root.format(p=prefix, q=":p" if prefix else "", units=units)
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "windows-1252")))
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n'
    newline = draw(st.sampled_from(("\n", "\r\n")))
    return (declaration + text).replace("\n", newline).encode(encoding), model


@pytest.mark.parametrize("kind", DOCUMENTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_model_is_read_and_edits_read_back(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    content, model = data.draw(documents(kind))
    sample = Sample(tmp_path, kind, content, "de")
    segments = sample.segments()
    assert [characters(source) for source, _ in model] == [
        "".join(p for p in s.source.parts if isinstance(p, str)) for s in segments
    ]
    assert [sum(isinstance(p, int) for p in source) for source, _ in model] == [len(s.source.codes) for s in segments]
    assert [characters(t or []) for _, t in model] == [
        "".join(p for p in (s.target or Text()).parts if isinstance(p, str)) for s in segments
    ]
    found = inspect(sample.file.path, FORMATS)
    text = [bool(characters(source).strip()) for source, _ in model]
    assert (found.units, found.segments, found.translatable) == (len(model), len(model), sum(text))
    assert found.translated == sum(
        there and bool(characters(t or []).strip()) for there, (_, t) in zip(text, model, strict=True)
    )
    write_copy(sample.format, sample.file, lambda _: None, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content

    edits = {
        s.id: Edit(Status.AGREED, Text(data.draw(WORDS | st.just("한 ]]> 😀")), *s.source.codes))
        for s in segments
        if not s.protected and not s.kept and data.draw(st.booleans())
    }
    write_copy(sample.format, sample.file, edits.get, tmp_path / "copy")
    written = dataclasses.replace(sample.file, path=tmp_path / "copy")
    for old, new in zip(segments, sample.format.read(written, lambda _: None), strict=True):
        assert new.source == old.source
        assert (new.target or Text()) == ((edits[old.id].target if old.id in edits else old.target) or Text())
    assert bare((tmp_path / "copy").read_bytes()) == bare(content)
