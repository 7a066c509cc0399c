"""Formats are recognised by content; anything else is named."""

import gzip
import zipfile
from pathlib import Path

import pytest

from mtqa.errors import FormatError, UnknownFormat, UnsafeFile
from mtqa.formats import detect
from tests.formats.bilingual import FORMATS, WRAPPERS


def kind_of(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    found = detect(path, FORMATS)
    return next(name for name, candidate in FORMATS.items() if candidate is found)


@pytest.mark.parametrize("kind", WRAPPERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_by_root_in_any_encoding(tmp_path: Path, kind: str, encoding: str) -> None:
    declared = encoding.removesuffix("-sig").replace("-le", "").replace("-be", "")
    content = WRAPPERS[kind].format("<!-- é -->").replace("UTF-8", declared)
    assert kind_of(tmp_path, content.encode(encoding)) == kind


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ('<xliff version="1.0">', "xliff1"),
        ("<xliff>", "xliff1"),
        ('<xliff version="2.0">', "xliff2"),
        ('<q:xliff xmlns:q="urn:oasis:names:tc:xliff:document:2.2" version="2.2">', "xliff2"),
        ('<xliff xmlns="urn:oasis:names:tc:xliff:document:1.1" its:version="2.0" xmlns:its="urn:its">', "xliff1"),
        ('<!-- <tmx> --><xliff xmlns="urn:oasis:names:tc:xliff:document:2.0">', "xliff2"),
        ('<!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx>', "tmx"),
    ],
)
def test_by_namespace_then_version(tmp_path: Path, root: str, kind: str) -> None:
    assert kind_of(tmp_path, root.encode()) == kind


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", UnknownFormat, "empty"),
        (b"\xef\xbb\xbf \n", UnknownFormat, "empty"),
        (gzip.compress(b"<xliff/>"), UnsafeFile, "gzip"),
        (b"PK\x03\x04broken", UnsafeFile, "ZIP archive;"),
        (b"\x89PNG\r\n\x1a\n\0\0", UnknownFormat, "PNG"),
        (b"ab\0c", UnknownFormat, "binary"),
        (b'{"a": 1}', UnknownFormat, "JSON"),
        (b'msgid "a"\nmsgstr "b"\n', UnknownFormat, "PO file"),
        (b"plain words", UnknownFormat, "text without markup"),
        (b"<!DOCTYPE html><p>Sign in<br></p>", UnknownFormat, "HTML page"),
        (b"<html>", UnknownFormat, "HTML page"),
        (b"<txml>", UnknownFormat, "TXML"),
        (b"<TRADOStag>", UnknownFormat, "TTX"),
        (b'<xliff xmlns="urn:x">', UnknownFormat, "unknown namespace 'urn:x'"),
        (b'<tmx xmlns="urn:x">', UnknownFormat, "root element 'tmx'"),
        (b"<resources>", UnknownFormat, "root element 'resources'"),
        (b"<a b=c>", FormatError, "broken at column"),
        (b'<?xml version="1.0"?>', UnknownFormat, "no root element"),
        (b'<?xml version="1.0" encoding="utf-7"?><xliff>', UnsafeFile, "'utf-7' is not supported"),
        ("<xliff>".encode("utf-32"), UnsafeFile, "UTF-32"),
        (b'<!DOCTYPE x [<!ENTITY e "f">]><xliff>', UnsafeFile, "declares entities"),
    ],
)
def test_what_else_it_is(tmp_path: Path, content: bytes, error: type[FormatError], said: str) -> None:
    with pytest.raises(error) as caught:
        kind_of(tmp_path, content)
    assert said in str(caught.value)
    assert caught.value.where.startswith("file.bin")


def test_an_archive_is_named_with_what_it_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.mqxlz", "w") as archive:
        archive.writestr("skeleton.xml", "")
        archive.writestr("document.mqxliff", "")
    with pytest.raises(UnsafeFile, match=r"holding 'document\.mqxliff'"):
        detect(tmp_path / "a.mqxlz", FORMATS)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        detect(tmp_path / "none", FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_claims_never_raises(kind: str) -> None:
    for head in (b"", b"<", b"\0", b"\xff\xfe", b"<?xml encoding='x'?>", b"\xff" * 10, b"<a>&b;"):
        assert FORMATS[kind].claims(head) is False
