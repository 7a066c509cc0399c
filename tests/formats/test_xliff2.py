"""XLIFF 2.x: what is read, what is left alone, and what is written."""

from pathlib import Path

import pytest

from mtqa.errors import FormatError
from mtqa.inline import Text
from mtqa.model import Segment, Status
from tests.formats.bilingual import XLIFF20, Sample, edit


def unit(content: str, attributes: str = "") -> str:
    return f'    <unit id="u"{attributes}>\n      {content}\n    </unit>'


def read(tmp_path: Path, content: str, attributes: str = "") -> list[Segment]:
    return Sample.of(tmp_path, "xliff2", unit(content, attributes)).segments()


MATCHES = (
    '<m:matches xmlns:m="urn:oasis:names:tc:xliff:matches:2.0">'
    '<m:match ref="#a" origin="TM" matchQuality="80"><source>A</source><target>Z</target></m:match>'
    '<m:match ref="#span"><source>A</source><target>Y</target></m:match></m:matches>'
)


def test_reads_segments_and_no_ignorables(tmp_path: Path) -> None:
    first, second = read(
        tmp_path,
        f"{MATCHES}<notes><note>n</note><note category='mtqa'>ours</note></notes>"
        "<segment id='a' state='translated'><source>A</source><target>B</target></segment>"
        "<ignorable><source> x </source></ignorable><segment><source>C</source></segment>",
    )
    assert (first.id, first.unit, first.state, first.kept, first.note) == ("sample#1", "u/a", "translated", True, "n")
    assert [(a.origin, a.target, a.quality) for a in first.alternatives] == [("TM", Text("Z"), "80")]
    assert (second.id, second.unit, second.target, second.kept) == ("sample#2", "u/2", None, False)
    assert (second.source_lang, second.target_lang) == ("en", "de")


def test_a_match_of_an_annotation_around_everything_counts(tmp_path: Path) -> None:
    (segment,) = read(tmp_path, f"{MATCHES}<segment><source><mrk id='span' type='mtc:match'>A</mrk></source></segment>")
    assert [a.target for a in segment.alternatives] == [Text("Y")]


@pytest.mark.parametrize(
    ("attributes", "segment", "content", "reason"),
    [
        (' translate="no"', "", "<source>A</source>", 'translate="no"'),
        ("", " state='reviewed'", "<source>A</source><target>B</target>", "state reviewed"),
        ("", " state='Final'", "<source>A</source>", "state Final"),
        ("", "", "<source><ph id='1'/></source>", "nothing to translate"),
        ("", "", "<source>A</source><target>B</target><target>B</target>", "two targets"),
        ("", "", "<target>B</target>", "no source"),
    ],
)
def test_protects(tmp_path: Path, attributes: str, segment: str, content: str, reason: str) -> None:
    sample = Sample.of(tmp_path, "xliff2", unit(f"<segment{segment}>{content}</segment>", attributes))
    assert [s.protected for s in sample.segments()] == [reason]
    with pytest.raises(FormatError, match="protected"):
        sample.written({1: edit("X")})


def test_writes_target_state_and_sub_state(tmp_path: Path) -> None:
    sample = Sample.of(
        tmp_path,
        "xliff2",
        unit(
            "<segment state='translated' subState='x:y'>\n"
            "        <source xml:space='preserve'>A</source>\n"
            "      </segment>"
        ),
    )
    written = sample.rewritten({1: edit("B", status=Status.DIVERGENT)})
    assert "<segment state='initial' subState='mtqa:divergent'>" in written
    assert '</source>\n        <target xml:space="preserve">B</target>\n      </segment>' in written


def test_a_first_target_brings_its_language(tmp_path: Path) -> None:
    content = XLIFF20.format(unit("<segment><source>A</source></segment>")).replace(' trgLang="de"', "")
    with pytest.raises(FormatError, match="target_lang"):
        Sample(tmp_path, "xliff2", content).written({1: edit("B")})
    sample = Sample(tmp_path, "xliff2", content, "pt-BR")
    assert 'srcLang="en" trgLang="pt-BR">' in sample.rewritten({1: edit("B")})
    assert sample.segments()[0].target_lang == "pt-BR"


