"""What choosing and flagging are worth: pools of engines on human-judged outputs, beside their baselines.

    MTQA_DATA=... python benchmarks/accuracy.py [--pool 5] [--resamples 1000] [--table choice,kin,...]

Reads `wmt24-en-cs/dev.en-cs.parquet` below MTQA_DATA: the general engines that were rated (ESA, 0 to 100). Every pool
of so many of them is scored through `mtqa.score`, as a user's table would be. *severe* is ESA < 50, *bad* ESA < 66.
Intervals are of 95 %, from documents drawn with replacement; all pools share a draw.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import mtqa

SEVERE, BAD = 50, 66
Pool = tuple[str, ...]
Lines = list[dict[str, Any]]


@dataclass(frozen=True)
class Data:
    """Segments in order; `esa`: engine -> one score a segment."""

    ids: list[str]
    documents: list[str]
    sources: list[str]
    texts: dict[str, list[str]]
    esa: dict[str, np.ndarray]

    @property
    def engines(self) -> list[str]:
        return list(self.esa)

    def rows(self, pool: Sequence[str], names: Mapping[str, str] | None = None) -> Lines:
        """The table of a pool. `names`: name in the table -> engine, for copies of engines."""
        names = names or {engine: engine for engine in pool}
        return [
            {
                "id": identity,
                "doc_id": document,
                "source": source,
                "source_lang": "en",
                "target_lang": "cs",
                "candidates": {name: self.texts[engine][place] for name, engine in names.items()},
            }
            for place, (identity, document, source) in enumerate(
                zip(self.ids, self.documents, self.sources, strict=True)
            )
        ]


def load(folder: Path) -> Data:
    """The segments on which every rated general engine has a score."""
    frame = pl.read_parquet(folder / "wmt24-en-cs" / "dev.en-cs.parquet").filter(
        pl.col("general_pool") & pl.col("human_esa").is_not_null() & (pl.col("engine") != "refA")
    )
    engines = sorted(frame["engine"].unique())
    by_segment: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in frame.iter_rows(named=True):
        by_segment[row["segment_id"]][row["engine"]] = row
    whole = {i: rows for i, rows in by_segment.items() if len(rows) == len(engines)}
    firsts = [rows[engines[0]] for rows in whole.values()]
    return Data(
        list(whole),
        [row["doc_id"] for row in firsts],
        [row["source"] for row in firsts],
        {e: [rows[e]["candidate"] for rows in whole.values()] for e in engines},
        {e: np.array([rows[e]["human_esa"] for rows in whole.values()]) for e in engines},
    )


class Resampling:
    """Draws of documents: how often each segment counts in each draw; the first draw is the data itself."""

    def __init__(self, documents: Sequence[str], resamples: int) -> None:
        names, owner = np.unique(documents, return_inverse=True)
        draws = np.random.default_rng(0).multinomial(len(names), [1 / len(names)] * len(names), size=resamples)
        self.weights = np.vstack([np.ones(len(names)), draws])[:, owner]

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean of one value a segment, in each draw."""
        return self.weights @ values / self.weights.sum(axis=1)


def interval(values: np.ndarray, scale: float = 1.0, form: str = "+.2f") -> str:
    """The value of the data itself, and the interval of the draws."""
    low, high = np.percentile(values[1:], [2.5, 97.5]) * scale
    return f"{values[0] * scale:{form}} [{low:{form}}, {high:{form}}]"


