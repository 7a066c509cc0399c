"""Spool: what one sweep over a run leaves for the next, in a temporary file, so that memory stays bounded."""

from __future__ import annotations

import os
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
        self._offsets = array("Q")

    def add(self, record: object) -> int:
        """Append a record; returns its number, from 0."""
        try:
            self._file.seek(0, os.SEEK_END)
            self._offsets.append(self._file.tell())
            pickle.dump(record, self._file, protocol=5)
        except OSError as error:
            where, todo = tempfile.gettempdir(), "free some space, or set TMPDIR to a larger disk"
            raise StoreError(where, f"cannot be written ({error.strerror})", todo) from error
        return len(self._offsets) - 1

    def __len__(self) -> int:
        return len(self._offsets)

    def __getitem__(self, number: int) -> Any:  # noqa: ANN401 - what was added
        self._file.seek(self._offsets[number])
        return pickle.load(self._file)  # noqa: S301 - our own file, which has no name

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
