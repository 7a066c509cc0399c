"""Spool: what one sweep over a run leaves for the next, in a temporary file, so that memory stays bounded."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

from mtqa.errors import StoreError


class Spool:
    """Records in the order in which they were added, read again as often as wanted; the file vanishes on `close`.

    A record is anything that pickle keeps. Memory: 8 bytes a record.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="mtqa-")  # noqa: SIM115 - closed by close()
        self._ends = array("Q", [0])
        self._reading = False

    def add(self, record: object) -> int:
        """Append a record; returns its number, from 0."""
        data = pickle.dumps(record, protocol=5)
        try:
            if self._reading:
                self._file.seek(self._ends[-1])
                self._reading = False
            self._file.write(data)
        except OSError as error:
            raise _full(error) from error
        self._ends.append(self._ends[-1] + len(data))
        return len(self) - 1

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> Any:  # noqa: ANN401 - what was added
        start, end = self._ends[number], self._ends[number + 1]
        try:
            # What stands where the last record ended is in the buffer already: records are mostly read in order.
            self._file.seek(start)
            self._reading = True
            data = self._file.read(end - start)
        except OSError as error:
            raise _full(error) from error
        return pickle.loads(data)  # noqa: S301 - our own file, which has no name

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()


def _full(error: OSError) -> StoreError:
    where, todo = tempfile.gettempdir(), "free some space, or set TMPDIR to a larger disk"
    return StoreError(where, f"cannot be written ({error.strerror})", todo)
