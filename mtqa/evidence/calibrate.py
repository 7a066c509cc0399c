"""Calibrate: confidence fitted to labels, and what it is worth. Pure.

confidence      logistic regression on standardised features, with a ridge of 1 on every weight but the intercept;
                labels are right (1) or wrong (0)
order agreement one feature, agreement, with a weight of 0 or more: the order of segments does not depend on labels,
                so that all labels bound the error rate
order learned   all features; the order does depend on labels, so that half of the documents fit it and the other
                half bounds the error rate
evaluation      out of fold, documents kept together: Brier score, AUROC among segments of one fold, reliability
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from mtqa.confidence import FEATURES, SCHEMA_VERSION, Term, drifted, eligible, features_of, stratum_of
from mtqa.errors import CalibrationError
from mtqa.evidence.accept import Acceptance, acceptance
from mtqa.evidence.stats import Documents, Estimate, clopper_pearson
from mtqa.ports import JsonObject

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST = 50  # labels to fit anything on
_RIDGE = 1.0
_FOLDS = 10
_BINS = 10  # of a feature, for drift
_IN_A_BIN = 15  # labels that a point of the reliability plot stands for, at least
_FEW = 5  # documents; with fewer, blocks of segments that follow each other stand for them
_BLOCK = 10  # segments in such a block
_SURE = 0.99  # no feature is told to have drifted by chance in more than a hundredth of batches


@dataclass(frozen=True, slots=True)
class Aim:
    """What is asked of a calibration. `risk`: the error rate to be kept, with `confidence`; both between 0 and 1.

    `order`: agreement or learned. `by`: what shares a threshold, one of STRATA.
    """

    risk: float = 0.05
    confidence: float = 0.9
    order: str = "agreement"
    by: str = "languages"


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression: `weight` of each feature per `scale` above `mean`."""

    intercept: float
    mean: Floats
    scale: Floats
    weight: Floats

    def linear(self, features: Floats) -> Floats:
        """The log-odds of being right, for features of shape (n, features)."""
        return self.intercept + ((features - self.mean) / self.scale) @ self.weight


@dataclass(frozen=True, slots=True)
class Labelled:
    """The segments of a run with features, in order; `right` is NaN where there is no label.

    `features`: (n, len(FEATURES)). `may`: whether a segment may be accepted at all.
    """

    ids: list[str]
    documents: list[str]
    strata: list[str]
    features: Floats
    may: Bools
    right: Floats

    @property
    def known(self) -> Bools:
        """Whether there is a label."""
        return ~np.isnan(self.right)


def gather(results: Iterable[Mapping[str, Any]], labels: Mapping[str, bool], by: str) -> Labelled:
    """The segments of a run that have features, with their labels (by id)."""
    kept = [(result, values) for result in results if (values := features_of(result)) is not None]
    documents = [str(result.get("doc_id") or result["file"]) for result, _ in kept]
    if len(set(documents)) < _FEW:
        documents = [f"{name}#{number // _BLOCK}" for number, name in enumerate(documents)]
    return Labelled(
        [result["id"] for result, _ in kept],
        documents,
        [stratum_of(result, by) for result, _ in kept],
        np.array([[values[name] for name in FEATURES] for _, values in kept]).reshape(-1, len(FEATURES)),
        np.array([eligible(result) for result, _ in kept], dtype=bool),
        np.array([float(labels[r["id"]]) if r["id"] in labels else np.nan for r, _ in kept]),
    )


