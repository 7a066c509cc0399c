"""Standing: what is known of the engines of a group when its segments are decided: priors, kin, the safety net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from mtqa.consensus.decide import ABSENT, NOBODY
from mtqa.consensus.kin import Kinship
from mtqa.consensus.settings import DecideSettings
from mtqa.consensus.squares import Floats, Places, of_names
from mtqa.consensus.verdicts import Voters
from mtqa.model import CandidateSet


class Standing:
    """What is known of engines, as arrays for segments with equally many voters."""

    def __init__(self, settings: DecideSettings, priors: Mapping[str, float], kin: Kinship) -> None:
        self._primary = settings.primary
        self._priors = {engine: settings.prior * prior for engine, prior in priors.items()} if settings.prior else {}
        self._dependent = bool(kin.dependence) and kin.kin_vote != 1
        # A group has few sets of voters, and asks for each often.
        self._of_kin = cache(lambda engines: _kin(kin, engines))
        self._row = cache(lambda engines: [self._priors.get(engine, 0.0) for engine in engines])

    def voters(self, found: CandidateSet, engines: tuple[str, ...]) -> Voters:
        """Who votes on a segment."""
        votes = self._of_kin(engines)[0] if self._dependent else {}
        return Voters(engines, found.primary or self._primary, votes)

    def priors(self, voting: Sequence[Voters]) -> Floats | None:
        """The part of the score that is an engine's own, (segments, voters); none where a primary engine votes."""
        if not self._priors:
            return None
        none = [np.nan] * len(voting[0].engines)
        return np.array([none if one.primary in one.engines else self._row(one.engines) for one in voting])

    def votes(self, voting: Sequence[Voters]) -> Floats | None:
        """What each vote counts, (segments, voters); None where all count the same."""
        if not any(one.votes for one in voting):
            return None
        return np.array([[one.votes.get(engine, 1.0) for engine in one.engines] for one in voting])

    def weights(self, voting: Sequence[Voters]) -> Floats | None:
        """What the column counts in judging the row, (segments, voters, voters); None where all count the same."""
        if not any(one.votes for one in voting):
            return None
        return np.array([self._of_kin(one.engines)[1] for one in voting])


def primaries(voting: Sequence[Voters]) -> Places:
    """The place of the engine of the safety net, by segment."""
    return np.array([_place(one) for one in voting], dtype=np.intp)


def _place(one: Voters) -> int:
    if not one.primary:
        return NOBODY
    return one.engines.index(one.primary) if one.primary in one.engines else ABSENT


def _kin(kin: Kinship, engines: tuple[str, ...]) -> tuple[Mapping[str, float], Floats]:
    """What votes count, nothing where all are independent; and what each counts in judging another."""
    weights = kin.weights(engines)
    if weights is None:
        return {}, np.ones((len(engines), len(engines)))
    return kin.votes(engines), of_names(weights, engines)
