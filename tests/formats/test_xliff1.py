"""XLIFF 1.x: what is read, what is left alone, and what is written."""

from pathlib import Path

import pytest

from mtqa.errors import FormatError, UnknownFormat
from mtqa.inline import Text
from mtqa.model import Segment, Status
from tests.formats.bilingual import XLIFF12, Sample, edit


def unit(content: str, attributes: str = "") -> str:
    return f'      <trans-unit id="1"{attributes}>\n        {content}\n      </trans-unit>'


def only(tmp_path: Path, content: str, attributes: str = "") -> Segment:
    (segment,) = Sample.of(tmp_path, "xliff1", unit(content, attributes)).segments()
    return segment


def test_reads_a_unit(tmp_path: Path) -> None:
    segment = only(
        tmp_path,
        '<source>A &amp; b<x id="1"/></source><target state="translated">A &#38; c<x id="1"/></target>'
        '<note>For the menu</note><note from="mtqa">divergent</note><note>Short</note>'
        '<alt-trans origin="TM" match-quality="90%"><source>A</source><target>Z</target><target>Y</target></alt-trans>',
    )
    assert (segment.id, segment.file, segment.unit) == ("sample#1", "sample", "1")
    assert segment.source.parts[0] == "A & b"
    assert segment.target is not None
    assert segment.target.codes == segment.source.codes
    assert (segment.source_lang, segment.target_lang) == ("en", "de")
    assert (segment.state, segment.kept, segment.protected) == ("translated", True, "")
    assert segment.note == "For the menu\nShort"
    assert [(a.origin, a.target, a.source, a.quality) for a in segment.alternatives] == [
        ("TM", Text("Z"), Text("A"), "90%"),
        ("TM", Text("Y"), Text("A"), "90%"),
    ]


@pytest.mark.parametrize(
    ("attributes", "content", "reason"),
    [
        (' translate="no"', "<source>A</source>", 'translate="no"'),
        (' approved="yes"', "<source>A</source><target>B</target>", "approved"),
        ("", '<source>A</source><target state="Final">B</target>', "state Final"),
        ("", '<source>A</source><target state="signed-off">B</target>', "state signed-off"),
        (
            "",
            '<source>A</source><target state-qualifier="x-manual-notrans">B</target>',
            "state-qualifier x-manual-notrans",
        ),
        (' xmlns:x="urn:xliff-xtm-extensions" x:locked="true"', "<source>A</source>", "locked"),
        (
            ' xmlns:iws="http://www.idiominc.com/ws/asset"',
            '<source>A</source><iws:m><iws:status lock_status="locked"/></iws:m>',
            "locked",
        ),
        ("", '<source>A</source><target>B<mrk mtype="x-sdl-deleted">C</mrk></target>', "tracked changes"),
        ("", '<source>A</source><target><mrk mtype="x-sdl-comment">C</mrk></target>', "a comment on the target"),
        ("", "<source> <x id='1'/>\n</source>", "nothing to translate"),
        ("", "<source/>", "nothing to translate"),
        ("", "<target>B</target>", "no source"),
        ("", "<source>A</source><target>B</target><target>C</target>", "two targets"),
        ("", "<source>A</source><target><target>B</target></target>", "a target inside a source or target"),
        (
            "",
            '<source>A</source><target><mrk mtype="seg" mid="1">B</mrk></target>',
            "the segments of target and source do not match",
        ),
    ],
)
def test_protects(tmp_path: Path, attributes: str, content: str, reason: str) -> None:
    sample = Sample.of(tmp_path, "xliff1", unit(content, attributes))
    assert [segment.protected for segment in sample.segments()] == [reason]
    with pytest.raises(FormatError, match="protected"):
        sample.written({1: edit("X")})


SEGMENTED = '<seg-source><mrk mtype="seg" mid="0">A.</mrk> <mrk mtype="seg" mid="{}">B.</mrk></seg-source>'


@pytest.mark.parametrize(
    ("mid", "target", "reason"),
    [
        ("0", "", "a mid occurs twice"),
        ("1", '<target><mrk mtype="seg" mid="0">X.</mrk></target>', "the segments of target and source do not match"),
        ("1", "<target>X. Y.</target>", "target text outside the segments"),
        (
            "1",
            '<target>oh <mrk mtype="seg" mid="0">X.</mrk> <mrk mtype="seg" mid="1">Y.</mrk></target>',
            "target text outside the segments",
        ),
    ],
)
def test_what_is_ambiguous_is_left_alone_and_told(tmp_path: Path, mid: str, target: str, reason: str) -> None:
    sample = Sample.of(tmp_path, "xliff1", unit(f"<source>A. B.</source>{SEGMENTED.format(mid)}{target}"))
    assert [segment.protected for segment in sample.segments()] == [reason, reason]
    assert [(notice.where, notice.what) for notice in sample.notices] == [("sample:5", f"left alone: {reason}")]


