"""The results as a table for spreadsheets: one row a segment, one column a candidate."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from mtqa.report.plain import encodable
from mtqa.report.table import COLUMNS, NUMBERS, flat, manifest_of, results_of

# What a spreadsheet takes for a formula or a command (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvReport:
    """Comma-separated values in UTF-8 with a byte order mark, so that spreadsheets read every script."""

    suffix = "csv"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """One row a segment, in file order."""
        import polars as pl

        engines = list(manifest_of(folder)["engines"])
        rows = [
            {
                encodable(key): _harmless(value) if isinstance(value, str) else value
                for key, value in flat(result, engines).items()
            }
            for result in results_of(folder)
        ]
        names = (*COLUMNS, *(encodable(f"candidate {engine}") for engine in engines))
        schema = {name: pl.Float64 if name in NUMBERS else pl.String for name in names}
        pl.DataFrame(rows, schema=schema).write_csv(out, include_bom=True)


def _harmless(text: str) -> str:
    """Text that no spreadsheet runs: a leading apostrophe before what it would take for a formula."""
    text = encodable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
