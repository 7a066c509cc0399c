"""Output: a folder for reviewed files, in which nothing is replaced but what was written there before."""

from __future__ import annotations

import json
from pathlib import Path

from mtqa.errors import DecisionError
from mtqa.inputs import digest
from mtqa.store.run import replacing

_RECORD = "applied.json"


class Output:
    """Hands out destinations. `applied.json` in the folder says what was written, with SHA-256 digests."""

    def __init__(self, folder: Path, run: str) -> None:
        self._folder, self._run = folder, run
        self._written: dict[str, str] = {}
        self._before = self._recorded()

    def claim(self, label: str) -> Path:
        """Where the file may be written. Raises DecisionError when another file, or somebody's work, is there."""
        path = self._folder / label
        if path.exists() and digest(path) != self._before.get(label):
            what = "is there already, and not as mtqa wrote it"
            raise DecisionError(str(path), what, "move it away, or give another folder with -o")
        return path

    def wrote(self, label: str, path: Path) -> None:
        """Remember that the file is ours."""
        self._written[label] = digest(path)
        self._remember()

    def _remember(self) -> None:
        record = {"run": self._run, "files": {**self._before, **self._written}}
        with replacing(self._folder / _RECORD) as out:
            out.write(json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n")

    def _recorded(self) -> dict[str, str]:
        try:
            files: dict[str, str] = json.loads((self._folder / _RECORD).read_bytes())["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return files
