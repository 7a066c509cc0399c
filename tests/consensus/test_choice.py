"""The choice: mixing metrics, priors, kin, terms, scales, samples and the safety net, by their laws and by hand."""

from itertools import permutations
from math import log
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.consensus.choice import scores
from mtqa.consensus.decide import ABSENT, elect
from mtqa.consensus.kin import Kinship, Twins
from mtqa.consensus.mix import NATURAL, Mixture, Scale, measured, summed
from mtqa.consensus.prior import Priors
from mtqa.consensus.risk import Ranking
from mtqa.consensus.samples import cast, voting
from mtqa.consensus.sampling import KEPT, Sampling
from mtqa.consensus.settings import DecideSettings
from mtqa.consensus.terms import Weights, script_of, terms
from mtqa.inline import Text
from mtqa.metrics.features import STRANGE, features
from mtqa.model import Candidate, Overruled, Status, Why
from mtqa.ports import Comparison
from tests.helpers import decided, named, square

share = st.floats(0, 1)
WEIGHTS = Weights(length=0.05, missing=0.03, faults=0.1, empty=0.5)


@st.composite
def scored(draw: st.DrawFn) -> tuple[list[str], dict[str, dict[tuple[str, str], float]]]:
    """Voters, and the utilities of two metrics, of which the second may lack some pairs."""
    voters = [f"e{n}" for n in range(draw(st.integers(1, 5)))]
    pairs = list(permutations(voters, 2))
    known = draw(st.sets(st.sampled_from(pairs))) if pairs and draw(st.booleans()) else pairs
    return voters, {"one": {p: draw(share) for p in pairs}, "two": {p: draw(share) for p in pairs if p in known}}


@given(scored(), share, st.floats(0.1, 5), st.floats(0.1, 5))
def test_a_mixture_is_a_weighted_mean_of_rescaled_utilities(pool: tuple, low: float, one: float, two: float) -> None:
    voters, utilities = pool
    scale = Scale(low, low + 0.5)
    mixture = Mixture({"one": one, "two": two, "off": 0.0}, {"two": scale})
    squares = {name: square(pairs, voters) for name, pairs in utilities.items()}
    mixed = mixture.pairs(squares, squares["one"].shape)
    found = named(mixed, voters)
    assert set(found) == set(utilities["one"])
    for pair, value in found.items():
        x = utilities["one"][pair]
        if pair in utilities["two"]:
            y = min(max((utilities["two"][pair] - low) / 0.5, 0), 1)
            assert value == pytest.approx((one * x + two * y) / (one + two))
        else:
            assert value == pytest.approx(x)
    assert named(summed(mixture.parts(squares), mixed.shape), voters) == found


def test_a_scale_is_measured_between_unrelated_and_identical() -> None:
    assert measured([0.1, 0.3], [1.0, 0.8]) == Scale(pytest.approx(0.2), pytest.approx(0.9))  # type: ignore[arg-type]
    assert measured([], [1.0]) == measured([0.5], []) == measured([0.9], [0.9]) == NATURAL


@given(st.lists(st.tuples(st.text(max_size=3), st.lists(st.text("ab", max_size=2), max_size=3)), max_size=300))
def test_a_sample_holds_no_pair_that_is_related(run: list[tuple[str, list[str]]]) -> None:
    sampling, again = Sampling(), Sampling()
    for source, texts in run:
        sampling.see(Comparison(source, tuple(texts)))
        again.see(Comparison(source, tuple(texts)))
    pairs = sampling.unrelated()
    assert len(pairs) <= KEPT
    assert all(len(c.texts) == 2 and c.texts[0] != c.texts[1] for c in pairs)
    assert pairs == again.unrelated()
    assert all(c.texts[0] == c.texts[1] and c.texts[0].strip() for c in sampling.identical())


@given(st.lists(st.dictionaries(st.sampled_from(list(permutations("abc", 2))), share, min_size=6), max_size=5))
def test_a_prior_is_the_centred_mean_support(run: list[dict[tuple[str, str], float]]) -> None:
    priors = Priors()
    for pairs in run:
        priors.see(square(pairs, "abc"), [tuple("abc")])
    found = priors.values("abc")
    if not run:
        assert found == {}
        return
    means = {i: sum(pairs[i, j] for pairs in run for j in "abc" if j != i) / 2 / len(run) for i in "abc"}
    centre = sum(means.values()) / 3
    assert found == pytest.approx({i: mean - centre for i, mean in means.items()}, abs=1e-9)


