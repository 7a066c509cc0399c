"""Length: a candidate much longer or shorter than the others (added or missing content).

Compared is (length + 20) / (median length of all candidates + 20), in characters; the 20 keeps short texts quiet.
The bound 1.25 was measured on English-Czech outputs of seven engines in pools of five (docs/checks.md): 1.1 % of
the candidates are that much longer, and 67 % of those are severe errors; 0.2 % are that much shorter, 32 % severe
(of all candidates 3.1 % are).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from mtqa.model import Candidate, Finding, Segment, Severity

_SMOOTHING = 20


class Length:
    """The candidate is `ratio` times longer or shorter than the median of three or more."""

    default = Severity.WARNING

    def __init__(self, ratio: float = 1.25) -> None:
        self.ratio = ratio

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """At most one finding."""
        del segment
        lengths = [_length(one) for one in (candidate, *peers) if not one.text.blank]
        if len(lengths) < 3 or candidate.text.blank:
            return
        length, middle = _length(candidate), median(lengths)
        ratio = (length + _SMOOTHING) / (middle + _SMOOTHING)
        if ratio >= self.ratio:
            yield Finding(
                candidate.engine, "length", severity, f"{length / middle - 1:.0%} longer than the others", "+"
            )
        elif ratio <= 1 / self.ratio:
            yield Finding(
                candidate.engine, "length", severity, f"{1 - length / middle:.0%} shorter than the others", "-"
            )


def _length(candidate: Candidate) -> int:
    return len(candidate.text.plain.strip())
