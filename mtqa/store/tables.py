"""Tables of candidates: JSON lines, CSV or Parquet, read a row at a time.

A row is a mapping with `id`, `source`, `source_lang`, `target_lang` and `candidates` (engine -> text), and perhaps
`doc_id`, `group` and `primary`. Where a table cannot nest, a candidate is a column `candidates.NAME`. A candidate that
is null, absent, or an empty cell of CSV is none: the engine abstained. An empty string is a candidate without text.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mtqa.errors import FormatError
from mtqa.store.lines import decoded

Rows = Iterator[tuple[str, Any]]  # where a row stands, for errors; the row
PREFIX = "candidates."
_NUMBERS = ("id", "doc_id", "group", "primary")  # texts that may be written as whole numbers
_BATCH = 2000  # rows of Parquet in memory at once
_FIELD = 1 << 27  # characters that one cell of CSV may have


def read_table(path: Path) -> Rows:
    """(file:line, row) for every row. Raises FormatError: not there, not a table, damaged."""
    readers: dict[str, Callable[[Path], Rows]] = {
        ".jsonl": _jsonl, ".ndjson": _jsonl, ".json": _jsonl, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(readers)
        raise FormatError(str(path), f"{path.suffix or 'a file without suffix'} is no table", f"known: {known}")
    try:
        yield from reader(path)
    except FileNotFoundError as error:
        raise FormatError(str(path), "no such file", "name an existing table") from error
    except OSError as error:
        raise FormatError(str(path), f"cannot be read ({error.strerror or error})", "check its rights") from error


def _jsonl(path: Path) -> Rows:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = _row(line.decode("utf-8-sig") if number == 1 else line)
            except (ValueError, RecursionError) as error:
                raise FormatError(f"{path}:{number}", "is not JSON in UTF-8", "write one JSON object a line") from error
            yield f"{path}:{number}", row


def _row(line: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON it is
    row: object = decoded(line)
    if isinstance(row, dict) and float in map(type, map(row.get, _NUMBERS)):
        return json.loads(line)  # it may be an integer of more than 64 bits
    return row


def _csv(path: Path) -> Rows:
    csv.field_size_limit(_FIELD)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(path)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        names: list[str] = []
        while True:
            where = f"{path}:{reader.line_num + 1}"
            try:
                cells = next(reader, None)
            except (csv.Error, UnicodeDecodeError) as error:
                raise FormatError(
                    where, f"is not CSV in UTF-8 ({error})", "quote texts with commas or quotes"
                ) from error
            if cells is None:
                return
            if not names:
                names = _columns(cells, where)
            elif cells:
                if len(cells) != len(names):
                    what = f"has {len(cells)} cells, the header has {len(names)}"
                    raise FormatError(where, what, "quote texts with commas or line breaks")
                yield where, _nested({name: cell or None for name, cell in zip(names, cells, strict=True)})


def _delimiter(path: Path) -> str:
    """A semicolon where the header has no comma: so spreadsheets write CSV where the comma is the decimal sign."""
    with path.open("rb") as file:
        header = file.readline()
    return ";" if b";" in header and b"," not in header else ","


def _columns(names: list[str], where: str) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FormatError(where, f"has the column {twice[0]!r} twice", "give every column a name of its own")
    return names


def _parquet(path: Path) -> Rows:
    import polars as pl
    from polars.exceptions import PolarsError

    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        frame = pl.scan_parquet(path, glob=False)
        start = 0
        while True:
            batch = frame.slice(start, _BATCH).collect()
            for number, row in enumerate(batch.iter_rows(named=True), start=start + 1):
                yield f"{path}: row {number}", _nested(row)
            if batch.height < _BATCH:
                return
            start += _BATCH
    except PolarsError as error:
        raise FormatError(str(path), f"is not Parquet ({error})", "write it again") from error


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    """The row, with its columns `candidates.NAME` put together."""
    given = row.get("candidates")
    if isinstance(given, list) and all(isinstance(entry, dict) and {"key", "value"} <= entry.keys() for entry in given):
        row = row | {"candidates": {entry["key"]: entry["value"] for entry in given}}  # a map of Arrow
    flat = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX)}
    return row | {"candidates": (row.get("candidates") or {}) | flat} if flat else row
