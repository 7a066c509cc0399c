"""Decide: from agreements and scores to a choice and a status. Pure.

Notation: u(h, r) is the agreement of hypothesis h with pseudo-reference r, 0..1; V the voters; v(i) what a vote counts
and w(i, j) what j counts in judging i, both 1 where nobody is kin (consensus/kin.py).

    expected utility  e(i) = mean of u(i, j) over j in V, j != i, weighted by w; no self-comparison (Kumar & Byrne 2004)
    chosen            argmax of the score over the eligible voters; ties go to configured order
    safety net        with a primary engine: the primary, unless another's score is higher by the margin or more
    supporters        the chosen, and every j with u(chosen, j) >= agree_at
    agreed            the votes of the supporters are more than half of all
    outlier           e(i) < agree_at, and the mean of u over the ordered pairs of V without i is at least
                      outlier_gap above e(i)

The score comes from consensus/choice.py; without one it is e(i). The thresholds mark; they never choose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from operator import mul

from mtqa.consensus.mix import Pairs
from mtqa.model import Overruled, Status, Verdict, Why


@dataclass(frozen=True, slots=True)
class DecideSettings:
    """`[decide]`: how a candidate is chosen and what is marked; measured in docs/consensus.md.

    `min_voters`: fewer cannot elect. `agree_at`, `outlier_gap`: agreements, 0..1. `primary`: the engine to keep
    unless another's score is `margin` higher; empty elects among equals. The weights of the parts of a score, in
    units of support, 0 for off: `prior`, `length`, `missing`, `faults`, `empty`. `kin_vote`, 0..1: how much a voter
    adds that depends on another one; 1 counts all as independent. `calibration`: file that `mtqa calibrate` wrote,
    relative to the configuration; empty for none.
    """

    min_voters: int = 3
    agree_at: float = 0.6
    outlier_gap: float = 0.15
    primary: str = ""
    margin: float = 0.10
    prior: float = 0.5
    length: float = 0.05
    missing: float = 0.03
    faults: float = 0.1
    empty: float = 0.5
    kin_vote: float = 0.0
    calibration: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the voters beyond their agreements.

    `scores`: engine -> the parts of its score. `votes`: engine -> what its vote counts. `weights`: (judged, judge)
    -> what the judge counts. `primary`: the engine of the safety net. Empty: none.
    """

    scores: Mapping[str, Mapping[str, float]] | None = None
    votes: Mapping[str, float] | None = None
    weights: Pairs | None = None
    primary: str = ""


NOTHING_KNOWN = Standing()


def expected_utilities(voters: Sequence[str], utilities: Pairs, weights: Pairs | None = None) -> dict[str, float]:
    """Mean utility of each voter against the others that it was compared with; absent for those with none."""
    expected = {}
    for voter, row in _judged(tuple(voters)).items():
        values = [utilities[pair] for pair in row if pair in utilities]
        if values and weights:
            counts = [weights[pair] for pair in row if pair in utilities]
            expected[voter] = sum(map(mul, counts, values)) / sum(counts)
        elif values:
            expected[voter] = sum(values) / len(values)
    return expected


@lru_cache(maxsize=1 << 10)
def _judged(voters: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """Voter -> the pairs in which it is the hypothesis. A run has few sets of voters, and asks for each often."""
    return {voter: [(voter, other) for other in voters if other != voter] for voter in voters}


@lru_cache(maxsize=1 << 10)
def _rest(voters: tuple[str, ...], voter: str) -> list[tuple[str, str]]:
    """The ordered pairs of the voters without one."""
    return [pair for pair in permutations(voters, 2) if voter not in pair]


def decide(
    voters: Sequence[str],
    utilities: Pairs,
    barred: Collection[str],
    settings: DecideSettings,
    standing: Standing = NOTHING_KNOWN,
) -> Verdict:
    """The verdict on one segment, without reasons.

    `voters` in configured order; `utilities`: their agreements; `barred` are those with an error finding: they vote
    and cannot be chosen.
    """
    expected = expected_utilities(voters, utilities, standing.weights)
    outliers = tuple(find_outliers(voters, utilities, expected, settings))
    eligible = [voter for voter in voters if voter not in barred and voter in expected]
    votes = standing.votes or {}
    scores = standing.scores or {}
    told = {"voters": tuple(voters), "expected": expected, "scores": scores, "votes": votes}
    if len(voters) < settings.min_voters or not eligible:
        # Nobody is elected; an engine that was set to be kept is kept all the same.
        kept = standing.primary if standing.primary in voters and standing.primary not in barred else None
        divergence = 1 - expected[kept] if kept in expected else None
        return Verdict(Status.UNDECIDED, kept, outliers=outliers, divergence=divergence, **told)  # type: ignore[arg-type]
    totals = {voter: sum(scores[voter].values()) if voter in scores else expected[voter] for voter in eligible}
    chosen, overruled = elect(totals, standing.primary, settings.margin, voters)
    supporters = tuple(
        voter for voter in voters if voter == chosen or utilities.get((chosen, voter), -1.0) >= settings.agree_at
    )
    in_favour = sum(votes.get(voter, 1.0) for voter in supporters)
    majority = 2 * in_favour > sum(votes.get(voter, 1.0) for voter in voters)
    return Verdict(
        Status.AGREED if majority else Status.DIVERGENT,
        chosen,
        supporters=supporters,
        outliers=tuple(voter for voter in outliers if voter != chosen),
        divergence=1 - expected[chosen],
        overruled=overruled,
        **told,  # type: ignore[arg-type]
    )


def elect(
    totals: Mapping[str, float], primary: str, margin: float, voters: Collection[str] = ()
) -> tuple[str, Overruled | None]:
    """The engine of the highest total, the first of equals; or the primary, unless another leads by the margin.

    `totals`: the score of each eligible voter, at least one.
    """
    best = max(totals, key=lambda voter: totals[voter])
    if not primary or best == primary:
        return best, None
    if primary not in totals:
        why = Why.ERROR if primary in voters else Why.ABSENT
        cause = "its candidate has an error or no text" if primary in voters else "it has no candidate"
        return best, Overruled(primary, why, f"{primary} overruled by {best}: {cause}")
    lead = totals[best] - totals[primary]
    if lead < margin:
        return primary, None
    evidence = (
        f"{primary} overruled by {best}: score {totals[primary]:.2f} against {totals[best]:.2f}, margin {margin:g}"
    )
    return best, Overruled(primary, Why.LEAD, evidence, lead)


def find_outliers(
    voters: Sequence[str], utilities: Pairs, expected: Mapping[str, float], settings: DecideSettings
) -> list[str]:
    """The voters that agree with nobody much and stand apart from a rest that does. Needs three voters."""
    outliers = []
    for voter in expected:
        if expected[voter] >= settings.agree_at:
            continue
        rest = [utilities[pair] for pair in _rest(tuple(voters), voter) if pair in utilities]
        if rest and sum(rest) / len(rest) - expected[voter] >= settings.outlier_gap:
            outliers.append(voter)
    return outliers
