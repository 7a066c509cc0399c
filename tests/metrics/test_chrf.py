"""chrF: sacrebleu's numbers to the last bit, whichever way they are computed."""

import os
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from mtqa.errors import MetricError
from mtqa.metrics import kernel
from mtqa.metrics.chrf import Chrf
from mtqa.metrics.tokens import Tokens
from mtqa.ports import Comparison, Metric
from tests.metrics.ways import WAYS, working

words = st.sampled_from(
    [
        "Haus",
        "haus",
        "die",
        "2.500",
        "café",
        "cafe\u0301",
        "中文",
        "日本",
        "👍🏽",
        "…",
        "a",
        "\u200b",
        "\0",
        "aaaa",
        "\ud800",
    ]
)
spaces = st.sampled_from([" ", "  ", "\u00a0", "\u3000", "\u2028", "\u0085", "\x1c", "\x1d", "\x1f", "\t", "\n", ""])
texts = st.one_of(
    st.lists(st.tuples(words, spaces), max_size=8).map(lambda pairs: "".join(w + s for w, s in pairs)),
    st.text(max_size=12),
    st.text(st.sampled_from("ab "), max_size=40),  # the same n-gram many times
    st.text(st.characters(), max_size=5),  # with lone surrogates
)
segments = st.lists(texts, max_size=5).map(tuple)


def by_sacrebleu(texts: Sequence[str], char_order: int = 6, beta: int = 2) -> dict[tuple[int, int], float]:
    judge = CHRF(char_order=char_order, beta=beta)
    pairs = permutations(range(len(texts)), 2)
    return {(h, r): float(judge.sentence_score(texts[h], [texts[r]]).score) / 100 for h, r in pairs}


def utilities(batch: Sequence[tuple[str, ...]], **options: int) -> list[dict[tuple[int, int], float]]:
    return Chrf(**options).utilities([Comparison("", texts) for texts in batch])


@pytest.mark.parametrize("way", WAYS)
@given(batch=st.lists(segments, max_size=4))
def test_equals_sacrebleu(way: str, batch: list[tuple[str, ...]]) -> None:
    with working(way):
        assert utilities(batch) == [by_sacrebleu(texts) for texts in batch]


@pytest.mark.parametrize("way", WAYS)
@given(batch=st.lists(segments, max_size=3), char_order=st.integers(1, 12), beta=st.integers(1, 4))
def test_equals_sacrebleu_with_other_options(
    way: str, batch: list[tuple[str, ...]], char_order: int, beta: int
) -> None:
    with working(way):
        expected = [by_sacrebleu(texts, char_order, beta) for texts in batch]
        assert utilities(batch, char_order=char_order, beta=beta) == expected


@pytest.mark.parametrize("way", WAYS)
def test_equals_sacrebleu_on_real_text(way: str) -> None:
    if "MTQA_DATA" not in os.environ:
        pytest.skip("MTQA_DATA is not set")
    frame = pl.read_parquet(Path(os.environ["MTQA_DATA"]) / "wmt24-en-cs" / "dev.en-cs.parquet")
    grouped = frame.group_by("segment_id", maintain_order=True).agg(pl.col("candidate"))
    batch = [tuple(candidates[:4]) for candidates in grouped["candidate"].to_list()[::10]]
    assert len(batch) == 30
    with working(way):
        assert utilities(batch) == [by_sacrebleu(texts) for texts in batch]


@pytest.mark.parametrize("way", WAYS)
def test_wide_alphabets(way: str) -> None:
    """More different characters in a segment than fit into one sort key."""
    one = "".join(map(chr, range(0x4E00, 0x5200)))
    with working(way):
        assert utilities([(one, one[::-1], one[300:])]) == [by_sacrebleu((one, one[::-1], one[300:]))]


# sacrebleu's own sentence scores (`CHRF().sentence_score`, version 2.6.0), written down so that both could not
# drift together.
@pytest.mark.parametrize("way", WAYS)
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
def test_known_values(way: str, hypothesis: str, reference: str, percent: float) -> None:
    with working(way):
        assert utilities([(hypothesis, reference)])[0][0, 1] == percent / 100


@pytest.mark.parametrize("way", WAYS)
def test_the_number_of_threads_changes_nothing(way: str) -> None:
    batch = [(f"Haus {n} " * 90, f"Häuser {n} " * 80, "" if n % 2 else "Boot " * 9) for n in range(60)]
    assert len(list(kernel.portions(batch))) > 2
    with working(way):
        assert utilities(batch, threads=3) == utilities(batch, threads=1) == utilities(batch)


def test_empty_batches_and_lone_texts() -> None:
    assert utilities([]) == []
    assert utilities([(), ("a",)]) == [{}, {}]


@given(st.lists(segments))
def test_portions_are_the_segments_in_order(batch: list[tuple[str, ...]]) -> None:
    portions = list(kernel.portions(batch))
    assert [texts for portion in portions for texts in portion] == batch
    assert all(portions)


def test_signature_names_what_changes_the_number() -> None:
    assert Chrf(beta=3).signature != Chrf().signature
    assert Chrf(threads=1).signature == Chrf().signature
    assert Chrf().signature.startswith("chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|")


@pytest.mark.parametrize("options", [{"char_order": 0}, {"beta": 0}, {"char_order": 65}, {"threads": 0}])
def test_bad_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(MetricError, match=next(iter(options))):
        Chrf(**options)


@pytest.mark.parametrize("metric", [Chrf(), Tokens()])
def test_memory_that_is_not_there_is_told(metric: Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> list[list[str]]:
        raise MemoryError

    monkeypatch.setattr(kernel, "portions", exhausted)
    with pytest.raises(MetricError, match=r"out of memory \(the longest text has 3 characters\)"):
        metric.utilities([Comparison("", ("a", "abc"))])
