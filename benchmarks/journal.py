"""How many answers a second become durable, beside bare SQLite, and that none is lost when the process is killed.

    python benchmarks/journal.py [ROWS] [KILLS]

Rows are as in a run: a key, and an answer of 190 characters with three numbers. Ways take turns; medians of five. Then
a process that puts answers, and says so after each put, is killed KILLS times (20 by default): what it had said must be
there. Prints the table of docs/performance.md.
"""

from __future__ import annotations

import hashlib
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mtqa.inline import Text
from mtqa.model import Candidate, Failure
from mtqa.store.answers import Answers
from mtqa.store.run import RunStore

_TEXT = "a translation of about the length that sentences have in the news, with 190 characters " * 2 + "and more, now."
_ROUNDS = 5

Rows = Sequence[tuple[str, dict[str, Any]]]


def rows(count: int) -> Rows:
    answer = {"text": _TEXT, "model": "m-1", "usage": None, "cost": 0.0021, "latency_ms": 312, "match": None}
    return [(hashlib.sha256(b"%d" % n).hexdigest(), answer) for n in range(count)]


def bare(path: Path, given: Rows, together: int) -> None:
    """The least that SQLite does: rows put one after the other, the same log, no index, nothing made into JSON."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE answers (key TEXT, answer TEXT)")
        for start in range(0, len(given), together):
            with connection:
                some = [(key, _TEXT) for key, _ in given[start : start + together]]
                connection.executemany("INSERT INTO answers VALUES (?, ?)", some)


def cache(path: Path, given: Rows, together: int) -> None:
    """The answer cache."""
    with closing(Answers(path)) as answers:
        for start in range(0, len(given), together):
            answers.put(given[start : start + together])


def run_store(path: Path, given: Rows, together: int) -> None:
    """The store of a run, whose segments come in their order."""
    candidates: list[tuple[str, Candidate | Failure]] = [
        (f"news/file.xlf#{n}", Candidate("e", Text(_TEXT), "m-1", cost=0.0021, latency_ms=312))
        for n in range(len(given))
    ]
    with closing(RunStore(path)) as store:
        for start in range(0, len(given), together):
            store.record("e", candidates[start : start + together])


def rate(way: Callable[[Path, Rows, int], None], given: Rows, together: int) -> float:
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        way(Path(folder) / "x.sqlite", given, together)
        return len(given) / (time.perf_counter() - began)


def put_until_killed(path: Path) -> None:
    """Put 25 answers, say how many are durable, and so on."""
    answers, given = Answers(path), rows(1_000_000)
    for start in range(0, len(given), 25):
        answers.put(given[start : start + 25])
        print(start + 25, flush=True)


def killed(dice: random.Random) -> tuple[int, int]:
    """How many answers a killed process had said were durable, and how many of these are there."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.sqlite"
        process = subprocess.Popen([sys.executable, __file__, "put", str(path)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        assert process.stdout  # noqa: S101 - it is a pipe
        said = int(process.stdout.readline())
        end = time.monotonic() + dice.uniform(0, 0.5)
        while time.monotonic() < end:
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        said = max([said, *(int(line) for line in process.stdout if line.endswith("\n"))])
        process.communicate()
        with closing(sqlite3.connect(path)) as connection:
            [[kept]] = connection.execute("SELECT COUNT(*) FROM answers")
            [[state]] = connection.execute("PRAGMA integrity_check")
    assert state == "ok", state  # noqa: S101 - a damaged file would be worth nothing
    return said, min(said, kept)


def main(count: int, kills: int) -> None:
    given = rows(count)
    print("| | 1000 together | 25 together | 1 alone |\n|---|---|---|---|")
    sizes = {1000: given, 25: given[: count // 4], 1: given[: count // 20]}
    ways = {"bare SQLite": bare, "answer cache": cache, "run store": run_store}
    taken: dict[tuple[str, int], list[float]] = {}
    for _ in range(_ROUNDS):
        for name, way in ways.items():
            for together, some in sizes.items():
                taken.setdefault((name, together), []).append(rate(way, some, together))
    for name in ways:
        cells = [f"{statistics.median(taken[name, together]):,.0f}" for together in sizes]
        print(f"| {name}, rows a second | {' | '.join(cells)} |")
    dice = random.Random(1)
    ends = [killed(dice) for _ in range(kills)]
    said, kept = sum(said for said, _ in ends), sum(kept for _, kept in ends)
    print(f"\nKilled {kills} times: of {said:,} rows that were said to be durable, {said - kept} were lost.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["put"]:
        put_until_killed(Path(sys.argv[2]))
    else:
        main(*([int(argument) for argument in sys.argv[1:]] + [100_000, 20][len(sys.argv) - 1 :]))
