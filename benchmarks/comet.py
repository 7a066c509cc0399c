"""COMET between all candidates: tokens through the encoder, time per token, int8, beside comet's own `predict`.

    MTQA_DATA=... python benchmarks/comet.py [--model NAME-OR-FOLDER] [--segments 24] [--rounds 3]

Two tables. *Tokens*: what goes through the encoder, counted while it works, for every segment of
`wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA with so many general engines; the encoder is a small one, for lengths
do not depend on it. *Time*: CPU seconds of one thread with a network of the size of wmt22-comet-da (581 million
weights, at random), or with the real one: --model. Needs 8 GB of memory and as much disk; its folder is removed at the
end. The choice is the candidate with the highest mean score to the others.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

sys.path.pop(0)  # this folder, where `comet` is this file
sys.path.insert(0, str(Path(__file__).parent.parent))

import polars as pl

from mtqa.metrics.comet import Comet
from mtqa.metrics.comet.loading import guarded
from mtqa.ports import Comparison
from tests.comet_models import Size, build, make_encoder, save

T = TypeVar("T")
COUNTING = Size(layers=1, width=16, heads=1, inner=16, hidden=(8, 4))
REAL = Size(layers=24, width=1024, heads=16, inner=4096, hidden=(3072, 1024), rows=250_002)


def load(folder: Path, voters: int) -> list[Comparison]:
    """The candidates of so many general engines, for every segment that has them all."""
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet").filter(
        pl.col("general_pool") & (pl.col("engine") != "refA")
    )
    engines = sorted(frame["engine"].unique())[:voters]
    grouped = frame.filter(pl.col("engine").is_in(engines)).sort("segment_id", "engine").group_by("segment_id")
    pools = grouped.agg(pl.col("source").first(), pl.col("candidate")).sort("segment_id")
    return [Comparison(s, tuple(c)) for _, s, c in pools.iter_rows() if len(c) == voters]


def make(folder: Path, size: Size, lines: Sequence[str]) -> Path:
    """A model of that size, its tokenizer trained on these lines."""
    from tokenizers import models

    with guarded():
        make_encoder(folder / "encoder", size, models.Unigram(), lines)
        network, options = build(folder / "encoder", "regression_metric", size)
        save(network, folder, "regression_metric", options)
    return folder


@contextmanager
def counted(network: Any) -> Iterator[list[int]]:
    """Grows by the tokens, padding included, of each batch that goes through the encoder of a comet network."""
    tokens: list[int] = []
    hook = network.encoder.model.register_forward_pre_hook(
        lambda _module, _arguments, given: tokens.append(given["input_ids"].numel()), with_kwargs=True
    )
    try:
        yield tokens
    finally:
        hook.remove()


def all_pairs(network: Any, pools: Sequence[Comparison]) -> list[float]:
    """Every ordered pair through comet's own predict, with its defaults."""
    samples = [
        {"src": pool.source, "mt": hypothesis, "ref": reference}
        for pool in pools
        for h, hypothesis in enumerate(pool.texts)
        for r, reference in enumerate(pool.texts)
        if h != r
    ]
    with guarded():
        scores: list[float] = network.predict(samples, gpus=0, accelerator="cpu", num_workers=0, progress_bar=False)[
            "scores"
        ]
    return scores


