"""Calibration against simulated reviewers: what is planted is found, and nothing where there is nothing."""

from typing import Any

import numpy as np
import pytest

from mtqa.confidence import FEATURES, LEAST, Calibration, Confidence, differs, features_of, pool_of
from mtqa.errors import CalibrationError
from mtqa.evidence.calibrate import Aim, Labelled, calibrate, evaluation, gather

POOL = pool_of(["a", "b", "c"], ["chrf"], {})


def simulated(n: int, wrong: Any, seed: int = 0, labelled: float = 1.0) -> Labelled:
    """Segments in documents of ten; `wrong`: features -> the chance that a translation is wrong."""
    rng = np.random.default_rng(seed)
    features = rng.random((n, len(FEATURES)))
    right = (rng.random(n) >= wrong(features)).astype(float)
    right[rng.random(n) >= labelled] = np.nan
    return Labelled(
        [str(number) for number in range(n)],
        [f"document {number // 10}" for number in range(n)],
        ["en>cs"] * n,
        features,
        np.ones(n, dtype=bool),
        right,
    )


def by_agreement(features: np.ndarray) -> np.ndarray:
    return 0.9 * (1 - features[:, 0]) ** 2


def by_length(features: np.ndarray) -> np.ndarray:
    return np.where(features[:, FEATURES.index("length")] > 0.6, 0.5, 0.005)


def by_nothing(features: np.ndarray) -> np.ndarray:
    return np.full(len(features), 0.2)


def test_confidence_is_what_it_says() -> None:
    told = calibrate(simulated(2000, by_agreement), Aim())["evaluation"]
    assert told["brier"]["after"]["high"] < told["brier"]["before"]["low"]
    for point in told["reliability"]:
        assert abs(point["confidence"] - point["right"]) < 0.12
    assert told["auroc"]["before"]["value"] == pytest.approx(told["auroc"]["after"]["value"], abs=0.02)
    assert told["auroc"]["after"]["low"] > 0.7


def test_an_order_in_other_features_is_learned_only_when_it_is_asked_for() -> None:
    data = simulated(1500, by_length)
    plain, learned = calibrate(data, Aim()), calibrate(data, Aim(order="learned"))
    assert plain["accept"]["strata"]["en>cs"]["would_accept"] == 0
    assert 0.4 < learned["accept"]["strata"]["en>cs"]["would_accept"] / 1500 < 0.7
    assert plain["evaluation"]["auroc"]["learned"]["low"] > plain["evaluation"]["auroc"]["before"]["high"]
    assert learned["accept"]["strata"]["en>cs"]["labels"] < 800  # the other half of the documents has fitted it


@pytest.mark.parametrize("order", ["agreement", "learned"])
def test_nothing_is_found_in_noise(order: str) -> None:
    found = calibrate(simulated(1000, by_nothing), Aim(order=order))
    auroc = found["evaluation"]["auroc"]["after"]
    assert auroc["low"] < 0.52
    assert found["accept"]["strata"]["en>cs"]["would_accept"] == 0
    assert "threshold" not in found["accept"]["strata"]["en>cs"]


def test_agreement_that_means_the_opposite_gives_no_order() -> None:
    found = calibrate(simulated(1000, lambda features: 0.6 * features[:, 0]), Aim())
    assert found["features"]["agreement"]["weight"] == 0


def test_labels_without_an_error_do_not_make_certainty() -> None:
    found = calibrate(simulated(100, lambda features: np.zeros(len(features))), Aim())
    assert found["accept"]["strata"]["en>cs"]["would_accept"] == 100
    top = Calibration.of(found | {"pool": POOL}, "here").linear(dict.fromkeys(FEATURES, 1.0))
    assert 0.95 < 1 / (1 + np.exp(-top)) < 1


def test_the_interval_of_an_auroc_holds_what_it_says() -> None:
    """The true AUROC lies within nearly as often as stated, over simulated sets of labels."""
    rng = np.random.default_rng(9)
    many = rng.random((200_000, len(FEATURES)))
    chance = by_agreement(many)
    order = np.argsort(many[:, 0])
    good, bad = (1 - chance)[order], chance[order]
    truth = (good * (np.cumsum(bad) - bad / 2)).sum() / good.sum() / bad.sum()
    inside, times = 0, 100
    for seed in range(times):
        data = simulated(300, by_agreement, seed)
        one = evaluation(data.features, data.right, data.documents, "learned")["auroc"]["before"]
        inside += one["low"] <= truth <= one["high"]
    assert inside >= 95 - 3 * (times * 0.95 * 0.05) ** 0.5


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(CalibrationError, match="more are missing"):
        calibrate(simulated(1000, by_agreement, labelled=0.02), Aim())


