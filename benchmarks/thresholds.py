"""Where the default thresholds come from: pools of engines on human-judged development data.

    MTQA_DATA=... python benchmarks/thresholds.py

Reads `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA. A pool is five of the general engines that were rated;
every pool of them is used. *severe*: human score below 50.
"""

from __future__ import annotations

import math
import os
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from statistics import median

import polars as pl

from mtqa.consensus.decide import DecideSettings, decide, expected_utilities
from mtqa.metrics.chrf import Chrf
from mtqa.ports import Comparison

SEVERE = 50
Segments = dict[str, dict[str, tuple[str, float]]]


def load(folder: Path) -> tuple[Segments, list[str]]:
    """Segment id -> engine -> (candidate, human score), for engines that were rated on every segment."""
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet").filter(
        pl.col("general_pool") & pl.col("human_esa").is_not_null() & (pl.col("engine") != "refA")
    )
    segments: Segments = defaultdict(dict)
    for row in frame.iter_rows(named=True):
        segments[row["segment_id"]][row["engine"]] = (row["candidate"], row["human_esa"])
    engines = sorted(frame["engine"].unique())
    return {k: v for k, v in segments.items() if len(v) == len(engines)}, engines


def utilities(segments: Segments, engines: list[str]) -> dict[str, dict[tuple[str, str], float]]:
    """Segment id -> (hypothesis, reference) -> chrF."""
    ids = list(segments)
    batch = [Comparison("", tuple(segments[i][e][0] for e in engines)) for i in ids]
    rows = Chrf().utilities(batch)
    return {i: {(engines[h], engines[r]): u for (h, r), u in row.items()} for i, row in zip(ids, rows, strict=True)}


def main() -> None:
    """Print the three tables that docs/consensus.md quotes."""
    data = os.environ.get("MTQA_DATA")
    if not data:
        sys.exit("MTQA_DATA: not set; set it to the folder that holds wmt24-en-cs")
    segments, engines = load(Path(data))
    pairs = utilities(segments, engines)
    pools = list(combinations(engines, 5))
    print(f"{len(segments)} segments, {len(engines)} engines, {len(pools)} pools of 5; {Chrf().signature}")
    agreement_table(segments, pairs, pools)
    outlier_table(segments, pairs, pools)
    length_table(segments, pools)


def agreement_table(segments: Segments, pairs: dict, pools: list[tuple[str, ...]]) -> None:
    """What share of segments is divergent at each agree_at, and what share of severe errors of the chosen it holds."""
    print("\nagree_at  divergent  severe among divergent  severe among agreed  share of severe in divergent")
    for agree_at in (0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70):
        settings = DecideSettings(agree_at=agree_at)
        counts = {"divergent": [0, 0], "agreed": [0, 0]}
        for pool in pools:
            for segment, candidates in segments.items():
                verdict = decide(pool, pairs[segment], (), settings)
                severe = candidates[verdict.chosen or ""][1] < SEVERE
                counts[verdict.status.value][0] += 1
                counts[verdict.status.value][1] += severe
        (d, ds), (a, asev) = counts["divergent"], counts["agreed"]
        rates = f"{ds / max(d, 1):23.1%} {asev / max(a, 1):20.1%} {ds / (ds + asev):29.1%}"
        print(f"{agree_at:8.2f} {d / (d + a):10.1%} {rates}")


def outlier_table(segments: Segments, pairs: dict, pools: list[tuple[str, ...]]) -> None:
    """What share of candidates each outlier_gap flags, and what share of severe ones is among them."""
    gaps: list[tuple[float, bool]] = []
    for pool in pools:
        for segment, candidates in segments.items():
            values = pairs[segment]
            expected = expected_utilities(pool, values)
            for voter in pool:
                rest = [values[h, r] for h in pool for r in pool if h != r and voter not in (h, r)]
                gap = sum(rest) / len(rest) - expected[voter] if expected[voter] < DecideSettings().agree_at else -1.0
                gaps.append((gap, candidates[voter][1] < SEVERE))
    total = sum(severe for _, severe in gaps)
    print(f"\n{len(gaps)} candidates, severe {total / len(gaps):.1%}")
    print("outlier_gap  flagged  severe among flagged  share of severe flagged")
    for gap in (0.05, 0.10, 0.15, 0.20, 0.25, 0.30):
        flagged = [severe for value, severe in gaps if value >= gap]
        rates = f"{sum(flagged) / max(len(flagged), 1):21.1%} {sum(flagged) / total:24.1%}"
        print(f"{gap:11.2f} {len(flagged) / len(gaps):8.1%} {rates}")


def length_table(segments: Segments, pools: list[tuple[str, ...]]) -> None:
    """|ln((length + 20) / (median length of the pool + 20))|: what share is beyond each bound, and how bad it is."""
    values: list[tuple[float, bool]] = []
    for pool in pools:
        for candidates in segments.values():
            lengths = {e: len(candidates[e][0]) for e in pool}
            for e in pool:
                middle = median(lengths.values())
                values.append((math.log((lengths[e] + 20) / (middle + 20)), candidates[e][1] < SEVERE))
    print("\nratio to the median of the pool  flagged  severe among flagged")
    for ratio in (1.15, 1.25, 1.35, 1.5, 1.75, 2.0):
        for label, hit in (
            ("longer", lambda v, r=ratio: v >= math.log(r)),
            ("shorter", lambda v, r=ratio: v <= -math.log(r)),
        ):
            flagged = [severe for value, severe in values if hit(value)]
            print(
                f"{ratio:5.2f} {label:8} {len(flagged) / len(values):28.2%} {sum(flagged) / max(len(flagged), 1):21.1%}"
            )


if __name__ == "__main__":
    main()
