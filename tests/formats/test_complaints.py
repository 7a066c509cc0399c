"""The fifteen complaints of docs/formats.md: each has a test here that fails as soon as it comes true."""

import re
from pathlib import Path

import pytest

from mtqa.checks import run_checks
from mtqa.checks.inline_codes import InlineCodes
from mtqa.errors import FormatError, UnsafeFile
from mtqa.formats import PROFILES, write_copy
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet, Severity, Status
from tests.formats.bilingual import FORMATS, TMX14, XLIFF12, XLIFF20, Sample, edit

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"
UNIT = '<trans-unit id="{}"{}><source>{}</source>{}</trans-unit>'
CODED = 'Press <g id="1">Save<x id="2"/></g>&#160;now'


def xliff(tmp_path: Path, *units: str, profile: str | None = None) -> Sample:
    return Sample(tmp_path, "xliff1", XLIFF12.format("\n".join(units)), profile=profile)


def test_the_page_and_this_file_go_together() -> None:
    told = re.findall(r"^\| (\d+) \|", DOCS.read_text(encoding="utf-8").split("## Fifteen")[1], re.MULTILINE)
    here = re.findall(r"^def test_(\d+)_", Path(__file__).read_text(encoding="utf-8"), re.MULTILINE)
    assert told == here == [str(number) for number in range(1, 16)]


def test_1_inline_codes_are_neither_lost_nor_doubled_nor_escaped(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(1, "", CODED, ""))
    source = file.segments()[0].source
    translated = Text(*(part.upper() if isinstance(part, str) else part for part in source.parts))
    assert '>PRESS <g id="1">SAVE<x id="2"/></g>\u00a0NOW</target>' in file.rewritten({1: edit(*translated.parts)})


def test_2_only_the_target_differs(tmp_path: Path) -> None:
    content = (
        "<?xml version='1.0'   encoding='UTF-8' ?>\r\n<!-- c --><xliff  version='1.2'\r\n xmlns='urn:oasis:names:tc:"
        "xliff:document:1.2' ><file original='a' source-language='en' target-language='de' datatype='x'><body >\r\n\t"
        "<trans-unit id = 'a' ><source>A &gt; &#66; <![CDATA[<b>]]></source ><target\n/></trans-unit>\r\n<?pi x?>"
        "<trans-unit id='b'><source>B</source><note/><note></note></trans-unit></body></file></xliff >\r\n"
    )
    file = Sample(tmp_path, "xliff1", content, profile="plain")
    assert file.written({}) == file.content
    assert file.rewritten({1: edit("Z")}) == content.replace("<target\n/>", "<target>Z</target>")


def test_3_namespaces_and_prefixes_stay(tmp_path: Path) -> None:
    plain = XLIFF12.format(UNIT.format(1, ' v:own="x"', "A", '<v:data xmlns:w="u"><w:e/></v:data>'))
    content = re.sub(r"<(/?)(xliff|file|body|trans-unit|source)\b", r"<\1q:\2", plain)
    content = content.replace("xmlns=", 'xmlns:v="urn:v" xmlns:q=')
    change = edit("B", status=Status.DIVERGENT, remark="r", alternatives=(("e", Text("C"), 50),))
    once = Sample(tmp_path, "xliff1", content).rewritten({1: change})
    added = {name for name in re.findall(r"<([\w:-]+)", once) if f"<{name}" not in content}
    assert added == {"q:target", "q:note", "q:alt-trans"}
    assert once.count("xmlns") == content.count("xmlns")


@pytest.mark.parametrize("profile", [name for name, profile in PROFILES.items() if name not in "trados memoq phrase"])
def test_4_nothing_is_approved_or_finished_behind_a_back(tmp_path: Path, profile: str) -> None:
    units = [
        UNIT.format(n, "", "A", f'<target state="{state}">b</target>') for n, state in enumerate(("new", "x-mine"))
    ]
    file = xliff(tmp_path, *units, UNIT.format(9, ' approved="no"', "A", ""), profile=profile)
    once = file.rewritten({1: edit("B"), 3: edit("B", status=Status.DIVERGENT)})
    assert 'approved="no"' in once
    assert 'state="x-mine">b<' in once
    assert not re.search(r'approved="yes"|state="(?:final|signed-off|translated)"', once)