def test_labels_that_were_picked_are_told() -> None:
    data = simulated(1000, by_agreement)
    assert calibrate(data, Aim())["sample"] == []
    picked = np.where(data.features[:, 0] < 0.3, data.right, np.nan)
    worst_first = Labelled(data.ids, data.documents, data.strata, data.features, data.may, picked)
    assert "agreement" in [one["feature"] for one in calibrate(worst_first, Aim())["sample"]]


def test_every_stratum_has_its_own_bound() -> None:
    good, bad = simulated(400, lambda f: np.zeros(len(f)), 1), simulated(400, by_nothing, 2)
    both = Labelled(
        [*good.ids, *(f"other {name}" for name in bad.ids)],
        [*good.documents, *(f"other {name}" for name in bad.documents)],
        ["en>cs"] * 400 + ["en>de"] * 400,
        np.vstack([good.features, bad.features]),
        np.ones(800, dtype=bool),
        np.concatenate([good.right, bad.right]),
    )
    strata = calibrate(both, Aim())["accept"]["strata"]
    assert (strata["en>cs"]["would_accept"], strata["en>de"]["would_accept"]) == (400, 0)


def line(agreement: float, number: int = 0, length: int = 40, chosen: str = "a") -> dict[str, Any]:
    """A line of segments.jsonl in which three engines agree so much."""
    engines = ("a", "b", "c")
    pairs = [(h, r) for h in engines for r in engines if h != r]
    return {
        "id": f"t#{number}", "file": f"t{number // 10}", "source": "x" * length, "source_lang": "en",
        "target_lang": "cs", "status": "agreed", "chosen": {"engine": chosen, "target": "y"},
        "divergence": 1 - agreement,
        "voters": list(engines), "supporters": list(engines),
        "candidates": [{"engine": e, "score": agreement + (e == chosen) * 0.1, "findings": []} for e in engines],
        "utilities": {"agreement": [{"hypothesis": h, "reference": r, "value": agreement} for h, r in pairs]},
    }  # fmt: skip


def lines(n: int, seed: int, shift: float = 0.0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [line(min(max(rng.normal(0.6 + shift, 0.12), 0), 1), number) for number in range(n)]


def made(results: list[dict[str, Any]]) -> Calibration:
    rng = np.random.default_rng(0)
    labels = {r["id"]: bool(rng.random() > 2 * max(0.7 - (1 - r["divergence"]), 0.0)) for r in results}
    return Calibration.of(calibrate(gather(results, labels, "languages"), Aim()) | {"pool": POOL}, "here")


def test_a_batch_like_the_calibration_data_does_not_drift_and_another_does() -> None:
    calibration = made(lines(1000, 1))
    alarms = {}
    for shift in (0.0, 0.1, -0.15):
        alarms[shift] = 0
        for seed in range(100):
            confidence = Confidence(calibration, POOL)
            for result in lines(200, 100 + seed, shift):
                confidence.of(result)
            alarms[shift] += bool(confidence.warnings())
    assert alarms[0.0] <= 3
    assert (alarms[0.1], alarms[-0.15]) == (100, 100)


def test_a_small_batch_says_nothing_of_drift() -> None:
    confidence = Confidence(made(lines(300, 1)), POOL)
    for result in lines(LEAST - 1, 2, -0.3):
        confidence.of(result)
    assert (confidence.drift(), confidence.warnings()) == ([], [])


def test_what_is_accepted_is_what_the_threshold_says() -> None:
    results = lines(1000, 1)
    calibration = made(results)
    threshold = calibration.thresholds["en>cs"]
    assert threshold is not None
    confidence = Confidence(calibration, POOL)
    stated = [confidence.of(result) for result in results]
    accepted = [1 - result["divergence"] >= threshold for result in results]
    assert [one["auto_accept"] for one in stated] == accepted
    assert all(one["confidence"]["calibrated"] for one in stated)
    record = calibration.record["accept"]["strata"]["en>cs"]
    assert sum(accepted) == record["would_accept"] == record["accepted"]
    faulty = results[accepted.index(True)]
    faulty["candidates"][0]["findings"] = [{"check": "numbers"}]
    assert confidence.of(faulty)["auto_accept"] is False


def test_a_calibration_of_other_engines_is_not_applied() -> None:
    other = pool_of(["a", "b", "d"], ["chrf"], {})
    confidence = Confidence(made(lines(300, 1)), other)
    assert confidence.of(line(0.9)) == {"confidence": {"value": 0.9, "calibrated": False}}
    assert "engines a, b, c" in confidence.warnings()[0]
    assert differs(POOL, POOL | {"decide": {"agree_at": 0.5}})


def test_without_a_choice_there_is_no_confidence() -> None:
    undecided = line(0.5) | {"status": "undecided"}
    del undecided["chosen"], undecided["divergence"]
    assert features_of(undecided) is None
    assert Confidence().of(undecided) == {}
