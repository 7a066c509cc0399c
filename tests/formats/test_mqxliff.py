"""MQXLIFF: rows with a status; pairs that overlap; memoQ's own special characters."""

from pathlib import Path

import pytest

from mtqa.inline import Text, well_nested
from mtqa.model import Segment, Status
from tests.formats.bilingual import Sample, edit

FILE = """\ufeff<?xml version="1.0" encoding="UTF-8"?>\r
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:mq="MQXliff">\r
<file original="a.docx" source-language="en" target-language="de" datatype="x-memoq">\r
<header><tool tool-id="MQ" tool-name="MemoQ"/></header>\r
<body>\r
{}\r
</body>\r
</file>\r
</xliff>\r
"""
ROW = """<trans-unit id="1"{}mq:lastchangedtimestamp="2026-01-01T00:00:00Z">\r
<source xml:space="preserve">{}</source>\r
<target xml:space="preserve">{}</target>\r
<mq:warnings40/>\r
<mq:startingws xml:space="preserve" /><mq:endingws xml:space="preserve"> </mq:endingws>\r
</trans-unit>"""


def sample(tmp_path: Path, said: str, source: str = "One.", target: str = "") -> Sample:
    return Sample(tmp_path, "xliff1", FILE.format(ROW.format(f" {said} ", source, target)))


def row(tmp_path: Path, said: str, source: str = "One.", target: str = "Eins.") -> Segment:
    (segment,) = sample(tmp_path, said, source, target).segments()
    return segment


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('mq:locked="locked" mq:status="NotStarted"', "locked"),
        ('mq:status="ManuallyConfirmed"', "status ManuallyConfirmed"),
        ('mq:status="Reviewer1Confirmed"', "status Reviewer1Confirmed"),
        ('mq:status="Proofread"', "status Proofread"),
        ('mq:status="PartiallyEdited"', ""),
        ('mq:status="MachineTranslated"', ""),
        ('mq:status="Rejected"', ""),
        ('mq:locked="locked" translate="no"', 'translate="no"'),
    ],
)
def test_confirmed_and_locked_rows_are_protected_others_kept(tmp_path: Path, said: str, reason: str) -> None:
    segment = row(tmp_path, said)
    assert (segment.protected, segment.kept) == (reason, True)


@pytest.mark.parametrize("target", ["", " "])
def test_an_empty_row_is_free(tmp_path: Path, target: str) -> None:
    segment = row(tmp_path, 'mq:status="NotStarted"', target=target)
    assert (segment.kept, segment.protected, segment.state) == (False, "", "NotStarted")


def test_pairs_overlap_and_are_matched_by_id(tmp_path: Path) -> None:
    source = (
        '<bpt id="1" ctype="italic">{}</bpt><bpt id="2">&lt;uf&gt;</bpt>a<ept id="1">{}</ept>b'
        '<ept id="2">&lt;/uf&gt;</ept>'
    )
    text = row(tmp_path, "", source).source
    assert [(code.id, code.kind) for code in text.codes] == [
        ("bpt1", "open"),
        ("bpt2", "open"),
        ("bpt1", "close"),
        ("bpt2", "close"),
    ]
    assert not well_nested(text)
    assert text.plain == "ab"


@pytest.mark.parametrize(
    ("native", "plain"),
    [
        ('&lt;mq:ch val="nbsp" /&gt;', "\u00a0"),
        ('&lt;mq:ch val="\u2003" /&gt;', "\u2003"),
        ("&lt;mq:ch val='&amp;amp;' /&gt;", "&"),
        ('&lt;mq:rxt displaytext="n" val="{0}" /&gt;', "{0}"),
        ("&lt;br /&gt;", "\n"),
        ("&lt;FootnoteMarker /&gt;", ""),
    ],
)
def test_what_a_code_stands_for(tmp_path: Path, native: str, plain: str) -> None:
    assert row(tmp_path, "", f'a<ph id="1">{native}</ph>b').source.plain == f"a{plain}b"


@pytest.mark.parametrize(
    ("status", "said"), [(Status.AGREED, "MachineTranslated"), (Status.DIVERGENT, "PartiallyEdited")]
)
def test_says_where_the_target_comes_from_and_nothing_else(tmp_path: Path, status: Status, said: str) -> None:
    file = sample(tmp_path, "mq:status='NotStarted' mq:percent=\"64\"", target=" ")
    before = file.content.decode()
    change = {1: edit("Eins\n.", status=status, remark="r", alternatives=(("e", Text("E"), 1),))}
    once = file.rewritten(change)
    assert once == before.replace("'NotStarted' mq:percent=\"64\"", f"'{said}'").replace(
        'preserve"> </target>', 'preserve">Eins\r\n.</target>'
    )
    assert file.rewritten(change) == once


def test_a_row_without_status_gets_one_with_the_prefix_of_the_file(tmp_path: Path) -> None:
    written = sample(tmp_path, "").rewritten({1: edit("Eins.")})
    assert '00:00:00Z" mq:status="MachineTranslated">' in written


def test_several_segments_in_one_row_share_its_status(tmp_path: Path) -> None:
    marks = '<seg-source><mrk mtype="seg" mid="1">A</mrk><mrk mtype="seg" mid="2">B</mrk></seg-source>\r\n<target'
    rows = ROW.format(' mq:status="NotStarted" ', "AB", "").replace("<target", marks)
    file = Sample(tmp_path, "xliff1", FILE.format(rows))
    written = file.rewritten({1: edit("X"), 2: edit("Y", status=Status.DIVERGENT)})
    assert written.count("mq:status") == written.count('mq:status="PartiallyEdited"') == 1
    assert [segment.target for segment in file.segments()] == [Text("X"), Text("Y")]
