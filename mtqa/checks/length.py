"""Length: a candidate much longer or shorter than the others (added or missing content).

Compared is (length + 20) / (median length of all candidates + 20), in characters; the 20 keeps short texts quiet.
The bound 1.25 was measured on English-Czech outputs of seven engines in pools of five (docs/checks.md): 1.1 % of
the candidates are that much longer, and 67 % of those are severe errors; 0.2 % are that much shorter, 32 % severe
(of all candidates 3.1 % are).
"""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault

_SMOOTHING = 20


class Length:
    """The candidate is `ratio` times longer or shorter than the median of three or more."""

    default = Severity.WARNING
    oracle = False  # it is a comparison with the others already

    def __init__(self, ratio: float = 1.25) -> None:
        if ratio <= 1:
            raise ValueError(f"ratio = {ratio} is not above 1")
        self.ratio = ratio

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        written = sorted(filter(None, case.sizes))
        if len(written) < 3:
            return
        middle = (written[(len(written) - 1) // 2] + written[len(written) // 2]) / 2
        if written[-1] + _SMOOTHING < self.ratio * (middle + _SMOOTHING) < self.ratio**2 * (written[0] + _SMOOTHING):
            return  # as nearly always
        for position, length in enumerate(case.sizes):
            ratio = (length + _SMOOTHING) / (middle + _SMOOTHING)
            if ratio >= self.ratio:
                yield Fault(position, f"{length / middle - 1:.0%} longer than the others", "+")
            elif ratio <= 1 / self.ratio and length:
                yield Fault(position, f"{1 - length / middle:.0%} shorter than the others", "-")
