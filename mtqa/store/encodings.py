"""Kept encodings: what a large model made of a text, for the next run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from mtqa.store.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS encodings (key BLOB PRIMARY KEY, encoding BLOB NOT NULL)"
_SOME = 500  # below SQLite's limit for parameters in one statement


class FileEncodings:
    """(model, text) -> encoding, in one SQLite file that several runs may use at once; made when it is first used.

    Texts are kept as digests only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, model: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Those that are kept."""
        keys = {_key(model, text): text for text in texts}
        found: dict[str, bytes] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), _SOME):
            some = wanted[start : start + _SOME]
            marks = ",".join("?" * len(some))
            with self._database.transaction() as connection:
                query = f"SELECT key, encoding FROM encodings WHERE key IN ({marks})"  # noqa: S608 - only question marks
                found.update((keys[key], encoding) for key, encoding in connection.execute(query, some))
        return found

    def put(self, model: str, items: Iterable[tuple[str, bytes]]) -> None:
        """Keep some; durable when this returns. The first encoding of a text stays."""
        rows = [(_key(model, text), encoding) for text, encoding in items]
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO encodings VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        if "_database" in self.__dict__:
            self._database.close()
            del self._database

    @cached_property
    def _database(self) -> Database:
        return Database(self._path, _SCHEMA)


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()[:16]
