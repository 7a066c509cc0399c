"""How much of the time of `mtqa score` is spent in the metric kernel, and how much memory it takes.

    MTQA_DATA=... python benchmarks/score.py [--segments 100000] [--voters 5]

Makes a table from `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA: in each candidate a fifth of the words is swapped,
so that no two segments are the same. Scores it with the defaults on one thread, and adds up the CPU time inside the
`utilities` of the metrics.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mtqa.config import Settings
from mtqa.metrics import kernel
from mtqa.metrics.chrf import Chrf
from mtqa.metrics.tokens import Tokens
from mtqa.scoring import Table


def rows(folder: Path, segments: int, voters: int) -> Iterator[str]:
    """Lines of a table."""
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet").filter(pl.col("general_pool"))
    engines = sorted(frame["engine"].unique())[:voters]
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    sources = {}
    for row in frame.iter_rows(named=True):
        sources[row["segment_id"]] = row["source"]
        texts[row["segment_id"]][row["engine"]] = row["candidate"]
    names, chance = list(texts), random.Random(0)
    for number in range(segments):
        name = names[number % len(names)]
        candidates = {engine: swapped(texts[name][engine], chance) for engine in engines}
        known = {"id": str(number), "source": sources[name], "source_lang": "en", "target_lang": "cs"}
        yield json.dumps(known | {"candidates": candidates}, ensure_ascii=False) + "\n"


def swapped(text: str, chance: random.Random) -> str:
    """The text with a fifth of its words replaced by others of its own."""
    words = text.split()
    return " ".join(chance.choice(words) if chance.random() < 0.2 else word for word in words)


SPENT: dict[str, float] = defaultdict(float)


def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """`work`, with its CPU time added up."""

    def call(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return work(*arguments, **named)
        finally:
            SPENT[name] += time.process_time() - start

    return call


def main() -> None:
    """Print what docs/performance.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--voters", type=int, default=5)
    options = parser.parse_args()
    if "MTQA_DATA" not in os.environ:
        sys.exit("MTQA_DATA: not set; set it to the folder that holds wmt24-en-cs")
    kernel.cores = lambda: 1  # CPU time of one thread
    Chrf.utilities = timed("chrf", Chrf.utilities)  # type: ignore[method-assign]
    Tokens.utilities = timed("tokens", Tokens.utilities)  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.jsonl"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(rows(Path(os.environ["MTQA_DATA"]), options.segments, options.voters))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start = time.process_time()
        table = Table(path, Settings())
        for _ in table.judge(Settings()):
            pass
        size = sum(map(len, table.lines()))
        whole = time.process_time() - start
        table.close()
    print(f"{options.segments} segments x {options.voters}, {size / 1e6:.0f} MB of results")
    print(f"{whole:.1f} s of CPU, {options.segments / whole:.0f} segments a second")
    for name, seconds in SPENT.items():
        print(f"  {name}: {seconds:.1f} s, {seconds / whole:.1%}")
    print(f"in the metrics: {sum(SPENT.values()) / whole:.1%}")
    print(f"peak of resident memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB "
          f"({before:.0f} MB before)")  # fmt: skip


if __name__ == "__main__":
    main()
