"""Small makers of nouns for tests."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mtqa.consensus.decide import ABSENT, NOBODY, Poll, decide
from mtqa.consensus.kin import Kinship
from mtqa.consensus.mix import Pairs
from mtqa.consensus.settings import DecideSettings
from mtqa.consensus.squares import Squares, of_names
from mtqa.consensus.verdicts import Voters, verdicts
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet, Failure, Segment, Verdict


def segment(source: str | Text, **fields: object) -> Segment:
    text = source if isinstance(source, Text) else Text(source)
    known = {"id": "f#1", "file": "f", "unit": "1", "source_lang": "en", "target_lang": "de"} | fields
    return Segment(source=text, **known)  # type: ignore[arg-type]


def candidates(**texts: str | Text) -> tuple[Candidate, ...]:
    return tuple(Candidate(name, text if isinstance(text, Text) else Text(text)) for name, text in texts.items())


def found(source: str | Text, *failures: Failure, **texts: str | Text) -> CandidateSet:
    return CandidateSet(segment(source), candidates(**texts), failures)


def square(utilities: Pairs, voters: Sequence[str]) -> Squares:
    """The utilities of one segment, by the names of its engines."""
    return of_names(utilities, voters)[None]


def named(squares: Squares, voters: Sequence[str]) -> dict[tuple[str, str], float]:
    """The inverse of `square`."""
    (one,) = squares
    pairs = [(h, r) for h in range(len(voters)) for r in range(len(voters))]
    return {(voters[h], voters[r]): float(one[h, r]) for h, r in pairs if not np.isnan(one[h, r])}


def decided(
    voters: Sequence[str],
    utilities: Pairs,
    barred: Collection[str] = (),
    settings: DecideSettings = DecideSettings(),  # noqa: B008 - frozen
    *,
    scores: Mapping[str, float] | None = None,
    kin: Kinship | None = None,
    primary: str = "",
) -> Verdict:
    """The verdict on one segment. `scores`: of every voter."""
    weights = kin.weights(voters) if kin else None
    votes = kin.votes(voters) if kin and weights else {}
    poll = Poll(
        square(utilities, voters),
        np.array([[voter in barred for voter in voters]], dtype=bool),
        np.array([[scores[voter] if scores else np.nan for voter in voters]]),
        np.array([NOBODY if not primary else list(voters).index(primary) if primary in voters else ABSENT]),
        np.array([[votes.get(voter, 1.0) for voter in voters]]),
        of_names(weights, voters)[None] if weights else None,
    )
    (verdict,) = verdicts([Voters(tuple(voters), primary, votes)], decide(poll, settings), {}, settings.margin)
    return verdict
