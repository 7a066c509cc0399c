"""TMX: which tuv is source and target, and that no memory is ever overwritten."""

from pathlib import Path

import pytest

from mtqa.errors import FormatError
from mtqa.inline import Text
from tests.formats.bilingual import TMX14, Sample, edit


def tu(*variants: tuple[str, str], head: str = "", attributes: str = ' tuid="t"') -> str:
    tuvs = "".join(f'\n      <tuv xml:lang="{lang}"><seg>{text}</seg></tuv>' for lang, text in variants)
    return f"    <tu{attributes}>{head}{tuvs}\n    </tu>"


def test_chooses_by_language(tmp_path: Path) -> None:
    units = tu(("fr", "F"), ("EN", "A"), ("de-DE", "B")) + tu(("en", "A"), attributes=' srclang="en"')
    first, second = Sample.of(tmp_path, "tmx", units, "de").segments()
    assert (first.unit, first.source, first.target, first.kept) == ("t", Text("A"), Text("B"), True)
    assert (first.source_lang, first.target_lang) == ("en", "de-DE")
    assert (second.target, second.target_lang, second.kept) == (None, "de", False)
    first, second = Sample.of(tmp_path, "tmx", units).segments()
    assert (first.target, first.target_lang, second.target_lang) == (Text("F"), "fr", "")


@pytest.mark.parametrize(
    ("wanted", "there", "taken"),
    [
        ("pt", "pt-BR", True),
        ("pt-BR", "pt", True),
        ("pt-BR", "PT_br", True),
        ("pt-BR", "pt-PT", False),
        ("pt", "de", False),
        ("pt_BR.UTF-8", "pt-BR", True),
        ("zh-TW", "zh-Hant", True),
        ("zh-CN", "zh-Hans-CN", True),
        ("zh-CN", "zh-Hant", False),
        ("sr-Latn", "sr-Cyrl", False),
    ],
)
def test_one_variety_never_stands_for_another(tmp_path: Path, wanted: str, there: str, taken: bool) -> None:
    (segment,) = Sample.of(tmp_path, "tmx", tu(("en", "A"), (there, "B")), wanted).segments()
    assert (segment.target is not None) is taken


def test_a_variety_of_the_source_language_is_told(tmp_path: Path) -> None:
    sample = Sample.of(tmp_path, "tmx", tu(("en-GB", "A"), ("de", "B")))
    assert sample.segments()[0].source_lang == "en-GB"
    assert "en-GB" in sample.notices[0].what


def test_a_unit_without_source_is_left_alone(tmp_path: Path) -> None:
    (segment,) = Sample.of(tmp_path, "tmx", tu(("fr", "F"), ("de", "B"))).segments()
    assert segment.protected == "no text in the source language"
    assert segment.source_lang == "en"


def test_adds_a_variant_and_nothing_else(tmp_path: Path) -> None:
    head = "\n      <note>theirs</note>"
    sample = Sample.of(tmp_path, "tmx", tu(("en", "A"), ("fr", "F"), head=head), "de")
    before = sample.content.decode()
    once = sample.rewritten({1: edit("B", remark="r")})
    added = '\n      <prop type="x-mtqa:status">agreed</prop>\n      <note>mtqa: r</note>'
    assert once == before.replace(head, head + added).replace(
        "F</seg></tuv>", 'F</seg></tuv>\n      <tuv xml:lang="de" creationid="mtqa"><seg>B</seg></tuv>'
    )
    assert sample.segments()[0].kept
    assert sample.segments()[0].note == "theirs"
    assert sample.rewritten({1: edit("B", remark="r")}) == once
    assert "<seg>C</seg>" in sample.rewritten({1: edit("C")})


def test_never_overwrites_a_memory(tmp_path: Path) -> None:
    sample = Sample.of(tmp_path, "tmx", tu(("en", "A"), ("de", "B")), "de")
    with pytest.raises(FormatError, match="the memory has a translation into de"):
        sample.written({1: edit("C")})
    theirs = sample.content.replace(b'xml:lang="de"', b'xml:lang="de" creationid="mtqa" changeid="ann"')
    with pytest.raises(FormatError, match="the memory has"):
        Sample(tmp_path, "tmx", theirs, "de").written({1: edit("C")})


def test_the_attribute_of_old_versions_is_copied(tmp_path: Path) -> None:
    content = TMX14.format(tu(("en", "A"))).replace("xml:lang", "lang").replace('"1.4"', '"1.1"')
    assert '<tuv lang="de" creationid="mtqa">' in Sample(tmp_path, "tmx", content, "de").rewritten({1: edit("B")})


def test_inline_codes(tmp_path: Path) -> None:
    seg = 'a <bpt i="1" x="2">&lt;b></bpt>b<ept i="1">&lt;/b></ept><ph x="3">%d</ph><hi>c</hi><ut>{\\b }</ut>'
    (segment,) = Sample.of(tmp_path, "tmx", tu(("en", seg))).segments()
    assert [(c.id, c.kind, c.equiv) for c in segment.source.codes] == [
        ("bpt1", "open", ""),
        ("bpt1", "close", ""),
        ("ph3", "empty", "%d"),
        ("hi", "open", ""),
        ("hi", "close", ""),
        ("ut{\\b }".strip(), "empty", ""),
    ]
    assert segment.source.plain == "a b%dc"
