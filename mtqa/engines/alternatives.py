"""The proposals that are already in the file (alt-trans, mtc:match), as a voter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mtqa.engines.matching import adapted, checked_rate, comparable, match_rate
from mtqa.languages import primary
from mtqa.model import Alternative, Missing, Segment
from mtqa.ports import Answer, Capabilities, NoAnswer, Outcome, Query

_NO_VOTE = frozenset({"rejected", "reference"})
_MACHINE = re.compile(r"\bmt\b|machine", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%?\s*")


class AlternativesEngine:
    """Proposes the best alternative of each segment: of the closest source, then of the highest quality.

    `origin`: only alternatives whose origin contains this. `min_rate`: how close the source of an alternative must
    be to the segment's, 0..1; 1 takes exact matches alone. Not voters are: rejected and reference alternatives,
    previous versions of another source, other target languages, empty ones, the word "null" that XTM exports, what
    mtqa itself proposed earlier, and alternatives from an engine that votes itself.
    """

    capabilities = Capabilities(max_items=1000, max_chars=1_000_000, remote=False, peeled=False)

    def __init__(self, other_engines: Sequence[str], origin: str = "", min_rate: float = 1.0) -> None:
        self.origin, self.min_rate = origin, checked_rate("alternatives", min_rate)
        self._others = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in other_engines]

    @property
    def signature(self) -> str:
        """Which alternatives count."""
        return f"alternatives|{self.origin}|{self.min_rate:g}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """The best alternative of each query's segment."""
        for query in batch:
            rated = list(self._rated(query.segment))
            best = max(rated, key=lambda found: found[:2], default=None)
            if best is None:
                yield NoAnswer(query.id, Missing.ABSTAINED, "no alternative in the file")
            elif best[0] < self.min_rate:
                reason = f"best match {best[0]:.0%}, {self.min_rate:.0%} needed"
                yield NoAnswer(query.id, Missing.ABSTAINED, reason)
            else:
                target = adapted(best[2].target, best[2].source, query.segment.source)
                yield Answer(query.id, target, match=best[0])

    def close(self) -> None:
        """Nothing to give back."""

    def _rated(self, segment: Segment) -> Iterator[tuple[float, float, Alternative]]:
        """(match rate, quality, alternative) of those that may vote; the first of equals wins."""
        for alternative in segment.alternatives:
            if self._votes(alternative, segment):
                yield _rate(alternative, segment), _quality(alternative), alternative

    def _votes(self, alternative: Alternative, segment: Segment) -> bool:
        origin, text = alternative.origin, alternative.target.plain.strip()
        if alternative.kind in _NO_VOTE or not text or (text == "null" and segment.source.plain.strip() != "null"):
            return False
        if alternative.kind == "previous-version" and not _same_source(alternative, segment):
            return False
        if alternative.lang and primary(alternative.lang) != primary(segment.target_lang):
            return False
        if origin.startswith("mtqa:") or self.origin.casefold() not in origin.casefold():
            return False
        return not any(other.search(origin) for other in self._others)


def _same_source(alternative: Alternative, segment: Segment) -> bool:
    return alternative.source is not None and comparable(alternative.source) == comparable(segment.source)


def _rate(alternative: Alternative, segment: Segment) -> float:
    """By the sources where both are there; else as the tool says; machine translation is of this very source."""
    if alternative.source is not None:
        return match_rate(alternative.source, segment.source)
    if alternative.similarity is not None:
        return alternative.similarity
    machine = alternative.kind == "mt" or _MACHINE.search(alternative.origin)
    return 1.0 if machine or alternative.quality is None else _quality(alternative)


def _quality(alternative: Alternative) -> float:
    """Match quality as a share: `87%`, `87` and `0.87` occur. 0 for words, which some tools write."""
    match = _NUMBER.fullmatch(alternative.quality or "")
    if not match:
        return 0.0
    value = float(match[1])
    return min(value if value <= 1 and "." in match[1] else value / 100, 1.0)
