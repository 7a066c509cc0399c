"""MXLIFF: codes are plain characters, and only those that the unit defines or that come in pairs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.formats import write_copy
from mtqa.inline import Text
from mtqa.model import Segment, Status
from tests.formats.bilingual import Sample, edit

FILE = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" xmlns:m="http://www.memsource.com/mxlf/2.0" version="1.2" '
    'm:version="2.4" m:level="1">\n<file original="a" source-language="en" target-language="cs" datatype="x"><body>'
    '<group id="0"><trans-unit id="t:0" xml:space="preserve" {}><source>{}</source><target>{}</target>'
    '<alt-trans origin="machine-trans"><target>{{1&gt;Z&lt;1}}</target></alt-trans>'
    '<alt-trans origin="memsource-tm"><target/></alt-trans>{}</trans-unit></group></body></file></xliff>'
)
FREE = 'm:score="0.0" m:gross-score="0.0" m:trans-origin="null" m:confirmed="0" m:locked="false"'
METADATA = (
    '<m:tunit-metadata><m:mark id="1"><m:type>b</m:type><m:content>&lt;b&gt;</m:content></m:mark>'
    '<m:mark id="2"><m:content>&lt;br/&gt;</m:content></m:mark></m:tunit-metadata>'
)


def sample(tmp_path: Path, said: str = FREE, source: str = "One", target: str = "") -> Sample:
    escaped = (text.replace("<", "&lt;").replace(">", "&gt;") for text in (source, target))
    return Sample(tmp_path, "xliff1", FILE.format(said, *escaped, METADATA))


def only(tmp_path: Path, said: str = FREE, source: str = "One", target: str = "") -> Segment:
    (segment,) = sample(tmp_path, said, source, target).segments()
    return segment


@pytest.mark.parametrize(
    ("source", "codes", "plain"),
    [
        ("a {1>b<1} c{2}", [("m1", "open"), ("m1", "close"), ("m2", "empty")], "a b c\n"),
        ("{b>a {i>b<i}<b}", [("mb", "open"), ("mi", "open"), ("mi", "close"), ("mb", "close")], "a b"),
        ("{0} {3>x<3} {9}", [], "{0} {3>x<3} {9}"),  # these numbers are not defined
        ("{approx} { brace {a>b } <c}", [], "{approx} { brace {a>b } <c}"),  # halves without partner
        ("x<1} y", [("m1", "close")], "x y"),  # the other half is in another segment
    ],
)
def test_codes_in_plain_text(tmp_path: Path, source: str, codes: list[tuple[str, str]], plain: str) -> None:
    text = only(tmp_path, source=source).source
    assert [(code.id, code.kind) for code in text.codes] == codes
    assert text.plain == plain


def test_codes_of_targets_and_alternatives_are_those_of_the_source(tmp_path: Path) -> None:
    segment = only(tmp_path, source="{1>a<1}", target="{1>b<1}")
    assert segment.target is not None
    assert segment.target.codes == segment.source.codes == segment.alternatives[0].target.codes
    assert [alternative.origin for alternative in segment.alternatives] == ["machine-trans", "memsource-tm"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('m:confirmed="0" m:locked="true"', "locked"),
        ('m:confirmed="1" m:locked="false"', "confirmed 1"),
        ('m:confirmed="2"', "confirmed 2"),
        ('m:confirmed="0" m:locked="false"', ""),
        ("", ""),
        ('m:locked="true" translate="no"', 'translate="no"'),
    ],
)
def test_confirmed_and_locked_are_protected_others_kept(tmp_path: Path, said: str, reason: str) -> None:
    segment = only(tmp_path, said, target="Jedna")
    assert (segment.protected, segment.kept) == (reason, True)
    assert not only(tmp_path, said).kept


def test_a_source_of_codes_is_nothing_to_translate(tmp_path: Path) -> None:
    assert only(tmp_path, source="{2} {1><1}").protected == "nothing to translate"


def test_says_mt_and_stays_unconfirmed(tmp_path: Path) -> None:
    said = 'm:score="1.01" m:gross-score="0.0" m:trans-origin="tm" m:confirmed="0" m:modified-at="7"'
    file = sample(tmp_path, said, "a {1>b<1}", "old")
    before = file.content.decode()
    codes = file.segments()[0].source.codes
    change = {1: edit("ä ", codes[0], "c", codes[1], status=Status.DIVERGENT, remark="r", alternatives=())}
    once = file.rewritten(change)
    assert once == before.replace(
        said, 'm:score="0.0" m:gross-score="0.0" m:trans-origin="mt" m:confirmed="0" m:modified-at="7"'
    ).replace(">old<", ">ä {1&gt;c&lt;1}<")
    assert file.rewritten(change) == once


@given(characters=st.text("{}<>12bi &x", max_size=24), codes=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_characters_come_back(tmp_path: Path, characters: str, codes: bool) -> None:
    """Whatever a candidate says, the characters of the file are the ones that it asked for."""
    file = sample(tmp_path, source="{1>a<1}{2}")
    first, last, line = file.segments()[0].source.codes
    target = Text(first, characters, last, line) if codes else Text(characters)
    write_copy(file.format, file.file, {"sample#1": edit(*target.parts)}.get, tmp_path / "copy")
    wanted = "".join(
        part if isinstance(part, str) else {first: "{1>", last: "<1}", line: "{2}"}[part] for part in target.parts
    )
    escaped = wanted.replace("&", "&amp;").replace("<", "&lt;")
    written = (tmp_path / "copy").read_text(encoding="utf-8")
    assert escaped in written.split("<target>")[1].replace("&gt;", ">")
