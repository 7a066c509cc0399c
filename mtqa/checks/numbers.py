"""Numbers: those of the source must be in the candidate, and no others.

Separators differ by locale (2,500 and 2.500 and 2 500), so numbers are compared by their digits. The other
candidates are the oracle: a number that most of them have too is an error where it is missing; one that most
of them lack (a number written as a word, a date in another order) is a locale rule and only a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from mtqa.checks.placeholders import without_placeholders
from mtqa.model import Candidate, Finding, Segment, Severity

_GROUPED = r"(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)"
_DECIMAL = r"(?<![\d.,])\d+[.,]\d+(?![.,]?\d)"
_ENTITY = re.compile(r"&#?\w+;")  # an engine's wrong escaping is no number
_NUMBER = re.compile(rf"{_GROUPED}|{_DECIMAL}|\d+")


class Numbers:
    """Numbers missing or added, judged against the source and the other candidates."""

    default = Severity.ERROR

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """One finding for each number that is lost or added."""
        source, text = numbers(segment.source.plain), numbers(candidate.text.plain)
        others = [numbers(peer.text.plain) for peer in peers]
        for digits, (written, _) in source.items():
            if digits not in text:
                kept = sum(digits in other for other in others)
                level = _level(digits, kept, len(others), severity)
                yield Finding(candidate.engine, "numbers", level, f"{written} missing", written)
        for digits, (written, span) in text.items():
            if digits not in source:
                without = sum(digits not in other for other in others)
                level = _level(digits, without, len(others), severity)
                yield Finding(candidate.engine, "numbers", level, f"{written} added", written, span)


@lru_cache(maxsize=1 << 12)  # each text is looked at again as the peer of every other
def numbers(text: str) -> Mapping[str, tuple[str, tuple[int, int]]]:
    """Digits -> (as written, span), for each number of the text; a repeated number once."""
    found: dict[str, tuple[str, tuple[int, int]]] = {}
    for match in _NUMBER.finditer(_ENTITY.sub(_blank, without_placeholders(text))):
        digits = "".join(str(unicodedata.digit(c)) for c in match.group() if c.isdigit())
        found.setdefault(digits, (match.group(), match.span()))
    return MappingProxyType(found)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _level(digits: str, right: int, peers: int, severity: Severity) -> Severity:
    """An error needs two digits (one is often written as a word) and others of which most got it right."""
    doubtful = len(digits) < 2 or (peers > 0 and 2 * right <= peers)
    return Severity.WARNING if doubtful else severity
