"""The one way to open an SQLite file: durable on a crash, one process at a time where asked, errors mapped."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from mtqa.errors import StoreError

_PATIENCE = 30.0  # seconds to wait for another process that writes
_CACHE = 16 * 1024  # KiB of pages in memory: the inner pages of an index over millions of answers
_LOG = 4000  # pages of log before it is folded into the file: a page that many commits change is then written once


def make_folder(folder: Path) -> None:
    """The folder, with those above it, unless it is there. Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(str(folder), f"cannot be made ({error.strerror})", "choose another folder") from error


class Database:
    """A connection that threads share under a lock.

    Write-ahead log with `synchronous=NORMAL`: a killed process loses nothing that was committed.
    """

    def __init__(self, path: Path, schema: str, *, exclusive: bool = False) -> None:
        self.path = path
        self._lock = Lock()
        make_folder(path.parent)
        with self._mapped():
            patience = 0 if exclusive else _PATIENCE
            self._connection = sqlite3.connect(path, timeout=patience, check_same_thread=False)
            try:
                if exclusive:
                    self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._prepare(schema, time.monotonic() + patience)
            except sqlite3.Error:
                self._connection.close()
                raise

    def _prepare(self, schema: str, until: float) -> None:
        """Log mode and tables. SQLite does not wait for others when two set the log mode at once, so we do."""
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=NORMAL")
                self._connection.execute(f"PRAGMA wal_autocheckpoint={_LOG}")
                self._connection.execute(f"PRAGMA cache_size={-_CACHE}")
                self._connection.executescript(schema)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= until:
                    raise
                time.sleep(0.05)
            else:
                return

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one transaction: committed at the end, rolled back on an error."""
        with self._lock, self._mapped(), self._connection:
            yield self._connection

    def close(self) -> None:
        """Close the connection; the log is folded into the file."""
        with self._lock, self._mapped():
            self._connection.close()

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(str(self.path), "in use by another run", "wait for it, or use another -o") from error
            raise StoreError(str(self.path), f"cannot be used ({error})", "check the disk and its rights") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                str(self.path), f"is damaged, or no database ({error})", "move it away and run again"
            ) from error
