"""BLEU and TER: sacrebleu's numbers, as utilities."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.ter import TER

from mtqa.metrics.sacre import Bleu, Ter
from mtqa.plugins import build
from mtqa.ports import Comparison

texts = st.lists(st.sampled_from(["das", "Haus", "haus", ",", "2.500", "中文", "ist"]), max_size=8).map(" ".join)


@given(st.lists(texts, max_size=4).map(tuple))
def test_utilities_are_sacrebleus_numbers(several: tuple[str, ...]) -> None:
    (bleu,), (ter,) = (metric.utilities([Comparison("", several)]) for metric in (Bleu(), Ter()))
    for h, r in permutations(range(len(several)), 2):
        hypothesis, reference = several[h], [several[r]]
        expected = BLEU(effective_order=True).sentence_score(hypothesis, reference).score / 100
        assert bleu[h, r] == pytest.approx(expected, abs=1e-12)
        assert ter[h, r] == pytest.approx(
            max(1 - TER().sentence_score(hypothesis, reference).score / 100, 0), abs=1e-12
        )


def test_options_are_in_the_signature() -> None:
    assert Bleu().signature.startswith("BLEU|nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|version:")
    assert "tok:char" in build("metrics", "bleu", {"tokenize": "char"}, "bleu").signature
    assert Ter().signature.startswith("TER|nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:")
    assert "asian:yes" in build("metrics", "ter", {"asian": True}, "ter").signature
