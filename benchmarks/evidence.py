"""What evidence is worth: the figures of docs/evidence.md, on human-judged outputs and on simulations.

    MTQA_DATA=... python benchmarks/evidence.py [--part coverage,gaps,...]

Reads `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA as benchmarks/accuracy.py does. *severe* is ESA < 50, an edit is
needed below 80. Intervals are of 95 %, from documents drawn with replacement.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import Data, load

import mtqa
from mtqa.evidence import stats
from mtqa.evidence.modes import of_others
from mtqa.evidence.observed import Observed, Run, observe
from mtqa.evidence.stats import Documents

SEVERE, EDIT = 50, 80
BOUNDS = (-1, 0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.4, 1)


def seen(data: Data) -> Observed:
    """All engines of the data as one run."""
    lines = list(mtqa.score(data.rows(data.engines)))
    manifest = {"engines": {engine: {"use": "table"} for engine in data.engines}}
    return observe([Run("en-cs", manifest, lines, "")])


def coverage(_data: Data) -> None:
    """How often intervals of 95 % hold the truth."""
    rng = np.random.default_rng(0)
    print("\n| 1,000 simulations | covers |\n|---|---|")
    for count in (85, 20, 8):
        owner = np.repeat(np.arange(count), 1 + rng.poisson(5 * rng.gamma(2, 0.5, count)))
        documents = Documents(owner)
        values = rng.normal(0, 0.1, (1000, count))[:, owner] + rng.normal(0, 0.1, (1000, len(owner)))
        draws = stats.ratio(documents.sums(values.T), documents.sums(np.ones(len(owner)))[:, None])
        ends = [stats.interval(column[1:], count) for column in draws.T]
        print(f"| mean, {count} documents | {np.mean([low <= 0 <= high for low, high in ends]):.1%} |")
    owner = np.repeat(np.arange(60), 5)
    documents, hits = Documents(owner), []
    for _ in range(1000):
        found = documents.share(rng.random(300) < rng.choice([0.0, 0.04], 60)[owner])
        hits.append(found.low <= 0.02 <= found.high)
    print(f"| share of 2 %, 60 documents | {np.mean(hits):.1%} |")


def gaps(data: Data) -> None:
    """How bad candidates are by how far they stand from the others: where the bounds of failure modes come from."""
    observed = seen(data)
    gap = observed.rest() - observed.utility
    esa = np.stack([data.esa[engine] for engine in observed.engines], axis=1)
    documents = observed.documents()[0]
    print("\n| gap | candidates | severe (ESA < 50) | needs an edit (ESA < 80) |\n|---|---|---|---|")
    for low, high in pairwise(BOUNDS):
        there = (gap > low) & (gap <= high)
        cells = [
            stats.ratio(documents.sums((there & (esa < bound)).sum(axis=1)), documents.sums(there.sum(axis=1)))
            for bound in (SEVERE, EDIT)
        ]
        told = [
            f"{100 * c[0]:.0f} [{', '.join(f'{100 * end:.0f}' for end in stats.interval(c[1:], 85))}] %" for c in cells
        ]
        name = f"{low} to {high}" if low > -1 else "none"
        print(f"| {name if high < 1 else f'more than {low}'} | {there.sum()} | {told[0]} | {told[1]} |")


def null(_data: Data) -> None:
    """How often four engines that are alike are told apart, with rare failures and without."""
    rng, owner = np.random.default_rng(0), np.repeat(np.arange(24), 4)
    documents = Documents(owner)
    for failing in (0.0, 0.02):
        hits = 0
        for _ in range(400):
            off = np.abs(0.1 + rng.normal(0, 0.04, (96, 4))) + rng.gamma(4, 0.02, 24)[owner, None]
            off[rng.random((96, 4)) < failing] += 0.5
            lead = -off - of_others(-off)
            hits += min(stats.holm([documents.p_value(documents.means(column)) for column in lead.T])) < 0.05
        print(f"\nfour alike engines, failures in {failing:.0%}: a difference in {hits / 400:.1%} of 400")


def learned(data: Data) -> None:
    """Engine weights from labels against the prior from agreement alone: labelled documents teach, the others judge.

    effect(i) = p(i) / 2 + tau2 / (tau2 + v) (m(i) / k - p(i) / 2): m the centred mean of the labels, v the variance of
    that mean over segments, tau2 what the residuals vary beyond v, in units of support; k = 60 points of ESA for one.
    """
    rng = np.random.default_rng(0)
    documents = Documents(data.documents)
    pools = list(combinations(data.engines, 5))
    lines = {pool: list(mtqa.score(data.rows(pool))) for pool in pools}
    print("\n| labelled segments | ESA, learned less the default | ESA, no prior less the default |\n|---|---|---|")
    for share in (0.1, 0.2, 0.35, 0.5):
        gains, counts, sizes = np.zeros((2, len(data.ids))), np.zeros(len(data.ids)), []
        for _ in range(20):
            taught = rng.random(documents.count) < share
            teach = taught[documents.owner]
            sizes.append(teach.sum())
            counts += ~teach
            for pool in pools:
                gains += ~teach * _gains(data, pool, lines[pool], teach) / len(pools)
        told = []
        for gain in gains:
            draws = stats.ratio(documents.sums(gain), documents.sums(counts))
            low, high = stats.interval(draws[1:], documents.count)
            told.append(f"{draws[0]:+.2f} [{low:+.2f}, {high:+.2f}]")
        print(f"| {np.mean(sizes):.0f} | {' | '.join(told)} |")


POINTS = 60  # of ESA, for a unit of support


def _gains(data: Data, pool: tuple[str, ...], lines: list[dict[str, Any]], teach: np.ndarray) -> np.ndarray:
    """ESA of what the learned weights choose, and of no prior at all, each less that of the default: (2, n)."""
    parts = np.array([[sum(c["parts"].values()) for c in line["candidates"]] for line in lines])
    prior = np.array([[c["parts"]["prior"] for c in line["candidates"]] for line in lines])
    esa = np.stack([data.esa[engine] for engine in pool], axis=1)
    seen = esa[teach] / POINTS
    seen = seen - seen.mean(axis=1, keepdims=True)
    mean, error = seen.mean(axis=0), seen.var(axis=0, ddof=1) / len(seen)
    residual = mean - prior[0]
    tau2 = max(0.0, float(np.mean(residual**2 - error)))
    effect = prior[0] + tau2 / (tau2 + error) * residual
    rows = np.arange(len(lines))
    default = esa[rows, parts.argmax(axis=1)]
    return np.stack([esa[rows, (parts - prior + part).argmax(axis=1)] - default for part in (effect, 0 * effect)])


PARTS: dict[str, Callable[[Data], None]] = {"coverage": coverage, "null": null, "gaps": gaps, "learned": learned}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default=",".join(PARTS))
    parts = parser.parse_args().part.split(",")
    if "MTQA_DATA" not in os.environ:
        sys.exit("MTQA_DATA: not set; name the folder that has wmt24-en-cs")
    data = load(Path(os.environ["MTQA_DATA"]))
    for part in parts:
        PARTS[part](data)


if __name__ == "__main__":
    main()
