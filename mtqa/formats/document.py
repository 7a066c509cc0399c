"""The bytes of a bilingual file: which encoding, seen as UTF-8, and the way back.

Everything else in this family works on UTF-8 with byte offsets. A UTF-8 file is read as it is; any other is
transcoded into a temporary file first, and refused when the way back would not give the same bytes. A byte order
mark is one more character: it travels along and needs no further care.
"""

from __future__ import annotations

import codecs
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mtqa.errors import FormatError, UnknownFormat, UnsafeFile

HEAD = 1 << 16  # bytes that `Format.claims` sees
CHUNK = 1 << 18
_STEP = 1 << 13  # bytes parsed at a time: what is made of them fits into the caches of a processor
_KEPT = 1 << 16  # bytes before them in the window: more than nearly all units have

_ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "us-ascii", "koi8-r", "koi8-u", "tis-620", "cp874"),
        *(f"iso-8859-{part}" for part in range(1, 17) if part != 12),
        *(f"windows-{page}" for page in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)),
        *("shift_jis", "cp932", "euc-jp", "gb2312", "gbk", "gb18030", "big5", "euc-kr", "cp949"),
    )
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"<\0\0\0", b"\0\0\0<")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Of a tag. Expat has found these well-formed: only quotes can hide the end.
TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
END_TAG = re.compile(rb"[^>]*>")
_CONVERT = "save it as UTF-8 with the declaration to match"


class Window:
    """The bytes of a file, of which only those near the current place are in memory.

    Not a memory map: there every page that was read counts as resident, and a file that another program shortens
    kills the process.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self._start, self._near = 0, b""
        self.wanted = 0  # so many bytes, up to CHUNK, are in the next chunk

    def chunks(self) -> Iterator[bytes]:
        """All bytes in order; what was read moves the window along."""
        end = 0
        while end < self.size:
            start, end = end, end + min(max(_STEP, self.wanted), CHUNK)
            chunk = self._far(start, end)
            self._near = self._near[-_KEPT:] + chunk
            self._start = start + len(chunk) - len(self._near)
            yield chunk

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two offsets."""
        shift = self._start
        if shift <= start and end <= shift + len(self._near):
            return self._near[start - shift : end - shift]
        return self._far(start, end)

    def match(self, pattern: re.Pattern[bytes], start: int) -> int:
        """Where the match of `pattern` at `start` ends; `start` itself where there is none."""
        found = pattern.match(self._near, start - self._start) if start >= self._start else None
        if found:
            return self._start + found.end()
        length = _STEP
        while not found:
            found = pattern.match(self._far(start, start + length))
            if start + length >= self.size:
                break
            length *= 4
        return start + found.end() if found else start

    def end_of(self, start: int, close: int, *, empty: bool) -> int:
        """Where the element at `start` ends, whose end tag, if there is one, is at `close`; `empty`: of elements."""
        if empty and self.match(TAG, start) == close and self.read(close - 2, close) == b"/>":
            return close
        return self.match(END_TAG, close)

    def _far(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        return self._file.read(end - start)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as UTF-8 bytes. `encoding` is its own; `newline` is how it breaks lines."""

    label: str
    data: Window
    encoding: str
    newline: str

    def sink(self, out: BinaryIO) -> Callable[[bytes], object]:
        """A function that takes UTF-8 bytes and writes them to `out` in the file's own encoding.

        What the encoding cannot express becomes a numeric character reference.
        """
        if self.encoding == "utf-8":
            return out.write
        decoder = codecs.getincrementaldecoder("utf-8")()
        return lambda data: out.write(decoder.decode(data).encode(self.encoding, "xmlcharrefreplace"))


@contextmanager
def open_document(path: Path, label: str) -> Iterator[Document]:
    """The document at `path`, closed on leaving. Raises FormatError; `label` names the file in it."""
    with _decoded(path, label) as (file, encoding):
        data = Window(file)
        first, _, _ = data.read(0, HEAD).partition(b"\n")
        yield Document(label, data, encoding, "\r\n" if first.endswith(b"\r") else "\n")


@contextmanager
def _decoded(path: Path, label: str) -> Iterator[tuple[BinaryIO, str]]:
    """The file as UTF-8, and its encoding."""
    with _opened(path, label) as file:
        head = file.read(HEAD)
        if not head:
            raise UnknownFormat(label, "the file is empty", "give a bilingual file")
        encoding = encoding_of(head, label)
        if encoding == "utf-8":
            yield file, encoding
            return
        file.seek(0)
        with tempfile.TemporaryFile() as copy:
            _transcode(file, encoding, label, copy)
            yield copy, encoding


@contextmanager
def _opened(path: Path, label: str) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise FormatError(label, f"cannot be read ({error.strerror})", "check the path and its rights") from error
    with file:
        yield file


def encoding_of(head: bytes, label: str) -> str:
    """The encoding by byte order mark, then by pattern, then by declaration, as Python names it.

    Raises UnsafeFile when these contradict each other, or the encoding is none that bilingual files use.
    """
    if head.startswith(_UTF_32):
        raise UnsafeFile(label, "the encoding is UTF-32, which XML tools read differently", _CONVERT)
    declared = _declared(head, label)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    seen = marked or _unmarked_utf_16(head)
    if seen is None:
        if declared in ("utf-16", "utf-16-le", "utf-16-be"):
            raise UnsafeFile(label, "the declaration says UTF-16 and the bytes are not", "correct the declaration")
        return declared or "utf-8"
    if declared not in (None, seen, "utf-16" if seen.startswith("utf-16") else seen):
        raise UnsafeFile(label, f"the bytes are {seen} and the declaration says {declared}", "correct the declaration")
    return seen


def _unmarked_utf_16(head: bytes) -> str | None:
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(head[:2])


def _declared(head: bytes, label: str) -> str | None:
    match = _DECLARED.search(head[:2048].replace(b"\0", b""))  # without NUL, UTF-16 reads like ASCII
    if match is None:
        return None
    name = match[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if known not in _ENCODINGS:
        raise UnsafeFile(label, f"the declared encoding {name!r} is not supported", _CONVERT)
    return known


def _transcode(file: BinaryIO, encoding: str, label: str, copy: BinaryIO) -> None:
    """Copy as UTF-8, making sure on the way that encoding it again gives the same bytes."""
    decoder, encoder = codecs.getincrementaldecoder(encoding)(), codecs.getincrementalencoder(encoding)()
    awaited = b""
    try:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            awaited += chunk
            again = encoder.encode(text)
            if not awaited.startswith(again):
                raise UnsafeFile(label, f"some {encoding} bytes would not come back the same", _CONVERT)
            awaited = awaited[len(again) :]
            copy.write(text.encode("utf-8"))
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise UnsafeFile(
            label, f"the bytes are not {encoding}", "correct the declaration, or repair the file"
        ) from error
