"""Labels: what people said of candidates, beside the candidates that runs hold. Pure.

A label is about one candidate: a row with `id` (of the segment, as in `segments.jsonl`), `engine`, and

    score    a number, higher is better (ESA, DA, minus an MQM penalty, ...); an error is one below `error_below`
    error    true or false, 1 or 0, yes or no: whether the candidate has an error that counts

or both. `file` may follow, where runs have the same id twice. Other columns are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mtqa.errors import FormatError
from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Floats

_WORDS = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}


@dataclass(frozen=True, slots=True)
class Labels:
    """`score` and `error`, (n, E), NaN where nobody said; None where no label has one.

    `used` and `unknown`: labels of candidates that the runs hold, and others.
    """

    score: Floats | None
    error: Floats | None
    used: int
    unknown: int

    @property
    def quality(self) -> Floats:
        """The score, or 1 without an error and 0 with one: (n, E), higher is better. A label has one or the other."""
        if self.score is not None:
            return self.score
        assert self.error is not None  # noqa: S101 - a label has a score or an error
        return 1.0 - self.error


def match(
    rows: Iterable[tuple[str, Any]], observed: Observed, error_below: float | None = None, source: str = "labels"
) -> Labels:
    """The labels of the candidates of these runs. `rows`: (where it stands, row); `source`: what all of them are in.

    Several labels of one candidate are averaged: scores as they are, errors by majority. Raises FormatError: a row that
    is no label, labels without errors where `error_below` is not given, no label that fits.
    """
    place = {name: number for number, name in enumerate(observed.engines)}
    segments: dict[tuple[str | None, str], list[int]] = {}
    for number, key in enumerate(zip(observed.files, observed.ids, strict=True)):
        segments.setdefault((None, key[1]), []).append(number)
        segments.setdefault(key, []).append(number)
    shape = len(observed), len(place)
    sums, counts = np.zeros((2, *shape)), np.zeros((2, *shape))
    used = unknown = 0
    for where, row in rows:
        identity, file, engine, values = _label(row, where)
        found = segments.get((file, identity), [])
        if not found or engine not in place:
            unknown += 1
            continue
        used += 1
        for kind, value in values.items():
            sums[kind, found, place[engine]] += value
            counts[kind, found, place[engine]] += 1
    if not used:
        todo = "give each row the id of a segment and the name of an engine, as the run has them"
        what = f"none of {unknown} labels is of a segment and an engine of these runs" if unknown else "has no labels"
        raise FormatError(source, what, todo)
    score, error = np.divide(sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return _labels(score, error, used, unknown, error_below)


def _labels(score: Floats, error: Floats, used: int, unknown: int, error_below: float | None) -> Labels:
    scored = not np.isnan(score).all()
    error = np.where(np.isnan(error), np.nan, error >= 0.5)
    if scored and error_below is not None:
        error = np.where(np.isnan(error) & ~np.isnan(score), score < error_below, error)
    return Labels(score if scored else None, None if np.isnan(error).all() else error, used, unknown)


def _label(row: object, where: str) -> tuple[str, str | None, str, dict[int, float]]:
    """(segment, file, engine, {0: score, 1: error}) of a row."""
    if not isinstance(row, Mapping):
        raise FormatError(where, "is not a label", "write a row with id, engine and score or error")
    missing = [name for name in ("id", "engine") if row.get(name) in (None, "")]
    if missing:
        raise FormatError(where, f"has no {missing[0]}", "give every label id, engine, and score or error")
    values = {}
    for kind, name in enumerate(("score", "error")):
        if row.get(name) not in (None, ""):
            values[kind] = _number(row[name], name, where)
    if not values:
        raise FormatError(where, "has neither score nor error", "leave out what nobody has judged")
    file = row.get("file")
    return str(row["id"]), None if file in (None, "") else str(file), str(row["engine"]), values


def _number(given: object, name: str, where: str) -> float:
    text = str(given).strip().lower()
    if name == "error" and text in _WORDS:
        return _WORDS[text]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or (name == "error" and value not in (0, 1)):
        allowed = "true or false" if name == "error" else "a number"
        raise FormatError(where, f"{name} is {given!r:.40}", f"write {allowed}")
    return value
