"""What a file holds, counted in one pass, and whether it comes back as it is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from mtqa.errors import FormatError, UnknownFormat
from mtqa.formats import PROFILES, comes_back, inspect, kinds_of
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Notice, Segment
from tests.formats.bilingual import FORMATS, TMX14, WRAPPERS, XLIFF12, XLIFF20, Sample, bare, edit

UNITS = """
<trans-unit id="1"><source>A <ph id="1">%s</ph></source><target>B</target>
  <alt-trans><target>C</target><target/></alt-trans></trans-unit>
<trans-unit id="2" approved="yes"><source>A</source><target>B</target></trans-unit>
<trans-unit id="3" translate="no"><source>A</source><target>B</target></trans-unit>
<trans-unit id="4"><source><ph id="1">code only</ph></source><target>B</target></trans-unit>
<trans-unit id="5"><source><ph id="1">code <sub>and text</sub></ph></source><target><x id="1"/> </target></trans-unit>
<trans-unit id="6"><source>A. B.</source><seg-source><mrk mtype="seg" mid="1">A.</mrk> <mrk mtype="seg" mid="2">B.</mrk>
  </seg-source><target><mrk mtype="seg" mid="2"/><mrk mtype="seg" mid="1">Z.</mrk></target></trans-unit>
<trans-unit id="7"><source>A</source><target state-qualifier="x-manual-notrans">B</target></trans-unit>
"""


def counted(path: Path) -> tuple[int, ...]:
    found = inspect(path, FORMATS)
    return (
        found.units,
        found.segments,
        found.translatable,
        found.translated,
        found.has_target,
        found.protected,
        found.alternatives,
    )


def test_counts_xliff_1(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF12.format(UNITS), encoding="utf-8")
    assert counted(path) == (7, 8, 6, 4, 6, 2, 2)
    found = inspect(path, FORMATS)
    assert (found.format, found.dialect, found.languages, found.warnings) == ("xliff1", "plain", (("en", "de"),), ())


def test_counts_xliff_2(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    matches = (
        '<m:matches xmlns:m="urn:oasis:names:tc:xliff:matches:2.0"><m:match ref="#x"><source>A</source>'
        "<target>B</target></m:match></m:matches>"
    )
    segments = (
        '<segment state="final"><source>A</source><target>B</target></segment><ignorable><source>C</source></ignorable>'
        "<segment><source>D</source><target> </target></segment><segment><source> </source></segment>"
    )
    path.write_text(XLIFF20.format(f'<unit id="u">{matches}{segments}</unit>'), encoding="utf-8")
    assert counted(path) == (1, 3, 2, 1, 2, 1, 1)


def test_counts_tmx(tmp_path: Path) -> None:
    path = tmp_path / "a.tmx"
    units = (
        '<tu><tuv xml:lang="EN"><prop type="x">p</prop><seg>A</seg></tuv><tuv xml:lang="fr-FR"><seg>B</seg></tuv>'
        '<tuv xml:lang="de"><seg/></tuv></tu><tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>'
        '<tu><tuv xml:lang="en"><prop type="x">p</prop><seg><ph>p</ph></seg></tuv>'
        '<tuv xml:lang="de"><seg>B</seg></tuv></tu>'
        '<tu><tuv xml:lang="de"><seg>B</seg></tuv></tu>'
    )
    path.write_text(TMX14.format(units), encoding="utf-8")
    assert counted(path) == (4, 4, 2, 1, 1, 0, 0)
    assert inspect(path, FORMATS).languages == (
        ("", "de"),
        ("EN", "de"),
        ("EN", "fr-FR"),
        ("en", ""),
        ("en", "de"),
    )


def test_languages_that_are_missing_or_none_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    content = XLIFF12.format('<trans-unit id="1"><source>A</source></trans-unit>')
    path.write_text(content.replace('source-language="en"', "").replace('"de"', '"fr--FR!"'), encoding="utf-8")
    found = inspect(path, FORMATS)
    assert found.languages == (("", "fr--FR!"),)
    assert [warning.what.partition(";")[0] for warning in found.warnings] == [
        "the source language is not stated",
        "'fr--FR!' is not a language tag",
    ]
    assert comes_back(path, FORMATS, tmp_path / "out" / "copy")


def test_a_file_without_units_has_languages(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    for content, pairs in ((XLIFF12, (("en", "de"),)), (XLIFF20, (("en", "de"),)), (TMX14, ())):
        path.write_text(content.format(""), encoding="utf-8")
        found = inspect(path, FORMATS)
        assert (found.units, found.languages) == (0, pairs)
        assert [warning.what for warning in found.warnings] == ["no segments in this file"]


def test_a_file_of_no_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text("<resources/>", encoding="utf-8")
    for refused in (lambda: inspect(path, FORMATS), lambda: comes_back(path, FORMATS, tmp_path / "b")):
        with pytest.raises(UnknownFormat, match=r"a\.xlf: .*'resources'"):
            refused()


class Lines:
    """A format of somebody else: one segment a line."""

    def claims(self, head: bytes) -> bool:
        return True

    def read(self, file: BilingualFile, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        notify(Notice("x", "told"))
        for n, line in enumerate(file.path.read_text(encoding="utf-8").splitlines(), start=1):
            source, _, target = line.partition("=")
            yield Segment(
                f"{file.label}#{n}", file.label, "", Text(source), "en", "de", Text(target) if target else None
            )

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        out.write(file.path.read_bytes() + b"\n")


def test_a_format_without_units_is_counted_by_its_segments(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF12.format(""), encoding="utf-8")
    path.write_text("A=B\nC=\n=D", encoding="utf-8")
    found = inspect(path, {"lines": Lines()})
    assert (found.format, found.segments, found.translatable, found.translated) == ("lines", 3, 2, 1)
    assert [warning.what for warning in found.warnings] == ["told"]


def test_a_writer_that_changes_something_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text("A=B", encoding="utf-8")
    assert not comes_back(path, {"lines": Lines()}, tmp_path / "copy")


def test_the_input_is_never_the_destination(tmp_path: Path) -> None:
    path = tmp_path / "a.xlf"
    path.write_text(XLIFF12.format(UNITS), encoding="utf-8")
    with pytest.raises(FormatError, match="overwrite its input"):
        comes_back(path, FORMATS, path)


def test_the_comparison_of_written_files_sees_other_changes() -> None:
    content = XLIFF12.format(UNITS).encode()
    for old, new in ((b"A. B.", b"A, B."), (b' approved="yes"', b""), (b"<alt-trans>", b"<alt-trans crc='1'>")):
        assert bare(content) != bare(content.replace(old, new))
    assert bare(content) == bare(content.replace(b"<target>B", b"<target state='x'>C"))


def test_formats_tell_their_kinds() -> None:
    told = [(kind.title, kind.profiles) for one in FORMATS.values() for kind in kinds_of(one)]
    assert len(told) == len({*told}) > 15
    assert {name for _, profiles in told for name in profiles} == set(PROFILES)
    assert kinds_of(Lines()) == ()


@pytest.mark.parametrize("kind", ["xliff1", "xliff2", "tmx"])
def test_what_is_told_of_profiles_is_what_happens(tmp_path: Path, kind: str) -> None:
    unit = {
        "xliff1": '<trans-unit id="1"><source>A</source></trans-unit>',
        "xliff2": '<unit id="1"><segment><source>A</source></segment></unit>',
        "tmx": '<tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>',
    }[kind]
    plain = next(known for known in kinds_of(FORMATS[kind]) if known.dialect == "plain")
    for profile in PROFILES:
        sample = Sample(tmp_path, kind, WRAPPERS[kind].format(unit), "de", profile)
        if profile in plain.profiles:
            assert sample.segments()
        else:
            with pytest.raises(FormatError, match="does not fit"):
                sample.segments()
    default = Sample(tmp_path, kind, WRAPPERS[kind].format(unit), "de").written({1: edit("B")})
    assert default == Sample(tmp_path, kind, WRAPPERS[kind].format(unit), "de", plain.profiles[0]).written(
        {1: edit("B")}
    )
