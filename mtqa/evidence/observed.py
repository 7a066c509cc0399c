"""Observed: stored runs as arrays, a row a segment and a column an engine. Pure.

Inside, NaN stands for what is not there; nothing that leaves this family has one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtqa.errors import ConfigError
from mtqa.evidence.stats import RESAMPLES, SEED, Bools, Documents, Floats
from mtqa.ports import JsonObject

AGREEMENT = "agreement"
FEW_DOCUMENTS = 10  # of fewer, stretches of segments are drawn instead
STRETCH = 20  # consecutive segments; fewer where that would make fewer than so many stretches
# Scripts without spaces; a word of theirs is about two characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Run:
    """A stored run: its name, `run.json`, the lines of `segments.jsonl`, and the SHA-256 of these lines."""

    name: str
    manifest: JsonObject
    results: Iterable[JsonObject]
    fingerprint: str


@dataclass(slots=True)
class _Rows:
    """What is read of the segments so far."""

    agreements: list[NDArray[np.float32]] = field(default_factory=list)
    engines: list[NDArray[np.float32]] = field(default_factory=list)  # (columns of _PER_ENGINE, E)
    segments: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    findings: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)


_PER_ENGINE = ("asked", "utility", "outlier", "error", "warnings", "errors", "latency", "cost", "failed")


@dataclass(frozen=True, slots=True)
class Observed:
    """Runs, as n segments and E engines. Protected segments are left out.

    `agreement`: (n, E, E), hypothesis by pseudo-reference, 0..1. `utility`: (n, E), expected utility of a candidate;
    NaN where absent. `asked` (an engine that abstained was not), `outlier`, `error` (an error finding), `failed` (asked
    in vain): (n, E). `warnings`, `errors`: findings, (n, E). `latency` in ms and `cost` of an answer, (n, E), NaN where
    unknown.
    `chosen`: the number of the engine, -1 for none. `findings`: check -> (segment, engine) of each. `keys`: what tells
    documents apart.
    """

    engines: tuple[str, ...]
    ids: list[str]
    runs: NDArray[np.int64]
    files: list[str]
    keys: list[str]
    languages: list[str]
    status: NDArray[np.str_]
    chosen: NDArray[np.int64]
    length: NDArray[np.int64]
    words: Floats
    coded: Bools
    agreement: NDArray[np.float32]
    asked: Bools
    utility: Floats
    outlier: Bools
    error: Bools
    failed: Bools
    warnings: Floats
    errors: Floats
    latency: Floats
    cost: Floats
    findings: dict[str, list[tuple[int, int]]]
    failures: Counter[tuple[str, str]]
    protected: int
    about: tuple[JsonObject, ...]
    notices: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def present(self) -> Bools:
        """Where an engine has a candidate that was compared with another one."""
        return ~np.isnan(self.utility)

    def documents(self, *, resamples: int = RESAMPLES, seed: int = SEED) -> tuple[Documents, str]:
        """What is drawn, and its name: documents, or stretches of segments where there are few documents."""
        if len(set(self.keys)) >= FEW_DOCUMENTS:
            return Documents(self.keys, resamples=resamples, seed=seed), "documents"
        stretch = max(min(STRETCH, len(self) // FEW_DOCUMENTS), 1)
        place: Counter[str] = Counter()
        keys = []
        for key, run in zip(self.keys, self.runs, strict=True):
            name = f"{run}|{key}"
            keys.append((name, place[name] // stretch))
            place[name] += 1
        return Documents(
            keys, resamples=resamples, seed=seed
        ), f"stretches of {stretch} segments" if stretch > 1 else "single segments"

    def rest(self) -> Floats:
        """How much the others agree among themselves, without each engine: (n, E); NaN with fewer than two others."""
        pairs = ~np.isnan(self.agreement)
        values = np.where(pairs, self.agreement, 0.0).astype(np.float64)
        counts = pairs.astype(np.float64)
        total, number = values.sum(axis=(1, 2)), counts.sum(axis=(1, 2))
        left = total[:, None] - values.sum(axis=1) - values.sum(axis=2)
        among = number[:, None] - counts.sum(axis=1) - counts.sum(axis=2)
        return np.where(self.present & (among > 0), left / np.maximum(among, 1), np.nan)


def observe(runs: Sequence[Run]) -> Observed:
    """Everything that the runs hold. Raises ConfigError: nothing to see, or the same run twice."""
    _refuse_twice(runs)
    runs = sorted(runs, key=lambda run: str(run.manifest.get("created", "")))
    engines = tuple(dict.fromkeys(name for run in runs for name in run.manifest.get("engines", ())))
    place = {name: number for number, name in enumerate(engines)}
    rows, protected = _Rows(), 0
    for number, run in enumerate(runs):
        for result in run.results:
            if result["status"] == "protected":
                protected += 1
            else:
                _see(rows, result, number, place)
    if not rows.agreements or not engines:
        names = ", ".join(run.name for run in runs)
        raise ConfigError(names, "no segment that an engine was asked about", "name runs with candidates")
    return _observed(rows, engines, protected, runs)


def _refuse_twice(runs: Sequence[Run]) -> None:
    seen: dict[str, str] = {}
    for run in runs:
        if run.fingerprint in seen:
            what = f"has the results of {seen[run.fingerprint]}, which would count twice"
            raise ConfigError(run.name, what, "name each run once")
        seen[run.fingerprint] = run.name


def _see(rows: _Rows, result: JsonObject, run: int, place: dict[str, int]) -> None:
    size, segment = len(place), len(rows.agreements)
    pairs = np.full((size, size), np.nan, dtype=np.float32)
    for pair in result["utilities"].get(AGREEMENT, ()):
        pairs[place[pair["hypothesis"]], place[pair["reference"]]] = pair["value"]
    rows.agreements.append(pairs)
    told = np.zeros((len(_PER_ENGINE), size), dtype=np.float32)
    told[1] = told[6] = told[7] = np.nan
    for failure in result["failures"]:
        if failure["engine"] in place:
            told[8, place[failure["engine"]]] = failure["kind"] != "abstained"
            rows.failures[failure["engine"], failure["kind"]] += 1
    for candidate in result["candidates"]:
        column = place[candidate["engine"]]
        severities = Counter(finding["severity"] for finding in candidate["findings"])
        told[:, column] = (
            1, candidate.get("utility", np.nan), candidate["outlier"], severities["error"] > 0,
            severities["warning"], severities["error"],
            candidate.get("latency_ms", np.nan), candidate.get("cost", np.nan), 0,
        )  # fmt: skip
        for finding in candidate["findings"]:
            rows.findings[finding["check"]].append((segment, column))
    told[0] = np.maximum(told[0], told[8])
    rows.engines.append(told)
    _describe(rows.segments, result, run, place)


def _describe(columns: dict[str, list[Any]], result: JsonObject, run: int, place: dict[str, int]) -> None:
    source = result["source"]
    for token in result.get("codes", ()):
        source = source.replace(token, "")
    chosen = result.get("chosen", {}).get("engine")
    unspaced = len(_UNSPACED.findall(source))
    described = {
        "ids": result["id"],
        "runs": run,
        "files": result["file"],
        "keys": f"{result['file']}|{result['doc_id']}" if "doc_id" in result else result["file"],
        "languages": f"{result['source_lang']} → {result['target_lang']}",
        "status": result["status"],
        "chosen": place.get(chosen, -1),
        "length": len(source),
        "words": len(_UNSPACED.sub(" ", source).split()) + unspaced / 2,
        "coded": bool(result.get("codes")),
    }
    for name, value in described.items():
        columns[name].append(value)


def _observed(rows: _Rows, engines: tuple[str, ...], protected: int, runs: Sequence[Run]) -> Observed:
    told = dict(zip(_PER_ENGINE, np.stack(rows.engines, axis=1).astype(np.float64), strict=True))
    flags = {name: told[name] > 0 for name in ("asked", "outlier", "error", "failed")}
    numbers = {name: told[name] for name in ("utility", "warnings", "errors", "latency", "cost")}
    arrays = {name: np.array(rows.segments.pop(name)) for name in ("runs", "status", "chosen", "length", "coded")}
    return Observed(
        engines=engines,
        words=np.array(rows.segments.pop("words"), dtype=np.float64),
        **rows.segments,  # type: ignore[arg-type]
        **arrays,  # type: ignore[arg-type]
        **flags,
        **numbers,
        agreement=np.stack(rows.agreements),
        findings=dict(rows.findings),
        failures=rows.failures,
        protected=protected,
        about=tuple(_about(run) for run in runs),
        notices=tuple(_notices(runs)),
    )


def _about(run: Run) -> JsonObject:
    manifest = run.manifest
    cards = manifest.get("summary", {}).get("engines", {})
    return {
        "name": run.name,
        "created": manifest.get("created"),
        "results": f"sha256:{run.fingerprint}",
        "engines": {name: one.get("signature") for name, one in manifest.get("engines", {}).items()},
        "families": {name: one["family"] for name, one in manifest.get("engines", {}).items() if one.get("family")},
        "currencies": {name: next(iter(card["cost"])) for name, card in cards.items() if card.get("cost")},
        "kin": [kin for group in manifest.get("statistics", ()) for kin in group.get("kin", ())],
        "agreement": manifest.get("metrics", {}).get(AGREEMENT),
        "agree_at": manifest.get("decide", {}).get("agree_at"),
        "outlier_gap": manifest.get("decide", {}).get("outlier_gap"),
        "kin_vote": manifest.get("decide", {}).get("kin_vote"),
        "checks": sorted(manifest.get("checks", ())),
    }


def _notices(runs: Sequence[Run]) -> Iterable[str]:
    """Why figures over several runs must be read with care."""
    about = [_about(run) for run in runs]
    for before, after in pairwise(about):
        names = f"{before['name']} and {after['name']}"
        for key in ("agree_at", "outlier_gap", "kin_vote", "checks"):
            if before[key] != after[key]:
                yield f"{names} were judged with different {key}"
        shared = before["engines"].keys() & after["engines"].keys()
        changed = sorted(name for name in shared if before["engines"][name] != after["engines"][name])
        # The signature of a table is the table itself: another one is no other engine.
        if changed := [name for name in changed if not str(before["engines"][name]).startswith("table|")]:
            yield f"{names}: another signature of {', '.join(changed)}"
        if _scaleless(before["agreement"]) != _scaleless(after["agreement"]):
            yield f"{names}: agreement was measured by different metrics"


def _scaleless(signature: str | None) -> str:
    """A signature without the numbers that each run measures for itself."""
    return re.sub(r"\d+\.\d+", "#", signature or "")
