"""Agreement as a number, where it is asked for and the format has a place for it."""

from pathlib import Path

import pytest

from mtqa.inline import Text
from mtqa.model import Status
from tests.formats.bilingual import TMX14, XLIFF12, XLIFF20, Sample, edit
from tests.formats.test_mxliff import sample as mxliff

UNIT = '<trans-unit id="1"><source>A</source>{}</trans-unit>'
ITS = 'xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0" '
SCORE = 'its:annotatorsRef="mt-confidence|mtqa" its:mtConfidence="{}"'


def xliff(tmp_path: Path, units: str, profile: str | None = None) -> Sample:
    return Sample(tmp_path, "xliff1", XLIFF12.format(units), profile=profile)


def test_a_target_brings_what_its_needs(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(""))
    once = file.rewritten({1: edit("B", agreement=0.8)})
    assert f'state-qualifier="mt-suggestion" {ITS}{SCORE.format("0.80")}>B</target>' in once
    assert file.rewritten({1: edit("B", agreement=0.8)}) == once
    assert SCORE.format("0.50") in file.rewritten({1: edit("C", agreement=0.5)})
    assert "mtConfidence" not in file.rewritten({1: edit("C")})


def test_what_is_declared_is_used(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT.format("")).replace(
        "<xliff", '<xliff xmlns:i="http://www.w3.org/2005/11/its" i:version="2.0" xmlns:its="urn:other"'
    )
    once = Sample(tmp_path, "xliff1", content).rewritten({1: edit("B", agreement=0.8)})
    assert f"{SCORE.format('0.80').replace('its:', 'i:')}>B</target>" in once
    other = XLIFF12.format(UNIT.format("")).replace("<xliff", '<xliff xmlns:its="urn:other"')
    assert 'xmlns:its2="http' in Sample(tmp_path, "xliff1", other).rewritten({1: edit("B", agreement=0.8)})


def test_a_stale_confidence_goes_with_its_target(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(f'<target {ITS}its:annotatorsRef="x|y" its:mtConfidence="0.9">x</target>'))
    assert f'<target {ITS}state="needs-review-translation"' in file.rewritten({1: edit("B")}).replace("  ", " ")


@pytest.mark.parametrize("target", ["", "<target><mrk mtype='seg' mid='1'/><mrk mtype='seg' mid='2'>y</mrk></target>"])
def test_each_segment_has_its_own(tmp_path: Path, target: str) -> None:
    marks = "<mrk mtype='seg' mid='1'>A</mrk> <mrk mtype='seg' mid='2'>B</mrk>"
    unit = UNIT.replace(">A<", ">A B<").format(f"<seg-source>{marks}</seg-source>{target}")
    once = xliff(tmp_path, unit).rewritten({1: edit("X", agreement=0.75)})
    assert f"mid='1' {ITS}{SCORE.format('0.75')}>X</mrk>" in once
    assert once.count("mtConfidence") == 1


def test_what_is_wrong_is_said_beside_it_or_alone(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(""))
    both = file.rewritten({1: edit("B", agreement=0.8, issue="omission")})
    assert f'{SCORE.format("0.80")} its:locQualityIssueType="omission">B</target>' in both
    alone = file.rewritten({1: edit("B", issue="numbers")})
    assert f'{ITS}its:locQualityIssueType="numbers">B</target>' in alone
    assert "locQualityIssueType" not in file.rewritten({1: edit("B")})
    assert "its" not in xliff(tmp_path, UNIT.format(""), "plain").rewritten({1: edit("B", issue="omission")})


def test_what_was_wrong_with_another_target_goes_with_it(tmp_path: Path) -> None:
    wrong = 'its:locQualityIssueType="grammar" its:locQualityIssueComment="c" its:locQualityIssueSeverity="50"'
    file = xliff(tmp_path, UNIT.format(f"<target {ITS}{wrong}>x</target>"))
    assert "locQualityIssue" not in file.rewritten({1: edit("B")})
    assert file.rewritten({1: edit("B", issue="length")}).count("locQualityIssue") == 1


