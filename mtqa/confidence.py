"""Confidence: what a calibration says of a result, and whether a batch still looks like the data it comes from. Pure.

    features     agreement   1 - divergence: how far the others support the chosen
                 lead        its score less the best other score, without priors, which are of one run
                 weakest     its lowest agreement with another voter
                 others      the mean agreement of the others among each other; with two voters, its own
                 supporters  the share of the votes for it
                 length      ln(length of the source + 5)
    confidence   1 / (1 + exp(-(intercept + sum of weight * (feature - mean) / scale)))
    order        agreement, or the sum in the exponent: what the threshold of auto-acceptance is about
    drift        PSI = sum over bins of (p - q) ln(p / q): p the share of the batch in a bin, q of the calibration

Without a calibration the confidence is the plain agreement and says that it is not calibrated. `mtqa calibrate` makes
calibrations (mtqa/evidence/calibrate.py); docs/evidence.md says what they are worth.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from pathlib import Path
from typing import Any

from mtqa.errors import ConfigError
from mtqa.ports import JsonObject

SCHEMA_VERSION = 1
FEATURES = ("agreement", "lead", "weakest", "others", "supporters", "length")
ORDERS = ("agreement", "learned")
STRATA = ("languages", "file", "engine", "all")
_DIGITS = 6
_HALF = 0.5  # added to every bin, so that an empty one does not make the PSI infinite
LEAST = 30  # segments of a batch, below which nothing is said of drift
# Measured in docs/evidence.md: how much more the PSI varies between halves of one batch because segments come in
# documents, and the PSI below which no drift is told, whatever its significance.
CLUSTERED = 1.5
NOTICEABLE = 0.25

Values = dict[str, float]


def features_of(result: Mapping[str, Any]) -> Values | None:
    """The features of a line of `segments.jsonl`; None where nothing was chosen or compared."""
    if "chosen" not in result or "divergence" not in result:
        return None
    chosen = result["chosen"]["engine"]
    scores = {
        c["engine"]: c["score"] - c.get("parts", {}).get("prior", 0.0) for c in result["candidates"] if "score" in c
    }
    rest = [score for engine, score in scores.items() if engine != chosen]
    pairs = result["utilities"].get("agreement", ())
    own = [pair["value"] for pair in pairs if pair["hypothesis"] == chosen]
    if chosen not in scores or not rest or not own:
        return None
    others = [pair["value"] for pair in pairs if chosen not in (pair["hypothesis"], pair["reference"])]
    votes = {candidate["engine"]: candidate.get("vote", 1.0) for candidate in result["candidates"]}
    return {
        "agreement": 1 - result["divergence"],
        "lead": scores[chosen] - max(rest),
        "weakest": min(own),
        "others": sum(others) / len(others) if others else sum(own) / len(own),
        "supporters": _share(result["supporters"], result["voters"], votes),
        "length": log(len(result["source"]) + 5),
    }


def _share(some: Sequence[str], all_of_them: Sequence[str], votes: Mapping[str, float]) -> float:
    whole = sum(votes.get(engine, 1.0) for engine in all_of_them)
    return sum(votes.get(engine, 1.0) for engine in some) / whole if whole else 0.0


def eligible(result: Mapping[str, Any]) -> bool:
    """Whether a result may be accepted unseen at all: agreed, and no check found anything in the chosen candidate."""
    if result["status"] != "agreed":
        return False
    chosen = result["chosen"]["engine"]
    return not any(c["findings"] for c in result["candidates"] if c["engine"] == chosen)


def stratum_of(result: Mapping[str, Any], by: str) -> str:
    """What a result has its threshold in common with; `by` is one of STRATA."""
    if by == "languages":
        return f"{result['source_lang']}>{result['target_lang']}"
    if by == "engine":
        return str(result.get("chosen", {}).get("engine", ""))
    return str(result["file"]) if by == "file" else "all"


@dataclass(frozen=True, slots=True)
class Term:
    """A feature: its weight in the confidence (0 for none) per `scale` above `mean`, and where the data lay.

    `edges` part the bins; `shares` are the calibration data's; `limit` is the quantile of chi-squared that a PSI is
    held against.
    """

    mean: float
    scale: float
    weight: float
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    limit: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration, read. `thresholds`: stratum -> least order to accept, None where nothing may be accepted.

    `segments`: of the run that it was made from. `pool`: the engines, metrics and settings that it holds for.
    `record`: all of the file.
    """

    where: str
    order: str
    intercept: float
    terms: Mapping[str, Term]
    by: str
    thresholds: Mapping[str, float | None]
    segments: int
    pool: JsonObject
    record: JsonObject

    @classmethod
    def read(cls, path: Path, name: str = "") -> Calibration:
        """The calibration in a file, which results call by `name`. Raises ConfigError: not there, not one."""
        where, again = name or str(path), "make it with `mtqa calibrate`"
        try:
            record = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(where, f"no calibration ({error})", again) from error
        if not isinstance(record, dict) or record.get("schema") != SCHEMA_VERSION:
            raise ConfigError(where, f"is no calibration of schema {SCHEMA_VERSION}", again)
        try:
            return cls.of(record, where)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(where, f"is damaged ({error!r})", again) from error

    @classmethod
    def of(cls, record: JsonObject, where: str) -> Calibration:
        """The calibration in a record. Raises KeyError, TypeError, ValueError, AttributeError for what is none."""
        terms = {name: _term(one) for name, one in record["features"].items() if name in FEATURES}
        accept, pool, segments = record["accept"], record["pool"], int(record["segments"])
        thresholds = {name: _threshold(found) for name, found in accept["strata"].items()}
        if record["order"] not in ORDERS or accept["by"] not in STRATA or segments < 1 or "agreement" not in terms:
            raise ValueError("order, by, segments or features are not such as mtqa writes")
        if missing := {"engines", "metrics", "decide"} - pool.keys():
            raise ValueError(f"pool has no {min(missing)}")
        intercept = _finite(record["intercept"])
        return cls(where, record["order"], intercept, terms, accept["by"], thresholds, segments, pool, record)

    def linear(self, values: Values) -> float:
        """The log-odds that the chosen candidate is right."""
        return self.intercept + sum(
            one.weight * (values[name] - one.mean) / one.scale for name, one in self.terms.items() if one.weight
        )

    def accepts(self, result: Mapping[str, Any], values: Values) -> bool:
        """Whether a result is among those whose error rate is bounded."""
        threshold = self.thresholds.get(stratum_of(result, self.by))
        order = values["agreement"] if self.order == "agreement" else self.linear(values)
        return threshold is not None and eligible(result) and order >= threshold


