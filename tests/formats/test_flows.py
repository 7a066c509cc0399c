"""Sub-flows: text inside native code is a segment of its own, and goes back into its code."""

from pathlib import Path

import pytest

from mtqa.errors import FormatError
from mtqa.formats import inspect, write_copy
from mtqa.inline import Text
from mtqa.model import Segment, Status
from tests.formats.bilingual import FORMATS, XLIFF12, Sample, edit

IMAGE = """<ph id="{}">&lt;img alt="<sub ctype='x-alt'>{}</sub>" title="<sub>{}</sub>"></ph>"""
UNIT = '<trans-unit id="u"{}><source>{}</source>{}</trans-unit>'


def sample(tmp_path: Path, source: str, target: str = "", attributes: str = "") -> Sample:
    return Sample.of(tmp_path, "xliff1", UNIT.format(attributes, source, target))


def brief(segments: list[Segment]) -> list[tuple[str, str, str, str, str]]:
    return [(s.id, s.unit, s.source.plain, s.part_of, s.protected) for s in segments]


def test_a_flow_is_read_behind_its_segment(tmp_path: Path) -> None:
    file = sample(tmp_path, f"See {IMAGE.format(1, 'A cat', 'Cats')} here")
    assert brief(file.segments()) == [
        ("sample#1", "u", "See  here", "", ""),
        ("sample#1.1", "u/sub1", "A cat", "sample#1", ""),
        ("sample#1.2", "u/sub2", "Cats", "sample#1", ""),
    ]
    assert {(s.source_lang, s.target_lang) for s in file.segments()} == {("en", "de")}


def test_flows_are_not_counted_as_segments(tmp_path: Path) -> None:
    file = sample(tmp_path, IMAGE.format(1, "A cat", "Cats"))
    found = inspect(file.file.path, FORMATS)
    assert (found.segments, found.translatable, found.has_target) == (1, 1, 0)


def test_a_flow_goes_into_the_code_of_the_target(tmp_path: Path) -> None:
    file = sample(tmp_path, f"See {IMAGE.format(1, 'A cat', 'Cats')} here")
    (code,) = file.segments()[0].source.codes
    changes = {1: edit("Da ", code, "!")}
    flows = {"sample#1.1": edit("Eine <Katze>"), "sample#1.2": edit("Katzen", status=Status.DIVERGENT, remark="r")}
    write_copy(file.format, file.file, ({"sample#1": changes[1]} | flows).get, tmp_path / "copy")
    copy = (tmp_path / "copy").read_text(encoding="utf-8")
    assert f"Da {IMAGE.format(1, 'Eine &lt;Katze>', 'Katzen')}!</target>" in copy
    assert f"<source>See {IMAGE.format(1, 'A cat', 'Cats')} here</source>" in copy
    assert '<note from="mtqa" annotates="target" priority="2">r</note>' in copy
    file.file.path.write_text(copy, encoding="utf-8")
    assert [s.target and s.target.plain for s in file.segments()] == ["Da !", "Eine <Katze>", "Katzen"]


def written(file: Sample, tmp_path: Path, flows: dict[str, str]) -> str:
    edits = {f"sample#{number}": edit(text) for number, text in flows.items()}
    write_copy(file.format, file.file, edits.get, tmp_path / "copy")
    return (tmp_path / "copy").read_text(encoding="utf-8")


def test_a_unit_of_code_alone_gets_a_target_for_its_flows(tmp_path: Path) -> None:
    file = sample(tmp_path, IMAGE.format(1, "A cat", "Cats"))
    assert [s.protected for s in file.segments()] == ["nothing to translate", "", ""]
    assert f">{IMAGE.format(1, 'Eine Katze', 'Cats')}</target>" in written(file, tmp_path, {"1.1": "Eine Katze"})


def test_a_flow_of_an_existing_target_is_replaced_in_place(tmp_path: Path) -> None:
    file = sample(tmp_path, f"A{IMAGE.format(1, 'a', 'b')}", f"<target>B{IMAGE.format(1, '', 'b')}</target>")
    assert [(s.kept, s.target) for s in file.segments()] == [
        (True, file.segments()[0].target),
        (False, None),
        (True, Text("b")),
    ]
    assert f">B{IMAGE.format(1, 'X', 'b')}</target>" in written(file, tmp_path, {"1.1": "X"})


def test_a_flow_without_a_place_changes_nothing(tmp_path: Path) -> None:
    for target in ("", "<target>no code</target>"):
        file = sample(tmp_path, f"A{IMAGE.format(1, 'a', 'b')}", target)
        assert written(file, tmp_path, {"1.1": "X"}).encode() == file.content


