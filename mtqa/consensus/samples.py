"""Samples: one engine asked several times has one vote. Pure.

The vote is cast by the sample that the engine's own others support most (minimum-Bayes-risk decoding within the engine;
Eikema & Aziz 2020); the first of equals. Its self-agreement is the mean utility of all ordered pairs of its samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mtqa.consensus.squares import Squares, means
from mtqa.inline import Text
from mtqa.model import Candidate


def texts_of(candidate: Candidate) -> tuple[Text, ...]:
    """All that the engine said."""
    return (candidate.text, *candidate.samples)


def cast(squares: Squares) -> int:
    """The place of the sample that casts the vote; `squares`: the agreements of one engine's samples."""
    expected = means(squares)[0]
    return int(np.where(np.isnan(expected), 0.0, expected).argmax())


def voting(candidate: Candidate, place: int) -> Candidate:
    """The candidate with the sample at `place` as its text and the others, in their order, as its samples."""
    texts = texts_of(candidate)
    return replace(candidate, text=texts[place], samples=_without(texts, place)) if place else candidate


def _without(texts: Sequence[Text], place: int) -> tuple[Text, ...]:
    return (*texts[:place], *texts[place + 1 :])
