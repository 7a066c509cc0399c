"""Damaged files, thousands of them: each is read and written back safely, or refused in one line.

The default run takes a few hundred mutants, always the same; `pytest -m fuzz` takes 20,000. A failure names its
mutant, which `mutant(NAME, NUMBER)` makes again.
"""

import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from mtqa.errors import MtqaError
from mtqa.formats import detect, write_copy
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Segment, Status
from mtqa.ports import Format
from tests.formats.bilingual import FORMATS, WRAPPERS, folder
from tests.formats.test_round_trip import UNITS

SAMPLES = Path(__file__).parents[2] / "sample_files"
BATCHES, BATCH = 40, 500  # of the marked run
QUICK = 300
SECONDS = 120  # only a hang takes as long; time is no part of what is tested
ENCODINGS = ("utf-8", "utf-16", "us-ascii", "windows-1252", "shift_jis", "gb18030", "utf-7", "utf-32", "koi8-r")
FRAGMENTS = (
    *(b"<", b">", b"&", b'"', b"'", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\r", b"]]>", b"<![CDATA[", b"<!--"),
    *(b"-->", b"<?x", b"?>", b"&#0;", b"&#xD800;", b"&amp;", b"&nbsp;", b"<x/>", b"</source>", b"<target/>", b"<sub>"),
    *(b'<mrk mtype="seg" mid="1">', b' xmlns=""', b' xmlns:a="b"', b' state="final"', b' translate="no"', b"\xef\xbb\xbf"),
    *(b'<!DOCTYPE xliff [<!ENTITY a "b">]>', b' xml:lang="x y"', b' id="1"', b' xml:space="preserve"'),
)
PLANTS = (
    *(b"<!-- </source><target>no</target> -->", b"<![CDATA[</target> & <x id='1'/>]]>", b"<?pi </seg> ?>", b"text &amp;"),
    *(b"&#x2028;", b"&#13;", b"\r\n", b"<target/>", b"<target>t</target>", b"<source>s</source>", b"<seg>s</seg>"),
    *(b"<note>n</note>", b"<note from='mtqa'>n</note>", b"<note>mtqa: n</note>", b"<p:q xmlns:p='u'>r</p:q>", b"<segment/>"),
    *(b"<alt-trans><target>a</target></alt-trans>", b"<alt-trans origin='mtqa:x'/>", b"<tuv xml:lang='fi'/>", b"<tuv/>"),
    *(b"<mrk mtype='seg' mid='1'>m</mrk>", b"<sub>s</sub>", b"<g id='1' a='>'>g</g>", b"<x id=\"'>\"/>", b"<bx id='1'/>"),
    *(b"<ec startRef='1'/>", b"<sm id='1' translate='no'/>", b"<em startRef='1'/>", b"<notes/>", b"<notes><note/></notes>"),
    *(b"<ignorable><source>i</source></ignorable>", b"<segment><source>s</source></segment>", b"<seg-source/>"),
    *(b"<tuv xml:lang='fi' creationid='mtqa'><seg>o</seg></tuv>", b"<prop type='x-mtqa:status'>agreed</prop>"),
    *(b"<m:matches xmlns:m='urn:oasis:names:tc:xliff:matches:2.0'/>", b"<trans-unit/>", b"<unit id=''/>", b"<tu/>"),
)
TOKEN = re.compile(rb"(<[^<>]*>)")
T = TypeVar("T")
BUG = "report this file as a bug"


@cache
def originals() -> dict[str, bytes]:
    """The files that are damaged: the corpus where there is one, and always our own samples."""
    own = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix in {".xlf", ".tmx"}}
    own |= {kind: WRAPPERS[kind].format(units).encode() for kind, units in UNITS.items()}
    corpus = folder("MTQA_CORPUS")
    paths = sorted(corpus.glob("*/*")) if corpus else []
    return own | {path.name: path.read_bytes() for path in paths if path.suffix != ".py"}


Mutation = Callable[[random.Random, bytes], bytes]


def _range(rng: random.Random, content: bytes) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 8, 64, 512)))


def flip(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 4, 16))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: random.Random, content: bytes) -> bytes:
    start, end = _range(rng, content)
    return content[:start] + content[end:]


def truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def double(rng: random.Random, content: bytes) -> bytes:
    start, end = _range(rng, content)
    return content[:end] + content[start:end] * rng.choice((1, 1, 3)) + content[end:]


