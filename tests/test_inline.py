"""Text, codes, tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.inline import Code, Markup, Text, well_nested

codes = st.builds(Code, st.sampled_from("123"), st.sampled_from(["open", "close", "empty"]), st.just("<r>"))
characters = st.text(alphabet="ab <>&;/g1x2\"=id#'é中\u00a0\n", max_size=8)
texts = st.lists(st.one_of(characters, codes), max_size=8).map(lambda parts: Text(*parts))

BOLD = (Code("1", "open", '<g id="1">'), Code("1", "close", "</g>"))
BREAK = Code("2", "empty", '<x id="2"/>', equiv="\n")


@given(texts, st.sampled_from(list(Markup)))
def test_what_is_marked_reads_back(text: Text, mode: Markup) -> None:
    assert Text.parse(text.marked(mode), mode, text) == text


@given(texts)
def test_peeling_takes_nothing_away(text: Text) -> None:
    head, core, tail = text.peel()
    assert head + core + tail == text
    assert head.blank
    assert tail.blank


@given(texts, texts, st.sampled_from(list(Markup)))
def test_any_reply_is_read(source: Text, reply: Text, mode: Markup) -> None:
    """A reply with other codes never fails, and yields no code that the source lacks."""
    assert set(Text.parse(reply.marked(mode), mode, source).codes) <= set(source.codes)


@pytest.mark.parametrize(
    ("mode", "marked"),
    [
        (Markup.XML, 'a &lt; <g id="1">b</g><x id="2"/>'),
        (Markup.HTML, 'a &lt; <g id="1">b</g><x id="2"/>'),
        (Markup.TOKENS, "a < <g1>b</g1><x2/>"),
    ],
)
def test_notations(mode: Markup, marked: str) -> None:
    assert Text("a < ", BOLD[0], "b", BOLD[1], BREAK).marked(mode) == marked


def test_crossing_pairs_are_single_codes() -> None:
    one, two = BOLD[0], Code("2", "open", "<b2>")
    text = Text(one, "x", two, "y", BOLD[1], "z", Code("2", "close", "</b2>"))
    assert text.marked(Markup.TOKENS) == "<x1/>x<g2>y<x3/>z</g2>"
    assert not well_nested(text)


def test_tokens_avoid_what_the_source_already_says() -> None:
    text = Text("type <g1> or <x2/>: ", *BOLD)
    assert text.marked(Markup.TOKENS) == "type <g1> or <x2/>: <b1></b1>"


def test_html_replies_are_read_leniently() -> None:
    source = Text("a ", BOLD[0], "b", BOLD[1], BREAK)
    assert Text.parse("A &amp; <G id=1>B</G><x id='2'></x>", Markup.HTML, source) == Text(
        "A & ", BOLD[0], "B", BOLD[1], BREAK
    )


def test_lost_and_invented_tokens_show() -> None:
    source = Text(BOLD[0], "b", BOLD[1])
    assert Text.parse("<g1>B <x9/>", Markup.TOKENS, source) == Text(BOLD[0], "B <x9/>")


def test_plain_says_what_codes_stand_for() -> None:
    assert Text("line", BREAK, "break ", *BOLD).plain == "line\nbreak "


def test_peel_keeps_what_speaks() -> None:
    name = Code("1", "empty", "<ph/>", equiv="{name}")
    text = Text(" ", BOLD[0], name, " is here", BOLD[1], Code("3", "empty", "<x/>"), "\n")
    head, core, tail = text.peel()
    assert core == Text(name, " is here")
    assert (head, tail) == (Text(" ", BOLD[0]), Text(BOLD[1], Code("3", "empty", "<x/>"), "\n"))
