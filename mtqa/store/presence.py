"""Presence: how one run can tell whether another still lives."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path


class Presence:
    """The name of a run, and an empty file beside the cache that it holds locked while its process lives.

    The operating system lets go of the lock when a process is killed, so that nobody waits for the dead; a process
    number would say nothing across containers. SQLite locks files alike on every system. The file is made when the
    name is first used.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._name = secrets.token_hex(8)
        self._held: sqlite3.Connection | None = None

    @property
    def name(self) -> str:
        """The name of this run."""
        if self._held is None:
            self._held = sqlite3.connect(self._file(self._name), isolation_level=None, check_same_thread=False)
            self._held.execute("BEGIN EXCLUSIVE")
        return self._name

    def lives(self, run: str) -> bool:
        """Whether another run still holds its file; the file of a dead one is taken away."""
        path = self._file(run)
        if not path.exists():
            return False
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return True
        finally:
            other.close()
        path.unlink(missing_ok=True)
        return False

    def end(self) -> None:
        """Let go."""
        if self._held is not None:
            self._held.close()
            self._held = None
            self._file(self._name).unlink(missing_ok=True)

    def _file(self, run: str) -> Path:
        return self._cache.with_name(f"{self._cache.name}.run-{run}")
