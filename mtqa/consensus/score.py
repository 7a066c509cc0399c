"""Score: the utilities between the candidates of each segment, by each metric."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from mtqa.consensus.mix import Mixture
from mtqa.consensus.samples import cast, texts_of, voting
from mtqa.consensus.squares import Squares, of_mappings, of_rows
from mtqa.frozen import frozen
from mtqa.inline import Text
from mtqa.model import CandidateSet
from mtqa.ports import Comparison, Metric
from mtqa.rows import RowMetric

Scored = Mapping[str, Squares]  # metric name -> utilities of segments with equally many voters


@frozen
class Voting:
    """A candidate set in which every engine has one vote.

    `within`: for engines that were asked several times, the utilities between their own samples, in the order of the
    answers. `places`: for those, which sample casts the vote.
    """

    found: CandidateSet
    compared: Comparison
    engines: tuple[str, ...]
    within: Mapping[str, Scored] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def vote(batch: Sequence[CandidateSet], metrics: Mapping[str, Metric], mixture: Mixture) -> list[Voting]:
    """The candidate sets as they vote. Texts are compared plain (codes out) and NFC-normalised.

    `mixture` says how metrics are put together where samples of one engine are compared.
    """
    if not any(candidate.samples for found in batch for candidate in found.candidates):  # so it is mostly
        return [Voting(found, comparison(found), engines_of(found)) for found in batch]
    cast_votes = []
    for found, own in zip(batch, _within(batch, metrics), strict=True):
        places = {engine: cast(mixture.pairs(scored, _shape(scored))) for engine, scored in own.items()}
        chosen = voted(found, places)
        cast_votes.append(Voting(chosen, comparison(chosen), engines_of(chosen), own, places))
    return cast_votes


def voted(found: CandidateSet, places: Mapping[str, int]) -> CandidateSet:
    """The candidate set with the sample at its place as the text of each engine that has samples."""
    if not any(places.values()):
        return found
    candidates = tuple(voting(candidate, places.get(candidate.engine, 0)) for candidate in found.candidates)
    return replace(found, candidates=candidates)


def by_size(comparisons: Iterable[Comparison]) -> dict[int, list[int]]:
    """Number of texts -> the places of the comparisons that have so many."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(comparisons):
        sizes[len(one.texts)].append(place)
    return sizes


def compare(
    metric: Metric, comparisons: Sequence[Comparison], sizes: Mapping[int, Sequence[int]]
) -> dict[int, Squares]:
    """Number of texts -> the utilities by one metric between the texts of the comparisons that have so many.

    `sizes`: what `by_size` says of the comparisons.
    """
    if isinstance(metric, RowMetric):
        every = {size: metric.rows([comparisons[place] for place in places]) for size, places in sizes.items()}
        return {size: of_rows(rows, size) for size, rows in every.items()}
    found = metric.utilities(comparisons)
    return {size: of_mappings([found[place] for place in places], size) for size, places in sizes.items()}


def comparison(found: CandidateSet) -> Comparison:
    """The texts of a candidate set as metrics see them."""
    return _comparison(found, [candidate.text for candidate in found.candidates])


def engines_of(found: CandidateSet) -> tuple[str, ...]:
    """The voters, in configured order."""
    return tuple([candidate.engine for candidate in found.candidates])


def _within(batch: Sequence[CandidateSet], metrics: Mapping[str, Metric]) -> list[dict[str, Scored]]:
    """Per candidate set: engine with samples -> the utilities between them."""
    asked = [
        (place, candidate) for place, found in enumerate(batch) for candidate in found.candidates if candidate.samples
    ]
    within: list[dict[str, Scored]] = [{} for _ in batch]
    comparisons = [_comparison(batch[place], texts_of(candidate)) for place, candidate in asked]
    sizes = by_size(comparisons)
    found = {name: compare(metric, comparisons, sizes) for name, metric in metrics.items()} if asked else {}
    rows = {one: (size, row) for size, places in sizes.items() for row, one in enumerate(places)}
    for one, (place, candidate) in enumerate(asked):
        size, row = rows[one]
        within[place][candidate.engine] = {name: every[size][row : row + 1] for name, every in found.items()}
    return within


def _shape(scored: Scored) -> tuple[int, ...]:
    return next(iter(scored.values())).shape


def _comparison(found: CandidateSet, texts: Iterable[Text]) -> Comparison:
    return Comparison(_comparable(found.segment.source.plain), tuple([_comparable(text.plain) for text in texts]))


def _comparable(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)
