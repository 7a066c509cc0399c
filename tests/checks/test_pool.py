"""Texts beside each other, word by word: what the compiled way and the one in Python find, and that it is the same."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.checks import lexicon, words
from mtqa.checks.pool import gaps
from mtqa.facts import Case, Facts
from mtqa.inline import Text
from mtqa.model import Candidate, Segment

COMPILED = find_spec("mtqa.checks._words") is not None
needs_compiled = pytest.mark.skipif(not COMPILED, reason="the compiled part was not built")
WORDS = st.lists(
    st.sampled_from(["alpha", "bravo", "delta", "gamma", "kappa", "lambda", "sigma", "omega"]), max_size=12
)
# Few words, so that texts have much in common; short ones, those of a script without spaces, and what may be masked.
TEXT = st.lists(
    st.sampled_from(
        [
            *["alpha", "Alpha", "bravo", "delta", "gamma", "kappa", "sigma", "a", "on", "the", "", "ne", "nevím"],
            *["中文字", "ไทย", "aaaaaaaaaaaaa", "https://a.b/c", "&amp;", "{x}", "\ud800x", "don't", "\n", "Straße"],
        ]
    ),
    max_size=14,
).map(" ".join)


def between(ours: str, theirs: str) -> list[tuple[str, str]]:
    one, other = ours.split(), theirs.split()
    return [(" ".join(one[g.here : g.until]), " ".join(other[g.there : g.end])) for g in gaps(one, other)]


def test_what_is_gone_has_nothing_in_its_place() -> None:
    assert between("alpha bravo omega", "alpha bravo gamma delta omega") == [("", "gamma delta")]


def test_what_is_worded_otherwise_has_other_words_there() -> None:
    assert between("alpha kappa sigma omega", "alpha gamma delta omega") == [("kappa sigma", "gamma delta")]


def test_words_in_another_order_hold_nothing_together() -> None:
    assert between("gamma alpha bravo", "alpha bravo gamma") == [("", "gamma")]


@given(WORDS, WORDS)
def test_what_is_outside_the_gaps_is_in_both_in_order(ours: list[str], theirs: list[str]) -> None:
    found = list(gaps(ours, theirs))
    places = [place for gap in found for place in range(gap.there, gap.end)]
    assert places == sorted(set(places))
    rest = [word for place, word in enumerate(theirs) if place not in places]
    left = iter(ours)
    assert all(word in left for word in rest)
    assert not found or ours != theirs


def ways(look: Any) -> list[tuple[Any, Any]]:
    """(lexicon, marks) of each way."""
    from mtqa.checks import _words

    return [(kind.Lexicon(words.looked_at), kind.Marks(look)) for kind in (_words, lexicon)]


def told(pool: Any, marks: Any, texts: int) -> list[object]:
    """All that a pool tells."""
    found = [pool.flags(), pool.sizes(), pool.recurring(), pool.doubled(), pool.lacking(), pool.added()]
    found += [pool.apart(0.3), pool.apart(0.6), pool.left(2), pool.left(4)]
    found += [(marks.of(pool, source), marks.marked(pool, source)) for source in (True, False)]
    found += [pool.like(text, pool, 0.5) for text in range(texts)]
    return found


def gaps_of(pool: Any, shown: list[int]) -> list[object]:
    return [
        (text, added, least, pool.wide(text, added), tuple(pool.gap(text, added, least) or ()))
        for text in shown
        for added in (True, False)
        for least in (0.25, 1.0, 2.25, 4.0)
    ]


@needs_compiled
@given(st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=6)), min_size=1, max_size=3))
def test_both_ways_find_the_same(segments: list[tuple[str, list[str]]]) -> None:
    """Of one segment after the other, so that what was kept of one serves the next."""
    both = ways(lambda piece: len(piece) % 4)
    for source, texts in segments:
        pools = [(kind.pool(source, tuple(texts)), marks) for kind, marks in both]
        compiled, python = (told(pool, marks, len(texts)) for pool, marks in pools)
        assert compiled == python
        shown = [place for place, text in enumerate(texts) if text]
        if len(shown) > 2:
            compiled, python = (gaps_of(pool, shown) for pool, _ in pools)
            assert compiled == python


@needs_compiled
def test_a_full_lexicon_is_replaced_and_its_pools_live_on() -> None:
    from mtqa.checks import _words

    small = _words.Lexicon(words.looked_at)
    before = small.pool("one two", ("eins zwei", "eins"))
    for number in range(0, 200_100, 50):
        small.pool("", (" ".join(str(n) for n in range(number, number + 50)),))
    assert small.full()
    assert before.sizes() == (2, 1)
    marks, other = _words.Marks(lambda piece: 1 if piece == "eins" else 0), _words.Lexicon(words.looked_at)
    assert marks.marked(before, False) == (["eins"], ["eins"])
    assert marks.marked(other.pool("zwei", ("zwei", "eins zwei")), False) == ([], ["eins"])
    assert marks.marked(before, False) == (["eins"], ["eins"])
    assert other.pool("", ("eins",)).like(0, before, 0.9)  # nobody can tell


@needs_compiled
def test_what_is_wrong_is_refused() -> None:
    from mtqa.checks import _words

    pool = _words.Lexicon(words.looked_at).pool("one", ("two", "three"))
    with pytest.raises(ValueError, match="three texts or more"):
        pool.gap(0, True, 1.0)
    with pytest.raises(TypeError, match="texts are str"):
        _words.Lexicon(words.looked_at).pool("one", (2,))
    with pytest.raises(TypeError, match="of a piece are told"):
        _words.Lexicon(lambda _piece: None).pool("one", ("two",))
    with pytest.raises(ZeroDivisionError):
        _words.Lexicon(lambda _piece: 1 // 0).pool("one", ("two",))
    with pytest.raises(OverflowError):
        _words.Marks(lambda _piece: -1).of(pool, True)


def test_what_is_no_language_is_left_out() -> None:
    segment = Segment("1", "f", "", Text("see https://a.b/not"), "en", "de")
    case = Case(segment, [Candidate("a", Text("siehe https://a.b/not {name}")), Candidate("b", Text("siehe"))])
    assert case.once(words.written).sizes() == (6, 1)
    assert case.once(words.said).sizes() == (1, 1)
    assert Facts(Text("siehe {name}"), "de").once(words.folded) == ("siehe",)


@needs_compiled
def test_the_environment_keeps_to_python() -> None:
    probe = "from mtqa.checks.lexicon import lexicon; print(type(lexicon(len)).__module__)"
    clean = {name: value for name, value in os.environ.items() if name != "MTQA_NO_KERNEL"}
    for extra, module in (({}, "mtqa.checks._words"), ({"MTQA_NO_KERNEL": "1"}, "mtqa.checks.lexicon")):
        done = subprocess.run(
            [sys.executable, "-c", probe], env=clean | extra, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == module