def swap(rng: random.Random, content: bytes) -> bytes:
    (a, b), (c, d) = sorted((_range(rng, content), _range(rng, content)))
    b = min(b, c)
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def insert(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(FRAGMENTS) + content[place:]


def tag(rng: random.Random, content: bytes) -> bytes:
    """A tag is removed, doubled, or trades its place with another."""
    tokens = TOKEN.split(content)
    if len(tokens) < 4:
        return content
    one, other = (rng.randrange(1, len(tokens), 2) for _ in range(2))
    match rng.randrange(3):
        case 0:
            tokens[one] = b""
        case 1:
            tokens[one] *= 2
        case _:
            tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def element(rng: random.Random, content: bytes) -> bytes:
    """An element is removed, doubled, moved, hidden, put into another or renamed: the file stays well-formed."""
    piece = _element(rng, content)
    if piece is None:
        return content
    rest = content[: piece.start()] + content[piece.end() :]
    places = [match.end() for match in TOKEN.finditer(rest)] or [0]
    place = rng.choice((piece.start(), piece.start(), rng.choice(places)))
    name, other = piece[1], rng.choice(re.findall(rb"<([A-Za-z:-]+)", content))
    new = rng.choice(
        (
            *(b"", piece[0] * 2, piece[0] * 3, b"<!--" + piece[0].replace(b"--", b"") + b"-->", piece[0]),
            b"<%b>" % other + piece[0] + b"</%b>" % other,
            re.sub(rb"(?<=<)%b\b|(?<=</)%b\b" % (re.escape(name), re.escape(name)), other, piece[0]),
        )
    )
    return rest[:place] + new + rest[place:]


def _element(rng: random.Random, content: bytes) -> re.Match[bytes] | None:
    """Any element, as a match whose first group is its name; where names are nested, what looks like one."""
    tags = list(re.finditer(rb"<([A-Za-z][\w:.-]*)[^<>]*>", content))
    if not tags:
        return None
    start = rng.choice(tags)
    name = re.escape(start[1])
    return re.compile(rb"<(%b)\b(?:[^<>]*/>|[^<>]*>.*?</%b\s*>)" % (name, name), re.DOTALL).match(content, start.start())


def plant(rng: random.Random, content: bytes) -> bytes:
    """Something well-formed where a tag ends."""
    places = [match.end() for match in TOKEN.finditer(content)]
    place = rng.choice(places) if places else 0
    return content[:place] + rng.choice(PLANTS) + content[place:]


def attribute(rng: random.Random, content: bytes) -> bytes:
    """An attribute is removed, or gets the value of another."""
    found = list(re.finditer(rb"""\s[\w:-]+=("[^"]*"|'[^']*')""", content))
    if not found:
        return content
    one, other = rng.choice(found), rng.choice(found)
    new = rng.choice((b"", one[0].replace(one[1], other[1])))
    return content[: one.start()] + new + content[one.end() :]


def declare(rng: random.Random, content: bytes) -> bytes:
    """The declaration names another encoding."""
    return re.sub(rb"(?i)(encoding=.)[\w-]+", rb"\1" + rng.choice(ENCODINGS).encode(), content, count=1)


def encode(rng: random.Random, content: bytes) -> bytes:
    """The bytes are of another encoding; the declaration may or may not say so."""
    encoding = rng.choice(ENCODINGS)
    text = (declare(rng, content) if rng.random() < 0.3 else content).decode("utf-8", "replace")
    if rng.random() < 0.5:
        text = re.sub(r"(?i)(encoding=.)[\w-]+", rf"\g<1>{encoding}", text, count=1)
    return text.encode(encoding, "xmlcharrefreplace")


def cross(rng: random.Random, content: bytes) -> bytes:
    """A stretch of another file."""
    other = originals()[rng.choice(list(originals()))]
    start, end = _range(rng, other)
    place, _ = _range(rng, content)
    return content[:place] + other[start:end] + content[place:]


GENTLE: tuple[Mutation, ...] = (element, element, element, plant, plant, attribute)
ROUGH: tuple[Mutation, ...] = (flip, cut, truncate, double, swap, insert, insert, tag, tag, declare, encode, cross)


def mutant(name: str, number: int) -> bytes:
    """The same for the same name and number."""
    rng, content = random.Random(f"{name} {number}"), originals()[name]
    mutations = rng.choice((GENTLE, GENTLE, ROUGH, GENTLE + ROUGH))
    for _ in range(rng.choice((1, 2, 3, 5))):
        content = rng.choice(mutations)(rng, content)
    return content


class Check:
    """What must hold of any content whatsoever."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path
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
        for old, new in zip(segments, again, strict=True):
            wanted = edits[old.id].target if old.id in edits else old.target
            assert (new.target or Text()) == (wanted or Text())
        assert _accepted(self.copy) or not _accepted(self.input)
        write_copy(reader, BilingualFile(self.copy, "input", "en", "fi"), edits.get, self.again)
        assert self.again.stat().st_size <= self.copy.stat().st_size  # what we added makes room for itself

    def _refusable(self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except MtqaError as error:
            _one_line(str(error))
            assert BUG not in str(error)
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
    try:
        etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, huge_tree=True, collect_ids=False))
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
        'id="1" id="2" rid="1" mid="0" mid="1" mtype="seg" mtype="protected" state="final" state="new" approved="yes" '
        'translate="no" xml:lang="de" ctype="lb" equiv-text="%s" from="mtqa" origin="mtqa:e" xmlns="" xmlns:p="q"',
    ),
    "xliff2": (
        "unit segment segment source target source target ignorable pc sc ec sm em mrk ph cp notes note originalData "
        "data group mtc:matches mtc:match",
        'id="1" id="2" startRef="1" startRef="2" dataRef="1" translate="no" isolated="yes" state="final" hex="0001" '
        'equiv="x" subType="xlf:lb" category="mtqa" ref="#1" origin="mtqa:e" canCopy="no" canReorder="no" '
        'xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0"',
    ),
    "tmx": (
        "tu tuv tuv tuv seg seg seg note prop bpt ept it ph hi ut sub",
        'tuid="1" srclang="de" srclang="*all*" xml:lang="en" xml:lang="de" xml:lang="fi" lang="en" creationid="mtqa" '
        'changeid="x" i="1" i="2" x="1" type="lb" type="x-mtqa:status"',
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