def test_translate_is_inherited_and_overridden(tmp_path: Path) -> None:
    inner = unit("<source>A</source>") + unit("<source>B</source>", ' translate="yes"')
    sample = Sample.of(tmp_path, "xliff1", f'<group translate="no"><group>{inner}</group></group>')
    assert [segment.protected for segment in sample.segments()] == ['translate="no"', ""]


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("<target>B</target>", True),
        ('<target state="needs-translation">B</target>', True),
        ('<target state="invented">A</target>', True),
        ("<target>A</target>", True),
        ('<target state="new">A</target>', False),
        ("<target>[NAB: NOT TRANSLATED]A</target>", False),
        ("<target>[NAB: REVIEW]A</target>", True),
        ("<target>  </target>", False),
        ("<target/>", False),
        ("", False),
    ],
)
def test_keeps_existing_targets(tmp_path: Path, target: str, kept: bool) -> None:
    assert only(tmp_path, f"<source>A</source>{target}").kept is kept


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("[NAB: REVIEW]B", Text("B")),
        ("[NAB: SUGGESTION]B", Text("B")),
        ("[NAB: NOT TRANSLATED]A", None),
        ("[B]", Text("[B]")),
    ],
)
def test_a_marker_is_not_part_of_the_target(tmp_path: Path, target: str, text: Text | None) -> None:
    sample = Sample.of(tmp_path, "xliff1", unit(f"<source>A</source><target>{target}</target>"))
    assert sample.segments()[0].target == text
    assert ">C</target>" in sample.rewritten({1: edit("C")})


def test_languages_are_those_of_each_file(tmp_path: Path) -> None:
    content = XLIFF12.format(unit("<source xml:lang='en_us'>A</source>")).replace(
        "</file>",
        '</file><file original="b" source-language="no" target-language="zh-hans" datatype="x"><body>'
        '<trans-unit id="2"><source>B</source></trans-unit></body></file>'
        '<file original="c" source-language="fr" datatype="x"><body>'
        '<trans-unit id="3"><source>C</source></trans-unit></body></file>',
    )
    segments = Sample(tmp_path, "xliff1", content).segments()
    assert [(s.source_lang, s.target_lang) for s in segments] == [("en-US", "de"), ("nb", "zh-Hans"), ("fr", "")]
    assert Sample(tmp_path, "xliff1", content, "pt").segments()[2].target_lang == "pt"


def test_a_bad_language_needs_a_configured_one(tmp_path: Path) -> None:
    content = XLIFF12.format(unit("<source>A</source>")).replace('target-language="de"', 'target-language="fr--FR!"')
    with pytest.raises(FormatError, match="set source_lang and target_lang"):
        Sample(tmp_path, "xliff1", content).segments()
    sample = Sample(tmp_path, "xliff1", content, "fr")
    assert sample.segments()[0].target_lang == "fr"
    assert "not a language tag" in sample.notices[0].what


def test_writes_a_new_target_in_place(tmp_path: Path) -> None:
    units = unit("<source>A</source>\n        <note>n</note>")
    sample = Sample.of(tmp_path, "xliff1", units)
    before = sample.content.decode()
    assert sample.rewritten({1: edit("B < C & D > ]]>")}) == before.replace(
        "</source>",
        '</source>\n        <target state="needs-review-translation" state-qualifier="mt-suggestion">'
        "B &lt; C &amp; D > ]]&gt;</target>",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<target xml:lang='de' />", "<target xml:lang='de' {}>B</target>"),
        ("<target\n xml:lang='de'></target >", "<target\n xml:lang='de' {}>B</target >"),
        (
            "<target state='new' x=' state=\"y\"'>C</target>",
            "<target state='needs-review-translation' x=' state=\"y\"' {2}>B</target>",
        ),
    ],
)
def test_keeps_the_attributes_of_a_target(tmp_path: Path, old: str, new: str) -> None:
    sample = Sample.of(tmp_path, "xliff1", unit(f"<source>A</source>{old}"))
    state, qualifier = 'state="needs-review-translation"', 'state-qualifier="mt-suggestion"'
    expected = new.replace("{2}", qualifier).replace("{}", f"{state} {qualifier}")
    assert sample.rewritten({1: edit("B")}).split("</source>")[1].startswith(expected)


def test_mirrors_the_segments_of_the_source(tmp_path: Path) -> None:
    seg_source = (
        '<seg-source>(<g id="1"><mrk mtype="seg" mid="0">A.</mrk>  <mrk mtype="seg" mid="1"/></g>)</seg-source>'
    )
    sample = Sample.of(tmp_path, "xliff1", unit(f"<source>(A.)</source>{seg_source}<target/>"))
    assert [(s.unit, s.source.plain) for s in sample.segments()] == [("1/0", "A."), ("1/1", "")]
    assert (
        '>(<g id="1"><mrk mtype="seg" mid="0">X.</mrk>  <mrk mtype="seg" mid="1"></mrk></g>)</target>'
        in sample.rewritten({1: edit("X.")})
    )


