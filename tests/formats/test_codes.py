"""Inline elements as codes: exact markup, pairing, and what a code stands for in plain text."""

from pathlib import Path

import pytest

from mtqa.inline import Code, Text, well_nested
from tests.formats.bilingual import Sample


def source(tmp_path: Path, kind: str, content: str) -> Text:
    around = {
        "xliff1": '<trans-unit id="1"><source>{}</source></trans-unit>',
        "xliff2": '<unit id="1"><originalData><data id="d">%s</data></originalData>'
        "<segment><source>{}</source></segment></unit>",
    }
    segment, *_flows = Sample.of(tmp_path, kind, around[kind].format(content)).segments()
    return segment.source


CASES = [
    ("xliff1", "a <g id=\"1\" x='y'>b</g >", [("g1", "open", "<g id=\"1\" x='y'>", ""), ("g1", "close", "</g >", "")]),
    ("xliff1", "<g id='1'/>a", [("g1", "empty", "<g id='1'/>", "")]),
    ("xliff1", '<x id="1" ctype="lb"/>a', [("x1", "empty", '<x id="1" ctype="lb"/>', "\n")]),
    ("xliff1", "<x id='1' equiv-text='{{n}}'></x>a", [("x1", "empty", "<x id='1' equiv-text='{{n}}'></x>", "{{n}}")]),
    ("xliff1", "<x id='1' equiv-text='&lt;b>'/>a", [("x1", "empty", "<x id='1' equiv-text='&lt;b>'/>", "")]),
    ("xliff1", '<ph id="1">%1$s</ph>a', [("ph1", "empty", '<ph id="1">%1$s</ph>', "%1$s")]),
    ("xliff1", '<ph id="1">&lt;br/></ph>a', [("ph1", "empty", '<ph id="1">&lt;br/></ph>', "\n")]),
    (
        "xliff1",
        "<bx id='1' rid='9'/>a<ex id='2' rid='9'/>",
        [("bx9", "open", "<bx id='1' rid='9'/>", ""), ("bx9", "close", "<ex id='2' rid='9'/>", "")],
    ),
    (
        "xliff1",
        "<bpt id='1'>{<sub>b</sub></bpt>a<ept id='1'>}</ept>",
        [("bpt1", "open", "<bpt id='1'>{<sub>b</sub></bpt>", ""), ("bpt1", "close", "<ept id='1'>}</ept>", "")],
    ),
    (
        "xliff1",
        'a <mrk mtype="protected">AC<x id="1"/>ME</mrk>',
        [("mrkprotected", "empty", '<mrk mtype="protected">AC<x id="1"/>ME</mrk>', "ACME")],
    ),
    (
        "xliff1",
        "a<!-- > --><?pi ?b?>",
        [("comment", "empty", "<!-- > -->", ""), ("instruction", "empty", "<?pi ?b?>", "")],
    ),
    (
        "xliff1",
        'a<o:b xmlns:o="urn:o"><o:c/>x</o:b>',
        [("o:b", "empty", '<o:b xmlns:o="urn:o"><o:c/>x</o:b>', "")],
    ),
    ("xliff1", "a<x id='>'/>", [("x>", "empty", "<x id='>'/>", "")]),
    ("xliff2", "a<ph id='1' dataRef='d'/>", [("ph1", "empty", "<ph id='1' dataRef='d'/>", "%s")]),
    (
        "xliff2",
        "a<ph id='1' equiv='X' disp='{{n}}'/>",
        [("ph1", "empty", "<ph id='1' equiv='X' disp='{{n}}'/>", "{{n}}")],
    ),
    (
        "xliff2",
        "<sc id='1'/>a<ec startRef='1'/>",
        [("sc1", "open", "<sc id='1'/>", ""), ("sc1", "close", "<ec startRef='1'/>", "")],
    ),
    ("xliff2", "a<ec id='1' isolated='yes'/>", [("sc1", "empty", "<ec id='1' isolated='yes'/>", "")]),
    ("xliff2", "a<cp hex='0003'/>", [("cp0003", "empty", "<cp hex='0003'/>", "")]),
    (
        "xliff2",
        "a <sm id='m' translate='no'/>AC<ph id='1'/>ME<em startRef='m'/> b",
        [("smm", "empty", "<sm id='m' translate='no'/>AC<ph id='1'/>ME<em startRef='m'/>", "ACME")],
    ),
    (
        "xliff2",
        "<mrk id='m' translate='no'>AC</mrk>a",
        [("mrkm", "empty", "<mrk id='m' translate='no'>AC</mrk>", "AC")],
    ),
]


@pytest.mark.parametrize(("kind", "content", "expected"), CASES)
def test_codes(tmp_path: Path, kind: str, content: str, expected: list[tuple[str, str, str, str]]) -> None:
    text = source(tmp_path, kind, content)
    assert [(c.id, c.kind, c.raw, c.equiv) for c in text.codes] == expected


def test_crossing_pairs_are_codes_too(tmp_path: Path) -> None:
    text = source(tmp_path, "xliff2", "<sc id='1'/>a<sc id='2'/>b<ec startRef='1'/>c<ec startRef='2'/>")
    assert not well_nested(text)
    assert len(text.codes) == 4


def test_white_space_references_and_cdata_are_read_exactly(tmp_path: Path) -> None:
    text = source(tmp_path, "xliff1", " a&#9;b\r\n  <![CDATA[<c> & ]]>&#13; ")
    assert text == Text(" a\tb\n  <c> & \r ")


def test_many_codes_stay_linear(tmp_path: Path) -> None:
    text = source(tmp_path, "xliff1", "a<x id='1'/>" * 20_000)
    assert len(text.codes) == 20_000
    assert text.codes[0] == Code("x1", "empty", "<x id='1'/>")


def test_angular_pairs_are_paired_by_name(tmp_path: Path) -> None:
    tags = ("START_LINK", "START_TAG_B_1", "CLOSE_TAG_B", "CLOSE_LINK", "CLOSE_LINK", "START_DIV", "INTERPOLATION")
    text = source(tmp_path, "xliff1", "".join(f'{n}<x id="{tag}"/>' for n, tag in enumerate(tags)))
    assert [(code.id, code.kind) for code in text.codes] == [
        ("xSTART_LINK", "open"),
        ("xSTART_TAG_B_1", "open"),
        ("xSTART_TAG_B_1", "close"),
        ("xSTART_LINK", "close"),
        ("xCLOSE_LINK", "empty"),  # nothing is open any more
        ("xSTART_DIV", "empty"),  # and this is never closed
        ("xINTERPOLATION", "empty"),
    ]
    assert "".join(code.raw for code in text.codes) == "".join(f'<x id="{tag}"/>' for tag in tags)


def test_the_owner_of_a_sub_flow_stays_one_code(tmp_path: Path) -> None:
    text = source(tmp_path, "xliff1", 'a<ph id="1">&lt;img alt="<sub>b <x id="2"/></sub>"></ph>')
    assert [(code.kind, code.raw) for code in text.codes] == [
        ("empty", '<ph id="1">&lt;img alt="<sub>b <x id="2"/></sub>"></ph>')
    ]


def test_a_line_break_joins_no_words(tmp_path: Path) -> None:
    assert source(tmp_path, "xliff1", 'line<x id="1" equiv-text="&lt;br/&gt;"/>break').plain == "line\nbreak"