@dataclass
class Study:
    """The pools of the data, each scored once for each setting that is asked for."""

    data: Data
    pools: list[Pool]
    draws: Resampling
    kept: dict[tuple[Pool, str], Lines] = field(default_factory=dict)

    def lines(self, pool: Pool, **decide: object) -> Lines:
        """The results of a pool under these settings of [decide]."""
        key = (pool, repr(sorted(decide.items())))
        if key not in self.kept:
            self.kept[key] = list(mtqa.score(self.data.rows(pool), decide=decide))
        return self.kept[key]

    def chosen(self, pool: Pool, **decide: object) -> np.ndarray:
        """ESA of the chosen candidate of each segment."""
        return self.esa_of([line["chosen"]["engine"] for line in self.lines(pool, **decide)])

    def esa_of(self, engines: Sequence[str]) -> np.ndarray:
        """ESA of one engine's candidate for each segment."""
        return np.array([self.data.esa[engine][place] for place, engine in enumerate(engines)])

    def best(self, pool: Pool) -> str:
        """The engine of the highest mean ESA, known only in hindsight."""
        return max(pool, key=lambda engine: self.data.esa[engine].mean())

    def average(self, pool: Pool) -> np.ndarray:
        return np.mean([self.data.esa[engine] for engine in pool], axis=0)

    def average_severe(self, pool: Pool) -> np.ndarray:
        return np.mean([self.data.esa[engine] < SEVERE for engine in pool], axis=0)


def by_chrf(study: Study, pool: Pool) -> np.ndarray:
    """Plain chrF consensus: the highest mean chrF to the other candidates."""
    return study.esa_of([max(pool, key=lambda e: _mean_chrf(line, e)) for line in study.lines(pool)])


def _mean_chrf(line: Mapping[str, Any], engine: str) -> float:
    return float(np.mean([pair["value"] for pair in line["utilities"]["chrf"] if pair["hypothesis"] == engine]))


def oracle(study: Study, pool: Pool) -> np.ndarray:
    """The best candidate of each segment, as the raters saw it."""
    return np.max([study.data.esa[engine] for engine in pool], axis=0)


Chooser = Callable[[Study, Pool], np.ndarray]


def table_of_choices(study: Study) -> None:
    """Each way to choose against the average engine of its pool, and against its best."""
    off = {"length": 0, "missing": 0, "faults": 0, "empty": 0}
    ways: dict[str, Chooser] = {
        "plain chrF": by_chrf,
        "chrF and tokens": lambda s, p: s.chosen(p, prior=0, **off),
        "+ length and check terms": lambda s, p: s.chosen(p, prior=0),
        "+ prior: **the default**": lambda s, p: s.chosen(p),
        "safety net over the best engine, margin 0.10": lambda s, p: s.chosen(p, primary=s.best(p)),
        "safety net over the best engine, margin 0.15": lambda s, p: s.chosen(p, primary=s.best(p), margin=0.15),
        "best engine (in hindsight)": lambda s, p: s.data.esa[s.best(p)],
        "oracle (in hindsight)": oracle,
    }
    print("\n| choice | ESA v average engine | ESA v best engine | severe cut v average | severe v best, points |")
    print("|---|---|---|---|---|")
    mean = lambda values: np.mean(values, axis=0)  # noqa: E731
    average = mean([study.draws.means(study.average(pool)) for pool in study.pools])
    severe = mean([study.draws.means(study.average_severe(pool)) for pool in study.pools])
    best = mean([study.draws.means(study.data.esa[study.best(pool)]) for pool in study.pools])
    best_severe = mean([study.draws.means(study.data.esa[study.best(pool)] < SEVERE) for pool in study.pools])
    for name, way in ways.items():
        chosen = [way(study, pool) for pool in study.pools]
        esa = mean([study.draws.means(one) for one in chosen])
        wrong = mean([study.draws.means(one < SEVERE) for one in chosen])
        cells = [
            interval(esa - average), interval(esa - best),
            interval(1 - wrong / severe, 100, ".0f") + " %", interval(wrong - best_severe, 100),
        ]  # fmt: skip
        print(f"| {name} | {' | '.join(cells)} |")
    switched = np.mean(
        [
            [line["chosen"]["engine"] != study.best(p) for line in study.lines(p, primary=study.best(p))]
            for p in study.pools
        ]
    )
    print(f"\nthe safety net (0.10) overrules the best engine in {switched:.1%} of segments")
    print("\n| single engine | ESA | severe |\n|---|---|---|")
    for engine, esa in study.data.esa.items():
        print(f"| {engine} | {interval(study.draws.means(esa), form='.2f')} | {np.mean(esa < SEVERE):.1%} |")