def test_writes_one_segment_and_leaves_its_neighbour(tmp_path: Path) -> None:
    target = '<target><mrk mtype="seg" mid="1">Y.</mrk> <mrk mtype="seg" mid="0"/></target>'
    sample = Sample.of(tmp_path, "xliff1", unit(f"<source>A. B.</source>{SEGMENTED.format('1')}{target}"))
    written = sample.rewritten({1: edit("X.", remark="r", alternatives=(("e", Text("Z."), 70),))})
    assert '<mrk mtype="seg" mid="1">Y.</mrk> <mrk mtype="seg" mid="0">X.</mrk></target>' in written
    assert '<note from="mtqa" annotates="target" priority="2">0: r</note>' in written
    assert '<alt-trans mid="0" origin="mtqa:e" match-quality="70"><target>Z.</target></alt-trans>' in written
    assert [s.target for s in sample.segments()] == [Text("X."), Text("Y.")]
    assert [len(s.alternatives) for s in sample.segments()] == [1, 0]


def test_our_notes_and_alternatives_are_replaced(tmp_path: Path) -> None:
    units = unit("<source>A</source>\n        <note>theirs</note>\n        <f:x xmlns:f='urn:f'/>")
    sample = Sample.of(tmp_path, "xliff1", units)
    before = sample.content
    first = edit("B", remark='1 & "2"', alternatives=(('e"1', Text("C\n"), 88), ("e2", Text("D"), 61)))
    once = sample.rewritten({1: first})
    assert once.index("theirs") < once.index('from="mtqa"') < once.index("<alt-trans") < once.index("<f:x")
    assert sample.rewritten({1: first}) == once
    plain = sample.rewritten({1: edit("B")})
    assert "mtqa:" not in plain
    assert plain == Sample(tmp_path, "xliff1", before).rewritten({1: edit("B")})


def test_copies_the_prefix_of_its_neighbours(tmp_path: Path) -> None:
    content = (
        '<x:xliff version="1.2" xmlns:x="urn:oasis:names:tc:xliff:document:1.2"><x:file source-language="en" '
        'target-language="de" original="a" datatype="x"><x:body><x:trans-unit id="1">'
        '<x:source>A<x:x id="1"/></x:source>'
        "</x:trans-unit></x:body></x:file></x:xliff>"
    )
    sample = Sample(tmp_path, "xliff1", content)
    (segment,) = sample.segments()
    written = sample.rewritten({1: edit("B", *segment.source.codes, remark="r", alternatives=(("e", Text("C"), 1),))})
    assert (
        '<x:target state="needs-review-translation" state-qualifier="mt-suggestion">B<x:x id="1"/></x:target>'
        in written
    )
    assert written.count("<x:note ") == written.count("<x:alt-trans ") == 1


def test_a_remark_needs_no_target(tmp_path: Path) -> None:
    written = Sample.of(tmp_path, "xliff1", unit("<source>A</source>")).rewritten(
        {1: edit(status=Status.DIVERGENT, remark="r")}
    )
    assert "<target" not in written
    assert ">r</note>" in written


def test_characters_that_xml_cannot_hold_are_refused(tmp_path: Path) -> None:
    sample = Sample.of(tmp_path, "xliff1", unit("<source>A</source>"))
    for bad in (edit("a\x00"), edit("\ud800"), edit("￾"), edit("a", remark="\x1b[0m")):
        with pytest.raises(FormatError, match=r"sample#1: U\+"):
            sample.written({1: bad})


def test_tells_of_repeated_and_missing_ids_once(tmp_path: Path) -> None:
    units = unit("<source>A</source>") * 3 + "<trans-unit><source>B</source></trans-unit>" * 2
    sample = Sample.of(tmp_path, "xliff1", units)
    assert [segment.id for segment in sample.segments()] == [f"sample#{n}" for n in range(1, 6)]
    assert sorted("without" in notice.what for notice in sample.notices) == [False, True]


def test_units_of_another_namespace_are_an_error_not_nothing(tmp_path: Path) -> None:
    content = XLIFF12.format(unit("<source>A</source>")).replace("<file ", '<file xmlns="" ')
    with pytest.raises(UnknownFormat, match="xmlns"):
        Sample(tmp_path, "xliff1", content).segments()


def test_xliff_1_0_gets_no_later_attributes(tmp_path: Path) -> None:
    content = XLIFF12.format(unit("<source>A</source>")).replace(
        '"1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"', '"1.0"'
    )
    written = Sample(tmp_path, "xliff1", content).rewritten({1: edit("B", remark="r")})
    assert '<target state="needs-review-translation">B</target>' in written
    assert '<note from="mtqa" priority="2">r</note>' in written
