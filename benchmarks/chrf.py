"""How fast candidates are compared: chrF and tokens, beside sacrebleu and fastchrf.

    MTQA_DATA=... python benchmarks/chrf.py [--voters 5] [--rounds 9]

Reads `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA: every third segment with so many general engines. All ways take
turns in one process, round by round. Texts go in as str and utilities come out as the metric gives them. The first
table is of one thread: CPU time, the median of the rounds. The second is of several: wall-clock time, the best of the
rounds, because other work on the machine only ever adds to it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import permutations
from pathlib import Path
from statistics import median

os.environ["RAYON_NUM_THREADS"] = "1"  # fastchrf reads it when it is loaded

import polars as pl
from sacrebleu.metrics.chrf import CHRF

from mtqa.metrics import kernel
from mtqa.metrics.chrf import Chrf
from mtqa.metrics.tokens import Tokens
from mtqa.ports import Comparison

Way = Callable[[], object]


def load(folder: Path, voters: int) -> list[Comparison]:
    """The candidates of so many general engines, for every segment that has them all."""
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet").filter(
        pl.col("general_pool") & (pl.col("engine") != "refA")
    )
    engines = sorted(frame["engine"].unique())[:voters]
    if len(engines) < voters:
        sys.exit(f"--voters: the data has {len(engines)} general engines; ask for no more")
    grouped = frame.filter(pl.col("engine").is_in(engines)).sort("segment_id", "engine").group_by("segment_id")
    pools = grouped.agg(pl.col("candidate")).sort("segment_id")["candidate"].to_list()
    return [Comparison("", tuple(texts)) for texts in pools if len(texts) == voters]


@contextmanager
def python_only() -> Iterator[None]:
    """Without the compiled kernel, as MTQA_NO_KERNEL=1 does."""
    os.environ["MTQA_NO_KERNEL"] = "1"
    kernel.compiled.cache_clear()
    try:
        yield
    finally:
        del os.environ["MTQA_NO_KERNEL"]
        kernel.compiled.cache_clear()


def ways(batch: list[Comparison]) -> dict[str, Way]:
    """Name -> all ordered pairs of the batch, on one thread."""
    judge, chrf, tokens = CHRF(), Chrf(threads=1), Tokens().for_run(batch)

    def in_python(metric: Chrf | Tokens) -> object:
        with python_only():
            return metric.utilities(batch)

    def one_by_one() -> object:
        return [
            {(h, r): judge.sentence_score(c.texts[h], [c.texts[r]]).score / 100 for h, r in permutations(range(n), 2)}
            for c in batch
            if (n := len(c.texts))
        ]

    found: dict[str, Way] = {"sacrebleu sentence_score, every pair": one_by_one}
    try:
        from fastchrf import pairwise_chrf
    except ImportError:
        print("fastchrf is not installed; its row is left out")
    else:
        found["fastchrf pairwise_chrf"] = lambda: pairwise_chrf(
            [list(c.texts) for c in batch], [list(c.texts) for c in batch]
        )
    found["mtqa chrf, numpy"] = lambda: in_python(chrf)
    found["mtqa tokens, Python"] = lambda: in_python(tokens)
    if kernel.compiled():
        found["mtqa chrf, compiled"] = lambda: chrf.utilities(batch)
        found["mtqa tokens, compiled"] = lambda: tokens.utilities(batch)
    else:
        print("the compiled kernel was not built; its rows are left out")
    return found


def in_turn(
    found: dict[str, Way], rounds: int, clock: Callable[[], float], pick: Callable[[list[float]], float]
) -> dict[str, float]:
    """Name -> the seconds of one of its rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            start = clock()
            way()
            seconds[name].append(clock() - start)
    return {name: pick(values) for name, values in seconds.items()}


def main() -> None:
    """Print the tables that docs/performance.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--voters", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    if "MTQA_DATA" not in os.environ:
        sys.exit("MTQA_DATA: not set; set it to the folder that holds wmt24-en-cs")
    every = load(Path(os.environ["MTQA_DATA"]), options.voters)
    one_thread(every[::3], options.rounds)
    more_threads(every * 4, options.rounds)


def one_thread(batch: list[Comparison], rounds: int) -> None:
    """Every way, with its time per pair and segment, and how many times sooner it is done than the peers."""
    found = ways(batch)
    judged = found["sacrebleu sentence_score, every pair"]()
    same = {name: way() == judged for name, way in found.items() if name.startswith("mtqa chrf")}
    seconds = in_turn(found, rounds, time.process_time, median)
    size = sum(len(text) for comparison in batch for text in comparison.texts) / len(batch)
    voters = len(batch[0].texts)
    print(f"{len(batch)} segments x {voters} candidates, {size:.0f} characters a segment, medians of {rounds} rounds")
    print(f"the same bits as sacrebleu: {same}\n")
    print("| way | us/pair | us/segment | times sacrebleu | times fastchrf |\n|---|---|---|---|---|")
    first, second = seconds["sacrebleu sentence_score, every pair"], seconds.get("fastchrf pairwise_chrf")
    for name, value in seconds.items():
        per_segment = value / len(batch) * 1e6
        peers = f"{first / value:.0f} | {second / value:.1f}" if second else f"{first / value:.0f} | -"
        print(f"| {name} | {per_segment / voters / (voters - 1):.2f} | {per_segment:.0f} | {peers} |")


def more_threads(batch: list[Comparison], rounds: int) -> None:
    """What another core is worth."""
    threads = range(1, kernel.cores() + 1)
    chrf: dict[str, Way] = {f"{n}": partial(Chrf(threads=n).utilities, batch) for n in threads}
    seconds = in_turn(chrf, rounds, time.perf_counter, min)
    print(f"\n{len(batch)} segments, chrf\n\n| threads | segments/s | times one thread |\n|---|---|---|")
    for name, value in seconds.items():
        print(f"| {name} | {len(batch) / value:.0f} | {seconds['1'] / value:.2f} |")


if __name__ == "__main__":
    main()