def test_an_engine_is_not_praised_for_answering_the_easy_ones() -> None:
    easy, hard = dict.fromkeys(permutations("abc", 2), 0.9), dict.fromkeys(permutations("ab", 2), 0.2)
    priors = Priors()
    for voters, pairs in (("abc", easy), ("ab", hard), ("ab", hard)):
        priors.see(square(pairs, voters), [tuple(voters)])
    assert priors.values("abc") == pytest.approx(dict.fromkeys("abc", 0.0))


def seen(*segments: dict[str, str], times: int = 1) -> Twins:
    twins = Twins()
    for segment in segments * times:
        twins.see(tuple(segment), tuple(segment.values()))
    return twins


def test_an_engine_under_two_names_is_found() -> None:
    run = [{"a": f"x{n}", "b": f"x{n}", "c": f"y{n}", "d": f"z{n}"} for n in range(30)]
    kin = seen(*run).kinship({}, 0.0)
    assert kin.dependence == {("a", "b"): 1.0, ("b", "a"): 1.0}
    assert kin.votes("abcd") == {"a": 0.5, "b": 0.5, "c": 1.0, "d": 1.0}


def test_agreeing_in_half_of_the_segments_is_no_kinship() -> None:
    run = [{"a": f"x{n}", "b": f"x{n - n % 2}", "c": f"y{n}", "d": f"z{n}"} for n in range(60)]
    assert seen(*run).kinship({}, 0.0).dependence == {}
    unanimous = [dict.fromkeys("abcd", f"x{n}") for n in range(60)]
    assert seen(*unanimous).kinship({}, 0.0).dependence == {}, "all of them is what the language wants"
    assert seen({"a": "x", "b": "x", "c": "y"}, times=4).kinship({}, 0.0).dependence == {}, "too few to tell"


def test_a_family_is_kin_without_evidence() -> None:
    run = seen({"a": "1", "b": "2", "c": "3"})
    kin = run.kinship({"a": "claude", "b": "claude", "c": ""}, 0.5)
    assert kin.votes("abc") == pytest.approx({"a": 2 / 3, "b": 2 / 3, "c": 1})
    assert run.kinship({"a": "claude", "b": "claude"}, 1.0).weights("abc") is None


@given(st.integers(2, 4), st.data())
def test_a_copy_changes_no_support_when_kin_count_for_nothing(voters: int, data: st.DataObject) -> None:
    """With kin_vote 0 every engine, the copied one too, has the expected utility it had without the copy."""
    names = [f"e{n}" for n in range(voters)]
    pairs = {pair: data.draw(share) for pair in permutations(names, 2)}
    copied = dict(pairs) | {("e0", "copy"): 1.0, ("copy", "e0"): 1.0}
    for other in names[1:]:
        copied |= {("copy", other): pairs["e0", other], (other, "copy"): pairs[other, "e0"]}
    kin = Kinship({("e0", "copy"): 1.0, ("copy", "e0"): 1.0}, 0.0)
    everyone = [*names, "copy"]
    before = decided(names, pairs, (), DecideSettings(min_voters=2)).expected
    after = decided(everyone, copied, (), DecideSettings(min_voters=2), kin=kin).expected
    assert {name: after[name] for name in names} == pytest.approx(before, abs=1e-5)
    assert after["copy"] == pytest.approx(before["e0"], abs=1e-5)


def test_copies_are_no_majority() -> None:
    pairs = dict.fromkeys(permutations("abcd", 2), 0.1) | dict.fromkeys(permutations("ab", 2), 1.0)
    pairs |= dict.fromkeys(permutations("abc", 2), 1.0)
    kin = Kinship(dict.fromkeys(permutations("abc", 2), 1.0), 0.0)
    assert decided("abcd", pairs).status is Status.AGREED
    assert decided("abcd", pairs, kin=kin).status is Status.DIVERGENT