@pytest.mark.parametrize(
    ("format_", "content", "told"),
    [
        ("xliff2", XLIFF20.format('<unit id="u"><segment><source>A</source></segment></unit>'),
         '<mda:meta type="locQualityIssueType">omission</mda:meta>'),
        ("tmx", TMX14.format('<tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>'),
         '<prop type="x-mtqa:locQualityIssueType">omission</prop>'),
    ],
)  # fmt: skip
def test_other_formats_say_it_in_their_own_places(tmp_path: Path, format_: str, content: str, told: str) -> None:
    file = Sample(tmp_path, format_, content, "de")
    once = file.rewritten({1: edit("B", issue="omission")})
    assert told in once
    assert file.rewritten({1: edit("B", issue="omission")}) == once


@pytest.mark.parametrize("profile", ["plain", "xcode"])
def test_tools_that_read_attributes_strictly_get_none(tmp_path: Path, profile: str) -> None:
    assert "its" not in xliff(tmp_path, UNIT.format(""), profile).rewritten({1: edit("B", agreement=0.8)})


def test_xliff_1_0_has_no_place_for_it(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT.format("")).replace('"1.2"', '"1.0"')
    assert "its" not in Sample(tmp_path, "xliff1", content).rewritten({1: edit("B", agreement=0.8)})


@pytest.mark.parametrize(
    ("status", "agreement", "score"),
    [
        (Status.AGREED, 0.8, "0.80"),
        (Status.AGREED, 1.0, "0.99"),
        (Status.AGREED, None, "0.0"),
        (Status.DIVERGENT, 0.6, "0.0"),
        (Status.UNDECIDED, 0.6, "0.0"),
    ],
)
def test_phrase_filters_by_the_score(tmp_path: Path, status: Status, agreement: float | None, score: str) -> None:
    file = mxliff(tmp_path)
    once = file.rewritten({1: edit("B", status=status, agreement=agreement)})
    unit = once[once.index("<trans-unit") :].partition(">")[0]
    assert f'm:score="{score}" m:gross-score="{score}"' in unit
    assert 'm:trans-origin="mt"' in unit
    assert 'm:confirmed="0"' in unit
    assert file.rewritten({1: edit("B", status=status, agreement=agreement)}) == once


def test_a_memory_says_it_in_a_prop(tmp_path: Path) -> None:
    file = Sample(tmp_path, "tmx", TMX14.format('<tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>'), "de")
    once = file.rewritten({1: edit("B", agreement=0.8)})
    assert '<prop type="x-mtqa:agreement">0.80</prop><tuv' in once
    assert file.rewritten({1: edit("B", agreement=0.8)}) == once
    assert "agreement" not in file.rewritten({1: edit("B")})


def test_xliff_2_says_it_in_metadata(tmp_path: Path) -> None:
    unit = '<unit id="u"><notes><note>n</note></notes><segment><source>A</source></segment>{}</unit>'
    file = Sample(tmp_path, "xliff2", XLIFF20.format(unit.format("")))
    change = edit("B", agreement=0.8, remark="r", alternatives=(("e", Text("C"), 60),))
    once = file.rewritten({1: change})
    group = '<mda:metaGroup category="mtqa"><mda:meta type="agreement">0.80</mda:meta></mda:metaGroup>'
    assert f'<mda:metadata xmlns:mda="urn:oasis:names:tc:xliff:metadata:2.0">{group}</mda:metadata><notes>' in once
    assert file.rewritten({1: change}) == once
    assert "mda:" not in file.rewritten({1: edit("B")})
    two = Sample(tmp_path, "xliff2", XLIFF20.format(unit.format("<segment><source>B</source></segment>")))
    once = two.rewritten({2: change})
    assert '<segment id="s2" state="initial"' in once
    assert '<mda:meta type="agreement s2">0.80' in once


def test_metadata_of_others_stays(tmp_path: Path) -> None:
    theirs = '<m:metadata xmlns:m="urn:oasis:names:tc:xliff:metadata:2.0"><m:metaGroup category="x"/></m:metadata>'
    unit = f'<unit id="u">{theirs}<segment><source>A</source></segment></unit>'
    file = Sample(tmp_path, "xliff2", XLIFF20.format(unit))
    once = file.rewritten({1: edit("B", agreement=0.8)})
    assert '<m:metaGroup category="x"/><m:metaGroup category="mtqa"><m:meta type="agreement">0.80</m:meta>' in once
    assert file.rewritten({1: edit("B", agreement=0.8)}) == once
    assert theirs in file.rewritten({1: edit("B")})