def calibrate(data: Labelled, aim: Aim) -> JsonObject:
    """The calibration, without what the caller knows of the run. Raises CalibrationError when labels are too few."""
    known = data.known
    count = int(known.sum())
    if count < LEAST:
        what = f"{count} of {len(known)} segments have a label; {LEAST - count} more are missing to fit a confidence"
        raise CalibrationError("labels", what, "label more segments, drawn at random")
    right, features = data.right[known], data.features[known]
    documents = [name for name, seen in zip(data.documents, known, strict=True) if seen]
    halves = _halves(documents)
    learned = aim.order == "learned"
    model = fit(features[halves] if learned else features, right[halves] if learned else right, aim.order)
    order = model.linear(data.features) if learned else data.features[:, 0]
    bounding = np.flatnonzero(known)[~halves] if learned else np.flatnonzero(known)
    terms = _terms(data.features, model)
    return {
        "schema": SCHEMA_VERSION,
        "order": aim.order,
        "intercept": model.intercept,
        "features": {name: asdict(term) for name, term in terms.items()},
        "segments": len(known),
        "accept": {
            "risk": aim.risk,
            "confidence": aim.confidence,
            "by": aim.by,
            "strata": _accept(data, order, bounding, aim),
        },
        "evaluation": evaluation(features, right, documents, aim.order),
        "sample": _representative(data, terms),
    }


def fit(features: Floats, right: Floats, order: str) -> Model:
    """The logistic regression, by Newton's method; `features` (n, len(FEATURES)), `right` 0 or 1."""
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    used = np.ones(len(FEATURES), dtype=bool) if order == "learned" else np.arange(len(FEATURES)) == 0
    design = np.column_stack([np.ones(len(right)), ((features - mean) / scale)[:, used]])
    penalty = np.diag([0.0, *[_RIDGE] * int(used.sum())])
    # A half of a label on either side, so that labels without an error do not make a confidence of 1.
    weights = np.array([float(logit((right.sum() + 0.5) / (len(right) + 1))), *[0.0] * int(used.sum())])
    for _ in range(50):
        p = expit(design @ weights)
        slack = np.maximum(p * (1 - p), 1e-9)
        gradient = design.T @ (p - right) + penalty @ weights
        gradient[0] += p.mean() - 0.5
        curvature = (design * slack[:, None]).T @ design + penalty
        curvature[0, 0] += float(slack.mean())
        step = np.linalg.solve(curvature, gradient)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    if order == "agreement" and weights[1] <= 0:  # agreement tells nothing here: all are as likely to be right
        weights = np.array([float(logit((right.sum() + 0.5) / (len(right) + 1))), 0.0])
    full = np.zeros(len(FEATURES))
    full[used] = weights[1:]
    return Model(float(weights[0]), mean, scale, full)


def evaluation(features: Floats, right: Floats, documents: Sequence[str], order: str) -> JsonObject:
    """What the confidence is worth on documents that it was not fitted to, beside the plain agreement."""
    draws = Documents(documents)
    folds = _folds(documents)
    found = np.zeros(len(right))
    for fold in range(_FOLDS):
        inside = folds == fold
        if inside.any():
            found[inside] = expit(fit(features[~inside], right[~inside], order).linear(features[inside]))
    other = np.zeros(len(right))
    for fold in range(_FOLDS) if order == "agreement" else ():
        inside = folds == fold
        if inside.any():
            other[inside] = fit(features[~inside], right[~inside], "learned").linear(features[inside])
    plain = features[:, 0]
    weights = draws.weights()
    told: JsonObject = {
        "labels": draws.share(right == 1).record(),
        "brier": {
            "before": draws.estimate(draws.means((plain - right) ** 2)).record(),
            "after": draws.estimate(draws.means((found - right) ** 2)).record(),
        },
        "reliability": _reliability(found, right),
        "signature": f"{draws.signature}|folds:{_FOLDS}|ridge:{_RIDGE:g}",
    }
    aurocs = {"before": _auroc(draws, weights, plain, right), "after": _auroc(draws, weights, found, right, folds)}
    if order == "agreement":
        aurocs["learned"] = _auroc(draws, weights, other, right, folds)
    told["auroc"] = {name: one.record() for name, one in aurocs.items() if one is not None}
    return told