@pytest.mark.parametrize(
    ("source", "texts", "lang", "expected"),
    [
        ("a", ("eins zwei",) * 3, "de", [0, 0, 0]),
        ("Pay 250 EUR by 12.05.", ("250 bis 12.05.", "250 bis 12.05.", "bald"), "de", [0, 0, -0.06]),
        ("Pay 2,500 EUR", ("2.500", "2 500", "2500"), "de", [0, 0, 0]),
        ("Pay ٢٥٠ now", ("250", "250", "x"), "de", [0, 0, -0.03]),
        ("Take 5", ("Nimm fünf", "Nimm 5", "Nimm 5"), "de", [0, 0, 0]),
        ("1111 2222 3333 4444 5555", ("1111 2222 3333 4444 5555",) * 2 + ("",), "de", [0, 0, -0.59]),
        ("See https://a.example/x.", ("https://a.example/x", "https://a.example/x", "dort"), "de", [0, 0, -0.03]),
        ("a b c", ("Привет мир", "Привет, мир", "Hello мир"), "ru", [0, 0, -0.1 * 5 / 8]),
        ("a b c", ("你好世界", "你好,世界", "hello"), "zh-Hant", [0, 0, -0.1]),
        ("x", ("zdravo", "здраво", "здраво"), "sr", [-0.1, 0, 0]),
        ("one two three four", ("eins zwei drei vier", "eins zwei drei", "one two three four"), "de", [0, 0, -0.1]),
        ("x", ("ja", "ja", "ja " * 10), "de", [0, 0, -0.1 * 6 / 7]),
        ("x", ("哈哈", "哈哈", "哈" * 40), "zh", [0, 0, -0.1 * (1 - 1 / 33)]),
    ],
)  # fmt: skip
def test_faults_beyond_the_pool(source: str, texts: tuple[str, ...], lang: str, expected: list[float]) -> None:
    _, faults, _ = terms([Comparison(source, texts)], [lang], WEIGHTS, features)
    assert faults[0].tolist() == pytest.approx(expected)


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=6), st.sampled_from(["de", "ru", "zh", "sr"]))
def test_terms_only_ever_take_off(source: str, texts: list[str], lang: str) -> None:
    batch = [Comparison(source, tuple(texts))] * 2
    length, faults, blank = terms(batch, [lang] * 2, WEIGHTS, features)
    assert length.shape == faults.shape == (2, len(texts))
    assert (length <= 0).all()
    assert ((faults >= -0.7) & (faults <= 0)).all()
    assert blank.tolist() == [[not text.strip() for text in texts]] * 2
    for off in terms(batch, [lang] * 2, Weights(0, 0, 0, 0), features)[:2]:
        assert not off.any()


def test_length_is_told_by_the_median() -> None:
    length, _, _ = terms([Comparison("x", ("a" * 8, "a" * 8, "a" * 18))], ["de"], WEIGHTS, features)
    assert length[0].tolist() == pytest.approx([0, 0, -0.05 * log(2)])


def test_scripts_are_unicodes() -> None:
    assert [script_of(c) for c in "aä1.жあ漢가ꙮ"] == [
        "LATIN",
        "LATIN",
        "",
        "",
        "CYRILLIC",
        "CJK",
        "CJK",
        "HANGUL",
        "CYRILLIC",
    ]


def test_only_what_is_strange_may_be_a_letter_of_another_script() -> None:
    """Which is why texts without such characters are not looked at, letter by letter."""
    points = [chr(point) for point in range(0x20000)]
    strange = features([Comparison("", (point,)) for point in points])[:, STRANGE].tolist()
    others = [point for point, doubtful in zip(points, strange, strict=True) if not doubtful]
    assert len(others) > 4000
    assert set(map(script_of, others)) == {"LATIN", ""}


