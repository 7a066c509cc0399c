"""The checks: what they find, and above all what they leave alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.checks import run_checks
from mtqa.checks.empty import Empty
from mtqa.checks.inline_codes import InlineCodes
from mtqa.checks.length import Length
from mtqa.checks.numbers import Numbers
from mtqa.checks.numerals import numbers
from mtqa.checks.placeholders import Placeholders, placeholders
from mtqa.checks.same_as_source import SameAsSource
from mtqa.facts import Facts
from mtqa.inline import Code, Text
from mtqa.model import CandidateSet, Finding, Severity
from mtqa.plugins import available
from mtqa.ports import Check
from tests.helpers import candidates, found, segment

OPEN, CLOSE, BREAK = Code("1", "open", "<g>"), Code("1", "close", "</g>"), Code("2", "empty", "<x/>")
CROSS = (OPEN, "a", Code("3", "open", "<b>"), "b", CLOSE, "c", Code("3", "close", "</b>"))


def findings(check: Check, candidate_set: CandidateSet) -> list[Finding]:
    return list(next(run_checks([candidate_set], {"it": (check, check.default)})))


def messages(check: Check, source: str | Text, **texts: str | Text) -> list[str]:
    return [f"{f.engine}: {f.severity.value}: {f.message}" for f in findings(check, found(source, **texts))]


# The port: every installed check, known by no name.


@pytest.mark.parametrize("name", available("checks"))
@settings(deadline=None, max_examples=60)
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=4), source=st.text(max_size=20))
def test_contract(name: str, member: Callable[[str, str], Any], texts: list[str], source: str) -> None:
    check: Check = member("checks", name)
    candidate_set = found(source, **{f"e{i}": text for i, text in enumerate(texts)})
    for severity in Severity:
        for finding in next(run_checks([candidate_set], {name: (check, severity)})):
            assert finding.check == name
            assert finding.engine in {c.engine for c in candidate_set.candidates}
            assert finding.message
            assert finding.severity is Severity.WARNING or severity is Severity.ERROR
            text = next(c.text.plain for c in candidate_set.candidates if c.engine == finding.engine)
            assert finding.span is None or 0 <= finding.span[0] < finding.span[1] <= len(text)


@pytest.mark.parametrize("name", available("checks"))
def test_a_faithful_candidate_has_no_error(name: str, member: Callable[[str, str], Any]) -> None:
    """A source that its candidates repeat with other words, all alike, alarms nobody."""
    check: Check = member("checks", name)
    source = Text("Press ", OPEN, "Start", CLOSE, " in {name} for 2,500 of %d files.", BREAK)
    target = Text("In {name} auf ", OPEN, "Start", CLOSE, " drücken: 2.500 von %d Dateien.", BREAK)
    assert findings(check, found(source, a=target, b=target, c=target)) == []


# Inline codes.


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Text("b", BREAK), ["inline code <g> missing", "inline code </g> missing"]),
        (Text(OPEN, "b", CLOSE), ["inline code <x/> missing"]),
        (Text(OPEN, "b", CLOSE, BREAK, BREAK), ["inline code <x/> extra"]),
        (Text(CLOSE, "b", OPEN, BREAK), ["inline codes nested wrongly"]),
        (Text(OPEN, "b", CLOSE, BREAK, " <x9/>"), ["inline code <x9/> unknown"]),
        (Text(BREAK, "anders ", OPEN, "b", CLOSE), []),
    ],
)
def test_inline_codes(target: Text, message: list[str]) -> None:
    source = Text("a ", OPEN, "b", CLOSE, BREAK)
    assert [f.message for f in findings(InlineCodes(), found(source, a=target))] == message


def test_codes_that_cross_in_the_source_may_cross() -> None:
    assert messages(InlineCodes(), Text(*CROSS), a=Text(*CROSS)) == []
    swapped = (CROSS[4], *CROSS[1:4], CROSS[0], *CROSS[5:])
    assert messages(InlineCodes(), Text(*CROSS), a=Text(*swapped)) == ["a: error: inline codes nested wrongly"]


# Placeholders.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{name} has {0} of {{total}}", {"{name}": 1, "{0}": 1, "{{total}}": 1}),
        ("%s, %1$s, %-5.2f, %(who)s, %@, 100% sure, 5 % off", {"%s": 1, "%1$s": 1, "%-5.2f": 1, "%(who)s": 1, "%@": 1}),
        ("${a} #{b} %{c} %NAME%", {"${a}": 1, "#{b}": 1, "%{c}": 1, "%NAME%": 1}),
        ("{n, plural, one {# file in {dir}} other {# files in {dir}}}", {"{n, plural}": 1, "{dir}": 1}),
        ("{g, select, male {his} female {her} other {their}}", {"{g, select: female male other}": 1}),
        ("{n, plural, one {# file}}", {"{n, plural without other}": 1}),
        ("{d, date, short}", {"{d, date}": 1}),
        ("a { b } c {", {"{b}": 1}),
        ("{not a name}", {}),
        ("{} of {!r}", {"{}": 1, "{!r}": 1}),
    ],
)
def test_placeholders_are_recognised(text: str, expected: dict[str, int]) -> None:
    assert dict(placeholders(text)) == expected


def test_placeholders_missing_and_added() -> None:
    assert messages(Placeholders(), "{count} in {folder}", a="{count} in {Ordner}") == [
        "a: error: {folder} missing",
        "a: error: {Ordner} added",
    ]


def test_a_name_may_be_said_again_and_an_argument_not() -> None:
    assert messages(Placeholders(), "{{ n }} file|{{ n }} files", a="{{ n }} ffeil") == []
    assert messages(Placeholders(), "%1$s and %1$s", a="%1$s") == []
    assert messages(Placeholders(), "%s and %s", a="%s") == ["a: error: %s missing"]


def test_languages_may_have_other_plural_forms() -> None:
    source = "{n, plural, one {# file} other {# files}}"
    assert messages(Placeholders(), source, a="{n, plural, one {# soubor} few {# soubory} other {# souborů}}") == []
    assert messages(Placeholders(), source, a="{n, plural, one {# soubor}}") != []


@given(st.text(alphabet="{}%$#,abn0 plurselct|=", max_size=40))
def test_any_text_has_placeholders(text: str) -> None:
    assert sum(placeholders(text).values()) <= len(text)


# Numbers.


@pytest.mark.parametrize(
    ("text", "lang", "readings"),
    [
        ("2,500 and 2.500 and 2 500", "en", {"2500", "2.5"}),
        ("2.500", "de", {"2500"}),
        ("2,500", "de", {"2.5"}),
        ("3.5 %", "en", {"3.5"}),
        ("on 24.11.2026 at 10:30", "en", {"24", "11", "2026", "10", "30"}),
        ("version 2.5.1", "en", {"2", "5", "1"}),
        ("1,234,567.89", "en", {"1234567.89"}),
        ("1.234.567,89", "es", {"1234567.89"}),
        ("12,34,567", "hi", {"1234567"}),
        ("٢٥", "ar", {"25"}),
        ("%1$s has {0} of 12", "en", {"12"}),
        ("Siso&#39;s 2 rooms", "en", {"2"}),
    ],
)
def test_numbers_are_read_by_their_locale(text: str, lang: str, readings: set[str]) -> None:
    assert set(numbers(Facts(Text(text), lang))) == readings


def test_the_others_are_the_oracle() -> None:
    """One of three is wrong; what two of three do is the language; what all do is not told where it is a warning."""
    good = "bis zu 2.500 Fotos"
    assert messages(Numbers(), "up to 2,500 photos", a=good, b=good, c="bis zu Fotos") == [
        "c: error: 2,500 missing in 1 of 3"
    ]
    words = "fünf Dutzend Eier"
    assert messages(Numbers(), "60 eggs", a=words, b=words, c="60 Eier") == [
        "a: warning: 60 missing in 2 of 3",
        "b: warning: 60 missing in 2 of 3",
    ]
    assert messages(Numbers(), "12 eggs", a="ein Dutzend Eier", b="ein Dutzend Eier", c="12 Eier") == []
    assert messages(Numbers(), "60 eggs", a=words) == ["a: error: 60 missing"], "alone, the source decides"


def test_without_the_oracle_the_source_decides() -> None:
    words = "fünf Dutzend Eier"
    sets = [found("60 eggs", a=words, b=words, c="60 Eier")]
    (told,) = run_checks(sets, {"numbers": (Numbers(), Severity.ERROR)}, oracle=False)
    assert [(f.engine, f.severity, f.shared) for f in told] == [("a", "error", None), ("b", "error", None)]


def test_a_small_number_is_a_doubt() -> None:
    assert messages(Numbers(), "3 days", a="ein paar Tage", b="3 Tage", c="drei Tage") == [
        "a: warning: 3 missing in 1 of 3"
    ]


def test_an_added_number_shows_where() -> None:
    (finding,) = findings(Numbers(), found("a year", a="seit 1850 Jahren"))
    assert (finding.message, finding.span) == ("1850 added", (5, 9))


# The rest.


def test_empty() -> None:
    assert messages(Empty(), "word", a=" ", b="Wort") == ["a: error: empty"]
    assert messages(Empty(), " ", a="") == []


def test_same_as_source() -> None:
    source = "Choose a folder"
    assert messages(SameAsSource(), source, a="choose  a folder", b="Ordner wählen", c="Wähle einen Ordner") == [
        "a: error: same as source in 1 of 3"
    ]
    assert messages(SameAsSource(), "Server", a="Server", b="Server", c="Rechner") == []
    assert messages(SameAsSource(), "ACME Cloud", a="ACME Cloud", b="ACME Cloud", c="ACME-Wolke") == []
    assert messages(SameAsSource(), "@user33 @user44", a="@user33 @user44", b="@x y", c="z") == []
    assert messages(SameAsSource(), "2,500", a="2,500", b="2.500", c="2.500") == []


def test_length() -> None:
    usual = "Die Sicherung ist abgeschlossen."
    assert messages(Length(), "x", a=usual, b=usual, c=f"{usual} Wenden Sie sich an unseren Kundendienst.") == [
        "c: warning: 128% longer than the others"
    ]
    assert messages(Length(), "x", a=usual, b=usual, c="Fertig") == ["c: warning: 81% shorter than the others"]
    assert messages(Length(), "x", a="OK", b="Gut", c="Okay") == []
    assert messages(Length(), "x", a=usual, b="Ja") == [], "two cannot tell which of them is long"


def test_off_means_off_and_the_order_is_kept() -> None:
    candidate_set = CandidateSet(segment("a {x}"), candidates(a="", b="b"))
    both = {"empty": (Empty(), Severity.ERROR), "placeholders": (Placeholders(), Severity.WARNING)}
    assert [(f.engine, f.check) for f in next(run_checks([candidate_set], both))] == [
        ("a", "empty"),
        ("a", "placeholders"),
        ("b", "placeholders"),
    ]


@pytest.mark.parametrize(
    "piece", ["a", "a b ", "漢字", "…a", "A.B.", "a@", "\n", "Note\n", "{0} ", "(", "not ", "5 km "]
)
def test_a_model_that_never_stops_does_not_stop_the_checks(piece: str, member: Callable[[str, str], Any]) -> None:
    """A loop of 40,000 characters, also in the source: a check that looks at all pairs would take minutes."""
    loop = (piece * 40_000)[:40_000]
    checks = {name: (member("checks", name), Severity.WARNING) for name in available("checks") if name != "qe"}
    alike, alone = run_checks(
        [found(loop, a=loop, b=loop + "x", c=loop[:20_000]), found("Stop", a="Halt", b="Halt!", c=loop)], checks
    )
    assert {f.engine for f in alike if f.check in ("length_ratio", "empty")} <= {"c"} or not loop.strip()
    assert {f.engine for f in alone if f.check in ("length_ratio", "empty")} == {"c"}


@pytest.mark.parametrize("text", ["1" * 5000, "%" + "1" * 5000 + "$s", "1" * 5000 + "万 5", "9" * 5000 + ":30 pm"])
def test_thousands_of_digits_end_no_run(text: str, member: Callable[[str, str], Any]) -> None:
    """Python makes no number of them, which a model in a loop may write."""
    checks = {name: (member("checks", name), Severity.WARNING) for name in available("checks") if name != "qe"}
    sources = [found("%s has 12", a=text, b=text + "x", c="y"), found(text, a="%s has 12", b=text, c="y")]
    assert any(finding.check in ("numbers", "placeholders") for told in run_checks(sources, checks) for finding in told)


def test_messages_in_messages_are_read_to_a_depth(member: Callable[[str, str], Any]) -> None:
    """Two thousand arguments, each in a branch of the one before, would be deeper than Python goes."""
    deep = "{a, select, other {" * 2000 + "x" + "}}" * 2000
    checks = {name: (member("checks", name), Severity.WARNING) for name in available("checks") if name != "qe"}
    alike, alone = run_checks([found(deep, a=deep, b=deep), found("Stop", a="Halt", b="Halt!", c=deep)], checks)
    assert "placeholders" not in {f.check for f in alike}
    assert {f.engine for f in alone if f.check == "placeholders"} == {"c"}
