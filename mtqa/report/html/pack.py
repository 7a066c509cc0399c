"""Packing: the segments of a run as blocks that a page can hold, and one row of each for its list.

The list, the filters and the overview need a little of every segment and have it from the rows, which are read when
the page opens; what is shown of one segment is unpacked with its neighbours when somebody looks at it.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from mtqa.errors import StoreError
from mtqa.ports import JsonObject

_EXCERPT = 280  # characters of a text in the list
_SEGMENTS = 100  # in a block, or fewer when they are long
_BYTES = 1_000_000  # of JSON, when a block is closed
_ROWS = 5_000  # in a block of rows
_COPIED = (
    "id", "file", "unit", "status", "risk", "divergence", "state", "kept", "protected", "confidence", "auto_accept",
)  # fmt: skip


class Packer:
    """Streams over `segments.jsonl`; afterwards `rows` has the blocks of rows, and `fingerprint` says what was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[JsonObject] = []
        self._digest = sha256()
        self.rows: list[str] = []

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[str]:
        """The segments, block by block, in order. Raises StoreError when the run cannot be read."""
        block: list[bytes] = []
        number = size = 0
        for line in self._lines():
            result = _checked(line, f"{self._path}:{len(self._rows) + _ROWS * len(self.rows) + 1}")
            self._add(row_of(result) | {"block": number, "at": len(block)})
            block.append(line)
            size += len(line)
            if len(block) == _SEGMENTS or size > _BYTES:
                yield packed(b"[" + b",".join(block) + b"]")
                block, size, number = [], 0, number + 1
        if block:
            yield packed(b"[" + b",".join(block) + b"]")
        self._flush()

    def _lines(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as lines:
                for line in lines:
                    self._digest.update(line)
                    yield line.strip()
        except OSError as error:
            raise StoreError(str(self._path), f"cannot be read ({error})", "run again") from error

    def _add(self, row: JsonObject) -> None:
        self._rows.append(row)
        if len(self._rows) == _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self.rows.append(packed(json.dumps(self._rows, separators=(",", ":")).encode()))
            self._rows = []


def packed(data: bytes) -> str:
    """Deflated, in base 64, as the page unpacks it."""
    return b64encode(zlib.compress(data, 6)).decode()


def row_of(result: JsonObject) -> JsonObject:
    """What the list, the filters and the overview need of a segment. Absent is absent."""
    candidates = result.get("candidates", ())
    findings = [finding for candidate in candidates for finding in candidate["findings"]]
    target = result.get("chosen", {}).get("target", result.get("existing"))
    if result.get("kept"):
        target = result.get("existing", target)
    texts = (result["source"][:_EXCERPT], None if target is None else target[:_EXCERPT])
    row: JsonObject = {key: result.get(key) for key in _COPIED} | {
        "langs": [result["source_lang"], result["target_lang"]],
        "source": texts[0],
        "target": texts[1],
        "tokens": [token for token in result.get("codes", ()) if any(token in (text or "") for text in texts)],
        "coded": bool(result.get("codes")),
        "length": len(result["source"]),
        "reasons": _unique(reason["code"] for reason in result["reasons"]),
        "chosen": result.get("chosen", {}).get("engine"),
        "outliers": [candidate["engine"] for candidate in candidates if candidate["outlier"]],
        "faulty": [candidate["engine"] for candidate in candidates if candidate["findings"]],
        "failed": [failure["engine"] for failure in result["failures"] if failure["kind"] != "abstained"],
        "checks": _unique(finding["check"] for finding in findings),
        "severities": _unique(finding["severity"] for finding in findings),
    }
    return {key: value for key, value in row.items() if not (value is None or value is False or value == [])}


def _unique(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _checked(data: bytes, where: str) -> JsonObject:
    """`data`, one JSON object. A damaged one would leave the reader with an empty page."""
    try:
        return parsed(data)
    except (ValueError, RecursionError) as error:
        raise StoreError(where, f"cannot be read ({error})", "run again") from error


def parsed(data: bytes) -> JsonObject:
    """A JSON object. Raises ValueError for anything else; also for NaN, which no browser reads."""
    value: Any = json.loads(data, parse_constant=_no_number)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - a fault of the file, mapped by the caller
    return value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
