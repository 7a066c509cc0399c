"""Lines of JSON: how a record is written, the same bytes for the same record.

Compact, UTF-8, numbers with the fewest digits that give them back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from mtqa.ports import JsonObject

DECIMALS = 6  # of every number in segments.jsonl
_MILLION = 10.0**DECIMALS
_UNSURE = 1e-6  # so near to half of the last decimal, or more, only exact arithmetic says which way to round
_LARGE = 1e9  # beyond this, products are not exact enough for that


def _opened(value: object) -> object:
    if isinstance(value, orjson.Fragment):
        return json.loads(orjson.dumps(value))
    raise TypeError(f"{type(value).__name__} is no JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_opened)


def encoded(record: JsonObject) -> bytes:
    """A record as one line, without its end. Raises TypeError for what is no JSON."""
    try:
        return orjson.dumps(record)
    except TypeError:
        # A lone surrogate cannot be UTF-8, and an integer may have more than 64 bits: Python's writer takes both. The
        # escape that Python makes of a surrogate is JSON's own.
        return _ENCODER.encode(record).encode("utf-8", "backslashreplace")


def decoded(line: str | bytes) -> JsonObject:
    """The record of a line, whose integers have at most 64 bits. Raises ValueError for what is no JSON."""
    try:
        record: JsonObject = orjson.loads(line)
    except ValueError:  # it may be the escape of a lone surrogate
        record = json.loads(line)
    return record


def rounded(values: Sequence[float]) -> list[float]:
    """Each as round(value, 6) gives it, and 0.0 for -0.0."""
    found: list[float] = _rounded(values).tolist()
    return found


def numbers(values: Sequence[float]) -> list[bytes]:
    """Each as it stands in a line, rounded to 6 decimals."""
    if not values:
        return []
    return orjson.dumps(_rounded(values), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


def _rounded(values: Sequence[float]) -> npt.NDArray[np.float64]:
    exact = np.array(values, dtype=np.float64)
    scaled = exact * _MILLION
    found: npt.NDArray[np.float64] = np.rint(scaled) / _MILLION + 0.0
    unsure = (np.abs(scaled - np.floor(scaled) - 0.5) < _UNSURE) | (np.abs(scaled) > _LARGE)
    for place in np.flatnonzero(unsure).tolist():
        found[place] = round(values[place], DECIMALS) + 0.0
    return found


def spliced(contents: bytes) -> Any:  # noqa: ANN401 - whatever JSON it is
    """A value of a record that is JSON already."""
    return orjson.Fragment(contents)


def extended(line: bytes, more: JsonObject) -> bytes:
    """The line of a record that has a key at least, with more of them at its end."""
    return b"".join((memoryview(line)[:-1], b",", memoryview(encoded(more))[1:])) if more else line
