"""How often silent damage is suspected in real outputs, and how often shifted answers are noticed.

    MTQA_DATA=... python benchmarks/damage.py

Reads the development data below MTQA_DATA. For shifts, batches of ten texts of one engine are taken as they are, and
again with the answers from the fifth on moved up by one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polars as pl

from mtqa.translate.damage import cut, misread, shifted

BATCH, FROM = 10, 4


def main() -> None:
    if not os.environ.get("MTQA_DATA"):
        sys.exit("set MTQA_DATA to the folder of the development data")
    for path in sorted(Path(os.environ["MTQA_DATA"]).glob("*/dev*.parquet")):
        frame = pl.read_parquet(path).filter(pl.col("candidate").str.strip_chars() != "")
        pairs = list(frame.select("source", "candidate").iter_rows())
        found = [(bool(cut(*pair)), bool(misread(*pair))) for pair in pairs]
        alarms = noticed = batches = 0
        for _, group in frame.group_by("engine", maintain_order=True):
            rows = list(group.select("source", "candidate").iter_rows())
            for start in range(0, len(rows) - BATCH + 1, BATCH):
                batch = rows[start : start + BATCH]
                sources, targets = [row[0] for row in batch], [row[1] for row in batch]
                moved = [*targets[:FROM], *targets[FROM + 1 :], targets[FROM]]
                batches += 1
                alarms += shifted(batch)
                noticed += shifted(list(zip(sources, moved, strict=True)))
        print(f"{path.name}: {len(pairs)} candidates")
        print(f"  cut: {sum(one for one, _ in found)}; escapes or unknown words: {sum(one for _, one in found)}")
        print(f"  shifted, of {batches} batches: {alarms} as they are, {noticed} when they are shifted")


if __name__ == "__main__":
    main()
