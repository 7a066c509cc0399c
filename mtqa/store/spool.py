"""Spool: what one sweep over a run leaves for the next, in a temporary file, so that memory stays bounded."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

from mtqa.errors import StoreError

_CHUNK = 1 << 20  # bytes that are written, and read ahead, at once


class Spool:
    """Records in the order in which they were added, read again as often as wanted; the file vanishes on `close`.

    A record is anything that pickle keeps. Memory: 8 bytes a record, and some MB.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="mtqa-", buffering=0)  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._pending = bytearray()  # the last records, not yet in the file
        self._written = 0  # bytes in the file
        self._ahead, self._ahead_from = b"", 0  # a piece of the file, and where it begins
        self._next = 0  # where the record ends that was read last

    def add(self, record: object) -> int:
        """Append a record; returns its number, from 0."""
        data = pickle.dumps(record, protocol=5)
        self._pending += data
        self._ends.append(self._ends[-1] + len(data))
        if len(self._pending) >= _CHUNK:
            self._flush()
        return len(self) - 1

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> Any:  # noqa: ANN401 - what was added
        start, end = self._ends[number], self._ends[number + 1]
        if end > self._written:
            self._flush()
        if not self._ahead_from <= start <= end <= self._ahead_from + len(self._ahead):
            # Records are mostly read in order; who jumps about is given what is asked for, and no more.
            self._ahead, self._ahead_from = self._read(start, max(end - start, _CHUNK * (start == self._next))), start
        self._next = end
        return pickle.loads(memoryview(self._ahead)[start - self._ahead_from : end - self._ahead_from])  # noqa: S301 - our own file, which has no name

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    def _flush(self) -> None:
        try:
            self._file.seek(self._written)
            with memoryview(self._pending) as pending:
                done = 0
                while done < len(pending):
                    done += self._file.write(pending[done:]) or 0
        except OSError as error:
            raise _full(error) from error
        self._written = self._ends[-1]
        self._pending.clear()

    def _read(self, start: int, size: int) -> bytes:
        found = b""
        try:
            self._file.seek(start)
            while len(found) < size and (more := self._file.read(size - len(found))):
                found += more
        except OSError as error:
            raise _full(error) from error
        return found


def _full(error: OSError) -> StoreError:
    where, todo = tempfile.gettempdir(), "free some space, or set TMPDIR to a larger disk"
    return StoreError(where, f"cannot be written ({error.strerror})", todo)
