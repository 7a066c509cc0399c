"""Statistics with known answers: coverage over simulations, null cases, textbook values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.evidence import stats
from mtqa.evidence.stats import Documents

SIMULATIONS = 1000


def within(hits: int, expected: float, of: int = SIMULATIONS) -> bool:
    """Whether so many hits are what a binomial gives, at 3.3 standard deviations: one honest failure in a thousand."""
    return abs(hits / of - expected) <= 3.3 * math.sqrt(expected * (1 - expected) / of)


def documents_of(rng: np.random.Generator, count: int, segments: int) -> np.ndarray:
    """The document of each segment: of very different lengths, as files are."""
    return np.repeat(np.arange(count), 1 + rng.poisson(segments * rng.gamma(2, 0.5, count)))


@pytest.mark.parametrize("count", [8, 20, 85])
def test_intervals_of_a_mean_cover_it(count: int) -> None:
    """Segments of one document have much in common; intervals over documents know it."""
    rng = np.random.default_rng(1)
    owner = documents_of(rng, count, 5)
    documents = Documents(owner)
    effects = rng.normal(0, 0.1, (SIMULATIONS, count))
    values = 0.7 + effects[:, owner] + rng.normal(0, 0.1, (SIMULATIONS, len(owner)))
    draws = stats.ratio(documents.sums(values.T), documents.sums(np.ones(len(owner)))[:, None])
    ends = [stats.interval(column[1:], count) for column in draws.T]
    hits = sum(low <= 0.7 <= high for low, high in ends if low is not None and high is not None)
    # Documents of unequal length, which a ratio weighs, cost a little where there are few.
    assert within(hits, 0.95) or hits >= 920


def test_intervals_of_a_rare_share_cover_it() -> None:
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(60), 5)
    documents = Documents(owner, resamples=200)
    hits = 0
    for _ in range(SIMULATIONS):
        events = rng.random(len(owner)) < rng.choice([0.0, 0.04], 60)[owner]
        found = documents.share(events)
        hits += found.low is not None and found.low <= 0.02 <= (found.high or 0)
    assert hits >= 0.93 * SIMULATIONS  # exact intervals cover more than they promise, never much less


def test_nothing_seen_is_not_nothing() -> None:
    found = Documents(range(100)).share(np.zeros(100, dtype=bool))
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 100), rel=1e-6)


def test_the_mean_share_of_several_engines_knows_more_than_one_of_them() -> None:
    rng = np.random.default_rng(5)
    documents, hits, widths = Documents(np.repeat(np.arange(60), 5), resamples=300), 0, []
    for _ in range(200):
        events = rng.random((300, 6)) < 0.05
        one, whole = documents.share(events[:, 0]), documents.rate(documents.means(events.mean(axis=1)))
        hits += (whole.low or 0) <= 0.05 <= (whole.high or 0)
        widths.append(((whole.high or 0) - (whole.low or 0)) / ((one.high or 0) - (one.low or 0)))
    assert hits >= 180  # 190 promised
    assert np.median(widths) < 0.6
    none = documents.rate(documents.means(np.zeros(300)))
    assert none.high == documents.share(np.zeros(300, dtype=bool)).high


def test_a_difference_of_nothing_is_found_as_often_as_promised() -> None:
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(25), 6)
    documents = Documents(owner)
    values = rng.normal(0, 0.1, (SIMULATIONS, 25))[:, owner] + rng.normal(0, 0.1, (SIMULATIONS, len(owner)))
    draws = stats.ratio(documents.sums(values.T), documents.sums(np.ones(len(owner)))[:, None])
    assert within(sum(documents.p_value(column) < 0.05 for column in draws.T), 0.05)


def test_p_is_never_smaller_than_so_few_documents_can_say() -> None:
    documents = Documents(["a", "b", "c"])
    assert documents.p_value(documents.means(np.ones(3))) == 0.25
    assert documents.p_value(documents.means(np.zeros(3))) == 1


def test_one_document_has_no_interval() -> None:
    documents = Documents(["a"] * 10)
    for found in (documents.estimate(documents.means(np.arange(10))), documents.share(np.arange(10) > 4)):
        assert "low" not in found.record()
        assert found.record()["n"] == 10
        assert found.documents == 1


def test_the_seed_is_all_that_matters() -> None:
    values = np.arange(40) / 40
    first, second, other = (Documents(np.arange(40) // 2, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(first.means(values), second.means(values))
    assert not np.array_equal(first.means(values), other.means(values))
    assert "seed:7" in first.signature


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), min_size=1, max_size=40), st.data())
def test_draws_are_what_repeating_documents_would_give(rows: list[tuple[int, float]], data: st.DataObject) -> None:
    documents = Documents([owner for owner, _ in rows], resamples=5)
    values = np.array([value for _, value in rows])
    where = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    means, spreads = documents.means(values, where), documents.spreads(values, where)
    quantiles = documents.quantiles(values, [0.05, 0.5], where)
    for draw, times in enumerate(documents._times):
        repeated = np.repeat(values[where], times[documents.owner[where]])
        if len(repeated):
            assert means[draw] == pytest.approx(repeated.mean(), abs=1e-9)
            assert spreads[draw] == pytest.approx(repeated.std(), abs=1e-6)
            expected = np.quantile(repeated, [0.05, 0.5], method="inverted_cdf")
            assert quantiles[draw] == pytest.approx(expected)
        else:
            assert np.isnan([means[draw], spreads[draw], *quantiles[draw]]).all()


def test_clopper_pearson_as_published() -> None:
    """Labels without an error that bound the rate at 10, 5, 2 and 1 % with 90 % confidence: the rule of 22, 45, ..."""
    for labels, bound in ((22, 0.10), (45, 0.05), (114, 0.02), (230, 0.01)):
        assert stats.upper_bound(0, labels, 0.9) <= bound < stats.upper_bound(0, labels - 1, 0.9)
    low, high = stats.clopper_pearson(7, 20)
    assert (low, high) == (pytest.approx(0.1539092, abs=1e-6), pytest.approx(0.5921885, abs=1e-6))
    with pytest.raises(ValueError, match="8 of 7"):
        stats.clopper_pearson(8, 7)


def test_holm_on_the_classic_example() -> None:
    assert stats.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert stats.holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_lowers_a_p_nor_changes_an_order(p_values: list[float]) -> None:
    adjusted = stats.holm(p_values)
    assert all(p <= after <= 1 for p, after in zip(p_values, adjusted, strict=True))
    assert [x for _, x in sorted(zip(p_values, adjusted, strict=True))] == sorted(adjusted)


@pytest.mark.parametrize(("shared", "votes"), [(0.0, 5.0), (1.0, 1.0), (0.25, 2.5)])
def test_effective_votes(shared: float, votes: float) -> None:
    correlations = np.full((5, 5), shared)
    np.fill_diagonal(correlations, 1)
    assert stats.effective_votes(correlations) == pytest.approx(votes)