def test_5_a_translation_loses_the_state_of_an_empty_target(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(1, "", "A", '<target state="needs-translation" state-qualifier="x-old"/>'))
    assert '<target state="needs-review-translation" state-qualifier="mt-suggestion">A<' in file.rewritten(
        {1: edit("A")}
    )


def test_6_white_space_comes_back(tmp_path: Path) -> None:
    source = "\n    <x id='1'/>  two  spaces\tand a tab  \n  "
    text = xliff(tmp_path, UNIT.format(1, "", source, "")).segments()[0].source
    head, core, tail = text.peel()
    assert core.plain == "two  spaces\tand a tab"
    file = xliff(tmp_path, UNIT.format(1, "", source, ""))
    assert f">{source.replace('two', '2')}</target>" in file.rewritten(
        {1: edit(*(head + Text("2" + core.plain[3:]) + tail).parts)}
    )


SEGMENTED = '<seg-source><mrk mtype="seg" mid="a">One.</mrk> <mrk mtype="seg" mid="b">Two.</mrk></seg-source>'


def test_7_segmentation_is_mirrored_or_left_alone(tmp_path: Path) -> None:
    file = xliff(tmp_path, UNIT.format(1, "", "One. Two.", SEGMENTED))
    once = file.rewritten({2: edit("Zwei.")})
    assert '><mrk mtype="seg" mid="a"></mrk> <mrk mtype="seg" mid="b">Zwei.</mrk></target>' in once
    odd = xliff(
        tmp_path, UNIT.format(1, "", "One. Two.", SEGMENTED + '<target><mrk mtype="seg" mid="c">x</mrk></target>')
    )
    assert {segment.protected for segment in odd.segments()} == {"the segments of target and source do not match"}
    assert [notice.what for notice in odd.notices] == ["left alone: the segments of target and source do not match"]


SDL = 'xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0" version='


def test_8_a_half_translated_trados_unit_is_finished_with_its_spaces(tmp_path: Path) -> None:
    target = '<target><mrk mtype="seg" mid="a">Eins.</mrk> <mrk mtype="seg" mid="b"/></target>'
    said = '<sdl:seg-defs><sdl:seg id="a" conf="Translated"/><sdl:seg id="b"/></sdl:seg-defs>'
    content = XLIFF12.format(UNIT.format(1, "", "One. Two.", SEGMENTED + target + said)).replace("version=", SDL, 1)
    content = content.replace(SDL, "version=", 1).replace("<xliff version=", f"<xliff {SDL}")
    file = Sample(tmp_path, "xliff1", content)
    assert [(segment.kept, segment.protected) for segment in file.segments()] == [(True, ""), (False, "")]
    once = file.rewritten({2: edit("Zwei.")})
    assert 'mid="a">Eins.</mrk> <mrk mtype="seg" mid="b">Zwei.</mrk></target>' in once
    assert '<sdl:seg id="a" conf="Translated"/><sdl:seg id="b" conf="Draft" origin="mt"' in once
    unsegmented = Sample(tmp_path, "xliff1", content.replace(SEGMENTED + target + said, ""))
    assert unsegmented.segments() == []
    assert "open or prepare the file in Trados Studio first" in unsegmented.notices[0].what


def test_9_a_candidate_without_the_codes_of_the_source_has_an_error(tmp_path: Path) -> None:
    (segment,) = xliff(tmp_path, UNIT.format(1, "", CODED, "")).segments()
    damaged = Candidate("e", Text("Jetzt Save drücken"))
    checks = {"inline_codes": (InlineCodes(), InlineCodes.default)}
    (found,) = run_checks([CandidateSet(segment, (damaged,), ())], checks)
    assert len(found) == 3
    assert all(finding.severity is Severity.ERROR for finding in found)