def auroc(signal: np.ndarray, wrong: np.ndarray, weights: np.ndarray) -> float:
    """How likely a wrong one has the higher signal than a right one; half for ties."""
    values, group = np.unique(signal, return_inverse=True)
    bad = np.bincount(group, weights * wrong, len(values))
    good = np.bincount(group, weights * ~wrong, len(values))
    below = np.concatenate([[0], np.cumsum(good)[:-1]])
    both = bad.sum() * good.sum()
    return float(np.sum(bad * (below + good / 2)) / both) if both else float("nan")


def table_of_flags(study: Study) -> None:
    """How well the numbers tell severe candidates, and bad choices."""
    tail = study.draws.weights[:201]
    found: dict[str, list[np.ndarray]] = defaultdict(list)
    shares: dict[str, list[float]] = defaultdict(list)
    for pool in study.pools:
        lines = study.lines(pool)
        severe = np.array([[study.data.esa[e][k] < SEVERE for e in pool] for k in range(len(lines))]).ravel()
        for name in ("utility", "score"):
            signal = -np.array([[one[name] for one in line["candidates"]] for line in lines]).ravel()
            found[f"candidate, {name}, severe"].append(
                np.array([auroc(signal, severe, np.repeat(draw, len(pool))) for draw in tail])
            )
            worst = severe[signal >= np.quantile(signal, 0.9)].sum()
            shares[f"of all severe, in the tenth of candidates of lowest {name}"].append(worst / severe.sum())
        bad = study.chosen(pool) < BAD
        for name, signal in {
            "risk": [line["risk"] for line in lines],
            "plain divergence": [line["divergence"] for line in lines],
            "length of the source": [line["length"]["characters"] for line in lines],
        }.items():
            found[f"chosen, {name}, bad"].append(np.array([auroc(np.array(signal), bad, draw) for draw in tail]))
        risky = np.array([line["risk"] > 0.8 for line in lines])
        shares["bad, average engine"].append(float(np.mean([study.data.esa[e] < BAD for e in pool])))
        shares["bad, chosen"].append(float(np.mean(bad)))
        shares["bad, chosen, after the fifth of highest risk is reviewed"].append(float(np.mean(bad & ~risky)))
    print("\n| AUROC | |\n|---|---|")
    for name, values in found.items():
        print(f"| {name} | {interval(np.nanmean(values, axis=0), form='.3f')} |")
    print("\n| share | |\n|---|---|")
    for name, some in shares.items():
        print(f"| {name} | {np.mean(some):.1%} |")


def table_of_thresholds(study: Study) -> None:
    """Where agree_at and outlier_gap come from."""
    print("\n| agree_at | divergent | severe among divergent | severe among agreed | of all severe of the chosen |")
    print("|---|---|---|---|---|")
    for agree_at in (0.45, 0.5, 0.55, 0.6, 0.65):
        lines = [line for pool in study.pools for line in study.lines(pool, agree_at=agree_at)]
        severe = np.concatenate([study.chosen(pool, agree_at=agree_at) for pool in study.pools]) < SEVERE
        divergent = np.array([line["status"] == "divergent" for line in lines])
        agreed = f"{severe[~divergent].mean():.1%}"
        print(f"| {agree_at:.2f} | {rates(severe, divergent)} | {agreed} | {held(severe, divergent)} |")
    severe = np.concatenate([np.array([study.data.esa[e] for e in pool]).T.ravel() for pool in study.pools]) < SEVERE
    print(f"\nof all candidates {severe.mean():.1%} are severe")
    print("\n| outlier_gap | flagged | severe among flagged | of all severe |\n|---|---|---|---|")
    for gap in (0.05, 0.1, 0.15, 0.2, 0.3):
        lines = [line for pool in study.pools for line in study.lines(pool, outlier_gap=gap)]
        flagged = np.array([one["outlier"] for line in lines for one in line["candidates"]])
        print(f"| {gap:.2f} | {rates(severe, flagged)} | {held(severe, flagged)} |")


