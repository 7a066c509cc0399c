"""Score, decide, explain, risk: pure, so tested by their laws."""

from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtqa.checks import run_checks
from mtqa.config import Settings
from mtqa.consensus.explain import clusters, explain
from mtqa.consensus.mix import Mixture
from mtqa.consensus.risk import risks
from mtqa.consensus.score import by_size, compare, vote
from mtqa.consensus.settings import DecideSettings
from mtqa.inline import Text
from mtqa.metrics.chrf import Chrf
from mtqa.model import CandidateSet, Failure, Missing, Reason, Severity, Status, Verdict
from mtqa.parts import build_checks
from tests.helpers import decided, found, named

SETTINGS = DecideSettings()
TWO = "; two can be measured against each other and elect nobody"
CHRF = Mixture({"chrf": 1.0}, {})
utility = st.integers(0, 100).map(lambda percent: percent / 100)


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[str], dict[tuple[str, str], float]]:
    voters = [f"e{i}" for i in range(draw(st.integers(3, 6)))]
    return voters, {pair: draw(utility) for pair in permutations(voters, 2)}


@given(pools(), st.randoms(use_true_random=False))
def test_order_of_engines_changes_the_choice_only_for_ties(pool: tuple, random: object) -> None:
    voters, utilities = pool
    chosen = decided(voters, utilities, (), SETTINGS)
    expected = sorted(chosen.expected.values())
    assume(expected[-1] - expected[-2] > 1e-9)
    shuffled = list(voters)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = decided(shuffled, utilities, (), SETTINGS)
    assert again.chosen == chosen.chosen
    assert again.status == chosen.status


@given(pools(), utility, utility, utility, utility)
def test_thresholds_never_change_the_choice(pool: tuple, a: float, b: float, c: float, d: float) -> None:
    voters, utilities = pool
    one = decided(voters, utilities, (), DecideSettings(agree_at=a, outlier_gap=b))
    other = decided(voters, utilities, (), DecideSettings(agree_at=c, outlier_gap=d))
    assert one.chosen == other.chosen


@given(pools(), utility)
def test_unanimity_is_agreed(pool: tuple, agree_at: float) -> None:
    voters, _ = pool
    verdict = decided(voters, dict.fromkeys(permutations(voters, 2), 1.0), (), DecideSettings(agree_at=agree_at))
    assert verdict.status is Status.AGREED
    assert verdict.supporters == tuple(voters)
    assert verdict.outliers == ()


@given(pools())
def test_a_copy_of_the_chosen_never_lowers_its_support(pool: tuple) -> None:
    voters, utilities = pool
    before = decided(voters, utilities, (), SETTINGS)
    chosen = before.chosen or ""
    copied = dict(utilities) | {(chosen, "copy"): 1.0, ("copy", chosen): 1.0}
    for other in voters:
        if other != chosen:
            copied |= {("copy", other): utilities[chosen, other], (other, "copy"): utilities[other, chosen]}
    after = decided([*voters, "copy"], copied, (), SETTINGS)
    assert after.expected[chosen] >= before.expected[chosen] - 1e-12
    assert len(decided([*voters, "copy"], copied, set(after.voters) - {chosen}, SETTINGS).supporters) >= len(
        before.supporters
    )


@given(pools(), st.data())
def test_an_error_bars_from_the_choice_and_not_from_the_vote(pool: tuple, data: st.DataObject) -> None:
    voters, utilities = pool
    barred = data.draw(st.sets(st.sampled_from(voters), max_size=len(voters)))
    verdict = decided(voters, utilities, barred, SETTINGS)
    assert verdict.chosen not in barred
    for voter, expected in verdict.expected.items():
        assert expected == pytest.approx(
            sum(utilities[pair] for pair in utilities if pair[0] == voter) / (len(voters) - 1)
        )
    assert (verdict.chosen is None) == (len(barred) == len(voters))


def test_expected_utility_is_the_mean_over_the_others() -> None:
    utilities = {("a", "b"): 0.5, ("a", "c"): 0.7, ("b", "a"): 0.1, ("b", "c"): 0.3, ("c", "a"): 1.0, ("c", "b"): 0.0}
    assert decided("abc", utilities).expected == pytest.approx({"a": 0.6, "b": 0.2, "c": 0.5})


def test_ties_go_to_configured_order() -> None:
    flat = dict.fromkeys(permutations("abc", 2), 0.5)
    assert decided(["b", "a", "c"], flat, (), SETTINGS).chosen == "b"


def test_two_voters_measure_and_do_not_elect() -> None:
    verdict = decided(["a", "b"], {("a", "b"): 0.9, ("b", "a"): 0.8}, (), SETTINGS)
    assert (verdict.status, verdict.chosen, verdict.divergence) == (Status.UNDECIDED, None, None)
    assert verdict.expected == {"a": 0.9, "b": 0.8}


def test_a_majority_is_more_than_half() -> None:
    near = dict.fromkeys(permutations("ab", 2), 0.9)
    far = dict.fromkeys(permutations("abcd", 2), 0.1) | near
    assert decided(list("abcd"), far, (), SETTINGS).status is Status.DIVERGENT
    assert decided(list("abc"), {p: u for p, u in far.items() if "d" not in p}, (), SETTINGS).status is Status.AGREED


def chrf_of(candidate_set: CandidateSet) -> dict[tuple[str, str], float]:
    """chrF between the candidates, by the names of their engines."""
    (one,) = vote([candidate_set], {}, CHRF)
    (squares,) = compare(Chrf(), [one.compared], by_size([one.compared])).values()
    return named(squares, one.engines)