def test_notes_and_matches_stand_in_schema_order_and_are_replaced(tmp_path: Path) -> None:
    data = "<originalData><data id='d'>{0}</data></originalData>"
    segments = (
        "<segment><source>A<ph id='1' dataRef='d'/></source></segment><segment id='s1'><source>C</source></segment>"
    )
    sample = Sample.of(tmp_path, "xliff2", unit(f"<k:v xmlns:k='urn:k'/>{data}{segments}"))
    before = sample.content
    (code,) = sample.segments()[0].source.codes
    assert code.equiv == "{0}"
    changes = {
        1: edit("B", code, remark="r", alternatives=(("e", Text("Z", code), 87), ("f", Text("Y", code), 61))),
        2: edit("D", remark="q"),
    }
    once = sample.rewritten(changes)
    order = [
        once.index(mark)
        for mark in ("<mtc:matches", "<k:v", "<notes", "<originalData><data id='d'>{0}</data></originalData><segment")
    ]
    assert order == sorted(order)
    assert '<mtc:match ref="#s2" type="mt" origin="mtqa:e" matchQuality="87" similarity="100">' in once
    assert '<segment id="s2" state="initial" subState="mtqa:agreed">' in once  # s1 is taken
    assert '<note category="mtqa" appliesTo="target">s2: r</note>' in once
    assert sample.rewritten(changes) == once
    plain = {1: edit("B", code), 2: edit("D")}
    assert sample.rewritten(plain) == Sample(tmp_path, "xliff2", before).rewritten(plain).replace(
        "<segment state", '<segment id="s2" state', 1
    )


def test_what_others_put_in_stays(tmp_path: Path) -> None:
    notes = "\n      <notes>\n        <note>theirs</note>\n      </notes>\n      "
    sample = Sample.of(tmp_path, "xliff2", unit(f"{MATCHES}{notes}<segment id='a'><source>A</source></segment>"))
    before = sample.content.decode()
    change = edit(remark="r", alternatives=(("e", Text("Z"), 87),))
    once = sample.rewritten({1: change})
    assert '<m:match ref="#a" type="mt" origin="mtqa:e"' in once
    assert '</note>\n        <note category="mtqa" appliesTo="target">r</note>\n      </notes>' in once
    assert sample.rewritten({1: change}) == once
    assert sample.rewritten({1: edit()}) == before