def test_equal_codes_keep_their_own_flows(tmp_path: Path) -> None:
    file = sample(tmp_path, IMAGE.format(1, "a", "b") * 2)
    assert f">{IMAGE.format(1, 'W', 'b')}{IMAGE.format(1, 'a', 'Z')}</target>" in written(
        file, tmp_path, {"1.1": "W", "1.4": "Z"}
    )


def test_what_is_protected_protects_its_flows(tmp_path: Path) -> None:
    file = sample(tmp_path, f"A{IMAGE.format(1, 'a', 'b')}", attributes=' approved="yes"')
    assert [s.protected for s in file.segments()] == ["approved"] * 3
    with pytest.raises(FormatError, match=r"sample#1\.1: the segment is protected"):
        written(file, tmp_path, {"1.1": "X"})
    opaque = sample(tmp_path, f"A<mrk mtype='protected'>{IMAGE.format(1, 'a', 'b')}</mrk>")
    assert len(opaque.segments()) == 1


def test_a_flow_inside_a_flow_stays_as_it_is(tmp_path: Path) -> None:
    inner = "<ph id='2'>(<sub>deep</sub>)</ph>"
    file = sample(tmp_path, f"<ph id='1'>[<sub>a{inner}</sub>]</ph>")
    assert [s.source.plain for s in file.segments()] == ["", "a"]
    (code,) = file.segments()[1].source.codes
    write_copy(file.format, file.file, {"sample#1.1": edit("X", code)}.get, tmp_path / "copy")
    assert "<target state=" in (copy := (tmp_path / "copy").read_text(encoding="utf-8"))
    assert f"<ph id='1'>[<sub>X{inner}</sub>]</ph></target>" in copy


def test_segments_of_a_unit_have_their_own_flows(tmp_path: Path) -> None:
    marks = "".join(f'<mrk mtype="seg" mid="{n}">{n}{IMAGE.format(n, "a", "b")}</mrk>' for n in (1, 2))
    file = sample(tmp_path, "x", f"<seg-source>{marks}</seg-source>")
    segments = file.segments()
    assert [(s.id, s.unit) for s in segments][3:5] == [("sample#2", "u/2"), ("sample#2.1", "u/2/sub1")]
    (code,) = segments[3].source.codes
    edits = {"sample#2": edit("Z", code), "sample#2.2": edit("Y")}
    write_copy(file.format, file.file, edits.get, tmp_path / "copy")
    filled = f'<mrk mtype="seg" mid="1"></mrk><mrk mtype="seg" mid="2">Z{IMAGE.format(2, "a", "Y")}</mrk></target>'
    assert filled in (tmp_path / "copy").read_text(encoding="utf-8")


def test_a_memory_has_flows_too(tmp_path: Path) -> None:
    tu = '<tu><tuv xml:lang="en"><seg>A<bpt i="1">[<sub>b</sub></bpt>c<ept i="1">]</ept></seg></tuv></tu>'
    file = Sample.of(tmp_path, "tmx", tu, "de")
    first, flow = file.segments()
    edits = {first.id: edit(*first.source.parts), flow.id: edit("B")}
    write_copy(file.format, file.file, edits.get, tmp_path / "copy")
    assert '<seg>A<bpt i="1">[<sub>B</sub></bpt>c<ept i="1">]</ept></seg></tuv></tu>' in (tmp_path / "copy").read_text()
    again = Sample(tmp_path, "tmx", (tmp_path / "copy").read_bytes(), "de").segments()
    assert [(s.kept, s.target and s.target.plain) for s in again] == [(True, "Ac"), (True, "B")]


def test_line_breaks_and_prefixes_are_those_of_the_file(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT.format("", IMAGE.format(1, "a", "b"), ""))
    content = content.replace("xmlns=", "xmlns:q=").replace("</", "</q:").replace("\n", "\r\n")
    for name in ("xliff", "file", "body", "trans-unit", "source", "ph", "sub"):
        content = content.replace(f"<{name}", f"<q:{name}")
    file = Sample(tmp_path, "xliff1", content)
    write_copy(file.format, file.file, {"sample#1.1": edit("X\nY")}.get, tmp_path / "copy")
    copy = (tmp_path / "copy").read_bytes()
    assert b"<q:sub ctype='x-alt'>X\r\nY</q:sub>" in copy
    assert b"\n" not in copy.replace(b"\r\n", b"")
