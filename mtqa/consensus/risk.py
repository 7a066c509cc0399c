"""Risk: how unusual a divergence is in its run, made comparable between short and long segments. Pure.

Longer texts diverge less under chrF whatever their quality. So divergence is fitted by a quadratic in
ln(source length + 5) over the run, and what is left over is ranked: risk is the share of segments that are not
worse, 0..1.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

# A quadratic through fewer points than ten per coefficient would follow single segments.
_ENOUGH = 30


class Ranking:
    """Where segments stand in their group: risk, and length, which is a signal of its own.

    Segments are seen in an order and asked for in the same one. Memory: 17 bytes a segment.
    """

    def __init__(self) -> None:
        self._divergences, self._judged, self._lengths = array("d"), array("b"), array("q")
        self._standing: Iterator[dict[str, Any]] | None = None

    def see(self, characters: int, divergence: float | None) -> None:
        """One segment: the length of its source and its divergence, None where nothing was compared."""
        self._lengths.append(characters)
        self._judged.append(divergence is not None)
        if divergence is not None:
            self._divergences.append(divergence)

    def next(self) -> dict[str, Any]:
        """What is to be added to the line of the segment that was seen first; then of the second, ..."""
        if self._standing is None:
            self._standing = self._all()
        return next(self._standing)

    def _all(self) -> Iterator[dict[str, Any]]:
        import numpy as np

        lengths, judged = np.array(self._lengths), np.array(self._judged, dtype=bool)
        found = iter(risks(self._divergences, lengths[judged].tolist()))
        quantiles = (np.searchsorted(np.sort(lengths), lengths, side="right") / max(len(lengths), 1)).tolist()
        for length, is_judged, quantile in zip(self._lengths, self._judged, quantiles, strict=True):
            standing: dict[str, Any] = {"length": {"characters": length, "quantile": round(quantile, 6)}}
            yield {"risk": next(found)} | standing if is_judged else standing


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
