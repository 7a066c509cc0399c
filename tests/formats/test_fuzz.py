"""Damaged files, thousands of them: each is read and written back safely, or refused in one line.

The default run takes a few hundred mutants, always the same; `pytest -m fuzz` takes 20,000. A failure names its
mutant, which `mutant(NAME, NUMBER)` makes again.
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import FrameType
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from mtqa.errors import FormatError, MtqaError
from mtqa.formats import detect, write_copy
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Segment, Status
from mtqa.ports import Format
from tests.formats.bilingual import FORMATS, WRAPPERS, XLIFF12, reads_back
from tests.formats.mutants import mutant, originals

QUICK = 300
BATCHES, BATCH = 40, 500  # of the marked run
SECONDS = 120  # only a hang takes as long; time is no part of what is tested
BUG = "report this file as a bug"
T = TypeVar("T")


class Check:
    """What must hold of any content whatsoever."""

    def __init__(self, tmp_path: Path) -> None:
        self.input, self.copy, self.again = tmp_path / "input", tmp_path / "out" / "copy", tmp_path / "again"
        self.read = self.refused = self.edited = 0

    def __call__(self, content: bytes) -> None:
        self.input.write_bytes(content)
        with _alarm():
            found = self._refusable(self._segments)
            if found is None:
                self.refused += 1
                return
            self.read += 1
            reader, file, segments = found
            _bounded(segments, content)
            write_copy(reader, file, lambda _: None, self.copy)
            assert self.copy.read_bytes() == content
            self._edit(reader, file, segments)
        assert self.input.read_bytes() == content

    def _segments(self) -> tuple[Format, BilingualFile, list[Segment]]:
        reader = detect(self.input, FORMATS)
        file = BilingualFile(self.input, "input", "en", "fi")
        with _metered(self.input.stat().st_size):
            return reader, file, list(reader.read(file, lambda notice: _one_line(f"{notice.where}: {notice.what}")))

    def _edit(self, reader: Format, file: BilingualFile, segments: list[Segment]) -> None:
        """Targets that were asked for are there, in a file that is no worse than the input; or no file is."""
        edits = edits_for(segments)
        self.copy.unlink()
        written = self._refusable(lambda: write_copy(reader, file, edits.get, self.copy) or True)
        left = sorted(path.name for path in self.copy.parent.iterdir())
        assert left == (["copy"] if written else [])
        if not written:
            return
        self.edited += 1
        again = list(reader.read(BilingualFile(self.copy, "input", "en", "fi"), lambda _: None))
        assert [_lasting(segment) for segment in again] == [_lasting(segment) for segment in segments]
        owners = {segment.part_of for segment in segments}
        assert all(reads_back(old, new, edits, owners) for old, new in zip(segments, again, strict=True))
        assert _accepted(self.copy) or not _accepted(self.input)
        write_copy(reader, BilingualFile(self.copy, "input", "en", "fi"), edits.get, self.again)
        assert self.again.stat().st_size <= self.copy.stat().st_size  # what we added makes room for itself

    def _refusable(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except MtqaError as error:
            refusal = str(error)
        _one_line(refusal)
        assert BUG not in refusal
        return None


def _lasting(segment: Segment) -> tuple[object, ...]:
    return segment.id, segment.source, segment.protected, segment.note


def _one_line(message: str) -> None:
    assert message.strip()
    assert not re.search(r"[\n\r\x00-\x08\x1b]", message), message


def _bounded(segments: list[Segment], content: bytes) -> None:
    """No more comes out than went in."""
    assert len(segments) <= content.count(b"<")
    assert len({segment.id for segment in segments}) == len(segments)
    assert sum(len(segment.source.plain) for segment in segments) <= len(content)


def edits_for(segments: list[Segment]) -> dict[str, Edit]:
    edits = {}
    for number, segment in enumerate(segments):
        if segment.protected or (segment.kept and number % 2):
            continue
        target = Text(*("Ž & <1>\t]]> 한" if isinstance(part, str) else part for part in segment.source.parts))
        alternatives = (("one", target + Text("!"), 87), ("two & 2", target, 61))[: number % 3]
        edits[segment.id] = Edit(Status.DIVERGENT, target, "a < 'b'" if number % 2 else None, alternatives)
    return edits


def _accepted(path: Path) -> bool:
    """Whether libxml2 reads it too."""
    options = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": True,
        "collect_ids": False,
    }
    try:
        for _ in etree.iterparse(BytesIO(path.read_bytes()), **options):
            pass
    except etree.XMLSyntaxError:
        return False
    return True


@contextmanager
def _metered(size: int) -> Iterator[None]:
    """Calls of functions are counted: they may grow with the size of the input, and no faster."""
    left = 20_000 + 100 * size

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        left -= event in {"call", "c_call"}
        assert left > 0, "more work than the size of the input accounts for"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


@contextmanager
def _alarm() -> Iterator[None]:
    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def try_mutants(tmp_path: Path, first: int, last: int) -> Check:
    """Take the files in turn."""
    check, names = Check(tmp_path), list(originals())
    for number in range(first, last):
        name = names[number % len(names)]
        try:
            check(mutant(name, number))
        except BaseException as error:
            error.add_note(f"mutant({name!r}, {number})")
            raise
    return check


def test_a_few_hundred_mutants(tmp_path: Path) -> None:
    check = try_mutants(tmp_path, 0, QUICK)
    assert check.read > QUICK / 10  # mutants that are merely refused prove little
    assert check.edited > QUICK / 20
    assert check.refused > QUICK / 10


@pytest.mark.fuzz
@pytest.mark.parametrize("batch", range(BATCHES))
def test_thousands_of_mutants(tmp_path: Path, batch: int) -> None:
    first = QUICK + batch * BATCH
    assert try_mutants(tmp_path, first, first + BATCH).edited


VOCABULARY = {
    "xliff1": (
        "trans-unit source target source target seg-source mrk mrk g x bx ex bpt ept ph it sub note alt-trans group",
        """id="1" id="2" rid="1" mid="0" mid="1" mtype="seg" mtype="protected" state="final" state="new" approved="yes"
        translate="no" xml:lang="de" ctype="lb" equiv-text="%s" from="mtqa" origin="mtqa:e" xmlns="" xmlns:p="q" """,
    ),
    "xliff2": (
        """unit segment segment source target source target ignorable pc sc ec sm em mrk ph cp notes note originalData
        data group mtc:matches mtc:match""",
        """id="1" id="2" startRef="1" startRef="2" dataRef="1" translate="no" isolated="yes" state="final" hex="0001"
        equiv="x" subType="xlf:lb" category="mtqa" ref="#1" origin="mtqa:e" canCopy="no" canReorder="no"
        xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0" """,
    ),
    "tmx": (
        "tu tuv tuv tuv seg seg seg note prop bpt ept it ph hi ut sub",
        """tuid="1" srclang="de" srclang="*all*" xml:lang="en" xml:lang="de" xml:lang="fi" lang="en" creationid="mtqa"
        changeid="x" i="1" i="2" x="1" type="lb" type="x-mtqa:status" """,
    ),
}
ASIDES = ("&amp;", "&#13;", "]]&gt;", "<![CDATA[<&]]>", "<!-- > -->", "<?p q?>", "\n  ", "mtqa: ")


