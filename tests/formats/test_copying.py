"""A copy is whole and verified, or it is not there."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from mtqa.errors import FormatError
from mtqa.formats import write_copy
from mtqa.formats.xliff1 import Xliff1
from mtqa.inline import Code, Text
from mtqa.model import BilingualFile, Edit, Notice, Segment
from tests.formats.bilingual import Sample, edit

UNITS = (
    '<trans-unit id="1"><source>A<x id="1"/></source></trans-unit>'
    '<trans-unit id="2"><source>B</source><target>C</target></trans-unit>'
)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    (tmp_path / "in").mkdir()
    return Sample.of(tmp_path / "in", "xliff1", UNITS)


def copied(sample: Sample, edits: dict[str, Edit], destination: Path) -> bytes:
    write_copy(sample.format, sample.file, edits.get, destination)
    return destination.read_bytes()


def test_writes_into_new_folders_and_over_old_copies(sample: Sample, tmp_path: Path) -> None:
    destination = tmp_path / "out" / "deep" / "copy.xlf"
    sample.file.path.chmod(0o640)
    assert copied(sample, {}, destination) == sample.content
    assert b">D</target>" in copied(sample, {"sample#1": edit("D")}, destination)
    assert [path.name for path in destination.parent.iterdir()] == ["copy.xlf"]
    assert destination.stat().st_mode & 0o777 == 0o640


def test_never_overwrites_the_input(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(sample.file.path)
    for destination in (
        sample.file.path,
        tmp_path / "link",
        sample.file.path.parent / ".." / "in" / sample.file.path.name,
    ):
        with pytest.raises(FormatError, match="overwrite its input"):
            write_copy(sample.format, sample.file, lambda _: None, destination)


@pytest.mark.parametrize(
    "bad",
    [
        edit("a\0"),
        edit("a", Code("x9", "empty", "<x id='9'")),  # not markup
        edit("a", Code("g1", "open", "<g id='1'>")),  # opened and never closed
        edit("a", Code("x1", "empty", "<p:x/>")),  # another code than the one it is called
    ],
)
def test_nothing_is_left_behind(sample: Sample, tmp_path: Path, bad: Edit) -> None:
    destination = tmp_path / "out" / "copy.xlf"
    with pytest.raises(FormatError):
        copied(sample, {"sample#1": bad}, destination)
    assert not list(destination.parent.iterdir())


class Broken(Xliff1):
    """Writes something else than it was asked to."""

    def __init__(self, old: bytes, new: bytes) -> None:
        self.old, self.new = old, new

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        buffer = io.BytesIO()
        super().write(file, edits, buffer)
        out.write(buffer.getvalue().replace(self.old, self.new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<source>B", b"<source>b"),
        (b"<target>C", b"<target>c"),
        (b">D</target>", b">d</target>"),
        (b'<trans-unit id="2">', b'<!-- <trans-unit id="2"> --><group>'),
        (b"<x id", b"<x  id"),
        (b"</xliff>", b""),
    ],
)
def test_a_faulty_writer_is_found_out(sample: Sample, tmp_path: Path, old: bytes, new: bytes) -> None:
    with pytest.raises(FormatError):
        write_copy(Broken(old, new), sample.file, {"sample#1": edit("D")}.get, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


class Blind(Xliff1):
    """Reads nothing, so only the second parser can object."""

    def __init__(self, written: bytes) -> None:
        self.written = written

    def read(self, file: BilingualFile, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        return iter(())

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        out.write(self.written)


def test_a_second_parser_agrees(sample: Sample, tmp_path: Path) -> None:
    for written in (b"<a><b></a>", b"<p:a/>", b""):
        with pytest.raises(FormatError, match="not well-formed"):
            write_copy(Blind(written), sample.file, lambda _: None, tmp_path / "copy")
    write_copy(Blind(b"<a/>"), sample.file, lambda _: None, tmp_path / "copy")


def test_what_the_second_parser_refuses_in_the_input_is_no_fault_of_the_copy(tmp_path: Path) -> None:
    sample = Sample.of(tmp_path, "xliff1", UNITS.replace('id="2"', 'id="2" unbound:a="b"'))
    assert b">D</target>" in copied(sample, {"sample#1": edit("D")}, tmp_path / "copy")


def test_a_folder_that_cannot_be_written_is_told(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match="cannot be written"):
        copied(sample, {"sample#1": Edit(edit().status, Text("D"))}, tmp_path / "file" / "copy")
