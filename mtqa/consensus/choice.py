"""Choice: the score of each candidate, as the parts that add up to it, for many segments at once. Pure.

    score(i) = support(i) + prior(i) + length(i) + checks(i)

    support(i)   a part for each metric m with a weight W(m):  W(m) / sum of W * mean over j of u_m(i, j)
    prior(i)     weight 0.5 * p(i)                                  consensus/prior.py; none with a primary engine
    length(i), checks(i)    0 or less                               consensus/terms.py

All in units of support: 0.01 is a hundredth of a candidate in common with the average other one. By default the
metrics are chrF (Popović 2015, beta 2, order 6; directed: i is the hypothesis, the others are the references) and the
F1 of token bags weighted by idf, half and half. The weights are those of a study on human-judged outputs of ten
language pairs (WMT24, ESA; older MQM sets), in which neighbouring settings are within noise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mtqa.consensus.mix import summed
from mtqa.consensus.squares import Floats, Squares, added, means


def scores(
    support: Mapping[str, Squares], priors: Floats | None, length: Floats, checks: Floats, weights: Floats | None
) -> dict[str, Floats]:
    """The parts of the scores by name, each (segments, voters); NaN where a candidate has no such part.

    `support`: metric -> squares, which add up (`Mixture.parts`); `priors`: already weighed, NaN or None for none;
    `length`, `checks`: the terms; `weights`, (segments, voters, voters): what the column counts in judging the row.
    A voter that was compared with nobody has no part.
    """
    compared = ~np.isnan(summed(support, (*length.shape, length.shape[1])))
    parts = {}
    for name, found in support.items():
        # Nothing where others have a pair and this metric has none; no part where it has none of the segment.
        mean = means(np.where(compared & np.isnan(found), 0.0, found), weights)
        parts[name] = np.where(np.isnan(found).all(axis=(1, 2))[:, None], np.nan, mean)
    if priors is not None:
        parts["prior"] = priors
    parts |= {"length": length, "checks": checks}
    alone = ~compared.any(axis=2)
    return {name: np.where(alone, np.nan, part) for name, part in parts.items()}


def totals(parts: Mapping[str, Floats]) -> Floats:
    """The scores whose parts these are; NaN for who has none."""
    stacked = np.stack(list(parts.values()), axis=-1)
    return np.where(np.isnan(stacked).all(axis=-1), np.nan, added(stacked))
