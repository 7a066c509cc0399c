"""Score: the utilities between the candidates of each segment, by each metric."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from mtqa.model import CandidateSet, Utilities
from mtqa.ports import Comparison, Metric, RunMetric


def score(batch: Sequence[CandidateSet], metrics: Mapping[str, Metric]) -> list[dict[str, Utilities]]:
    """Per candidate set: metric name -> utilities. Texts are compared plain (codes out) and NFC-normalised."""
    comparisons = [comparison(found) for found in batch]
    scored: list[dict[str, Utilities]] = [{} for _ in batch]
    for name, metric in metrics.items():
        for found, values, all_of_it in zip(batch, metric.utilities(comparisons), scored, strict=True):
            engines = [candidate.engine for candidate in found.candidates]
            pairs = {(engines[h], engines[r]): value for (h, r), value in values.items()}
            all_of_it[name] = Utilities(metric.signature, pairs)
    return scored


def for_run(metrics: Mapping[str, Metric], sets: Callable[[], Iterable[CandidateSet]]) -> dict[str, Metric]:
    """The metrics with the statistics of the run, where they have any. Each of those streams over `sets()` once."""
    return {
        name: metric.for_run(map(comparison, sets())) if isinstance(metric, RunMetric) else metric
        for name, metric in metrics.items()
    }


def comparison(found: CandidateSet) -> Comparison:
    """The texts of a candidate set as metrics see them."""
    texts = tuple(_comparable(candidate.text.plain) for candidate in found.candidates)
    return Comparison(_comparable(found.segment.source.plain), texts)


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text)
