"""chrF: the same numbers as sacrebleu, whichever way they are computed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from mtqa.errors import MetricError
from mtqa.metrics.chrf import Chrf
from mtqa.ports import Comparison

words = st.sampled_from(
    ["Haus", "haus", "die", "2.500", "café", "cafe\u0301", "中文", "日本", "👍🏽", "…", "a", "\u200b"]
)
spaces = st.sampled_from([" ", "  ", "\u00a0", "\u3000", "\u2028", "\u0085", "\x1c", "\x1f", "\t", "\n", ""])
texts = st.one_of(
    st.lists(st.tuples(words, spaces), max_size=6).map(lambda pairs: "".join(w + s for w, s in pairs)),
    st.text(max_size=12),
)


@given(st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=3))
def test_equals_sacrebleu(batch: list[list[str]]) -> None:
    oracle = CHRF()
    utilities = Chrf().utilities([Comparison("", tuple(texts)) for texts in batch])
    for texts, values in zip(batch, utilities, strict=True):
        assert set(values) == {(h, r) for h in range(len(texts)) for r in range(len(texts)) if h != r}
        for (h, r), value in values.items():
            assert value == pytest.approx(oracle.sentence_score(texts[h], [texts[r]]).score / 100, abs=1e-12)


# sacrebleu's own sentence scores (`CHRF().sentence_score`, version 2.6.0), written down so that both could not
# drift together.
@pytest.mark.parametrize(
    ("hypothesis", "reference", "percent"),
    [
        ("ab c", "ab d", 38.888888888888886),
        ("ab c", "abc d", 68.86227544910179),
        ("a", "a", 100.0),
        ("", "a", 0.0),
        ("", "", 0.0),
    ],
)
def test_known_values(hypothesis: str, reference: str, percent: float) -> None:
    assert Chrf().utilities([Comparison("", (hypothesis, reference))])[0][0, 1] == pytest.approx(percent / 100)


def test_empty_batches_and_lone_texts() -> None:
    assert Chrf().utilities([]) == []
    assert Chrf().utilities([Comparison("", ()), Comparison("", ("a",))]) == [{}, {}]


def test_signature_names_what_changes_the_number() -> None:
    assert Chrf(beta=3).signature != Chrf().signature
    assert Chrf().signature.startswith("chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|")


def test_bad_options_are_refused() -> None:
    with pytest.raises(MetricError, match="char_order"):
        Chrf(char_order=0)
