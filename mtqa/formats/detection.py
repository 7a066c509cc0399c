"""Which format a file is of, by what it contains and never by its name; and what it is instead, if none."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from mtqa.errors import FormatError, UnknownFormat, UnsafeFile
from mtqa.formats.document import HEAD
from mtqa.formats.scan import root_of
from mtqa.ports import Format

_SIGNATURES = {  # first bytes -> what begins with them
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Microsoft Office document",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
}
_ROOTS = {
    "txml": ("Wordfast TXML, not XLIFF", "export TXLF or XLIFF from Wordfast"),
    "TRADOStag": ("Trados TTX, not XLIFF", "convert it to XLIFF in Trados Studio"),
    "html": ("an HTML page", "download the file again; a login page may have been saved in its place"),
    "TS": ("a Qt translation file", "convert it to XLIFF"),
    "martif": ("a TBX term base", "give a bilingual file"),
}
_GIVE = "give an XLIFF or TMX file"


def detect(path: Path, formats: Mapping[str, Format]) -> Format:
    """The first of `formats` that claims the file.

    Raises UnknownFormat or UnsafeFile, saying what the file is instead.
    """
    label = path.name
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise FormatError(label, f"cannot be read ({error.strerror})", "check the path and its rights") from error
    for candidate in formats.values():
        if candidate.claims(head):
            return candidate
    raise _explained(path, head)


def _explained(path: Path, head: bytes) -> FormatError:
    label, start = path.name, head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return UnknownFormat(label, "the file is empty", _GIVE)
    if head.startswith(b"PK\x03\x04"):
        return UnsafeFile(label, f"it is a ZIP archive{_inner(path)}", "unpack it and give the file inside")
    if head.startswith(b"\x1f\x8b"):
        return UnsafeFile(label, "it is a gzip archive", "unpack it and give the file inside")
    kind = next((kind for signature, kind in _SIGNATURES.items() if head.startswith(signature)), None)
    if kind is None and not start.startswith(b"<"):
        kind = _text_kind(head, start)
    if kind is not None:
        return UnknownFormat(label, f"it is {kind}, not a bilingual file", _GIVE)
    if start[:14].lower().startswith((b"<!doctype html", b"<html")):
        return UnknownFormat(label, *_said("html"))
    return _explained_xml(label, head)


def _inner(path: Path) -> str:
    """The bilingual file in an archive, if its table of contents tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return ""
    kinds = (".xlf", ".xliff", ".mqxliff", ".sdlxliff", ".mxliff", ".tmx")
    inner = next((name for name in names if name.lower().endswith(kinds)), None)
    return f" holding {inner!r}" if inner else ""


def _text_kind(head: bytes, start: bytes) -> str | None:
    """What a file that does not begin with a tag is; None when it may be XML in another encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"\0<", b"\0\0\0<")):
        return None
    if b"\0" in head:
        return "a binary file"
    if start[:1] in b"{[":
        return "JSON"
    return "a PO file" if b'msgid "' in head and b'msgstr "' in head else "text without markup"


def _explained_xml(label: str, head: bytes) -> FormatError:
    try:
        root = root_of(head, label)
    except FormatError as error:
        return error
    if root is None:
        return UnknownFormat(label, "no root element in its first 64 KiB", _GIVE)
    if root.local == "xliff":
        return UnknownFormat(label, f"xliff in the unknown namespace {root.namespace!r}", "correct its xmlns attribute")
    return UnknownFormat(label, *_said(root.local))


def _said(local: str) -> tuple[str, str]:
    what, todo = _ROOTS.get(local, (f"XML with the root element {local!r}", _GIVE))
    return f"it is {what}", todo
