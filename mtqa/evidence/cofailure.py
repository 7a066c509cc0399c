"""Co-failure: do engines fail in the same segments more often than chance? Needs labels. Pure.

chance      p(i) p(j), the product of the shares of errors in the segments where both are labelled
times       share in which both fail, over chance
phi         correlation of the two errors; 0 for independent ones
votes       E squared over the sum of all phi (Kish 1965): so many independent engines would be right as surely
"""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np

from mtqa.evidence.stats import Documents, Floats, effective_votes, holm, ratio
from mtqa.ports import JsonObject


def co_failures(engines: tuple[str, ...], error: Floats, documents: Documents) -> JsonObject | None:
    """Each pair against chance, all pairs together, and the votes. None where no two engines have labels in common.

    `error`: (n, E), 1, 0, NaN for not labelled.
    """
    size = len(engines)
    phis = np.broadcast_to(np.eye(size), (documents.draws, size, size)).copy()
    pairs: list[JsonObject] = []
    tests: list[float] = []
    both_of_all, chance_of_all = np.zeros(documents.draws), np.zeros(documents.draws)
    for one, other in combinations(range(size), 2):
        where = ~np.isnan(error[:, one]) & ~np.isnan(error[:, other])
        if not where.any():
            continue
        shares = [documents.means(error[:, engine], where) for engine in (one, other)]
        both = documents.means(error[:, one] * error[:, other], where)
        chance = shares[0] * shares[1]
        spread = np.sqrt(shares[0] * (1 - shares[0]) * shares[1] * (1 - shares[1]))
        phi = ratio(both - chance, spread)
        phis[:, one, other] = phis[:, other, one] = np.nan_to_num(phi)
        both_of_all += np.nan_to_num(both)
        chance_of_all += np.nan_to_num(chance)
        pair: JsonObject = {"engines": [engines[one], engines[other]]}
        pair["both"] = documents.share((error[:, one] > 0) & (error[:, other] > 0), where).record()
        pair["chance"] = documents.estimate(chance, where).record()
        if not np.isnan(phi[0]):
            pair["phi"] = documents.estimate(phi, where).record()
        by_chance = float(spread[0]) / sqrt(int(where.sum()))  # independent errors in independent segments vary so
        tests.append(documents.p_value(both - chance, where, by_chance))
        pairs.append(pair)
    if not pairs:
        return None
    for pair, adjusted in zip(pairs, holm(tests), strict=True):
        pair["p"] = round(adjusted, 6)
    labelled = (~np.isnan(error)).sum(axis=1) > 1
    votes = np.array([effective_votes(one) for one in phis])
    found: JsonObject = {"pairs": pairs, "votes": documents.estimate(votes, labelled).record()}
    if chance_of_all[0]:
        found["times"] = documents.estimate(ratio(both_of_all, chance_of_all), labelled).record()
    return found
