"""The results as JSON lines: the machine interface, as stored."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO


class JsonlReport:
    """`segments.jsonl`, byte for byte."""

    suffix = "jsonl"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Copy the stored lines."""
        with (folder / "segments.jsonl").open("rb") as lines:
            shutil.copyfileobj(lines, out)
