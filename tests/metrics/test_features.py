"""What is counted in texts and their source: by hand, and the same in both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.metrics.features import DISTINCT, GRAMS, KEPT, LACKING, features
from mtqa.ports import Comparison
from tests.metrics.test_chrf import texts
from tests.metrics.ways import COMPILED, WAYS, working

few_words = st.lists(st.sampled_from(["a", "b", "\ud800", "Haus", "日本"]), max_size=12).map(" ".join)
unspaced = st.text(st.sampled_from("日本ab"), max_size=40)
numbers = st.text(st.sampled_from("0123456789" * 3 + ".,'’ \u00a0\u202f" * 2 + "w:/٣a"), max_size=40)
urls = st.lists(st.sampled_from(["http://a.b/1,234", "www.", "www.x12", "://", " ", "12"]), max_size=4).map("".join)
any_text = st.one_of(texts, few_words, unspaced, numbers, urls)
comparisons = st.builds(Comparison, any_text, st.lists(any_text, max_size=4).map(tuple))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("x", "", (0, 0, 0)),
        ("x", "a b c d", (1, 1, 0)),
        ("a  b c\td", "a b c d", (1, 1, 1)),
        ("a b c d", "a b c d e", (2, 2, 0)),  # four words of five are no text of four words
        ("z a b c d e", "a b c d e a b c d", (6, 5, 2 + 1)),
        ("日本語" * 8, "日本語" * 9, (20, 3, 20)),
        ("日本", "哈" * 40, (33, 1, 0)),
        ("a b c de", "a b c de", (1, 1, 1)),
        ("x", " \u3000", (1, 1, 0)),
    ],
)
def test_counts(way: str, source: str, text: str, expected: tuple[int, int, int]) -> None:
    with working(way):
        (found,) = features([Comparison(source, (text,))])
    assert (found[GRAMS], found[DISTINCT], found[KEPT]) == expected
    assert found[:2].tolist() == [len(text), len(text.split())]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("source", "text", "lacking"),
    [
        ("In 2019, 7 of 12", "12 of 7 were in 2019", 0),
        ("In 2019, 7 of 12", "7", 2),
        ("12 and 12", "", 1),
        ("1,234.56", "1.234,56", 0),
        ("1,234,567", "1 234 567", 0),
        ("1234", "1,2345", 1),  # that is 1.2345
        ("1 234 5678", "1234 5678", 0),  # a group of four is a number of its own
        ("1234.5.67", "1234,5,67", 0),
        ("1’234’567.8", "1234567.8", 0),
        ("12'345.678,9", "12345678 9", 1),
        ("12 ", "1 2", 1),
        ("٣٫٥ ١٢", "12", 0),
        ("٣٤", "34", 0),
        ("12", "１２", 0),
        ("see http://a.b/c12 and 34", "34 http://a.b/c12.", 0),
        ("see http://a.b/c12 and 34", "34", 1),
        ("12", "www.x12.org", 1),
        ("www.x.org", "http://www.x.org/", 0),
        ("://", "", 0),
    ],
)
def test_what_is_lacking(way: str, source: str, text: str, lacking: int) -> None:
    with working(way):
        found = features([Comparison(source, ("", text)), Comparison(source, (text,))])
    assert found[1:, LACKING].tolist() == [lacking] * 2


@pytest.mark.skipif(not COMPILED, reason="the compiled kernel was not built")
@given(st.lists(comparisons, max_size=4))
def test_both_ways_count_the_same(batch: list[Comparison]) -> None:
    with working("python"):
        expected = features(batch)
    with working("compiled"):
        assert features(batch).tolist() == expected.tolist()


@given(st.lists(comparisons, max_size=3))
def test_a_text_is_in_itself(batch: list[Comparison]) -> None:
    itself = [Comparison(text, (text,)) for one in batch for text in one.texts]
    for of_text, distinct, kept in features(itself)[:, [GRAMS, DISTINCT, KEPT]].tolist():
        assert of_text == kept >= distinct
