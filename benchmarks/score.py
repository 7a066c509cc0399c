"""How much of the time of `mtqa score` is spent in the metric kernel, and how much memory it takes.

    MTQA_DATA=... python benchmarks/score.py [--segments 100000] [--voters 5]

Makes a table from `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA: in each candidate a word is swapped, so that no two
segments are the same, and about as many diverge as do in the data. Runs the command on it with the defaults on one
thread, and adds up the CPU time inside the compiled kernel, by function: what the metrics and the terms of the score
count in the texts. `start` is a table of ten: what is done once a process, such as modules and tables of characters.
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
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl
from spent import watched

from mtqa.cli import main as command


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
    """The text with one of its words replaced by another of its own."""
    words = text.split()
    if words:
        words[chance.randrange(len(words))] = chance.choice(words)
    return " ".join(words)


def scored(table: Path) -> float:
    """Run `mtqa score` on a table, into a folder beside it; returns the seconds of CPU time that it took."""
    sys.argv = ["mtqa", "score", str(table), "-o", str(table.with_suffix(""))]
    began = time.process_time()
    with suppress(SystemExit):
        command()
    return time.process_time() - began


def main() -> None:
    """Print what docs/performance.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--voters", type=int, default=5)
    options = parser.parse_args()
    if "MTQA_DATA" not in os.environ:
        sys.exit("MTQA_DATA: not set; set it to the folder that holds wmt24-en-cs")
    inside = watched()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table, segments in (("first", 10), ("table", options.segments)):
            with (folder / f"{table}.jsonl").open("w", encoding="utf-8") as out:
                out.writelines(rows(Path(os.environ["MTQA_DATA"]), segments, options.voters))
        once = scored(folder / "first.jsonl")
        inside.update(dict.fromkeys(inside, 0.0))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole = once + scored(folder / "table.jsonl")
        size = (folder / "table" / "segments.jsonl").stat().st_size
        divergent = json.loads((folder / "table" / "run.json").read_bytes())["summary"]["divergent"]
    print(f"{options.segments} segments x {options.voters}, {size / 1e6:.0f} MB of results, "
          f"{divergent / options.segments:.0%} divergent")  # fmt: skip
    print(f"{whole:.1f} s of CPU, {options.segments / whole:.0f} segments a second")
    for function, seconds in {"start": once, **inside}.items():
        print(f"  {function}: {seconds:.1f} s, {seconds / whole:.1%}")
    kernel = sum(inside.values())
    print(f"in the kernel: {kernel / whole:.1%}, {1e6 * kernel / options.segments:.0f} us a segment")
    print(f"peak of resident memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB "
          f"({before:.0f} MB before)")  # fmt: skip


if __name__ == "__main__":
    main()