@st.composite
def markup(draw: st.DrawFn, names: list[str], attributes: list[str], depth: int) -> str:
    """Well-formed content in which any element may be in any other."""
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ASIDES) | st.text("aé 한\u2028", max_size=4))
    name = draw(st.sampled_from(names))
    own = draw(st.lists(st.sampled_from(attributes), max_size=3, unique_by=lambda pair: pair.partition("=")[0]))
    content = "".join(draw(st.lists(markup(names, attributes, depth - 1), max_size=4)))
    return f"<{' '.join((name, *own))}>{content}</{name}>" if content else f"<{' '.join((name, *own))}/>"


@pytest.mark.parametrize("kind", VOCABULARY)
@given(data=st.data())
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_structure(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    names, attributes = (words.split() for words in VOCABULARY[kind])
    inner = data.draw(st.lists(markup(names, attributes, 3), max_size=4))
    unit = names[0]
    Check(tmp_path)(WRAPPERS[kind].format(f"<{unit} id='u'>{''.join(inner)}</{unit}>" * 2).encode())


PADDING = "<unit id='u' translate='no'><segment><source>left alone</source></segment></unit>\n" * 1000


@pytest.mark.parametrize(
    "content",
    [
        XLIFF12.format("<trans-unit id='1'><source>" + "much text <x id='1'/>" * 5_000 + "</source></trans-unit>"),
        XLIFF12.format(
            "<!--" + "-x" * 50_000 + "--><trans-unit id='1'>" + " " * 99_999 + "<source>a</source></trans-unit>"
        ),
        XLIFF12.format("<trans-unit id='1'><source a='" + "/>" * 99_999 + "'>a</source></trans-unit>"),
        WRAPPERS["xliff2"].format(PADDING + PADDING.replace(" translate='no'", "")).replace(' trgLang="de"', ""),
    ],
    ids=["unit", "space", "tag", "root"],
)
def test_what_lies_far_apart(tmp_path: Path, content: str) -> None:
    """Reading keeps only a stretch of the file in memory; writing may need what lies before it."""
    check = Check(tmp_path)
    check(content.encode())
    assert check.edited


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_text(WRAPPERS["xliff2"].format(PADDING), encoding="utf-8")
    segments = FORMATS["xliff2"].read(BilingualFile(path, "input"), lambda _: None)
    next(segments)
    os.truncate(path, 50_000)
    with pytest.raises(FormatError, match="the XML is broken"):
        list(segments)


def watched(folder: Path) -> None:
    """Run in a process of its own: prints whatever is opened, connected or started but the files in `folder`."""
    check = Check(folder)
    for name in ("xliff1", "xliff2", "tmx"):  # what is imported late is imported now
        check(originals()[name])
    own = (folder, Path(sysconfig.get_path("stdlib")))  # codecs are modules of Python
    foreign = ("socket.", "subprocess.", "urllib.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "ctypes.")
    seen: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        path = arguments[0] if event == "open" else folder
        opened = isinstance(path, str | bytes | Path) and not any(
            Path(os.fsdecode(path)).is_relative_to(o) for o in own
        )
        if opened or event.startswith(foreign):
            seen.append(f"{event} {arguments}")

    sys.addaudithook(hook)
    for content in originals().values():
        check(content)
    print(*seen, sep="\n")  # noqa: T201 - read by the test


def test_python_opens_nothing_but_the_input_and_its_copy(tmp_path: Path) -> None:
    script = f"from pathlib import Path; from {watched.__module__} import watched; watched(Path({str(tmp_path)!r}))"
    environment = os.environ | {"TMPDIR": str(tmp_path)}  # where transcoded files are kept
    run = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(
        run, cwd=Path(__file__).parents[2], env=environment, check=False, capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


PROLOGUES = (
    '<!DOCTYPE xliff SYSTEM "{0}">',
    '<!DOCTYPE xliff PUBLIC "-//x//y" "{0}">',
    '<!DOCTYPE xliff [<!ENTITY % a SYSTEM "{0}"> %a;]>',
    '<!DOCTYPE xliff [<!ENTITY a SYSTEM "{0}">]>',
    '<?xml-stylesheet type="text/xsl" href="{0}"?>',
)
UNIT = """<trans-unit id="1"><source>a</source><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{0}"/>
<note xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="u {0}" xml:base="{0}">n</note>
</trans-unit>"""


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is a part of Linux")
def test_no_parser_follows_a_reference(tmp_path: Path) -> None:
    """Below Python too: the kernel tells who opens the bait, a server who knocks."""
    check, bait = Check(tmp_path), tmp_path / "bait.dtd"
    bait.write_text("<!ELEMENT xliff ANY>")
    libc = ctypes.CDLL(None)
    events = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(events, os.fsencode(bait), 0x20) > 0  # IN_OPEN
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        for target in (bait.name, bait.as_uri(), str(bait), f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"):
            content = XLIFF12.replace("a.html", target).format(UNIT.format(target))
            for prologue in ("", *(prologue.format(target) for prologue in PROLOGUES)):
                check(content.replace("\n", f"\n{prologue}", 1).encode())
        with pytest.raises(BlockingIOError):
            server.accept()
    with pytest.raises(BlockingIOError):
        os.read(events, 4096)
    bait.read_bytes()
    assert os.read(events, 4096)  # the watch works
    os.close(events)
    assert check.edited == 4 * 4
