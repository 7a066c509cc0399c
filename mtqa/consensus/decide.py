"""Decide: from agreements and scores to a choice and a status, for many segments at once. Pure.

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

from dataclasses import dataclass

import numpy as np

from mtqa.consensus.settings import DecideSettings
from mtqa.consensus.squares import Flags, Floats, Places, Squares, added, means

NOBODY, ABSENT = -1, -2  # in place of a voter: none; one that has no candidate


@dataclass(frozen=True, slots=True)
class Poll:
    """Segments with equally many voters, and what is known of those. Voters stand in configured order.

    `agreements`: (segments, voters, voters). `barred`, (segments, voters): have an error finding; they vote and cannot
    be chosen. `totals`, (segments, voters): scores, NaN for none. `primaries`, (segments,): the place of the engine
    of the safety net, NOBODY or ABSENT. `votes`, (segments, voters): what each vote counts; `weights`, (segments,
    voters, voters): what the column counts in judging the row; None: all the same.
    """

    agreements: Squares
    barred: Flags
    totals: Floats
    primaries: Places
    votes: Floats | None = None
    weights: Floats | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, by segment, or by segment and voter.

    `elected`: whether somebody could be; `agreed`: by majority. `chosen`: a place or NOBODY; where nobody was elected
    it is a primary that was kept. `best`: the eligible voter of the highest total, where `elected`. `expected`: NaN
    for who was compared with nobody.
    """

    elected: Flags
    agreed: Flags
    chosen: Places
    best: Places
    supporters: Flags
    outliers: Flags
    eligible: Flags
    expected: Floats
    totals: Floats


def decide(poll: Poll, settings: DecideSettings) -> Outcome:
    """What is to be said of each segment."""
    segments, voters = poll.barred.shape
    expected = means(poll.agreements, poll.weights)
    totals = np.where(np.isnan(poll.totals), expected, poll.totals)
    eligible = ~np.isnan(expected) & ~poll.barred
    elected = eligible.any(axis=1) & (voters >= settings.min_voters)
    best, chosen = elect(totals, eligible, poll.primaries, settings.margin)
    # Where nobody is elected, an engine that was set to be kept is kept all the same.
    kept = _at(~poll.barred, poll.primaries)
    chosen = np.where(elected, chosen, np.where(kept, poll.primaries, NOBODY))
    supporters = _supporters(poll.agreements, chosen, settings.agree_at) & elected[:, None]
    votes = np.ones((segments, voters)) if poll.votes is None else poll.votes
    agreed = 2 * added(np.where(supporters, votes, 0.0)) > added(votes)
    outliers = find_outliers(poll.agreements, expected, settings)
    outliers &= ~(elected[:, None] & (np.arange(voters) == chosen[:, None]))
    return Outcome(elected, agreed, chosen, best, supporters, outliers, eligible, expected, totals)


def elect(totals: Floats, eligible: Flags, primaries: Places, margin: float) -> tuple[Places, Places]:
    """The eligible voter of the highest total, the first of equals; and who is chosen: it, or the primary.

    A primary keeps its place unless another one leads by the margin, or it is not eligible. Where nobody is eligible,
    both mean nothing.
    """
    segments, voters = totals.shape
    if not voters:
        return np.full(segments, NOBODY), np.full(segments, NOBODY)
    best = np.where(eligible, totals, -np.inf).argmax(axis=1)
    rows, places = np.arange(segments), np.maximum(primaries, 0)
    near = totals[rows, best] - totals[rows, places] < margin
    return best, np.where(_at(eligible, primaries) & near, primaries, best)


def find_outliers(agreements: Squares, expected: Floats, settings: DecideSettings) -> Flags:
    """The voters that agree with nobody much and stand apart from a rest that does. Needs three voters."""
    low = expected < settings.agree_at
    outliers = np.zeros(expected.shape, dtype=bool)
    for voter in np.flatnonzero(low.any(axis=0)):
        rest = agreements[low[:, voter]]  # a copy
        rest[:, voter, :] = rest[:, :, voter] = np.nan
        gaps = means(rest.reshape(len(rest), -1)) - expected[low[:, voter], voter]
        outliers[low[:, voter], voter] = gaps >= settings.outlier_gap
    return outliers


def _supporters(agreements: Squares, chosen: Places, agree_at: float) -> Flags:
    """The chosen and who agrees with it, (segments, voters); where nobody is chosen, it means nothing."""
    if not agreements.shape[1]:
        return np.zeros(agreements.shape[:2], dtype=bool)
    rows = np.arange(len(chosen))
    supporters: Flags = agreements[rows, chosen] >= agree_at
    supporters[rows, chosen] = True
    return supporters


def _at(flags: Flags, places: Places) -> Flags:
    """The flag of the voter at each segment's place; False for NOBODY and ABSENT."""
    if not flags.shape[1]:
        return np.zeros(len(flags), dtype=bool)
    found: Flags = flags[np.arange(len(flags)), np.maximum(places, 0)] & (places >= 0)
    return found
