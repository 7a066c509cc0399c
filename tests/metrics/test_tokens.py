"""Token bags: what a token is, what it weighs, and how far two bags agree."""

import math
import re
import sys
import unicodedata
from collections import Counter
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtqa.metrics.bags import agreements, bags, letters, small, words
from mtqa.metrics.tokens import ONE, Tokens, TokenStatistics
from mtqa.ports import Comparison, RunMetric
from tests.metrics.test_chrf import segments, texts
from tests.metrics.ways import COMPILED, WAYS, working

weight = st.integers(0, 20 * ONE)


def tokens(text: str) -> list[str]:
    found = bags([(text,)])
    assert found.sizes.tolist() == [len(found.numbers)]
    return [found.distinct[number] for number in found.numbers]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Häuser, 2,500 m²!", ["die", "häuser", ",", "2,500", "m²", "!"]),
        ("Don't use mp3s in 3D.", ["don", "'", "t", "use", "mp3s", "in", "3", "d", "."]),
        ("v1.2, 10. 3,.4 {name}_x", ["v1", ".", "2", ",", "10", ".", "3", ",", ".", "4", "{", "name", "}", "_", "x"]),
        ("中文2字カタ", ["中", "文", "2", "字", "カ", "タ"]),
        ("Cafe\u0301 \u0301", ["cafe\u0301", "\u0301"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("한국어 말", ["한국어", "말"]),
        ("٣٫٥ १२", ["٣", "٫", "٥", "१२"]),
        ("👍🏽 ❤\ufe0f", ["👍", "🏽", "❤\ufe0f"]),
        ("\U00020000\U000e0100a", ["\U00020000\U000e0100", "a"]),
        ("ΟΔΟΣ ΣΑΣ'Α Éa", ["οδος", "σασ", "'", "α", "éa"]),
        ("İI\U0001e900ẞ Ǆ", ["i\u0307i\U0001e922ß", "ǆ"]),
        ("", []),
        (" \u3000\x1c", []),
    ],
)
def test_tokens(way: str, text: str, expected: list[str]) -> None:
    with working(way):
        assert tokens(text) == expected


@pytest.mark.parametrize("way", WAYS)
@given(text=texts)
def test_every_character_but_white_space_is_in_one_token(way: str, text: str) -> None:
    with working(way):
        assert "".join(tokens(text)) == "".join(text.lower().split())


@pytest.mark.skipif(not COMPILED, reason="the compiled kernel was not built")
@given(st.lists(segments, max_size=4))
def test_both_ways_find_the_same_tokens(batch: list[tuple[str, ...]]) -> None:
    with working("python"):
        expected = bags(batch)
    with working("compiled"):
        found = bags(batch)
    assert found.distinct == expected.distinct
    for name in ("numbers", "sizes", "frequency"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@pytest.mark.parametrize("way", WAYS)
@given(batch=st.lists(texts, max_size=4))
def test_words_are_letters_in_a_row(way: str, batch: list[str]) -> None:
    with working(way):
        distinct, numbers, sizes = words(batch)
    expected = [re.findall(r"[^\W\d_]+", text) for text in batch]
    assert sizes.tolist() == [len(own) for own in expected]
    assert [distinct[number] for number in numbers] == [word for own in expected for word in own]
    assert len(set(distinct)) == len(distinct)


def test_letters_are_those_of_unicode() -> None:
    known = letters()
    for point in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(point))
        assert (known[point] == ord("w")) == (category[0] == "L" or category in ("Nl", "No"))


def test_small_letters_are_those_of_python() -> None:
    table = np.frombuffer(small(), dtype=np.uint32).tolist()
    for point in range(sys.maxunicode + 1):
        lowered = chr(point).lower()
        if chr(point) in "İΣ":
            assert table[point] == sys.maxunicode + 1
        else:
            assert lowered == chr(table[point] if point < len(table) else point)


@pytest.mark.skipif(not COMPILED, reason="the compiled kernel was not built")
@settings(max_examples=50)
@given(st.integers(0, 5), st.data())
def test_both_ways_agree_to_the_last_bit(voters: int, data: st.DataObject) -> None:
    batch = data.draw(st.lists(st.lists(texts, min_size=voters, max_size=voters).map(tuple), max_size=4))
    found = bags(batch)
    weights = np.array(
        data.draw(st.lists(weight, min_size=len(found.distinct), max_size=len(found.distinct))), np.int64
    )
    shape = len(batch), voters
    with working("python"):
        expected = agreements(found.numbers, found.sizes, shape, weights)
    with working("compiled"):
        assert agreements(found.numbers, found.sizes, shape, weights).tobytes() == expected.tobytes()
    assert expected.shape == (len(batch), max(voters * (voters - 1), 0))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=20)
