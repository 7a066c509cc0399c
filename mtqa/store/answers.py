"""The answer cache: what an engine has answered is not asked again, in this run or in another.

Runs may use one cache at the same time. Before an engine is asked, its run claims the question; another run waits for
that answer instead of asking, and paying, once more. A claim holds as long as its process lives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

from mtqa.errors import StoreError
from mtqa.ports import JsonObject
from mtqa.store.database import Database
from mtqa.store.lines import decoded, encoded
from mtqa.store.presence import Presence

VERSION = 2  # of the tables
# Keys are as good as random: rows go to the end of a table and only the short keys into an index, which is four times
# faster than rows that are kept in the order of their keys (benchmarks/journal.py).
_TABLES = (
    f"PRAGMA user_version = {VERSION}",
    "CREATE TABLE IF NOT EXISTS answers (n INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, answer BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS claims (key BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID",
)
_Key = TypeVar("_Key", str, bytes)
_SOME = 500  # below SQLite's limit for parameters in one statement


class Answers:
    """Key -> answer, in one SQLite file that several runs may use at once."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, "")
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            [version] = connection.execute("PRAGMA user_version").fetchone()
            if version != VERSION and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise StoreError(str(path), "is of another version", "name another file with --cache")
            for statement in _TABLES:
                connection.execute(statement)
        self._presence = Presence(path)

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        """The answers that are there."""
        found: dict[str, JsonObject] = {}
        for some, marks in _portions(keys):
            named = {_short(key): key for key in some}
            with self._database.transaction() as connection:
                query = f"SELECT key, answer FROM answers WHERE key IN ({marks})"  # noqa: S608 - only question marks
                rows = connection.execute(query, [_short(key) for key in some]).fetchall()
            found.update((named[short], self._parsed(answer)) for short, answer in rows)
        return found

    def put(self, items: Iterable[tuple[str, JsonObject]]) -> None:
        """Keep answers; durable when this returns. The first answer for a key stays: it is the record."""
        rows = [(_short(key), encoded(answer)) for key, answer in items]
        rows.sort(key=itemgetter(0))  # so that each page of the index is looked for once
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO answers (key, answer) VALUES (?, ?)", rows)
            for some, marks in _portions([key for key, _ in rows]):
                connection.execute(f"DELETE FROM claims WHERE key IN ({marks})", some)  # noqa: S608 - only question marks

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that may be asked about now: not answered, and not claimed before, here or elsewhere."""
        claimed: set[str] = set()
        for some, marks in _portions(keys):
            with self._database.transaction() as connection:
                connection.execute("BEGIN IMMEDIATE")  # what is read here must still be so when it is written
                query = f"SELECT DISTINCT run FROM claims WHERE key IN ({marks})"  # noqa: S608 - only question marks
                named = [_short(key) for key in some]
                runs = [run for (run,) in connection.execute(query, named)]
                mine = self._presence.name
                dead = [(run,) for run in runs if run != mine and not self._presence.lives(run)]
                connection.executemany("DELETE FROM claims WHERE run = ?", dead)
                free = dict(zip(named, some, strict=True))
                for table in ("answers", "claims"):
                    taken = f"SELECT key FROM {table} WHERE key IN ({marks})"  # noqa: S608 - our own names
                    for (short,) in connection.execute(taken, named):
                        free.pop(short, None)
                connection.executemany("INSERT INTO claims VALUES (?, ?)", [(short, mine) for short in free])
                claimed |= set(free.values())
        return claimed

    def release(self, keys: Iterable[str]) -> None:
        """Give up claims: there is no answer."""
        with self._database.transaction() as connection:
            rows = [(_short(key), self._presence.name) for key in keys]
            connection.executemany("DELETE FROM claims WHERE key = ? AND run = ?", rows)

    def close(self) -> None:
        """Close the file. Claims of this run end with it."""
        self._presence.end()
        self._database.close()

    def _parsed(self, answer: bytes) -> JsonObject:
        try:
            return decoded(answer)
        except ValueError as error:
            todo = "move it away and run again"
            raise StoreError(str(self._database.path), f"is damaged ({error})", todo) from error


class NoAnswers:
    """A cache in which nothing is kept: to look without making a file."""

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        """Nothing."""
        del keys
        return {}

    def close(self) -> None:
        """Nothing to close."""


def _short(key: str) -> bytes:
    """What stands for a key in the file; no two keys will ever have the same."""
    return hashlib.sha256(key.encode()).digest()[:16]


def _portions(keys: Sequence[_Key]) -> Iterator[tuple[Sequence[_Key], str]]:
    """The keys in portions that fit one statement, each with its question marks."""
    for start in range(0, len(keys), _SOME):
        some = keys[start : start + _SOME]
        yield some, ",".join("?" * len(some))
