"""A result as one flat row: what spreadsheets and columns hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from mtqa.errors import StoreError
from mtqa.ports import JsonObject

# Columns of every table, in order; then one for each candidate.
COLUMNS = (
    "id", "file", "unit", "status", "risk", "divergence", "source", "existing", "chosen_engine", "chosen", "reasons",
)  # fmt: skip
NUMBERS = ("risk", "divergence")


def manifest_of(folder: Path) -> JsonObject:
    """`run.json`. Raises StoreError."""
    path = folder / "run.json"
    try:
        manifest: JsonObject = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error
    return manifest


def made(manifest: JsonObject) -> str:
    """When a run was started, and how long it took where that is known."""
    created = str(manifest["created"])
    if "finished" not in manifest:
        return created
    took = datetime.fromisoformat(manifest["finished"]) - datetime.fromisoformat(created)
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min")) if hours else ((minutes, "min"), (seconds, "s"))
    return f"{created} in {' '.join(f'{value} {unit}' for value, unit in parts if value) or '0 s'}"


def _result(line: bytes) -> JsonObject:
    result = json.loads(line)
    if not isinstance(result, dict):
        raise ValueError(f"{line[:40]!r} is no result")  # noqa: TRY004 - a fault of the file, mapped by the caller
    return result


def results_of(folder: Path) -> Iterator[JsonObject]:
    """The lines of `segments.jsonl`, in order. Raises StoreError."""
    path = folder / "segments.jsonl"
    try:
        with path.open("rb") as lines:
            yield from map(_result, lines)
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error


def flat(result: JsonObject, engines: Sequence[str]) -> dict[str, str | float | None]:
    """The row of a result, by column; what is absent is None."""
    targets = {candidate["engine"]: candidate["target"] for candidate in result["candidates"]}
    chosen = result.get("chosen", {})
    row = {name: result.get(name) for name in COLUMNS} | {
        "chosen_engine": chosen.get("engine"),
        "chosen": chosen.get("target"),
        "reasons": reasons_of(result) or None,
    }
    return row | {f"candidate {engine}": targets.get(engine) for engine in engines}


def reasons_of(result: JsonObject) -> str:
    """Why a segment diverges, on one line."""
    return "; ".join(f"{reason['code'].replace('_', ' ')}: {reason['evidence']}" for reason in result["reasons"])
