"""SDLXLIFF: segments are marks, described in sdl:seg-defs; a file that Studio has not segmented is left alone."""

from pathlib import Path

import pytest

from mtqa.errors import FormatError
from mtqa.inline import Text
from mtqa.model import Segment, Status
from tests.formats.bilingual import Sample, edit

FILE = (
    '\ufeff<?xml version="1.0" encoding="utf-8"?><xliff xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0" '
    'xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2" sdl:version="1.0"><file original="a.docx" '
    'datatype="x-sdlfilterframework2" source-language="en-US" target-language="fr-FR"><header/><body>'
    '<trans-unit id="s" translate="no"><source><x id="9"/></source></trans-unit><group>{}</group></body></file></xliff>'
)
CODE = "<x id='2'/>"


def mark(mid: int, content: str) -> str:
    return f'<mrk mtype="seg" mid="{mid}">{content}</mrk>'


def unit(target: str, *properties: str) -> str:
    """Two segments with a space between them."""
    inner = f'<g id="5">{mark(1, f"One {CODE}.")} {mark(2, "Two.")}</g>'
    definitions = "".join(
        f'<sdl:seg id="{mid}"{said}><sdl:value key="created_on">12/08/2017 11:41:26</sdl:value></sdl:seg>'
        if said
        else f'<sdl:seg id="{mid}" />'
        for mid, said in enumerate(properties or ("", ""), start=1)
    )
    return (
        f'<trans-unit id="t"><source><g id="5">One <x id="2"/>. Two.</g></source><seg-source>{inner}</seg-source>'
        f"{target}<sdl:seg-defs>{definitions}</sdl:seg-defs></trans-unit>"
    )


def sample(tmp_path: Path, units: str) -> Sample:
    return Sample(tmp_path, "xliff1", FILE.format(units))


def first(tmp_path: Path, target: str, said: str) -> Segment:
    content = f'<target><g id="5">{mark(1, target)} {mark(2, "")}</g></target>'
    return sample(tmp_path, unit(content, said, "")).segments()[0]


def test_one_segment_for_each_mark(tmp_path: Path) -> None:
    segments = sample(tmp_path, unit("")).segments()
    assert [(s.unit, s.source.plain, s.target, s.protected) for s in segments] == [
        ("t/1", "One .", None, ""),
        ("t/2", "Two.", None, ""),
    ]


def test_without_marks_there_is_nothing_and_it_is_said(tmp_path: Path) -> None:
    plain = '<trans-unit id="t"><source>One.</source><seg-source>One.</seg-source></trans-unit>'
    unready = sample(tmp_path, plain * 2)
    assert unready.segments() == []
    assert ["Trados Studio first" in notice.what for notice in unready.notices].count(True) == 1
    assert unready.written({}) == unready.content


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (' locked="true" conf="Draft"', "locked"),
        (' conf="ApprovedTranslation"', "conf ApprovedTranslation"),
        (' conf="ApprovedSignOff" origin="tm"', "conf ApprovedSignOff"),
        (' conf="Translated"', ""),
        (' conf="RejectedSignOff"', ""),
    ],
)
def test_approved_and_locked_segments_are_protected(tmp_path: Path, said: str, reason: str) -> None:
    assert first(tmp_path, "Un.", said).protected == reason


@pytest.mark.parametrize(
    ("target", "said", "kept"),
    [
        ("Un.", ' conf="Draft" origin="mt"', True),
        ("Un.", ' conf="RejectedTranslation"', True),
        ("Un.", ' origin="interactive"', True),
        ("Un.", ' origin="source"', False),
        ("Un.", ' origin="not-translated"', False),
        ("Un.", ' origin="source" conf="Translated"', True),
        (f"One {CODE}.", "", False),
        ("", ' conf="Draft"', False),
    ],
)
def test_what_somebody_translated_is_kept(tmp_path: Path, target: str, said: str, kept: bool) -> None:
    segment = first(tmp_path, target, said)
    assert (segment.kept, segment.protected) == (kept, "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<mrk mtype="x-sdl-added" sdl:revid="r">Un</mrk>.', "tracked changes"),
        ('<mrk mtype="x-sdl-comment" sdl:cid="c">Un.</mrk>', "a comment on the target"),
    ],
)
def test_work_in_hand_is_protected_and_its_neighbour_is_not(tmp_path: Path, content: str, reason: str) -> None:
    file = sample(tmp_path, unit(f'<target><g id="5">{mark(1, content)} {mark(2, "")}</g></target>'))
    assert [segment.protected for segment in file.segments()] == [reason, ""]
    assert f"{content}</mrk> " in file.rewritten({2: edit("Deux.")})


def test_comments_and_revisions_of_the_source_are_no_codes(tmp_path: Path) -> None:
    content = (
        'A <mrk mtype="x-sdl-comment" sdl:cid="c">b</mrk><mrk mtype="x-sdl-deleted" sdl:revid="r">x</mrk>'
        '<mrk mtype="x-sdl-added" sdl:revid="r">c<x id="1"/></mrk>'
    )
    units = unit("").replace("Two.</mrk>", f"{content}</mrk>")
    source = sample(tmp_path, units).segments()[1].source
    assert (source.plain, [code.id for code in source.codes]) == ("A bc", ["x1"])


@pytest.mark.parametrize("target", ["", "<target/>", "<target></target>"])
def test_a_new_target_has_all_marks_and_what_is_between_them(tmp_path: Path, target: str) -> None:
    file = sample(tmp_path, unit(target))
    code = file.segments()[0].source.codes[0]
    written = file.rewritten({1: edit("Un ", code, ".")})
    assert (
        '</seg-source><target><g id="5"><mrk mtype="seg" mid="1">Un <x id=\'2\'/>.</mrk> '
        '<mrk mtype="seg" mid="2"></mrk></g></target><sdl:seg-defs>'
    ) in written
    assert '<sdl:seg id="1" conf="Draft" origin="mt" origin-system="mtqa"/><sdl:seg id="2" />' in written
    assert [segment.target for segment in file.segments()] == [Text("Un ", code, "."), None]


def test_says_draft_from_mt_and_forgets_the_old_match(tmp_path: Path) -> None:
    said = ' conf="Translated" origin="tm" origin-system="TM" percent="100" text-match="Source" struct-match="true"'
    target = f'<target state="x"><g id="5">{mark(1, "Un.")} {mark(2, "Deux.")}</g></target>'
    file = sample(tmp_path, unit(target, said, ' conf="Draft"'))
    before = file.content.decode()
    change = {1: edit("Une.", status=Status.DIVERGENT, remark="r", alternatives=(("e", Text("U"), 1),))}
    once = file.rewritten(change)
    assert once == before.replace(said, ' conf="Draft" origin="mt" origin-system="mtqa: divergent"').replace(
        "Un.<", "Une.<"
    )
    assert file.rewritten(change) == once
    for word in ("Approved", "Translated", "locked"):
        assert word not in once


def test_no_other_profile_fits(tmp_path: Path) -> None:
    file = Sample(tmp_path, "xliff1", FILE.format(unit("")), profile="generic")
    with pytest.raises(FormatError, match="'generic' does not fit SDLXLIFF; use trados"):
        file.written({1: edit("Un.")})
