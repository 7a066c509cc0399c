"""Rows of recorded translations, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mtqa.errors import FormatError

_KEYS = ("id", "unit", "source", "target")


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded translation; codes are tokens."""

    target: str
    source: str | None
    unit: str
    id: str


def read_rows(path: Path, content: bytes) -> Iterator[Row]:
    """The rows that have a target. Other keys are left alone. Raises FormatError naming file and line."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            value = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise FormatError(where, "is not JSON in UTF-8", "write one JSON object a line") from error
        row = {key: value.get(key) for key in _KEYS} if isinstance(value, dict) else {}
        if not row or any(text is not None and not isinstance(text, str) for text in row.values()):
            raise FormatError(where, "is not an object of texts", 'write {"source": "...", "target": "..."}')
        if row["target"] is None or all(row[key] is None for key in ("id", "unit", "source")):
            raise FormatError(where, "has no target, or nothing that it translates", "add target, and source or unit")
        if row["target"].strip():
            yield Row(row["target"], row["source"], row["unit"] or "", row["id"] or "")
