"""Reasons: each code from the evidence that stands for it, the main one first."""

from itertools import permutations

import pytest

from mtqa.consensus.explain import Meaning, explain
from mtqa.consensus.settings import DecideSettings
from mtqa.consensus.source import Sources
from mtqa.issues import CHECKS, REASONS, issue_of
from mtqa.metrics.bags import words
from mtqa.model import Finding, Severity, Status, Verdict
from mtqa.plugins import available
from tests.helpers import found

POOL = found("x", a="1", b="2", c="3", d="4")
FAR = dict.fromkeys(permutations("abcd", 2), 0.1)
DIVERGENT = Verdict(Status.DIVERGENT, "a", tuple("abcd"), ("a",), expected=dict.fromkeys("abcd", 0.1), divergence=0.9)


def finding(engine: str, check: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(engine, check, severity, message)


def codes(*findings: Finding, pairs: dict = FAR, **known: object) -> list[str]:
    return [r.code for r in explain(POOL, findings, pairs, DIVERGENT, DecideSettings(), **known)]  # type: ignore[arg-type]


def test_every_check_stands_for_a_reason() -> None:
    assert set(available("checks")) == set(CHECKS)
    for check in CHECKS:
        assert {issue_of(check, f"x {how} in 1 of 4").reason for how in ("missing", "added")} <= set(REASONS)
    assert issue_of("a check of a plug-in", "").its == "uncategorized"


@pytest.mark.parametrize(
    ("check", "message", "code"),
    [
        ("inline_codes", "inline code <g> missing", "formatting_error"),
        ("numbers", "7 added in 1 of 4", "hallucination"),
        ("numbers", "7 missing in 1 of 4", "omission"),
        ("loop", "“a” 9 times in a row", "hallucination"),
        ("omission", "nothing for “x”", "omission"),
        ("terminology", "x is not translated by y", "terminology"),
        ("negation", "negation missing", "semantic_drift"),
    ],
)
def test_an_error_is_the_main_reason(check: str, message: str, code: str) -> None:
    assert codes(finding("d", check, message))[0] == code


def test_two_against_one_against_one_is_not_four_opinions() -> None:
    near = FAR | {("a", "b"): 0.9, ("b", "a"): 0.9}
    (reason,) = explain(POOL, (), near, DIVERGENT, DecideSettings())
    assert (reason.code, reason.evidence) == ("semantic_drift", "2 : 1 : 1: a, b against c against d")


def test_other_words_of_one_meaning_are_a_paraphrase() -> None:
    same = Meaning(dict.fromkeys(permutations("abcd", 2), 0.95), 0.9)
    assert codes(meaning=same) == ["paraphrase"]
    assert codes(meaning=Meaning(FAR, 0.9)) == ["unusual_input"]


def test_an_unusual_source_is_said() -> None:
    sources = Sources(words)
    houses = [f"Please open the window of the house number {number} before you leave it." for number in range(120)]
    sources.see(houses[:50])
    sources.see(houses[50:])
    assert sources.traits("Please open the house before you leave the window.") == ()
    assert sources.traits("OPEN THE WINDOW") == ("all capitals",)
    assert sources.traits("Window") == ("a single word",)
    assert sources.traits("if (x) { open(window_id); }")[:1] == ("code",)
    assert sources.traits("open окно") == ("in several scripts",)
    (rare,) = sources.traits("Zyxomma flurbs wibbled quonk thrice")
    assert rare.startswith("of words that stand nowhere else (Zyxomma")
    (reason,) = explain(POOL, (), FAR, DIVERGENT, DecideSettings(), traits=("a single word",))
    assert reason.evidence == "no two of 4 candidates agree at 0.6 (best 0.10); the source is a single word"


def test_warnings_come_last() -> None:
    order = codes(finding("d", "double_spaces", "double space", Severity.WARNING))
    assert order == ["unusual_input", "formatting_error"]