def judged(candidate_set: CandidateSet) -> tuple[Verdict, tuple[Reason, ...]]:
    """What the pipeline does, for one segment with the default checks."""
    (findings,) = run_checks([candidate_set], build_checks(Settings()))
    pairs = chrf_of(candidate_set)
    barred = {finding.engine for finding in findings if finding.severity is Severity.ERROR}
    verdict = decided([c.engine for c in candidate_set.candidates], pairs, barred, SETTINGS)
    return verdict, explain(candidate_set, findings, pairs, verdict, SETTINGS)


SOURCE = "You can store up to 2,500 photos on the free plan."
GOOD = "Mit dem kostenlosen Tarif können Sie bis zu 2.500 Fotos speichern."


def test_a_changed_number_is_outvoted_and_explained() -> None:
    verdict, reasons = judged(found(SOURCE, a=GOOD, b=GOOD, c=GOOD, mistral=GOOD.replace("2.500", "25.000")))
    assert verdict.status is Status.AGREED
    assert verdict.chosen == "a"
    assert [r.evidence for r in reasons] == ["25.000 added in 1 of 4: mistral", "2,500 missing in 1 of 4: mistral"]


def test_scatter_is_an_unusual_input() -> None:
    verdict, reasons = judged(found("Charge", a="Laden", b="Gebühr", c="Aufpreis", d="Vorwurf"))
    assert verdict.status is Status.DIVERGENT
    assert [r.code for r in reasons] == ["unusual_input"]
    assert reasons[0].evidence.startswith("no two of 4 candidates agree at 0.6 (best 0.")


def test_two_against_two_is_a_drift_of_meaning() -> None:
    verdict, reasons = judged(
        found(
            "Check the box now",
            a="Kreuzen Sie das Feld an",
            b="Kreuzen Sie das Feld an",
            c="Prüfen Sie die Kiste",
            d="Prüfen Sie die Kiste",
        )
    )
    assert verdict.status is Status.DIVERGENT
    assert (reasons[0].code, reasons[0].evidence) == ("semantic_drift", "2 : 2: a, b against c, d")


def test_an_agreed_segment_is_silent_about_trifles() -> None:
    words = "Der Eintritt in das Museum kostet an jedem Wochentag {} Euro für jeden Besucher."
    texts = {name: words.format(amount) for name, amount in (("a", "drei"), ("b", "drei"), ("c", "3"))}
    _, reasons = judged(found("Admission to the museum is 3 euros on any weekday for any visitor.", **texts))
    assert reasons == ()


def test_too_few_voters_say_so() -> None:
    failure = Failure("c", Missing.FAILED, "timeout")
    verdict, reasons = judged(found("Save it now", failure, a="Jetzt speichern", b="Jetzt sichern"))
    assert verdict.status is Status.UNDECIDED
    assert reasons == (Reason("no_quorum", ("c",), f"2 of 3 engines have a candidate, 3 are needed to elect{TWO}"),)


def test_nobody_eligible_is_undecided_with_the_errors() -> None:
    verdict, reasons = judged(
        found("Hi {name}, welcome", a="Hallo, willkommen", b="Hallo, willkommen", c="Hallo und willkommen")
    )
    assert verdict.status is Status.UNDECIDED
    assert [r.code for r in reasons] == ["no_quorum", "formatting_error"]
    assert reasons[1].evidence == "{name} missing in 3 of 3: a, b, c"


@settings(deadline=None)
@given(st.lists(st.text("ab c", max_size=12), min_size=3, max_size=5))
def test_every_doubtful_segment_has_a_reason(texts: list[str]) -> None:
    verdict, reasons = judged(found("a b c", **{f"e{i}": text for i, text in enumerate(texts)}))
    if verdict.status in (Status.DIVERGENT, Status.UNDECIDED):
        assert reasons
    assert all(reason.evidence for reason in reasons)


def test_texts_are_compared_normalised_and_without_codes() -> None:
    assert set(chrf_of(found("x", a="café", b="cafe\u0301", c=Text("café"))).values()) == {1.0}


def test_clusters_join_what_agrees_mutually() -> None:
    pairs = dict.fromkeys(permutations("abcd", 2), 0.1) | {("b", "d"): 0.9, ("d", "b"): 0.8, ("a", "c"): 0.9}
    assert clusters("abcd", pairs, 0.6) == [["b", "d"], ["a"], ["c"]]


@settings(deadline=None)  # numpy is loaded by the first example
@given(st.lists(st.tuples(utility, st.integers(1, 500)), max_size=80))
def test_risk_is_a_quantile(judged: list[tuple[float, int]]) -> None:
    found = risks([d for d, _ in judged], [n for _, n in judged])
    assert len(found) == len(judged)
    assert all(0 < risk <= 1 for risk in found)
    if judged:
        assert max(found) == 1
    if 0 < len(judged) < 30:
        worst = max(range(len(judged)), key=lambda i: judged[i][0])
        assert found[worst] == 1


def test_risk_allows_for_length() -> None:
    """With divergence falling in length, a long segment of ordinary divergence is the unusual one."""
    lengths = [5 + 5 * i for i in range(60)]
    divergences = [0.6 - 0.0015 * n for n in lengths]
    divergences[50] += 0.2
    found = risks(divergences, lengths)
    assert found[50] == 1.0
    assert divergences[50] < divergences[0]
