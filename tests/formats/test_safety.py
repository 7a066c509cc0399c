"""Files that are wrong, hostile, or in other encodings."""

import tracemalloc
from pathlib import Path

import pytest

from mtqa.errors import FormatError, UnsafeFile
from mtqa.formats.document import Window
from mtqa.formats.tmx import Tmx
from mtqa.model import BilingualFile
from tests.formats.bilingual import TMX14, XLIFF12, XLIFF20, Sample, edit

UNIT = '<trans-unit id="1"><source>{}</source></trans-unit>'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def read(tmp_path: Path, content: str | bytes) -> None:
    Sample(tmp_path, "xliff1", content).segments()


@pytest.mark.parametrize(
    ("subset", "said"),
    [
        ('[<!ENTITY a "b">]', "declares entities"),
        ('[<!ENTITY a SYSTEM "file:///etc/passwd">]', "declares entities"),
        ('[<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]', "declares entities"),
        ('[<!ATTLIST trans-unit translate CDATA "no">]', "attribute defaults"),
        ('SYSTEM "http://127.0.0.1:9/x.dtd"', "undeclared entity"),
    ],
)
def test_declarations_are_refused(tmp_path: Path, subset: str, said: str) -> None:
    content = XLIFF12.format(UNIT.format("x &a; y")).replace(DECLARATION, f"{DECLARATION}<!DOCTYPE xliff {subset}>")
    with pytest.raises(UnsafeFile, match=rf"sample:\d+: .*{said}"):
        read(tmp_path, content)


def test_an_external_dtd_is_not_loaded(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT.format("x")).replace(
        DECLARATION, f'{DECLARATION}<!DOCTYPE xliff SYSTEM "file:///none">'
    )
    sample = Sample(tmp_path, "xliff1", content)
    assert [segment.source.plain for segment in sample.segments()] == ["x"]
    assert sample.written({}) == sample.content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (XLIFF12.format(UNIT.format("<g id='1'>" * 501 + "</g>" * 501)), "nested more than 500 deep"),
        (XLIFF12.format(UNIT.format("x" * (17 << 20))), "longer than 16 MiB"),
        (XLIFF12.format(UNIT.format("<x id='1'/>" * 200_001)), "more than 200000 elements"),
        (XLIFF12.format(f"<!-- {'x' * (18 << 20)} -->"), "longer than 16 MiB"),
        (XLIFF12.replace('"1.0"', '"1.1"').format(""), "XML 1.1"),
    ],
    ids=["depth", "text", "codes", "comment", "version"],
)
def test_giants_are_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UnsafeFile, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize("cut", range(40, len(XLIFF12) - 10, 29))
def test_a_truncated_file_is_an_error_wherever_it_ends(tmp_path: Path, cut: int) -> None:
    with pytest.raises(FormatError, match=r"sample:\d+: the XML is broken"):
        read(tmp_path, XLIFF12.format(UNIT.format("x"))[:cut])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (XLIFF12.format(UNIT.format("é")).encode("latin-1"), "not UTF-8"),
        (XLIFF12.replace("UTF-8", "us-ascii").format(UNIT.format("é")).encode(), "not ascii"),
        (XLIFF12.replace("UTF-8", "UTF-16").format("").encode(), "says UTF-16 and the bytes are not"),
        (XLIFF12.replace("UTF-8", "ISO-8859-1").format("").encode("utf-8-sig"), "the declaration says"),
        (XLIFF12.replace("UTF-8", "klingon").format("").encode(), "'klingon' is not supported"),
        (XLIFF12.replace("UTF-8", "UTF-16").format("").encode("utf-16") + b"\0", "not utf-16"),
        (b"", "empty"),
    ],
)
def test_doubtful_encodings_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "windows-1252",
        "iso-8859-15",
        "us-ascii",
        "shift_jis",
        "gb18030",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_encoding_is_written_back(tmp_path: Path, encoding: str, newline: str) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    content = XLIFF12.replace("UTF-8", declared).format(UNIT.format("x")).replace("\n", newline)
    sample = Sample(tmp_path, "xliff1", content.encode(encoding))
    assert sample.written({}) == sample.content
    before = sample.content.decode(encoding)
    written = sample.written({1: edit("a\nŁ 한")})
    sample.file.path.write_bytes(written)
    target = sample.segments()[0].target
    assert target is not None
    assert target.plain == "a\nŁ 한"
    text = written.decode(encoding)
    assert text.startswith(before[: before.index("</source>")])
    assert ("\n" in text.replace("\r\n", "")) is (newline == "\n")
    assert ("&#321;" in text) is (encoding in {"windows-1252", "iso-8859-15", "us-ascii", "shift_jis"})


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    unit = '<tu tuid="{}"><tuv xml:lang="en"><seg>{}</seg></tuv><tuv xml:lang="de"><seg>B</seg></tuv></tu>\n'

    def peak(units: int) -> int:
        path = tmp_path / f"{units}.tmx"
        path.write_text(TMX14.format("".join(unit.format(n, "word " * 20) for n in range(units))), encoding="utf-8")
        tracemalloc.start()
        count = sum(1 for _ in Tmx().read(BilingualFile(path, "m"), lambda _: None))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == units
        return top

    assert peak(20_000) < 1.5 * peak(5_000)


def test_long_tokens_are_read_in_growing_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expat reads an unfinished token again with every step: with small ones, 16 MiB would take a minute."""
    steps: list[int] = []
    read_far = Window._far
    monkeypatch.setattr(
        Window, "_far", lambda self, start, end: steps.append(end - start) or read_far(self, start, end)
    )
    units = [UNIT.format("a"), f"<!-- {'-x' * (2 << 20)} -->", UNIT.replace('"1"', '"2"').format("b")]
    sample = Sample(tmp_path, "xliff1", XLIFF12.format("".join(units)))
    assert [segment.source.plain for segment in sample.segments()] == ["a", "b"]
    assert len(steps) < 40
    assert sample.written({}) == sample.content


def test_every_segment_of_a_large_unit_has_its_own_matches(tmp_path: Path) -> None:
    count = 3000
    match = '<mtc:match ref="#s{0}"><source>x</source><target>m{0}</target></mtc:match>'
    segment = '<segment id="s{0}"><source>x</source></segment>'
    content = XLIFF20.format(
        '<unit id="u"><mtc:matches xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0">'
        + "".join(match.format(n) for n in reversed(range(count)))
        + f"</mtc:matches>{''.join(segment.format(n) for n in range(count))}</unit>"
    )
    segments = Sample(tmp_path, "xliff2", content).segments()
    assert [[one.target.plain for one in s.alternatives] for s in segments] == [[f"m{n}"] for n in range(count)]
