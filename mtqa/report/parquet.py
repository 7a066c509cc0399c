"""The results in columns, for analysis: one row a segment, with candidates, reasons and findings as lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from mtqa.ports import JsonObject
from mtqa.report.plain import encodable
from mtqa.report.table import results_of


class ParquetReport:
    """Apache Parquet, compressed with zstd. Codes and utilities stay in `segments.jsonl`."""

    suffix = "parquet"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """One row a segment, in file order."""
        import polars as pl

        text, number = pl.String, pl.Float64
        finding = pl.Struct({"check": text, "its": text, "severity": text, "message": text, "subject": text})
        candidate = pl.Struct(
            {"engine": text, "target": text, "utility": number, "score": number, "outlier": pl.Boolean, "model": text,
             "latency_ms": pl.Int64, "cost": number, "findings": pl.List(finding)}
        )  # fmt: skip
        failure = pl.Struct({"engine": text, "kind": text, "reason": text})
        reason = pl.Struct({"code": text, "its": text, "engines": pl.List(text), "evidence": text})
        texts = ("id", "file", "unit", "status", "source_lang", "target_lang", "source", "note", "existing", "state")
        schema: dict[str, Any] = dict.fromkeys(texts, text) | {
            "protected": text, "kept": pl.Boolean, "chosen_engine": text, "chosen": text, "voters": pl.List(text),
            "supporters": pl.List(text), "divergence": number, "risk": number, "confidence": number,
            "calibrated": pl.Boolean, "auto_accept": pl.Boolean, "reasons": pl.List(reason),
            "candidates": pl.List(candidate), "failures": pl.List(failure),
        }  # fmt: skip
        rows = [{name: row.get(name) for name in schema} for row in map(_row, results_of(folder))]
        pl.DataFrame(rows, schema=schema).write_parquet(out, compression="zstd")


def _row(result: JsonObject) -> JsonObject:
    chosen, confidence = result.get("chosen", {}), result.get("confidence", {})
    more = {"chosen_engine": chosen.get("engine"), "chosen": chosen.get("target"), "kept": result.get("kept", False)}
    more |= {"confidence": confidence.get("value"), "calibrated": confidence.get("calibrated")}
    row: JsonObject = _encodable({**result, **more})
    return row


def _encodable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same, with text that UTF-8 has."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_encodable(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _encodable(entry) for key, entry in value.items()}
    return value
