"""Score: the utilities between the candidates of each segment, by each metric."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import permutations

from mtqa.consensus.mix import Mixture, Pairs
from mtqa.consensus.samples import cast, texts_of, voting
from mtqa.inline import Text
from mtqa.model import CandidateSet
from mtqa.ports import Comparison, Metric

Scored = dict[str, Pairs]  # metric name -> pairs


@dataclass(frozen=True, slots=True)
class Voting:
    """A candidate set in which every engine has one vote, with its utilities by metric.

    `within`: for engines that were asked several times, the utilities between their own samples, named "0", "1", ...
    in the order of the answers. `places`: for those, which sample casts the vote.
    """

    found: CandidateSet
    compared: Comparison
    utilities: Scored
    within: Mapping[str, Scored] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def score(batch: Sequence[CandidateSet], metrics: Mapping[str, Metric], mixture: Mixture) -> list[Voting]:
    """The utilities of each candidate set. Texts are compared plain (codes out) and NFC-normalised.

    `mixture` says how metrics are put together where samples of one engine are compared.
    """
    cast_votes = []
    for found, own in zip(batch, _within(batch, metrics), strict=True):
        samples = {engine: names_of(scored) for engine, scored in own.items()}
        places = {e: cast(mixture.pairs(scored, samples[e]), len(samples[e])) for e, scored in own.items()}
        cast_votes.append((voted(found, places), own, places))
    comparisons = [comparison(found) for found, _, _ in cast_votes]
    utilities = compare(comparisons, [engines_of(found) for found, _, _ in cast_votes], metrics)
    return [
        Voting(found, compared, scored, own, places)
        for (found, own, places), compared, scored in zip(cast_votes, comparisons, utilities, strict=True)
    ]


def voted(found: CandidateSet, places: Mapping[str, int]) -> CandidateSet:
    """The candidate set with the sample at its place as the text of each engine that has samples."""
    if not any(places.values()):
        return found
    candidates = tuple(voting(candidate, places.get(candidate.engine, 0)) for candidate in found.candidates)
    return replace(found, candidates=candidates)


def compare(
    comparisons: Sequence[Comparison], names: Sequence[tuple[str, ...]], metrics: Mapping[str, Metric]
) -> list[Scored]:
    """Per comparison: metric -> (hypothesis, reference) -> utility, by the names of its texts."""
    scored: list[Scored] = [{} for _ in comparisons]
    for metric_name, metric in metrics.items():
        for engines, values, all_of_it in zip(names, metric.utilities(comparisons), scored, strict=True):
            named = _named(engines)
            all_of_it[metric_name] = {named[pair]: value for pair, value in values.items()}
    return scored


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
    names = [tuple(map(str, range(len(c.texts)))) for c in comparisons]
    for (place, candidate), scored in zip(asked, compare(comparisons, names, metrics) if asked else [], strict=True):
        within[place][candidate.engine] = scored
    return within


def names_of(scored: Scored) -> list[str]:
    """The samples that were compared, in order."""
    return sorted({name for pairs in scored.values() for pair in pairs for name in pair}, key=int) or ["0"]


def _comparison(found: CandidateSet, texts: Iterable[Text]) -> Comparison:
    return Comparison(_comparable(found.segment.source.plain), tuple([_comparable(text.plain) for text in texts]))


def _comparable(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1 << 10)
def _named(engines: tuple[str, ...]) -> dict[tuple[int, int], tuple[str, str]]:
    """Ordered pair of places -> ordered pair of engines. Kept, so that the pairs of a run are the same objects."""
    places = range(len(engines))
    return {(h, r): (engines[h], engines[r]) for h, r in permutations(places, 2)}