@given(st.integers(0, 4), st.data())
def test_what_was_packed_agrees_as_a_run_does(way: str, voters: int, data: st.DataObject) -> None:
    several = st.lists(texts, min_size=voters, max_size=voters).map(lambda texts: Comparison("", tuple(texts)))
    windows = data.draw(st.lists(st.lists(several, min_size=1, max_size=3), max_size=3))
    with working(way):
        packing = Tokens().packing()
        packed = [packing.pack(window) for window in windows]
        metric, of_run = packing.metric(), Tokens().for_run(one for window in windows for one in window)
        assert metric.signature == of_run.signature
        for window, kept in zip(windows, packed, strict=True):
            assert metric.unpacked(kept).tolist() == of_run.rows(window).tolist()
            assert metric.unpacked(kept).tolist() == [list(one.values()) for one in of_run.utilities(window)]


def by_definition(texts: tuple[str, ...], run: list[tuple[str, ...]]) -> dict[tuple[int, int], float]:
    """The formula of the docstring, a token at a time."""
    sets = [{token for text in one for token in tokens(text)} for one in run if one]
    counters = [Counter(tokens(text)) for text in texts]

    def weight(bag: Counter[str]) -> float:
        frequencies = {token: sum(token in one for one in sets) for token in bag}
        return sum(bag[token] * math.log((len(sets) + 1) / (frequencies[token] + 0.5)) for token in bag)

    def f1(one: Counter[str], other: Counter[str]) -> float:
        return 2 * weight(one & other) / ((weight(one) + weight(other)) or 1)

    return {(h, r): f1(counters[h], counters[r]) for h, r in permutations(range(len(texts)), 2)}


@pytest.mark.parametrize("way", WAYS)
@given(run=st.lists(segments, max_size=4), strange=segments)
def test_utilities_follow_the_formula(way: str, run: list[tuple[str, ...]], strange: tuple[str, ...]) -> None:
    with working(way):
        metric = Tokens(TokenStatistics.collect(Comparison("", texts) for texts in run))
        batch = [*run, strange]
        found = metric.utilities([Comparison("", texts) for texts in batch])
        for texts, values in zip(batch, found, strict=True):
            assert values == pytest.approx(by_definition(texts, run), abs=1e-8)
            assert all(0 <= value <= 1 and value == values[r, h] for (h, r), value in values.items())


@given(st.lists(st.sampled_from(["Haus", "2,500", "中", ".", "das"]), min_size=1), st.randoms())
def test_the_order_of_words_does_not_matter(words: list[str], random: Random) -> None:
    turned = sorted(words, key=lambda _: random.random())
    assert Tokens().utilities([Comparison("", (" ".join(words), " ".join(turned)))]) == [{(0, 1): 1.0, (1, 0): 1.0}]


def test_statistics_count_segments_and_not_occurrences() -> None:
    run = [Comparison("x", ("das Haus das", "Das Boot")), Comparison("y", ("das",)), Comparison("z", ())]
    statistics = TokenStatistics.collect(iter(run))
    assert statistics.segments == 2
    assert dict(statistics.frequency) == {"das": 2, "haus": 1, "boot": 1}


def test_rare_words_count_more() -> None:
    run = [Comparison("", ("die Rechnung über 40",))] + [Comparison("", ("die",))] * 50
    rare, common = (
        Tokens().for_run(run).utilities([Comparison("", texts) for texts in (("40 a", "40 b"), ("die a", "die b"))])
    )
    assert rare[0, 1] > common[0, 1]
    plain = Tokens().utilities([Comparison("", ("40 a", "40 b"))])
    assert plain == [{(0, 1): 0.5, (1, 0): 0.5}]


def test_the_signature_tells_the_statistics() -> None:
    one, other = ([Comparison("", (text, "Haus"))] for text in ("das", "die"))
    metric = Tokens()
    assert isinstance(metric, RunMetric)
    signatures = [metric.signature, metric.for_run(one).signature, metric.for_run(other).signature]
    assert len(set(signatures)) == 3
    assert metric.for_run(iter(one)).signature == signatures[1]
    assert "idf:none" in metric.signature
