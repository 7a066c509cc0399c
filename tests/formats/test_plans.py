"""What is made after a plan, compiled or in Python, is what the format says of each unit by itself."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import pytest

from mtqa.errors import MtqaError
from mtqa.formats import detect
from mtqa.formats.base import XmlFormat
from mtqa.formats.document import open_document
from mtqa.formats.passes import Edited
from mtqa.formats.plans import Planner
from mtqa.formats.shapes import ATTRIBUTE, REFERENCE, Cutter, Plan
from mtqa.formats.surroundings import Around, Slice
from mtqa.formats.walk import Walk, compiled
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Notice, Segment, Status
from tests.formats.bilingual import FORMATS, WRAPPERS
from tests.formats.mutants import mutant, originals

COMPILED = find_spec("mtqa.formats._scanner") is not None
needs_compiled = pytest.mark.skipif(not COMPILED, reason="the compiled scanner was not built")
WAYS = [pytest.param("compiled", marks=needs_compiled), "python"]
# Texts that decide about something, and such that only look like it.
TEXTS = (
    *("one", "two & three", "Ž 한", " a ", "{1>b<1}", "{2}", "%s", "[NAB: REVIEW] c", "[NAB: NOT TRANSLATED]", "[d]"),
    *("mtqa: e", "mtqa", "\u00a0", "\u2003f", "\u3000", "ã\u3042", "\u1680", "]]>", "\ue000", "\ue0001\ue001", "x"),
)
RAW = ("&#65;", "A", "&#160;", "&#x20;", "a&#13;b", "a\r\nb", "a\nb", "&gt;", ">", "&#xE000;1&#xE001;", "&#9;", "\t")


@contextmanager
def working(way: str) -> Iterator[None]:
    with patch.dict(os.environ, {"MTQA_NO_KERNEL": "" if way == "compiled" else "1"}):
        assert (compiled() is not None) == (way == "compiled")
        yield


@contextmanager
def unplanned() -> Iterator[None]:
    """As the formats say, every time."""
    with patch.dict(os.environ, {"MTQA_NO_KERNEL": "1"}), patch.object(Planner, "learn", lambda *_: None):
        yield


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units_of(path: Path, form: XmlFormat) -> list[tuple[int, bytes]]:
    with working("python"), open_document(path, "input") as document:
        walk = Walk(document, form.unit_tag, form.remember, lambda _node: None, form.names, write=False)
        return [(item.start, item.raw) for item in walk]


def again_and_again(rng: random.Random, content: bytes, units: list[tuple[int, bytes]], form: XmlFormat) -> bytes:
    """The file with other units of the same shape behind each unit."""
    cutter, parts, done = Cutter("", form.names, 0, 0, write=False), list[bytes](), 0
    for start, raw in units:
        shape, end = cutter.cut(raw), start + len(raw)
        parts.append(content[done:end])
        done = end
        for _ in range(4 if shape is not None else 0):
            new, at, texts = raw, 0, list[bytes]()
            for hole, kind in zip(cutter._holes, cutter._kinds, strict=True):
                at = new.index(hole, at)
                written = hole if rng.random() < 0.2 else _hole(rng, kind, texts)
                new = new[:at] + written + new[at + len(hole) :]
                at += len(written)
            parts.append(new)
    return b"".join((*parts, content[done:]))


def _hole(rng: random.Random, kind: int, before: list[bytes]) -> bytes:
    if kind == REFERENCE:
        return rng.choice((b"1", b"2", b"3", b"%d" % rng.randrange(10**6), b"a", b"01", b""))
    if kind == ATTRIBUTE:
        return rng.choice((b"u1", b"u2", "ü".encode(), b"3", b"", b" ", b"&amp;", b"%d" % rng.randrange(10**6)))
    if before and rng.random() < 0.4:
        return rng.choice(before)
    kinds = (escaped(rng.choice(TEXTS)), rng.choice(RAW), f"text {rng.randrange(100)}", f"t {rng.randrange(9)} &lt;")
    before.append(rng.choice((*kinds, kinds[2])).encode())
    return before[-1]


Read = tuple[list[Segment], list[Notice], str]


def read(form: XmlFormat, path: Path) -> Read:
    notices: list[Notice] = []
    segments: list[Segment] = []
    try:
        segments += form.read(BilingualFile(path, "input", "en", "fi"), notices.append)
    except MtqaError as error:
        return [], [], str(error)
    return segments, notices, ""


def written(form: XmlFormat, path: Path, edits: Callable[[str], Edit | None]) -> bytes | str:
    out = BytesIO()
    try:
        form.write(BilingualFile(path, "input", "en", "fi"), edits, out)
    except MtqaError as error:
        return str(error)
    return out.getvalue()


def edits_for(segments: list[Segment]) -> dict[str, Edit]:
    """Mostly nothing but targets; what is protected, or a translation in a memory, stays."""
    edits = {}
    for number, segment in enumerate(segments):
        if segment.protected or segment.kept or number % 7 == 3:
            continue
        target = Text(*("Ž & <1>\t]]> 한" if isinstance(part, str) else part for part in segment.source.parts))
        status = (Status.AGREED, Status.DIVERGENT, Status.UNDECIDED)[number % 11 % 3]
        remark = "a < b" if number % 13 == 5 else None
        edits[segment.id] = Edit(status, target, remark, (("one", target, 87),) if number % 17 == 6 else ())
    return edits


@pytest.mark.parametrize("way", WAYS)
def test_plans_say_what_the_formats_say(tmp_path: Path, way: str) -> None:
    path, planned, differ = tmp_path / "input", 0, 0
    made = Planner._plan

    def counted(self: Planner, item: Slice, shape: bytes, segments: list[Segment]) -> Plan:
        nonlocal planned
        plan = made(self, item, shape, segments)
        planned += 1
        return plan

    for number, (name, content) in enumerate(originals().items()):
        path.write_bytes(content)
        try:
            form = detect(path, FORMATS)
            assert isinstance(form, XmlFormat)
            units = units_of(path, form)
        except MtqaError:
            continue
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or len(content) > 400_000:
            continue  # offsets are those of UTF-8
        path.write_bytes(again_and_again(random.Random(number), content, units, form))
        with unplanned():
            expected = read(form, path)
            edits = edits_for(expected[0])
            there = written(form, path, edits.get)
        with working(way), patch.object(Planner, "_plan", counted):
            assert read(form, path) == expected, name
            assert written(form, path, edits.get) == there, name
        differ += isinstance(there, bytes) and there != path.read_bytes()
    assert planned > 30
    assert differ > 2


@pytest.mark.fuzz
@pytest.mark.parametrize("batch", range(10))
@pytest.mark.parametrize("way", WAYS)
def test_plans_of_damaged_files(tmp_path: Path, way: str, batch: int) -> None:
    """The same of mutants, whose units are multiplied where they can be, and which come in chunks of any length."""
    path, names, there = tmp_path / "input", list(originals()), 0
    for number in range(batch * 300, batch * 300 + 300):
        name, rng = names[number % len(names)], random.Random(number)
        content = mutant(name, number)
        path.write_bytes(content)
        try:
            form = detect(path, FORMATS)
            assert isinstance(form, XmlFormat)
            if content[:2] not in (b"\xff\xfe", b"\xfe\xff") and len(content) < 100_000:
                path.write_bytes(again_and_again(rng, content, units_of(path, form), form))
        except MtqaError:
            continue
        with unplanned():
            expected = read(form, path)
            edits = edits_for(expected[0])
            after = written(form, path, edits.get)
        with working(way), patch("mtqa.formats.document._STEP", rng.choice((3, 17, 100, 8192))):
            found = read(form, path), written(form, path, edits.get)
        assert found == (expected, after), (name, number)
        there += bool(expected[0])
    assert there > 30


@needs_compiled
def test_both_scanners_see_the_same_units(tmp_path: Path) -> None:
    path, seen = tmp_path / "input", 0
    names = list(originals())

    def seen_by(way: str, form: XmlFormat) -> list[object]:
        found: list[object] = []
        with working(way):
            try:
                with open_document(path, "input") as document:
                    for item in Walk(document, form.unit_tag, form.remember, found.append, form.names, write=False):
                        around = Around(*item[0])
                        found += [item[1:], [(node.tag, node.start, node.attributes) for node in around.ancestors]]
            except MtqaError as error:
                found.append(str(error))
        return [(one.tag, one.start, one.attributes) if hasattr(one, "tag") else one for one in found]

    for number in range(300):
        path.write_bytes(mutant(names[number % len(names)], number))
        try:
            form = detect(path, FORMATS)
        except MtqaError:
            continue
        assert isinstance(form, XmlFormat)
        python = seen_by("python", form)
        compiled_ones = [one for one in seen_by("compiled", form) if not isinstance(one, tuple) or len(one) != 3]
        assert compiled_ones == [one for one in python if not isinstance(one, tuple) or len(one) != 3]
        seen += len(python) > 3
    assert seen > 50


@pytest.mark.parametrize("kind", WRAPPERS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_borders_between_chunks(tmp_path: Path, way: str, kind: str, step: int) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"\xef\xbb\xbf" + originals()[kind])
    form = FORMATS[kind]
    assert isinstance(form, XmlFormat)
    with unplanned():
        expected = read(form, path)
    assert expected[0]
    with working(way), patch("mtqa.formats.document._STEP", step):
        assert read(form, path) == expected


UNITS = {
    "xliff1": "<trans-unit id='{0}'><source>s {0}</source><target>t {0}</target></trans-unit>",
    "xliff2": "<unit id='{0}'><segment><source>s {0}</source><target>t {0}</target></segment></unit>",
    "tmx": "<tu tuid='{0}'><tuv xml:lang='en'><seg>s {0}</seg></tuv><tuv xml:lang='fr'><seg>t</seg></tuv></tu>",
}


@pytest.mark.parametrize("kind", WRAPPERS)
@pytest.mark.parametrize("way", WAYS)
def test_most_units_go_by_plan(tmp_path: Path, way: str, kind: str) -> None:
    """The format itself is asked about few of many units, in reading and in writing; each edit is asked for once."""
    path, form = tmp_path / "input", FORMATS[kind]
    assert isinstance(form, XmlFormat)
    path.write_text(WRAPPERS[kind].format("\n".join(UNITS[kind].format(n) for n in range(500))), encoding="utf-8")
    asked: list[str] = []

    def edit(segment: str) -> Edit:
        asked.append(segment)
        return Edit(Status.AGREED, Text(f"new {segment}"))

    with working(way), patch.object(form, "places", wraps=form.places) as places:
        segments, notices, _ = read(form, path)
        assert (len(segments), notices) == (500, [])
        assert places.call_count < 10
        content = written(form, path, edit)
        assert places.call_count < 30
    assert asked == [segment.id for segment in segments]
    assert isinstance(content, bytes)
    assert content.count(b"new input#") == 500


@pytest.mark.parametrize("way", WAYS)
def test_repeated_ids_are_told_once_and_where(tmp_path: Path, way: str) -> None:
    path = tmp_path / "input"
    units = [UNITS["xliff1"].format(n if n != 400 else 7) for n in range(500)]
    path.write_text(WRAPPERS["xliff1"].format("\n".join(units)), encoding="utf-8")
    with working(way):
        _, notices, _ = read(FORMATS["xliff1"], path)  # type: ignore[arg-type]
    assert [notice.where for notice in notices] == ["input:405"]


@pytest.mark.parametrize("way", WAYS)
def test_no_recipe_outlives_its_file_element(tmp_path: Path, way: str) -> None:
    """The first edit of each file element may say something of the element itself."""
    path, form = tmp_path / "input", FORMATS["xliff1"]
    assert isinstance(form, XmlFormat)
    units = "\n".join(UNITS["xliff1"].format(n) for n in range(20))
    one = f'<file original="a.strings" source-language="en" datatype="plaintext"><body>{units}</body></file>'
    path.write_text(f'<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">{one * 3}</xliff>')
    file = BilingualFile(path, "input", "en", "fi", "xcode")
    with working(way), open_document(path, "input") as document:
        splices = list(Edited(form, document, file, lambda _: Edit(Status.AGREED, Text("a"))))
    assert sum('target-language="fi"' in str(splice.new) for splice in splices) == 3


@needs_compiled
@pytest.mark.parametrize(
    "plan",
    [
        *((), (b"", None), (b"", None, ()), ("", None, ((0, 1),)), (b"", None, ((0,),)), (b"", None, ((9, 1),))),
        *((b"", None, ((1, 99),)), (b"", None, ((1, -1),)), (b"", None, ((1, 10**30),)), (b"", None, (1,)), [], 7),
        *((b"", None, ((6, 1, (), 1),)), (b"", None, ((6, str, (1,), (0, 1)),)), (b"", None, ((6, int, ()),))),
        *((b"", None, ((3, (0, 1)),)), (b"", None, ((5, (9,)),)), (b"", 7, ((0, 1),)), (b"", None, ((6, 5),))),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_a_broken_plan_is_refused(plan: object, write: bool) -> None:
    native = compiled()
    assert native
    around = (b"u", {b"<u>\x01\x01</u>": plan}, set())
    scanner = native.Scanner("l", lambda *_: around, lambda: around, ((b"u", 1),), 9, 99, 9, 9, 9, 0, write)
    assert scanner.feed(b"<r><u>a</u></r>", True)
    try:
        made = list(scanner)
    except (TypeError, ValueError, OverflowError):
        return
    assert len(made) == 1


@needs_compiled
def test_misuse_of_the_compiled_scanner() -> None:
    native = compiled()
    assert native
    around = (b"u", {b"<u>\x01\x01</u>": (b"", None, ((0, 1),), {})}, set())
    arguments = ("l", lambda *_: around, lambda: around, ((b"u", 1),), 9, 99, 9, 9, 9, 0, True)
    for place, wrong in ((0, 7), (3, ((1, 2),)), (3, [1]), (3, ((b"u", 1),) * 999), (9, "a")):
        with pytest.raises((TypeError, ValueError)):
            native.Scanner(*arguments[:place], wrong, *arguments[place + 1 :])
    scanner = native.Scanner(*arguments)
    with pytest.raises(ValueError, match="was not cut out"):
        scanner.filled((0,), b"")
    assert scanner.feed(b"<r><u>a</u><u>b</u>")
    with pytest.raises(RuntimeError, match="units left"):
        scanner.feed(b"</r>")
    assert len(next(scanner)) == 6
    assert scanner.filled((b"x", 0, None), b"y") == b"xay"
    for recipe, content in (((1,), b""), ((-1,), b""), ((10**30,), b""), (("a",), b""), ((0,), "a"), ([0], b"")):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            scanner.filled(recipe, content)
    assert len(list(scanner)) == 1
    assert scanner.feed(b"</r>", True)
    with pytest.raises(ValueError, match="0 or more"):
        scanner.number = -1
    for wrong in (None, 7, (), (b"u", {}), ("u", {}, set()), (b"u", [], set())):
        refused = native.Scanner("l", lambda *_, wrong=wrong: wrong, lambda: around, (), 9, 99, 9, 9, 9, 0, False)
        with pytest.raises(TypeError):
            refused.feed(b"<r></r>", True)
        assert refused.feed(b"") is False

    def fails(*_: object) -> None:
        raise OSError("no")

    refused = native.Scanner("l", lambda *_: around, fails, (), 9, 99, 9, 9, 9, 0, False)
    with pytest.raises(OSError, match="no"):
        refused.feed(b"<r></r>", True)
    again = native.Scanner("l", lambda *_: again.feed(b"<"), lambda: around, (), 9, 99, 9, 9, 9, 0, False)
    with pytest.raises(RuntimeError):
        again.feed(b"<r></r>", True)
