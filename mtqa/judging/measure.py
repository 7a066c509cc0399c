"""Measure: what is found out about a group, and about each of its segments, before anything can be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from mtqa.checks import Watching
from mtqa.consensus import mix
from mtqa.consensus.kin import Twins
from mtqa.consensus.mix import Mixture, Scale
from mtqa.consensus.prior import Priors
from mtqa.consensus.sampling import Sampling
from mtqa.consensus.score import Scored, Voting, by_size, compare, comparison, vote
from mtqa.consensus.source import Sources
from mtqa.consensus.squares import Flags, Floats, Squares
from mtqa.consensus.terms import Weights, terms
from mtqa.judging.rules import PRIOR_METRIC, Rules, Sets
from mtqa.metrics.bags import words
from mtqa.metrics.features import features
from mtqa.ports import Metric, RunMetric
from mtqa.rows import Packed, Packing, PackingMetric
from mtqa.store.spool import Spool


@dataclass(slots=True)
class Block:
    """Segments of one window with equally many voters, and what was measured of them.

    `places`: where they stand in the window. `utilities`: metric -> squares. `packed`: metric -> what it will make
    squares of when the whole group is known. `length`, `checks`, (segments, voters): the terms of the score; `blank`:
    candidates without text for a source that has some.
    """

    places: list[int]
    utilities: dict[str, Squares]
    packed: dict[str, Any]
    length: Floats
    checks: Floats
    blank: Flags


@dataclass(slots=True)
class Window:
    """What was measured of a window.

    By segment, of each engine with samples: `within`, the utilities between them; `votes`, which one casts the vote.
    """

    blocks: list[Block]
    within: list[Mapping[str, Scored]]
    votes: list[Mapping[str, int]]


class Measured:
    """The first sweep over a group: every window measured and kept on disk; engine priors, twins, a few samples."""

    def __init__(self, rules: Rules, sets: Sets) -> None:
        self.kept, self.segments = Spool(), 0
        self.priors, self.twins, self.sources = Priors(), Twins(), Sources(words)
        self.watching = Watching(rules.checks)
        self._sampling = Sampling()
        settings = rules.decide
        self._weights = Weights(settings.length, settings.missing, settings.faults, settings.empty)
        self._packings = _packings(rules)
        self._metrics = _for_run({n: m for n, m in rules.metrics.items() if n not in self._packings}, sets)
        # Samples of one engine are compared before any scale is known: their order is all that matters.
        self._mixture = Mixture({name: rules.weights.get(name, 1.0) for name in rules.metrics}, {})
        for window in sets():
            voting = vote(window, self._metrics, self._mixture)
            self.kept.add(self._window(voting))
            self.sources.see([one.found.segment.source.plain for one in voting if not one.found.segment.protected])
            for one in voting:
                self._see(one)
        self.packed: dict[str, Packed] = {name: packing.metric() for name, packing in self._packings.items()}
        known: dict[str, Metric] = {**self._metrics, **self.packed}
        self.metrics = {name: known[name] for name in rules.metrics}

    def scales(self) -> dict[str, Scale]:
        """Metric -> where its scale begins and ends in this group."""
        unrelated, identical = self._sampling.unrelated(), self._sampling.identical()
        found = {}
        for name, metric in self.metrics.items():
            low, high = (
                list(chain.from_iterable(u.values() for u in metric.utilities(c))) for c in (unrelated, identical)
            )
            found[name] = mix.measured(low, high)
        return found

    def _window(self, voting: Sequence[Voting]) -> Window:
        compared = [one.compared for one in voting]
        sizes = by_size(compared)
        utilities = {name: compare(metric, compared, sizes) for name, metric in self._metrics.items()}
        blocks = []
        for size, places in sizes.items():
            block = self._block([voting[place] for place in places], places)
            block.utilities = {name: found[size] for name, found in utilities.items()}
            squares = block.utilities.get(PRIOR_METRIC)
            if squares is None:
                squares = self._mixture.pairs(block.utilities, (len(places), size, size))
            self.priors.see(squares, [voting[place].engines for place in places])
            blocks.append(block)
        return Window(blocks, [one.within for one in voting], [one.places for one in voting])

    def _block(self, some: Sequence[Voting], places: list[int]) -> Block:
        """What is measured of segments with equally many voters, without the utilities."""
        compared = [one.compared for one in some]
        languages = [one.found.segment.target_lang for one in some]
        packed = {name: packing.pack(compared) for name, packing in self._packings.items()}
        length, checks, blank = terms(compared, languages, self._weights, features)
        asked = np.array([bool(one.source.strip()) for one in compared], dtype=bool)
        return Block(places, {}, packed, length, checks, blank & asked[:, None])

    def _see(self, one: Voting) -> None:
        self.segments += bool(one.engines)
        self.watching.see(one.found)
        self._sampling.see(one.compared)
        self.twins.see(one.engines, one.compared.texts)


def _packings(rules: Rules) -> dict[str, Packing]:
    """The packings of metrics that can wait for the second sweep: if nothing in the first one needs their utilities."""
    if rules.sampled or PRIOR_METRIC not in rules.metrics:
        return {}
    return {name: metric.packing() for name, metric in rules.metrics.items() if isinstance(metric, PackingMetric)}


def _for_run(metrics: Mapping[str, Metric], sets: Sets) -> dict[str, Metric]:
    """The metrics with the statistics of the group, where they have any. Each of those streams over it once."""
    return {
        name: metric.for_run(map(comparison, chain.from_iterable(sets()))) if isinstance(metric, RunMetric) else metric
        for name, metric in metrics.items()
    }