def _term(one: JsonObject) -> Term:
    edges, shares = (tuple(map(_finite, one[name])) for name in ("edges", "shares"))
    term = Term(
        _finite(one["mean"]), _finite(one["scale"]), _finite(one["weight"]), edges, shares, _finite(one["limit"])
    )
    if term.scale <= 0 or list(edges) != sorted(edges) or len(shares) != len(edges) + 1:
        raise ValueError("a feature without a scale, or with bins that do not fit")
    return term


def _threshold(found: JsonObject) -> float | None:
    return None if found.get("threshold") is None else _finite(found["threshold"])


def _finite(value: Any) -> float:  # noqa: ANN401 - whatever the file has
    number = float(value)
    if not isfinite(number):
        raise ValueError(f"{value} is no number")
    return number


class Confidence:
    """States the confidence of results one by one; afterwards says what became of the batch.

    Without a calibration, or with one that does not hold for this pool of engines, nothing is calibrated.
    """

    def __init__(self, calibration: Calibration | None = None, pool: JsonObject | None = None) -> None:
        self.calibration = calibration
        self.problem = "" if calibration is None else differs(calibration.pool, pool or {})
        self._used = None if self.problem else calibration
        terms = self._used.terms if self._used else {}
        self._counts = {name: [0] * len(one.shares) for name, one in terms.items()}
        self._segments = self._accepted = 0

    @property
    def calibrated(self) -> bool:
        """Whether a calibration is applied, which looks at the utilities of a result."""
        return self._used is not None

    def of(self, result: Mapping[str, Any]) -> JsonObject:
        """What is to be added to a line of `segments.jsonl`: nothing where there is nothing to be confident of."""
        if "chosen" not in result or "divergence" not in result:
            return {} if self._used is None or result["status"] == "protected" else {"auto_accept": False}
        calibration = self._used
        if calibration is None:
            return {"confidence": {"value": round(1 - result["divergence"], _DIGITS), "calibrated": False}}
        values = features_of(result)
        if values is None:
            plain = {"value": round(1 - result["divergence"], _DIGITS), "calibrated": False}
            return {"confidence": plain, "auto_accept": False}
        self._segments += 1
        for name, one in calibration.terms.items():
            self._counts[name][bisect_right(one.edges, values[name])] += 1
        value = 1 / (1 + exp(-max(min(calibration.linear(values), 700.0), -700.0)))
        accept = calibration.accepts(result, values)
        self._accepted += accept
        return {"confidence": {"value": round(value, _DIGITS), "calibrated": True}, "auto_accept": accept}

    def record(self) -> JsonObject | None:
        """What the manifest says of it; None without a calibration."""
        if self.calibration is None:
            return None
        about: JsonObject = {"file": self.calibration.where, "applied": self._used is not None}
        kept = ("data", "order", "accept", "evaluation", "created", "mtqa")
        about |= {key: self.calibration.record[key] for key in kept if key in self.calibration.record}
        if self.problem:
            return about | {"why": self.problem}
        return about | {"segments": self._segments, "accepted": self._accepted, "drift": self.drift()}

    def warnings(self) -> list[str]:
        """What the owner of the batch should know, in sentences."""
        if self.problem:
            return [f"not applied, confidence is uncalibrated: {self.problem}; calibrate again with a run of this pool"]
        moved = [one for one in self.drift() if one["drifted"]]
        if not moved:
            return []
        told = ", ".join(f"{one['feature']} (PSI {one['psi']:.2f}, at most {one['limit']:.2f})" for one in moved)
        what = "the segments do not look like the calibration data"
        return [
            f"drift: {what}: {told}; confidence and auto_accept may not hold, label some of these and calibrate again"
        ]

    def drift(self) -> list[JsonObject]:
        """How far each feature of the batch has moved; nothing for a batch that is too small to say."""
        calibration = self._used
        if calibration is None or self._segments < LEAST:
            return []
        found = []
        for name, one in calibration.terms.items():
            psi, limit = drifted(self._counts[name], one, calibration.segments)
            moved = psi > limit
            found.append({"feature": name, "psi": round(psi, 4), "limit": round(limit, 4), "drifted": moved})
        return found


