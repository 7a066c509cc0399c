"""Accept: the lowest threshold from which on the error rate is bounded, chosen and bounded on the same labels. Pure.

Segments are accepted from the highest order downwards. Each threshold t has a null hypothesis, "the error rate of what
is accepted at t is above the risk", which is rejected where Clopper and Pearson's upper bound is at most the risk. The
thresholds are tested in an order that does not depend on the labels, from strict to loose, and testing stops at the
first that is not rejected (fixed-sequence testing; Angelopoulos et al., Learn then Test, 2021). So the choice of the
threshold costs nothing: with probability `confidence` or more, over labels, the chosen one keeps the risk. There are
up to three starts, as labels allow: as many segments as bound the risk with no error, with two and with six; they share
what may go wrong (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from mtqa.evidence.stats import upper_bound

_STEPS = 40  # thresholds between a start and the last segment, at most
_ERRORS = (0, 2, 6)  # that the starts allow
_TOO_MANY = 10  # times the labels that there are
_FINE = 1000  # numbers of labels are looked up to this share of them
_MOST = 100_000  # labels; beyond, how many exactly does not matter


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What may be accepted. `threshold` None: nothing.

    `labels` of segments that may be accepted at all, of which `accepted` with `errors` lie at the threshold or above;
    with `bound` their error rate is at most that. `missing`: so many more labels of this kind, at least, where there
    are too few; None where labels are not what is missing. `why`: in a sentence.
    """

    labels: int
    threshold: float | None = None
    accepted: int = 0
    errors: int = 0
    bound: float | None = None
    missing: int | None = None
    why: str = ""


@lru_cache(maxsize=1 << 10)
def labels_needed(risk: float, confidence: float, share: float = 0.0) -> int:
    """The least number of labels that bound the error rate by `risk`, when `share` of the risk is what they show.

    `share` 0: no error is seen. Raises ValueError for a share that no number of labels can bound.
    """
    if not 0 <= share < 1:
        raise ValueError(f"an error rate of {share} times the risk is never bounded by it")
    n = ceil(log(1 - confidence) / log(1 - risk) - 1e-9)
    if share == 0:
        return n
    while not _bounded(n, risk, confidence, share):
        n += max(n // _FINE, 1)
        if n > _MOST:
            break
    return n


def _bounded(n: int, risk: float, confidence: float, share: float) -> bool:
    return _bound(round(n * risk * share), n, confidence) <= risk


_bound = lru_cache(maxsize=1 << 16)(upper_bound)


def acceptance(order: NDArray[np.float64], wrong: NDArray[np.bool_], risk: float, confidence: float) -> Acceptance:
    """The threshold for segments with these orders and labels: independent draws from what it will be used on.

    `order` must not depend on `wrong`. `risk`, `confidence` between 0 and 1.
    """
    n, needed = len(order), labels_needed(risk, confidence)
    if n < needed:
        half = labels_needed(risk, confidence, 0.5)
        why = f"{needed - n} more at least, if none of them is wrong; about {half - n} if errors are at half the risk"
        return Acceptance(n, missing=needed - n, why=why)
    places = np.argsort(-order, kind="stable")
    ranked = order[places]
    errors = np.concatenate([[0], np.cumsum(wrong[places])])
    best = 0
    starts, share = _starts(n, risk, confidence)
    for start in starts:
        for size in _sizes(ranked, start):
            if _bound(int(errors[size]), size, share) > risk:
                break
            best = max(best, size)
    if best:
        found = int(errors[best])
        return Acceptance(n, float(ranked[best - 1]), best, found, _bound(found, best, share))
    return _refused(ranked, errors, starts, risk, confidence)


@lru_cache(maxsize=1 << 10)
def _starts(n: int, risk: float, confidence: float) -> tuple[tuple[int, ...], float]:
    """The sizes to start from, and the confidence for each."""
    for count in range(len(_ERRORS), 1, -1):
        each = 1 - (1 - confidence) / count
        sizes = tuple(_size_for(errors, risk, each) for errors in _ERRORS[:count])
        if sizes[-1] <= n:
            return sizes, each
    return (labels_needed(risk, confidence),), confidence


def _size_for(errors: int, risk: float, confidence: float) -> int:
    """The least number of labels that bound the risk though so many are wrong."""
    n = max(labels_needed(risk, confidence), errors)
    while _bound(errors, n, confidence) > risk:
        n += 1
    return n


def _sizes(ranked: NDArray[np.float64], start: int) -> list[int]:
    """How many are accepted at each threshold from `start` on; those of equal order go together."""
    wanted = np.linspace(start, len(ranked), _STEPS).astype(int)
    found: list[int] = np.unique(np.searchsorted(-ranked, -ranked[wanted - 1], side="right")).tolist()
    return found


def _refused(
    ranked: NDArray[np.float64], errors: NDArray[np.int64], starts: Sequence[int], risk: float, confidence: float
) -> Acceptance:
    """Why nothing may be accepted though there are labels enough for one start."""
    size = _sizes(ranked, starts[-1])[0]
    rate = errors[size] / size
    seen = f"{errors[size]} of the {size} with the highest order are wrong"
    if rate >= risk:
        return Acceptance(len(ranked), why=f"{seen}: while that is so, more labels do not help")
    needed = labels_needed(risk, confidence, float(rate / risk))
    more = ceil(len(ranked) * needed / size) - len(ranked)
    if more > _TOO_MANY * len(ranked):
        why = f"{seen}: too near the risk for any number of labels that could be had"
        return Acceptance(len(ranked), why=why)
    why = f"{seen}; if that is their rate, about {more} more labels show it"
    return Acceptance(len(ranked), missing=max(more, 1), why=why)