SEGMENT = "<segment>{}</segment>"
SOURCE = "<segment><source>A{}</source></segment>"
BOTH = "<segment><source>A{}</source><target>B{}</target></segment>"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<notes><note>n</note></notes>", "a unit without segment"),
        (SOURCE.format("<ph id='1'/><ph id='1'/>"), "an id that occurs twice in one unit"),
        (2 * "<segment id='s'><source>A</source></segment>", "an id that occurs twice in one unit"),
        (SOURCE.format("<ph id='1'/>") * 2, "an id that occurs twice in one unit"),
        (SOURCE.format("<ph id='a b'/>"), "an id with characters that no id may have"),
        (SOURCE.format("<ph/>"), "an inline code without id"),
        ("<segment state='finale'><source>A</source><target>B</target></segment>", "the state 'finale', which"),
        ("<segment state='final'><source>A</source></segment>", "state final without a translation"),
        ("<segment state='translated'><source>A</source><target/></segment>", "state translated without a translation"),
        ("<segment subState='x:y'><source>A</source></segment>", "a subState without state, or without prefix"),
        ("<segment state='initial' subState='x'><source>A</source></segment>", "a subState without state, or without"),
        ("<segment><source xml:space='preserve'>A</source><target>B</target></segment>", "xml:space differs"),
        (BOTH.format("<ph id='1'/>", "<pc id='1'>x</pc>"), "a code in a target that is another code in its source"),
        (BOTH.format("<ph id='1' canDelete='no'/>", ""), "a code that may not be deleted is missing in a target"),
        (SOURCE.format("<ph id='1' dataRef='d'/>"), "a code that refers to original data which is not there"),
        (
            "<originalData><data id='d'/><data id='d'/></originalData>" + SOURCE.format("<ph id='1' dataRef='d'/>"),
            "an id that occurs twice in originalData",
        ),
        (SOURCE.format("<sc id='1'/>"), "sc without ec"),
        (SOURCE.format("<ec startRef='1'/><sc id='1'/>"), "ec without sc before it"),
        (SOURCE.format("<sc id='1'/><ec id='2'/>"), "ec is isolated and has an id, or is not and has a startRef"),
        (SOURCE.format("<sm id='1'/>"), "sm without em"),
        (SOURCE.format("<sc id='1' canCopy='no'/><ec startRef='1' canCopy='yes'/>"), "sc and ec contradict each other"),
        (SOURCE.format("<ph id='1' canReorder='firstNo'/>"), "canReorder on an inline code without canCopy and"),
        (
            SOURCE.format("<ph id='1' canReorder='no' canCopy='no' canDelete='no'/>"),
            'canReorder="no" without firstNo before it',
        ),
        (
            BOTH.format("<ph id='1' canCopy='no'/>", "<ph id='1' canCopy='no'/><ph id='2' copyOf='1'/>"),
            "a copy of a code",
        ),
        ("<notes/>" + SOURCE.format(""), "notes without a note"),
        ("<notes><note id='n'/><note id='n'/></notes>" + SOURCE.format(""), "an id that occurs twice among notes"),
        (
            SOURCE.format("<mrk id='1' type='comment'>x</mrk>"),
            "a comment with both a value and a reference, or neither",
        ),
        ("<ignorable/>" + SOURCE.format(""), "an ignorable without source"),
        (
            (
                "<segment><source>A</source><target order='2'>B</target></segment>"
                "<segment><source>A</source><target order='2'>B</target></segment>"
            ),
            "an order that occurs twice among the targets of a unit",
        ),
    ],
)
def test_tells_what_breaks_the_specification(tmp_path: Path, content: str, told: str) -> None:
    sample = Sample.of(tmp_path, "xliff2", unit(content))
    sample.segments()
    assert any(notice.what.startswith(told) for notice in sample.notices), sample.notices
    assert sample.written({}) == sample.content


@pytest.mark.parametrize(
    "content",
    [
        (
            "<segment id='s' state='final' subState='a:b'><source>A<pc id='1'>b</pc></source>"
            "<target order='1'>A<pc id='1'>b</pc></target></segment>"
        ),
        SOURCE.format(
            "<sc id='1' isolated='yes'/><ec id='2' isolated='yes'/><mrk id='3' type='comment' value='v'>x</mrk>"
        ),
        BOTH.format("<ph id='1'/>", "<ph id='1'/><ph id='2' copyOf='1'/>"),
        BOTH.format("<sc id='1'/>x<ec startRef='1'/>", "<ph id='2'/><pc id='1'>y</pc>"),
        "<originalData><data id='1'>x</data></originalData>"
        + SOURCE.format("<sc id='1' dataRef='1'/>")
        + SOURCE.format("<ec startRef='1' dataRef='1'/>"),
        SOURCE.format(
            "<ph id='1' canReorder='firstNo' canCopy='no' canDelete='no'/>"
            "<ph id='2' canReorder='no' canCopy='no' canDelete='no'/>"
        ),
        SOURCE.format("<sm id='1' translate='no'/>x<em startRef='1'/>"),
    ],
)
def test_has_nothing_against_what_is_right(tmp_path: Path, content: str) -> None:
    sample = Sample.of(tmp_path, "xliff2", unit(content))
    sample.segments()
    assert sample.notices == []


def test_tells_each_fault_once_a_file(tmp_path: Path) -> None:
    sample = Sample.of(
        tmp_path, "xliff2", unit(SOURCE.format("<ph/>")) + unit(SOURCE.format("<ph/>")).replace("'u'", "'v'")
    )
    sample.segments()
    assert [notice.what for notice in sample.notices].count("an inline code without id") == 1