@given(scored(), st.dictionaries(st.sampled_from(["e0", "e1"]), st.floats(-0.1, 0.1)))
def test_the_parts_of_a_score_are_what_the_page_says(pool: tuple, priors: dict[str, float]) -> None:
    voters, utilities = pool
    squares = {name: square(pairs, voters) for name, pairs in utilities.items()}
    support = Mixture({"one": 1, "two": 1}, {}).parts(squares)
    prior, zero = np.array([[priors.get(voter, np.nan) for voter in voters]]), np.zeros((1, len(voters)))
    found = {name: part[0].tolist() for name, part in scores(support, prior, zero, zero, None).items()}
    both = named(summed(support, squares["one"].shape), voters)
    for place, voter in enumerate(voters):
        values = {name: part[place] for name, part in found.items() if not np.isnan(part[place])}
        assert set(values) >= ({"one", "length", "checks"} if len(voters) > 1 else set())
        if len(voters) > 1:
            mean = sum(both[voter, other] for other in voters if other != voter) / (len(voters) - 1)
            assert values.get("one", 0) + values.get("two", 0) == pytest.approx(mean)
            assert values.get("prior") == priors.get(voter)


@given(st.dictionaries(st.sampled_from("abcde"), share, min_size=1), st.sampled_from("abcdef"), share)
def test_the_safety_net(totals: dict[str, float], primary: str, margin: float) -> None:
    voters, values = list(totals), list(totals.values())
    place = voters.index(primary) if primary in totals else ABSENT
    eligible = np.ones((1, len(values)), dtype=bool)
    (best,), (chosen,) = elect(np.array([values]), eligible, np.array([place]), margin)
    assert best == values.index(max(values))
    lead = max(values) - totals.get(primary, -np.inf)
    assert chosen == (place if lead < margin else best)


def test_an_overruled_engine_is_told_why() -> None:
    flat = dict.fromkeys(permutations("abc", 2), 0.5)
    barred = decided("abc", flat, {"a"}, primary="a")
    assert barred.overruled == Overruled("a", Why.ERROR, "a overruled by b: its candidate has an error or no text")
    absent = decided("abc", flat, primary="d")
    assert absent.overruled == Overruled("d", Why.ABSENT, "d overruled by a: it has no candidate")
    assert decided("abc", flat, primary="c").chosen == "c"
    leading = {"a": 0.5, "b": 0.65, "c": 0.1}
    verdict = decided("abc", flat, scores=leading, primary="a")
    assert verdict.overruled
    assert verdict.overruled.evidence == "a overruled by b: score 0.50 against 0.65, margin 0.1"
    assert verdict.overruled.lead == pytest.approx(0.15)
    assert decided("abc", flat, (), DecideSettings(margin=0.16), scores=leading, primary="a").chosen == "a"


def test_too_few_voters_leave_the_primary_where_it_is() -> None:
    pairs = dict.fromkeys(permutations("ab", 2), 0.5)
    verdict = decided("ab", pairs, primary="b")
    assert (verdict.status, verdict.chosen, verdict.divergence) == (Status.UNDECIDED, "b", 0.5)
    assert decided("b", {}, primary="b").chosen == "b"
    assert decided("ab", pairs, {"b"}, primary="b").chosen is None
    assert decided("", {}, primary="b").chosen is None


def test_the_sample_that_the_others_support_casts_the_vote() -> None:
    pairs = dict.fromkeys(permutations("012", 2), 0.2) | {("1", "2"): 0.9, ("2", "1"): 0.9, ("2", "0"): 0.3}
    assert cast(square(pairs, "012")) == 2
    assert cast(square(dict.fromkeys(permutations("012", 2), 0.2), "012")) == 0
    assert cast(square({}, "012")) == 0
    candidate = Candidate("e", Text("a"), samples=(Text("b"), Text("c")))
    chosen = voting(candidate, 2)
    assert (chosen.text, chosen.samples) == (Text("c"), (Text("a"), Text("b")))
    assert voting(candidate, 0) is candidate


@given(st.lists(st.tuples(st.text(max_size=30), st.none() | share), max_size=50), st.randoms(use_true_random=False))
def test_length_is_a_signal_of_its_own(run: list[tuple[str, float | None]], random: Random) -> None:
    ranking, lines = Ranking(), [{"source": s} | ({} if d is None else {"divergence": d}) for s, d in run]
    for line in lines:
        ranking.see(len(str(line["source"])), line.get("divergence"))  # type: ignore[arg-type]
    longest = max((len(line["source"]) for line in lines), default=0)
    for line in lines:
        added = ranking.next()
        assert ("risk" in added) == ("divergence" in line)
        assert added["length"]["characters"] == len(line["source"])
        assert (added["length"]["quantile"] == 1) == (len(line["source"]) == longest)
