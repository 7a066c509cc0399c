"""Score: the utilities between the candidates of each segment, by each metric."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mtqa.model import CandidateSet, Utilities
from mtqa.ports import Comparison

if TYPE_CHECKING:
    from mtqa.ports import Metric


def score(batch: Sequence[CandidateSet], metrics: Mapping[str, Metric]) -> list[dict[str, Utilities]]:
    """Per candidate set: metric name -> utilities. Texts are compared plain (codes out) and NFC-normalised."""
    comparisons = [
        Comparison(_comparable(found.segment.source.plain), tuple(_comparable(c.text.plain) for c in found.candidates))
        for found in batch
    ]
    scored: list[dict[str, Utilities]] = [{} for _ in batch]
    for name, metric in metrics.items():
        for found, values, all_of_it in zip(batch, metric.utilities(comparisons), scored, strict=True):
            engines = [candidate.engine for candidate in found.candidates]
            pairs = {(engines[h], engines[r]): value for (h, r), value in values.items()}
            all_of_it[name] = Utilities(metric.signature, pairs)
    return scored


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text)
