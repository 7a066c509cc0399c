"""Choice: the score of each candidate of a segment, as the parts that add up to it. Pure.

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

from collections.abc import Mapping, Sequence

from mtqa.consensus.decide import DecideSettings, expected_utilities
from mtqa.consensus.mix import Pairs, summed
from mtqa.consensus.terms import Weights, terms
from mtqa.ports import Comparison

Parts = dict[str, float]


def scores(
    comparison: Comparison,
    voters: Sequence[str],
    target_lang: str,
    support: Mapping[str, Pairs],
    priors: Mapping[str, float],
    weights: Pairs | None,
    settings: DecideSettings,
) -> dict[str, Parts]:
    """Engine -> the parts of its score, by name; a voter that was compared with nobody has none.

    `comparison.texts` are the texts of the `voters`; `support`: metric -> pairs, which add up (`Mixture.parts`);
    `priors`: engine -> p, empty for none; `weights`: (judged, judge) -> what the judge counts.
    """
    found: dict[str, Parts] = {}
    compared = summed(support)
    taken_off = terms(comparison, target_lang, of(settings))
    means = {name: expected_utilities(voters, _filled(pairs, compared), weights) for name, pairs in support.items()}
    whole = expected_utilities(voters, compared, weights)
    for voter, (length, checks) in zip(voters, taken_off, strict=True):
        if voter not in whole:
            continue
        parts = {name: mean[voter] for name, mean in means.items()}
        if priors:
            parts["prior"] = settings.prior * priors.get(voter, 0.0)
        parts |= {"length": length, "checks": checks}
        found[voter] = parts
    return found


def of(settings: DecideSettings) -> Weights:
    """The weights of the terms."""
    return Weights(settings.length, settings.missing, settings.faults, settings.empty)


def _filled(pairs: Pairs, compared: Pairs) -> Pairs:
    """A metric's part of every pair that was compared: nothing where it has no utility."""
    return pairs if len(pairs) == len(compared) else dict.fromkeys(compared, 0.0) | dict(pairs)
