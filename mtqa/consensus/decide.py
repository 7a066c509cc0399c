"""Decide: from utilities to a choice and a status. Pure.

Notation: u(h, r) is the utility of hypothesis h against pseudo-reference r, 0..1; V the voters.

    expected utility  e(i) = mean of u(i, j) over j in V, j != i       (no self-comparison; Kumar & Byrne 2004)
    chosen            argmax e(i) over the eligible voters; ties go to configured order
    supporters        the chosen, and every j with u(chosen, j) >= agree_at
    agreed            |supporters| > |V| / 2
    outlier           e(i) < agree_at, and the mean of u over the ordered pairs of V without i is at least
                      outlier_gap above e(i)

The thresholds mark; they never choose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from mtqa.model import Status, Verdict


@dataclass(frozen=True, slots=True)
class DecideSettings:
    """`min_voters`: fewer cannot elect. `agree_at`, `outlier_gap`: utilities, measured in docs/consensus.md."""

    min_voters: int = 3
    agree_at: float = 0.65
    outlier_gap: float = 0.15


Pairs = Mapping[tuple[str, str], float]


def expected_utilities(voters: Sequence[str], utilities: Pairs) -> dict[str, float]:
    """Mean utility of each voter against the others that it was compared with; absent for those with none."""
    expected = {}
    for voter in voters:
        row = [utilities[voter, other] for other in voters if other != voter and (voter, other) in utilities]
        if row:
            expected[voter] = sum(row) / len(row)
    return expected


def decide(voters: Sequence[str], utilities: Pairs, barred: Collection[str], settings: DecideSettings) -> Verdict:
    """The verdict on one segment, without reasons.

    `voters` in configured order; `barred` are those with an error finding: they vote and cannot be chosen.
    """
    expected = expected_utilities(voters, utilities)
    outliers = tuple(find_outliers(voters, utilities, expected, settings))
    eligible = [voter for voter in voters if voter not in barred and voter in expected]
    if len(voters) < settings.min_voters or not eligible:
        return Verdict(Status.UNDECIDED, None, tuple(voters), outliers=outliers, expected=expected)
    chosen = max(eligible, key=lambda voter: expected[voter])  # max keeps the first of equals
    supporters = tuple(
        voter for voter in voters if voter == chosen or utilities.get((chosen, voter), -1.0) >= settings.agree_at
    )
    return Verdict(
        status=Status.AGREED if 2 * len(supporters) > len(voters) else Status.DIVERGENT,
        chosen=chosen,
        voters=tuple(voters),
        supporters=supporters,
        outliers=tuple(voter for voter in outliers if voter != chosen),
        expected=expected,
        divergence=1 - expected[chosen],
    )


def find_outliers(
    voters: Sequence[str], utilities: Pairs, expected: Mapping[str, float], settings: DecideSettings
) -> list[str]:
    """The voters that agree with nobody much and stand apart from a rest that does. Needs three voters."""
    outliers = []
    for voter in expected:
        rest = [utilities[pair] for pair in permutations(voters, 2) if voter not in pair and pair in utilities]
        apart = bool(rest) and sum(rest) / len(rest) - expected[voter] >= settings.outlier_gap
        if apart and expected[voter] < settings.agree_at:
            outliers.append(voter)
    return outliers