def _auroc(
    draws: Documents, weights: Floats, scores: Floats, right: Floats, folds: NDArray[np.int64] | None = None
) -> Estimate | None:
    """The chance that a right segment has the higher score, among segments of one fold; None without both kinds."""
    groups = np.zeros(len(right), dtype=np.int64) if folds is None else folds
    above, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for group in np.unique(groups):
        inside = np.flatnonzero(groups == group)
        inside = inside[np.argsort(scores[inside], kind="stable")]
        good = weights[:, inside] * right[inside]
        bad = weights[:, inside] * (1 - right[inside])
        ties = np.flatnonzero(np.diff(scores[inside], prepend=-np.inf) > 0)
        good, bad = np.add.reduceat(good, ties, axis=1), np.add.reduceat(bad, ties, axis=1)
        below = np.cumsum(bad, axis=1) - bad / 2
        above += (good * below).sum(axis=1)
        pairs += good.sum(axis=1) * bad.sum(axis=1)
    if pairs[0] == 0:
        return None
    return draws.estimate(np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0))


def _reliability(found: Floats, right: Floats) -> list[JsonObject]:
    """Points of the reliability plot: segments of like confidence, as many in each."""
    bins = max(1, min(_BINS, len(found) // _IN_A_BIN))
    points = []
    for some in np.array_split(np.argsort(found, kind="stable"), bins):
        low, high = clopper_pearson(float(right[some].sum()), len(some))
        point = {"confidence": found[some].mean(), "right": right[some].mean(), "low": low, "high": high}
        points.append({key: round(float(value), 6) for key, value in point.items()} | {"n": len(some)})
    return points


def _accept(data: Labelled, order: Floats, bounding: NDArray[np.int64], aim: Aim) -> JsonObject:
    """Stratum -> what may be accepted, with the share of all its segments that would be."""
    strata = np.array(data.strata)
    found: JsonObject = {}
    for name in dict.fromkeys(data.strata):
        mine = bounding[(strata[bounding] == name) & data.may[bounding]]
        one = acceptance(order[mine], data.right[mine] == 0, aim.risk, aim.confidence)
        inside = strata == name
        taken = 0 if one.threshold is None else int((inside & data.may & (order >= one.threshold)).sum())
        found[name] = _told(one) | {"segments": int(inside.sum()), "would_accept": taken}
    return found


def _told(one: Acceptance) -> JsonObject:
    return {key: value for key, value in asdict(one).items() if value is not None and value != ""}


def _terms(features: Floats, model: Model) -> dict[str, Term]:
    """What is kept of each feature, with its bins over the whole run."""
    terms = {}
    for column, name in enumerate(FEATURES):
        values = features[:, column]
        edges = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
        counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        keep = counts[1:] > 0  # an edge with nothing behind it parts nothing
        edges = edges[keep]
        counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
        limit = float(stats.chi2.ppf(1 - (1 - _SURE) / len(FEATURES), max(len(counts) - 1, 1)))
        terms[name] = Term(
            float(model.mean[column]),
            float(model.scale[column]),
            float(model.weight[column]),
            tuple(float(edge) for edge in edges),
            tuple(float(share) for share in counts / len(values)),
            limit,
        )
    return terms


def _representative(data: Labelled, terms: Mapping[str, Term]) -> list[JsonObject]:
    """Features in which the labelled segments are unlike the run: they were not drawn at random."""
    known, found = data.known, []
    for column, (name, term) in enumerate(terms.items()):
        places = np.searchsorted(term.edges, data.features[known, column], side="right")
        psi, limit = drifted(list(np.bincount(places, minlength=len(term.shares))), term, len(known))
        if psi > limit:
            found.append({"feature": name, "psi": round(psi, 4), "limit": round(limit, 4)})
    return found


def _folds(documents: Sequence[str]) -> NDArray[np.int64]:
    """The fold of each segment; a document is in one."""
    names = dict.fromkeys(documents)
    places = np.random.default_rng(0).permutation(len(names)) % _FOLDS
    fold_of = dict(zip(names, places, strict=True))
    return np.array([fold_of[name] for name in documents], dtype=np.int64)


def _halves(documents: Sequence[str]) -> Bools:
    """True for the half of the documents that an order is learned from; by name, so the same in every order."""
    ranked = sorted(set(documents), key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
    learning = set(ranked[: len(ranked) // 2])
    return np.array([name in learning for name in documents], dtype=bool)


def digest_of(labels: Mapping[str, bool]) -> str:
    """SHA-256 of the labels, in hexadecimal."""
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()
