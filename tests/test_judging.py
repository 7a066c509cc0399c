"""Judging a group as a whole, with metrics of the test's own."""

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest

from mtqa.consensus.settings import DecideSettings
from mtqa.judging import Judge, Rules
from mtqa.metrics.chrf import Chrf
from mtqa.model import CandidateSet
from mtqa.ports import Comparison
from tests.helpers import found

SYNONYMS = {"Automobil": "Wagen", "Fahrzeug": "Wagen"}


class Senses:
    """1 for texts that are the same once synonyms are replaced, 0 for others."""

    signature = "senses"
    tells_meaning = True

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        scored = []
        for one in batch:
            senses = [SYNONYMS.get(text, text) for text in one.texts]
            scored.append({(h, r): float(senses[h] == senses[r]) for h, r in permutations(range(len(senses)), 2)})
        return scored


@pytest.mark.parametrize(("third", "paraphrase"), [("Fahrzeug", True), ("Hund", False)])
def test_a_metric_of_meaning_tells_paraphrases(third: str, *, paraphrase: bool) -> None:
    pool = found("car", a="Wagen", b="Automobil", c=third)
    others = [found(text, **dict.fromkeys("abc", text)) for text in ("Ja, gern.", "Nein danke.", "Vielleicht morgen?")]

    def sets() -> Iterator[list[CandidateSet]]:
        yield [pool, *others]

    metrics = {"chrf": Chrf(), "senses": Senses()}
    judge = Judge(Rules(metrics, {"chrf": 1.0, "senses": 0.0}, {}, DecideSettings(), {}), sets)
    (results,) = judge.results()
    verdict = results[0].verdict
    assert verdict.status == "divergent"
    assert ("paraphrase" in [reason.code for reason in verdict.reasons]) == paraphrase
