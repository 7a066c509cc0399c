"""The results as a table for spreadsheets: one row a segment, one column a candidate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from mtqa.ports import JsonObject

# What a spreadsheet takes for a formula or a command (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvReport:
    """Comma-separated values in UTF-8 with a byte order mark, so that spreadsheets read every script."""

    suffix = "csv"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """One row a segment, in file order."""
        import polars as pl

        engines = list(json.loads((folder / "run.json").read_text(encoding="utf-8"))["engines"])
        with (folder / "segments.jsonl").open(encoding="utf-8") as lines:
            rows = [_row(json.loads(line), engines) for line in lines]
        schema = dict.fromkeys(_row({}, engines), pl.String) | dict.fromkeys(("risk", "divergence"), pl.Float64)
        pl.DataFrame(rows, schema=schema).write_csv(out, include_bom=True)


def _row(result: JsonObject, engines: list[str]) -> JsonObject:
    targets = {candidate["engine"]: candidate["target"] for candidate in result.get("candidates", ())}
    chosen = result.get("chosen", {})
    reasons = "; ".join(f"{reason['code']}: {reason['evidence']}" for reason in result.get("reasons", ()))
    row = {
        "id": result.get("id"),
        "file": result.get("file"),
        "unit": result.get("unit"),
        "status": result.get("status"),
        "risk": result.get("risk"),
        "divergence": result.get("divergence"),
        "source": result.get("source"),
        "chosen_engine": chosen.get("engine"),
        "chosen": chosen.get("target"),
        "reasons": reasons,
        **{f"candidate {engine}": targets.get(engine) for engine in engines},
    }
    return {key: _harmless(value) if isinstance(value, str) else value for key, value in row.items()}


def _harmless(text: str) -> str:
    """Text that no spreadsheet runs: a leading apostrophe before what it would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
