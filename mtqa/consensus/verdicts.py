"""Verdicts: what was decided about segments, with the names of their engines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import NamedTuple

import numpy as np

from mtqa.consensus.decide import NOBODY, Outcome
from mtqa.consensus.squares import Floats
from mtqa.model import Overruled, Status, Verdict, Why


class Voters(NamedTuple):
    """Who votes on one segment, in configured order; the engine of the safety net, or ""; what each vote counts."""

    engines: tuple[str, ...]
    primary: str = ""
    votes: Mapping[str, float] = {}


def verdicts(
    voting: Sequence[Voters], outcome: Outcome, parts: Mapping[str, Floats], margin: float
) -> Iterator[Verdict]:
    """The verdict on each segment, without reasons. `parts`: the parts of the scores, by name."""
    stacked = _scores(voting, parts) if parts else repeat({})
    columns = (outcome.elected, outcome.agreed, outcome.chosen, outcome.supporters, outcome.outliers, outcome.expected)
    told = zip(*(column.tolist() for column in columns), strict=True)
    for row, (voters, scored, found) in enumerate(zip(voting, stacked, told, strict=False)):
        engines, (elected, agreed, place, supporters, outliers, expected) = voters.engines, found
        divergence = 1 - expected[place] if place != NOBODY and expected[place] == expected[place] else None
        yield Verdict(
            (Status.AGREED if agreed else Status.DIVERGENT) if elected else Status.UNDECIDED,
            None if place == NOBODY else engines[place],
            engines,
            supporters=tuple(compress(engines, supporters)),
            outliers=tuple(compress(engines, outliers)),
            expected=_known(engines, expected),
            divergence=divergence,
            scores=scored,
            votes=voters.votes,
            overruled=_overruled(voters, outcome, row, margin) if elected and voters.primary else None,
        )


def _scores(voting: Sequence[Voters], parts: Mapping[str, Floats]) -> Iterator[dict[str, dict[str, float]]]:
    """By segment: engine -> the parts of its score; absent for who has none."""
    names, stacked = list(parts), np.stack(list(parts.values()), axis=-1)
    if np.isnan(stacked).any():
        for voters, rows in zip(voting, stacked.tolist(), strict=True):
            known = {engine: _known(names, row) for engine, row in zip(voters.engines, rows, strict=True)}
            yield {engine: own for engine, own in known.items() if own}
        return
    for voters, rows in zip(voting, stacked.tolist(), strict=True):
        yield dict(zip(voters.engines, [dict(zip(names, row)) for row in rows]))  # noqa: B905 - by their shape


def _known(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Name -> value, without those that are NaN."""
    return {name: value for name, value in zip(names, values, strict=True) if value == value}  # noqa: PLR0124 - NaN


def _overruled(voters: Voters, outcome: Outcome, row: int, margin: float) -> Overruled | None:
    """Why the primary engine is not the chosen one, where somebody was elected."""
    primary, best = voters.primary, voters.engines[outcome.best[row]]
    if primary in (best, voters.engines[outcome.chosen[row]]):
        return None
    if primary not in voters.engines:
        return Overruled(primary, Why.ABSENT, f"{primary} overruled by {best}: it has no candidate")
    place = voters.engines.index(primary)
    if not outcome.eligible[row, place]:
        return Overruled(primary, Why.ERROR, f"{primary} overruled by {best}: its candidate has an error or no text")
    total, its = float(outcome.totals[row, outcome.best[row]]), float(outcome.totals[row, place])
    evidence = f"{primary} overruled by {best}: score {its:.2f} against {total:.2f}, margin {margin:g}"
    return Overruled(primary, Why.LEAD, evidence, total - its)