def tokens_table(model: Path, data: Path) -> None:
    """Tokens a segment, and how many times the floor: each distinct text once, no padding."""
    print("\n| candidates | segments | comet.predict, all pairs | mtqa | times fewer | floor | times the floor |")
    print("|---|---|---|---|---|---|---|")
    for voters in (3, 5, 7):
        pools = load(data, voters)
        metric = Comet(model=str(model), keep=False)
        network = metric._network()
        lengths = [len(t) for t in network.tokens(list({t for p in pools for t in (p.source, *p.texts)}))]
        with counted(network.module) as peer:
            all_pairs(network.module, pools)
        with counted(network.module) as ours:
            metric.utilities(pools)
        count, floor = len(pools), sum(lengths)
        print(
            f"| {voters} | {count} | {sum(peer) / count:.0f} | {sum(ours) / count:.0f} | {sum(peer) / sum(ours):.1f} "
            f"| {floor / count:.0f} | {sum(ours) / floor:.3f} |"
        )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds, and what came of it."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def bare(network: Any, tokens: int) -> Callable[[], object]:
    """The transformer of torch alone on one full batch of 64 tokens a text, nothing padded: its best."""
    import torch

    ids = torch.full((tokens // 64, 64), 9)
    mask = torch.ones_like(ids)

    def work() -> object:
        with torch.inference_mode():
            return network.encoder.model(
                input_ids=ids, attention_mask=mask, output_hidden_states=True, return_dict=False
            )

    return work


def choices(pools: Sequence[Comparison], utilities: Sequence[dict[tuple[int, int], float]]) -> list[int]:
    """Per pool, the candidate of the highest mean score to the others."""
    return [
        max(range(len(pool.texts)), key=lambda h: sum(v for (hypothesis, _), v in values.items() if hypothesis == h))
        for pool, values in zip(pools, utilities, strict=True)
    ]


def time_table(model: str, pools: Sequence[Comparison], rounds: int) -> None:
    """ms a token and s a segment; what int8 does to scores and choices."""
    print("\n| way | ms a token | CPU s a segment | times fewer seconds |\n|---|---|---|---|", flush=True)
    fp32, best = measure_fp32(model, pools, rounds)
    gc.collect()  # one large model at a time
    with tempfile.TemporaryDirectory() as folder:
        metric = Comet(model=model, keep=False, threads=1, precision="int8", cache_folder=Path(folder))
        metric._network()
        spent, int8 = timed(lambda: metric.utilities(pools))
    row("mtqa, int8, all segments", spent / fp32.tokens, spent / len(pools))
    print(f"\nfp32: {fp32.seconds / fp32.tokens / best:.2f} times torch's best a token.")
    print(f"fp32: the largest difference to comet.predict is {fp32.difference:.1e}.")
    print(f"int8: {fp32.seconds / spent:.2f} times as fast as fp32.")
    changed = sum(a != b for a, b in zip(choices(pools, fp32.utilities), choices(pools, int8), strict=True))
    flat = [[value for values in one for value in values.values()] for one in (fp32.utilities, int8)]
    moved = median(abs(a - b) for a, b in zip(*flat, strict=True))
    spread = median(max(values.values()) - min(values.values()) for values in fp32.utilities)
    print(f"int8: {changed} of {len(pools)} choices change; a score moves by {moved:.4f} (median),")
    print(f"      while the scores of a segment are {spread:.4f} apart (median).")


@dataclass(frozen=True)
class Measured:
    utilities: list[dict[tuple[int, int], float]]
    seconds: float
    tokens: int
    difference: float


def measure_fp32(model: str, pools: Sequence[Comparison], rounds: int) -> tuple[Measured, float]:
    """What mtqa does in fp32, and torch's best, seconds a token."""
    metric = Comet(model=model, keep=False, threads=1)
    network = metric._network().module
    torch_best = bare(network, 1024)
    best = median(timed(torch_best)[0] for _ in range(rounds)) / 1024
    row("torch alone, full batches of 1024 tokens", best)
    with counted(network) as tokens:
        peer, scores = timed(lambda: all_pairs(network, pools[:1]))
    row("comet.predict, all pairs of the first segment", peer / sum(tokens), peer)
    with counted(network) as tokens:
        first, utilities = timed(lambda: metric.utilities(pools[:1]))
        row("mtqa, fp32, the first segment alone", first / sum(tokens), first, peer / first)
        rest, others = timed(lambda: metric.utilities(pools[1:]))
    spent = first + rest
    row("mtqa, fp32, all segments", spent / sum(tokens), spent / len(pools))
    difference = max(abs(a - b) for a, b in zip(scores, utilities[0].values(), strict=True))
    return Measured([*utilities, *others], spent, sum(tokens), difference), best


def row(way: str, token: float, segment: float | None = None, times: float | None = None) -> None:
    cells = (f"{1000 * token:.2f}", f"{segment:.2f}" if segment else "", f"{times:.1f}" if times else "")
    print(f"| {way} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a real model instead of one at random")
    parser.add_argument("--segments", type=int, default=24, help="for the times")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens-only", action="store_true")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    data = Path(os.environ["MTQA_DATA"])
    pools = load(data, 5)
    lines = [text for pool in pools for text in (pool.source, *pool.texts)]
    with tempfile.TemporaryDirectory() as scratch:
        tokens_table(make(Path(scratch) / "counting", COUNTING, lines), data)
        if not options.tokens_only:
            model = options.model or str(make(Path(scratch) / "real", REAL, lines))
            time_table(model, pools[:: max(1, len(pools) // options.segments)][: options.segments], options.rounds)


if __name__ == "__main__":
    main()