def test_10_what_people_have_finished_is_never_overwritten(tmp_path: Path) -> None:
    target = "<target>T</target>"
    units = [UNIT.format(n, said, "A", target) for n, said in enumerate((' approved="yes"', ' translate="no"'))]
    units += [UNIT.format(n, "", "A", f'<target state="{n}">T</target>') for n in ("final", "signed-off")]
    file = xliff(tmp_path, *units, UNIT.format("kept", "", "A", target))
    segments = file.segments()
    assert [bool(segment.protected) for segment in segments] == [True] * 4 + [False]
    assert segments[4].kept
    for number in range(1, 5):
        with pytest.raises(FormatError, match="protected"):
            write_copy(file.format, file.file, {f"sample#{number}": edit("B")}.get, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_11_every_segment_file_and_match_of_xliff_2(tmp_path: Path) -> None:
    match = (
        '<m:matches xmlns:m="urn:oasis:names:tc:xliff:matches:2.0"><m:match ref="#b"><source>B</source>'
        "<target>M</target></m:match></m:matches>"
    )
    segments = '<segment id="a"><source>A</source></segment><segment id="b"><source>B</source></segment>'
    two = f'<unit id="1">{match}{segments}</unit>'
    content = XLIFF20.format(two).replace("</xliff>", '<file id="f2"><group id="g">' + two + "</group></file></xliff>")
    found = Sample(tmp_path, "xliff2", content).segments()
    assert [segment.source.plain for segment in found] == ["A", "B", "A", "B"]
    assert [[one.target.plain for one in segment.alternatives] for segment in found] == [[], ["M"], [], ["M"]]


@pytest.mark.parametrize(("header", "attribute"), [("EN", "xml:lang"), ("en_US", "lang"), ("en", "xml:lang")])
def test_12_language_codes_are_compared_as_people_mean_them(tmp_path: Path, header: str, attribute: str) -> None:
    tu = f'<tu><tuv {attribute}="en-us"><seg>A</seg></tuv><tuv {attribute}="DE_de"><seg>B</seg></tuv></tu>'
    content = TMX14.format(tu).replace('srclang="en"', f'srclang="{header}"')
    (segment,) = Sample(tmp_path, "tmx", content, "de").segments()
    assert (segment.source.plain, segment.target, segment.source_lang) == ("A", Text("B"), "en-US")


def test_13_a_memory_that_breaks_off_says_where(tmp_path: Path) -> None:
    tu = '<tu><tuv xml:lang="en"><seg>A</seg></tuv></tu>\n'
    content = TMX14.format(tu * 50)
    with pytest.raises(
        FormatError, match=r"sample:\d+: the XML is broken at column \d+ .*; repair it or export it again"
    ):
        Sample(tmp_path, "tmx", content[: len(content) // 2]).segments()


def test_14_xcode_finds_its_languages_and_sources_as_they_were(tmp_path: Path) -> None:
    content = XLIFF12.format(UNIT.format("k|==|NSStringLocalizedFormatKey", ' xml:space="preserve"', "%#@n@ &amp;", ""))
    content = content.replace("<body>", '<header><tool tool-id="com.apple.dt.xcode" tool-name="Xcode"/></header><body>')
    content = content.replace(' target-language="de"', "")
    once = Sample(tmp_path, "xliff1", content, "pt-BR").rewritten({1: edit("%#@n@ e")})
    assert once == content.replace('"html">', '"html" target-language="pt-BR">').replace(
        "</source>", "</source><target>%#@n@ e</target>"
    )


def test_15_no_entity_is_followed_and_no_foreign_data_dropped(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET", encoding="utf-8")
    hostile = XLIFF12.format(UNIT.format(1, "", "&x;", "")).replace(
        "?>", f'?><!DOCTYPE xliff [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', 1
    )
    with pytest.raises(UnsafeFile, match="declares entities"):
        Sample(tmp_path, "xliff1", hostile).segments()
    theirs = '<v:data xmlns:v="urn:v" v:a="1"><v:deep>x</v:deep></v:data>'
    file = xliff(tmp_path, UNIT.format(1, "", "A", theirs))
    once = file.rewritten({1: edit("B", remark="r")})
    assert theirs in once
    assert once.index("<note") < once.index("<v:data")
    assert set(FORMATS) == {"xliff1", "xliff2", "tmx"}
