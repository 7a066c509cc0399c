"""Runs of engines whose faults are known: `run(rng, {"a": Engine(), "b": Engine(failures=0.1)})`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtqa.evidence.observed import Run
from mtqa.store.run import write_lines, write_manifest


@dataclass(frozen=True)
class Engine:
    """`distance`: from what a good translation says, on average; `noise`: how that varies. `failures`: share of
    segments far off. `like`, `alike`: the engine that it copies, and in what share of the segments."""

    distance: float = 0.1
    noise: float = 0.02
    failures: float = 0.0
    like: str = ""
    alike: float = 0.0
    family: str = ""


def results(
    rng: np.random.Generator, engines: Mapping[str, Engine], documents: int = 30, each: int = 5, file: str = "a.xlf"
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Lines of `segments.jsonl`, and how far each candidate is from good: (n, E). Documents differ in difficulty."""
    names = list(engines)
    n = documents * each
    hard = np.repeat(rng.gamma(4, 0.02, documents), each) + rng.gamma(1, 0.02, n)
    off = np.stack(
        [np.abs(one.distance + rng.normal(0, one.noise, n)) + hard for one in engines.values()], axis=1
    )  # fmt: skip
    for column, one in enumerate(engines.values()):
        off[rng.random(n) < one.failures, column] += 0.5
    apart = np.ones((n, len(names), len(names)))
    for column, one in enumerate(engines.values()):
        if one.like:
            other, same = names.index(one.like), rng.random(n) < one.alike
            off[same, column] = off[same, other]
            apart[same, column, other] = apart[same, other, column] = 0
    agreement = 1 - apart * np.clip((off[:, :, None] + off[:, None, :]), 0, 1)
    return [_line(names, s, agreement[s], f"{file}#{s // each}", file, rng) for s in range(n)], off


def _line(
    names: list[str], s: int, agreement: np.ndarray, doc: str, file: str, rng: np.random.Generator
) -> dict[str, Any]:
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j]
    utility = [float(np.mean([agreement[i, j] for j in range(len(names)) if j != i])) for i in range(len(names))]
    best = int(np.argmax(utility))
    return {
        "id": f"{file}#{s + 1}", "file": file, "unit": str(s), "doc_id": doc, "source": "Some words to translate.",
        "source_lang": "en", "target_lang": "de", "reasons": [],
        "status": "agreed" if utility[best] > 0.6 else "divergent",
        "voters": names, "supporters": [], "failures": [], "chosen": {"engine": names[best], "target": "x"},
        "candidates": [
            {"engine": name, "target": "x", "utility": utility[i], "outlier": bool(utility[i] < 0.5), "findings": [],
             "latency_ms": int(rng.integers(50, 150)), "cost": 0.001}
            for i, name in enumerate(names)
        ],
        "utilities": {"agreement": [
            {"hypothesis": names[i], "reference": names[j], "value": float(agreement[i, j])} for i, j in pairs
        ]},
    }  # fmt: skip


def manifest(engines: Mapping[str, Engine], created: str = "2026-01-01T00:00:00+00:00") -> dict[str, Any]:
    return {
        "schema": 1,
        "created": created,
        "engines": {
            name: {"use": "file", "signature": f"file|{name}"} | ({"family": one.family} if one.family else {})
            for name, one in engines.items()
        },
        "metrics": {"agreement": "agreement|simulated:1@0.0000..1.0000"},
        "decide": {"agree_at": 0.6, "outlier_gap": 0.15, "kin_vote": 0.0},
        "checks": {},
        "summary": {"engines": {name: {"cost": {"EUR": 1.0}} for name in engines}},
    }


def run(rng: np.random.Generator, engines: Mapping[str, Engine], name: str = "run", **more: Any) -> Run:
    created = more.pop("created", "2026-01-01T00:00:00+00:00")
    lines, _ = results(rng, engines, **more)
    mark = hashlib.sha256(json.dumps(lines).encode()).hexdigest()
    return Run(name, manifest(engines, created), lines, mark)


def stored(folder: Path, lines: list[dict[str, Any]], about: dict[str, Any]) -> Path:
    """A run on disk."""
    folder.mkdir(parents=True)
    write_lines(folder / "segments.jsonl", (json.dumps(line).encode() for line in lines))
    write_manifest(folder, about)
    return folder
