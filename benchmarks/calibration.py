"""What calibrated confidence is worth on human-judged outputs: how much may be accepted unseen, and whether it holds.

    MTQA_DATA=... python benchmarks/calibration.py [--pool 5] [--splits 20]

The pools of benchmarks/accuracy.py. A translation is wrong below an ESA of 80 (it needs an edit), or of 66 (it is bad).
*Coverage* calibrates on all labels of a pool. *Held out* calibrates on half of the documents and accepts among the
other half, so that its errors can be counted. *False alarms* of drift: that half against this half.
"""

from __future__ import annotations

import argparse
import os
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import Lines, load

import mtqa
from mtqa.confidence import Calibration, Confidence
from mtqa.evidence.calibrate import ORDERS, Aim, calibrate, gather

POOL: dict[str, Any] = {"engines": [], "metrics": [], "decide": {}}


def labels_of(data: Any, lines: Lines, esa: float) -> dict[str, bool]:
    return {
        line["id"]: bool(data.esa[line["chosen"]["engine"]][place] >= esa)
        for place, line in enumerate(lines)
        if "chosen" in line
    }


def coverage(data: Any, scored: list[Lines], esa: float, risk: float, order: str) -> None:
    rows = []
    for lines in scored:
        found = calibrate(gather(lines, labels_of(data, lines, esa), "languages"), Aim(risk, order=order))
        (one,), told = found["accept"]["strata"].values(), found["evaluation"]
        aurocs, brier = told["auroc"], told["brier"]
        rows.append(
            [one["would_accept"] / one["segments"], "threshold" in one, 1 - told["labels"]["value"]]
            + [aurocs[name]["value"] for name in ("before", "after")]
            + [brier[name]["value"] for name in ("before", "after")]
        )
    table = np.array(rows, dtype=float)
    lowest, highest = table[:, 0].min(), table[:, 0].max()
    mean = table.mean(axis=0)
    print(
        f"| {esa:g} | {100 * mean[2]:.1f} % | {100 * risk:g} % | {order} | {100 * mean[0]:.1f} "
        f"[{100 * lowest:.0f}, {100 * highest:.0f}] % | {int(table[:, 1].sum())} of {len(rows)} "
        f"| {mean[3]:.3f}, {mean[4]:.3f} | {mean[5]:.3f}, {mean[6]:.3f} |"
    )


def held_out(data: Any, scored: list[Lines], esa: float, risk: float, splits: int) -> None:
    names = sorted(set(data.documents))
    broken = certified = accepted = wrong = alarms = tries = 0
    for number, lines in enumerate(scored):
        labels = labels_of(data, lines, esa)
        for split in range(splits):
            rng = np.random.default_rng([number, split])
            half = set(rng.permutation(names)[: len(names) // 2].tolist())
            seen = [line for line in lines if line["doc_id"] in half]
            unseen = [line for line in lines if line["doc_id"] not in half]
            found = calibrate(gather(seen, labels, "languages"), Aim(risk))
            confidence = Confidence(Calibration.of(found | {"pool": POOL}, "half"), POOL)
            taken = [line["id"] for line in unseen if confidence.of(line).get("auto_accept")]
            errors = sum(not labels[identity] for identity in taken)
            tries += 1
            alarms += bool(confidence.warnings())
            certified += bool(taken)
            accepted, wrong = accepted + len(taken), wrong + errors
            broken += bool(taken) and errors > risk * len(taken)
    share = f"{100 * wrong / accepted:.2f} %" if accepted else "-"
    print(f"| {esa:g} | {100 * risk:g} % | {certified} of {tries} | {accepted} | {share} | {broken} | {alarms} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", type=int, default=5)
    parser.add_argument("--splits", type=int, default=20)
    options = parser.parse_args()
    data = load(Path(os.environ["MTQA_DATA"]))
    scored = [list(mtqa.score(data.rows(pool))) for pool in combinations(data.engines, options.pool)]
    print(f"{len(data.ids)} segments, {len(set(data.documents))} documents, {len(scored)} pools\n")
    print("| wrong below | wrong | risk | order | coverage | certified | AUROC | Brier |\n" + "|---" * 8 + "|")
    for esa in (80, 66):
        for risk in (0.05, 0.02):
            for order in ORDERS:
                coverage(data, scored, esa, risk, order)
    print(
        "\n| wrong below | risk | certified | accepted | wrong | above the risk | false alarms |\n" + "|---" * 7 + "|"
    )
    for esa in (80, 66):
        for risk in (0.05, 0.02):
            held_out(data, scored, esa, risk, options.splits)


if __name__ == "__main__":
    main()