def rates(severe: np.ndarray, marked: np.ndarray) -> str:
    """How many are marked, and how many of those are severe."""
    return f"{marked.mean():.1%} | {severe[marked].mean():.1%}" if marked.any() else "0 | -"


def held(severe: np.ndarray, marked: np.ndarray) -> str:
    """What share of all severe ones is marked."""
    return f"{severe[marked].sum() / severe.sum():.1%}"


def table_of_kin(study: Study) -> None:
    """What copies of an engine do to the choice, and what counting them for less mends."""
    print("\n| pool | kin_vote | ESA v average engine of the five | severe |\n|---|---|---|---|")
    for label, copies in {
        "five": 0,
        "five, and a copy of the worst": 1,
        "five, and two copies of the worst": 2,
    }.items():
        for kin_vote in (1.0, 0.5, 0.0):
            gain, severe = [], []
            for pool in study.pools:
                worst = min(pool, key=lambda e: study.data.esa[e].mean())
                names = {e: e for e in pool} | {f"{worst} again {n}": worst for n in range(copies)}
                lines = mtqa.score(study.data.rows(pool, names), decide={"kin_vote": kin_vote})
                esa = study.esa_of([names[line["chosen"]["engine"]] for line in lines])
                gain.append(study.draws.means(esa) - study.draws.means(study.average(pool)))
                severe.append(np.mean(esa < SEVERE))
            print(f"| {label} | {kin_vote:g} | {interval(np.mean(gain, axis=0))} | {np.mean(severe):.2%} |")


def table_of_lengths(study: Study) -> None:
    """(length + 20) / (median length of the pool + 20): how many are beyond each bound, and how bad they are."""
    ratios, severe = [], []
    for pool in study.pools:
        lengths = np.array([[len(text) + 20 for text in study.data.texts[engine]] for engine in pool])
        ratios.append((lengths / np.median(lengths, axis=0)).ravel())
        severe.append(np.array([study.data.esa[engine] < SEVERE for engine in pool]).ravel())
    ratio, wrong = np.concatenate(ratios), np.concatenate(severe)
    print("\n| ratio to the median of the pool | flagged | severe among flagged |\n|---|---|---|")
    for bound in (1.15, 1.25, 1.35, 1.5, 1.75, 2.0):
        print(f"| {bound:.2f} longer | {rates(wrong, ratio >= bound)} |")
        print(f"| {bound:.2f} shorter | {rates(wrong, np.log(ratio) <= -np.log(bound))} |")


TABLES = {
    "choice": table_of_choices,
    "flags": table_of_flags,
    "thresholds": table_of_thresholds,
    "kin": table_of_kin,
    "length": table_of_lengths,
}


def main() -> None:
    """Print the tables that docs/consensus.md quotes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pool", type=int, default=5)
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--table", default=",".join(TABLES))
    options = parser.parse_args()
    if "MTQA_DATA" not in os.environ:
        sys.exit("MTQA_DATA: not set; set it to the folder that holds wmt24-en-cs")
    data = load(Path(os.environ["MTQA_DATA"]))
    pools = list(combinations(data.engines, options.pool))
    study = Study(data, pools, Resampling(data.documents, options.resamples))
    signature = study.lines(pools[0])[0]
    print(f"{len(data.ids)} segments, {len(set(data.documents))} documents, {len(data.engines)} engines, "
          f"{len(pools)} pools of {options.pool}; metrics: {', '.join(signature['utilities'])}")  # fmt: skip
    for name in options.table.split(","):
        TABLES[name](study)


if __name__ == "__main__":
    main()