def drifted(counts: Sequence[int], term: Term, segments: int) -> tuple[float, float]:
    """The PSI of a batch with so many values in each bin, and the most that is taken for chance.

    If nothing has moved, and segments are independent, PSI / (1 / n + 1 / segments) is about chi-squared with a degree
    of freedom less than there are bins (Yurdakul and Naranjo 2020). Those of one document resemble each other, which
    CLUSTERED allows for. Below NOTICEABLE no drift is told, however sure.
    """
    n, bins = sum(counts), len(counts)
    p = [(count + _HALF) / (n + _HALF * bins) for count in counts]
    q = [(share * segments + _HALF) / (segments + _HALF * bins) for share in term.shares]
    psi = sum((one - other) * log(one / other) for one, other in zip(p, q, strict=True))
    return psi, max(CLUSTERED * term.limit * (1 / n + 1 / segments), NOTICEABLE)


def pool_of(engines: Sequence[str], metrics: Sequence[str], decide: Mapping[str, Any]) -> JsonObject:
    """What a calibration holds for: the engines, the metrics and the settings of the choice."""
    settings = {key: value for key, value in decide.items() if key not in ("metric", "calibration")}
    return {"engines": sorted(engines), "metrics": sorted(set(metrics) - {"agreement"}), "decide": settings}


def differs(calibrated: JsonObject, pool: JsonObject) -> str:
    """How a pool differs from the one that was calibrated; empty where it does not."""
    for key in ("engines", "metrics"):
        if calibrated[key] != pool.get(key):
            return f"it is of the {key} {', '.join(calibrated[key])}, and these are {', '.join(pool.get(key, ()))}"
    other = [key for key, value in pool["decide"].items() if calibrated["decide"].get(key) != value]
    if other:
        key = other[0]
        return f"it is of [decide] {key} = {calibrated['decide'].get(key)!r}, and this is {pool['decide'][key]!r}"
    return ""
