"""Lines of JSON: how a record is written, the same bytes for the same record.

Compact, UTF-8, numbers with the fewest digits that give them back.
"""

from __future__ import annotations

import json

import orjson

from mtqa.ports import JsonObject

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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


def extended(line: bytes, more: JsonObject) -> bytes:
    """The line of a record that has a key at least, with more of them at its end."""
    return line[:-1] + b"," + encoded(more)[1:] if more else line
