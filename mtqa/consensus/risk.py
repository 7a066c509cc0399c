"""Risk: how unusual a divergence is in its run, made comparable between short and long segments. Pure.

Longer texts diverge less under chrF whatever their quality. So divergence is fitted by a quadratic in
ln(source length + 5) over the run, and what is left over is ranked: risk is the share of segments that are not
worse, 0..1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

# A quadratic through fewer points than ten per coefficient would follow single segments.
_ENOUGH = 30


def risks(divergences: Sequence[float], lengths: Sequence[int]) -> list[float]:
    """The quantile of each divergence, given the lengths of the sources in characters.

    Runs of fewer than 30 segments are ranked by their plain divergence.
    """
    values = list(divergences)
    if len(values) >= _ENOUGH:
        values = _residuals(values, lengths)
    # Rounded so that the last bits of the fit cannot reorder equals.
    values = [round(value, 9) for value in values]
    ranked = sorted(values)
    return [round(bisect_right(ranked, value) / len(ranked), 6) for value in values]


def _residuals(divergences: Sequence[float], lengths: Sequence[int]) -> list[float]:
    import numpy as np

    x = np.log(np.asarray(lengths, dtype=float) + 5)
    x = x - x.mean()
    design = np.vander(x, 3)
    y = np.asarray(divergences, dtype=float)
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    left = y - design @ coefficients
    return [float(value) for value in left]
