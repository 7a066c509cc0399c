"""The answer cache: what an engine has answered is not asked again, in this run or in another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from mtqa.ports import JsonObject
from mtqa.store.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID"
_SOME = 500  # below SQLite's limit for parameters in one statement


class Answers:
    """Key -> answer, in one SQLite file that several runs may use at once."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA)

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        """The answers that are there."""
        found: dict[str, JsonObject] = {}
        for start in range(0, len(keys), _SOME):
            some = keys[start : start + _SOME]
            marks = ",".join("?" * len(some))
            with self._database.transaction() as connection:
                rows = connection.execute(f"SELECT key, answer FROM answers WHERE key IN ({marks})", some)  # noqa: S608 - only question marks
                found.update((key, json.loads(answer)) for key, answer in rows)
        return found

    def put(self, items: Iterable[tuple[str, JsonObject]]) -> None:
        """Keep answers; durable when this returns. The first answer for a key stays: it is the record."""
        rows = [(key, json.dumps(answer, ensure_ascii=False)) for key, answer in items]
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
