"""Kept encodings: what a large model made of a text, for the next run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from mtqa.store.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS encodings (key BLOB PRIMARY KEY, encoding BLOB NOT NULL)"
_SOME = 500  # below SQLite's limit for parameters in one statement


class FileEncodings:
    """(model, text) -> encoding, in one SQLite file that several runs may use at once.

    Made when it is first used, and open only while it is: beside what an encoding costs, that is nothing. Texts are
    kept as digests only.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, model: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Those that are kept."""
        keys = {_key(model, text): text for text in texts}
        found: dict[str, bytes] = {}
        wanted = list(keys)
        with closing(Database(self._path, _SCHEMA)) as database:
            for start in range(0, len(wanted), _SOME):
                some = wanted[start : start + _SOME]
                query = f"SELECT key, encoding FROM encodings WHERE key IN ({','.join('?' * len(some))})"  # noqa: S608 - only question marks
                with database.transaction() as connection:
                    found.update((keys[key], encoding) for key, encoding in connection.execute(query, some))
        return found

    def put(self, model: str, items: Iterable[tuple[str, bytes]]) -> None:
        """Keep some; durable when this returns. The first encoding of a text stays."""
        rows = [(_key(model, text), encoding) for text, encoding in items]
        with closing(Database(self._path, _SCHEMA)) as database, database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO encodings VALUES (?, ?)", rows)


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()[:16]
