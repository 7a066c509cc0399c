"""Checks that are called only where a piece of the texts concerns them find what they would find if always called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.checks import Checks, run_checks
from mtqa.checks.concerns import PieceCheck
from mtqa.checks.pieces import Having, Known, part_of
from mtqa.config import parse_settings
from mtqa.facts import Case
from mtqa.inline import Code, Text
from mtqa.model import CandidateSet, Severity
from mtqa.parts import build_checks
from mtqa.ports import Check, Fault
from tests.helpers import candidates, found, segment

TABLE = {
    "do_not_translate": {"terms": ["Acme"]},
    "forbidden": {"patterns": ["(?i)kaput"]},
    "language": "off",
}
WORDS = (
    "Soubor file of the nikdy not není dům dům Новый файл не 文件 不是。 ملف {name} %s % 2,500 ٢٥ 万 1) ( ) 【a】 "
    "«x» „a“ “b” \" ' https://a.org/b www.a.org WWW.b.org a@b.org @user /usr/bin/x C:\\a\\b iPhone MAX_SIZE ABC "
    "&amp; &File _Edit Ã© <b> <g1> ``` [INST] system: xxxxxxxxxxxx Acme Kaput … ? ! . , - * ı İ ß"
)
SAID = [
    *WORDS.split(" "),
    *("8:30 pm", "{n, plural, one {# file} other {# files}}", "Note: I have translated", "Here is the translation:"),
    *("Sorry, I cannot help with this", "You are a professional translator", "do not translate", "a a a a a a a a a"),
    *("Translate the following", " .", "", " ", "  ", "\u00a0", "\u202f", "\n", "\t", "\u200b", "\x07", "\ufffd"),
]
PIECES = st.one_of(st.sampled_from(SAID), st.text(max_size=6))
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([" ", " ", " ", "", "\u00a0"])), max_size=8).map(
    lambda parts: "".join(piece + space for piece, space in parts)
)
LANGUAGES = st.sampled_from(["en", "cs", "de", "fr", "es", "ru", "ar", "zh", "ja", "und"])


@dataclass
class Always:
    """A check without what it says of pieces."""

    check: Check
    default: Severity = field(init=False)
    oracle: bool = field(init=False)

    def __post_init__(self) -> None:
        self.default, self.oracle = self.check.default, self.check.oracle

    def faults(self, case: Case) -> Iterable[Fault]:
        return self.check.faults(case)


@pytest.fixture(scope="module")
def checks() -> Checks:
    return build_checks(parse_settings({"checks": TABLE}, Path("mtqa.toml")))


@settings(deadline=None, max_examples=300)
@given(
    source=TEXTS,
    targets=st.lists(TEXTS, min_size=1, max_size=4),
    same=st.booleans(),
    langs=st.tuples(LANGUAGES, LANGUAGES),
)
def test_what_is_not_called_would_find_nothing(
    checks: Checks, source: str, targets: list[str], same: bool, langs: tuple[str, str]
) -> None:
    """Whatever the texts: the same findings, to the fingerprint, in the same order."""
    here = segment(source, source_lang=langs[0], target_lang=langs[1])
    texts = [*targets, source] if same else targets
    sets = [CandidateSet(here, candidates(**{f"e{n}": text for n, text in enumerate(texts)}))]
    always: Mapping[str, tuple[Check, Severity]] = {name: (Always(one), level) for name, (one, level) in checks.items()}
    assert list(run_checks(sets, checks)) == list(run_checks(sets, always))


def test_most_checks_know_what_they_are_about(checks: Checks) -> None:
    assert sum(isinstance(check, PieceCheck) for check, _ in checks.values()) > len(checks) // 3


class Vowels:
    """Finds something whenever it is called."""

    default = Severity.WARNING
    oracle = False
    concerns = Having("aeiou")

    def faults(self, _case: Case) -> Iterable[Fault]:
        return [Fault(0, "called")]


class Everything:
    default = Severity.WARNING
    oracle = False

    def faults(self, _case: Case) -> Iterable[Fault]:
        return [Fault(0, "called")]


def called(check: Check, source: str | Text, target: str | Text) -> bool:
    return next(run_checks([found(source, a=target)], {"it": (check, Severity.WARNING)})) != ()


def test_a_check_is_called_where_a_piece_concerns_it() -> None:
    assert called(Vowels(), "xyz a", "xyz")
    assert called(Vowels(), "xyz", "xyz bcd ef")
    assert not called(Vowels(), "xyz", "bcd")
    assert called(Vowels(), Text("x", Code("1", "empty", "<x/>")), "x"), "codes are in no piece"
    assert called(Everything(), "xyz", ""), "a check that does not say is always called"


def test_what_pieces_have() -> None:
    assert [part_of("/", "www.", "o not")(piece, "en") for piece in ("a/b", "www.a", "notes", "knot", "w")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert not Having()("anything", "en")


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtqa.checks.pieces._MANY", 3)
    known = Known(str.upper)
    assert [known[piece] for piece in ("a", "b", "c", "d", "x" * 100)] == ["A", "B", "C", "D", "X" * 100]
    assert set(known) == {"d"}
