"""The bound on what is accepted unseen: kept over a thousand sets of labels, found where there is something to find."""

import numpy as np
import pytest

from mtqa.evidence.accept import acceptance, labels_needed
from mtqa.evidence.stats import upper_bound

RISK, SURE, TIMES = 0.05, 0.9, 1000
# So often at most may the guarantee fail in that many simulations, three standard errors included.
MAY_FAIL = TIMES * (1 - SURE) + 3 * (TIMES * SURE * (1 - SURE)) ** 0.5


def test_labels_for_a_bound() -> None:
    assert [labels_needed(risk, 0.9) for risk in (0.1, 0.05, 0.02, 0.01)] == [22, 45, 114, 230]
    assert [labels_needed(risk, 0.9, 0.5) for risk in (0.1, 0.05, 0.02, 0.01)] == [65, 132, 333, 667]
    with pytest.raises(ValueError, match="never bounded"):
        labels_needed(0.05, 0.9, 1.0)


# The error rate at an order between 0 and 1.
WORLDS = {
    "a tenth above the risk everywhere": lambda s: np.full_like(s, RISK * 1.1),
    "good at the top": lambda s: 0.4 * (1 - s) ** 2,
    "just good enough at the top": lambda s: 0.04 + 0.3 * (1 - s) ** 3,
    "worst at the top": lambda s: 0.02 + 0.1 * s,
    "a cliff": lambda s: np.where(s > 0.7, 0.01, 0.5),
}


@pytest.mark.parametrize("n", [60, 300])
@pytest.mark.parametrize("world", WORLDS)
def test_the_risk_is_kept(world: str, n: int) -> None:
    rng = np.random.default_rng(n)
    grid = np.linspace(0, 1, 10_001)
    rates = WORLDS[world](grid)
    broken = 0
    for _ in range(TIMES):
        order = rng.random(n)
        wrong = rng.random(n) < WORLDS[world](order)
        found = acceptance(order, wrong, RISK, SURE)
        if found.threshold is not None:
            broken += rates[grid >= found.threshold].mean() > RISK
    assert broken <= MAY_FAIL


def test_the_best_threshold_of_many_would_not_keep_it() -> None:
    """What the test order is for: taking the loosest threshold that looks good breaks the promise."""
    rng = np.random.default_rng(1)
    sizes = range(45, 601, 15)
    bounds = {size: [upper_bound(errors, size, SURE) for errors in range(45)] for size in sizes}
    broken = 0
    for _ in range(TIMES):
        errors = np.cumsum(rng.random(600) < RISK * 1.1)
        broken += any(errors[size - 1] < 45 and bounds[size][errors[size - 1]] <= RISK for size in sizes)
    assert broken > MAY_FAIL


def test_what_is_good_is_found() -> None:
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(100):
        order = rng.random(600)
        found = acceptance(order, rng.random(600) < WORLDS["a cliff"](order), RISK, SURE)
        covered.append(found.accepted / 600)
    assert 0.25 < np.median(covered) < 0.34  # of 0.3 that are good, and a few beyond the cliff


def test_too_few_labels_are_told() -> None:
    found = acceptance(np.linspace(0, 1, 40), np.zeros(40, dtype=bool), RISK, SURE)
    assert (found.threshold, found.missing) == (None, 5)
    assert "5 more at least" in found.why


def test_labels_that_do_not_help_are_not_asked_for() -> None:
    wrong = np.arange(300) % 5 == 0
    found = acceptance(np.linspace(0, 1, 300), wrong, RISK, SURE)
    assert (found.threshold, found.missing) == (None, None)
    assert "do not help" in found.why


def test_equals_are_accepted_together() -> None:
    order = np.repeat([0.9, 0.5], 100)
    found = acceptance(order, np.arange(200) >= 100, RISK, SURE)
    assert (found.threshold, found.accepted, found.errors) == (0.9, 100, 0)


@pytest.mark.parametrize("risk", [0.5, 0.9])
def test_a_low_confidence_needs_as_many_labels_as_it_allows_errors(risk: float) -> None:
    """Two labels may bound the risk where none is wrong; no fewer than six can be wrong six times."""
    found = acceptance(np.linspace(1.0, 0.0, 40), np.zeros(40, dtype=bool), risk, 0.1)
    assert found.accepted == 40


def test_more_labels_are_needed_where_some_are_wrong() -> None:
    assert labels_needed(1e-5, 0.9, 0.5) > labels_needed(1e-5, 0.9)
