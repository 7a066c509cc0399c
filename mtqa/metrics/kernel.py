"""The work under the metrics and the terms of the score: compiled where there was a C compiler, in Python where not.

Both give the same bits, so which one runs shows in the time alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import TypeVar

from mtqa.compiled import part
from mtqa.errors import MetricError
from mtqa.ports import Comparison

Texts = tuple[str, ...]
Part = TypeVar("Part")
Done = TypeVar("Done")

# Characters that are worked on together: enough to keep a core busy for a millisecond, few enough for its cache.
PORTION = 40_000


@cache
def compiled() -> ModuleType | None:
    """The compiled kernel; None where it was not built, or is not wanted."""
    return part("mtqa.metrics._kernel")


def chrf(segments: Sequence[Texts], orders: int, beta: int, threads: int | None = None) -> bytes:
    """By segment, chrF / 100 of every ordered pair of texts, in the order of permutations(range(n), 2).

    As C doubles. `threads`: at most so many cores; None for all that this process may use.
    """
    score = _chrf()
    return b"".join(each(lambda portion: score(portion, orders, beta), list(portions(segments)), threads))


def each(work: Callable[[Part], Done], parts: Sequence[Part], threads: int | None = None) -> list[Done]:
    """The work on each part, by as many threads as there are cores, or `threads` at most."""
    done: dict[int, Done] = {}
    pending = iter(enumerate(parts))  # every thread takes the next one, this thread among them

    def take_part() -> None:
        for place, one in pending:
            done[place] = work(one)

    helpers = min(threads or cores(), len(parts)) - 1
    if helpers > 0:
        with ThreadPoolExecutor(helpers) as pool:
            helping = [pool.submit(take_part) for _ in range(helpers)]
            take_part()
        for one in helping:
            one.result()
    else:
        take_part()
    return [done[place] for place in range(len(parts))]


def portions(segments: Iterable[Texts], most: int = PORTION) -> Iterator[list[Texts]]:
    """The segments in lists of about `most` characters; one segment at least."""
    portion: list[Texts] = []
    size = 0
    for texts in segments:
        portion.append(texts)
        size += sum(map(len, texts))
        if size >= most:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


@contextmanager
def enough_memory(where: str, batch: Sequence[Comparison]) -> Iterator[None]:
    """Say it in words when the memory does not suffice. Raises MetricError."""
    try:
        yield
    except MemoryError as error:
        longest = max((len(text) for comparison in batch for text in comparison.texts), default=0)
        what = f"out of memory (the longest text has {longest:,} characters)"
        raise MetricError(where, what, "split the longest segments, or use a larger machine") from error


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chrf() -> Callable[[list[Texts], int, int], bytes]:
    kernel = compiled()
    if kernel is None:
        from mtqa.metrics import arrays

        return arrays.chrf
    found: Callable[[list[Texts], int, int], bytes] = kernel.chrf
    return found
