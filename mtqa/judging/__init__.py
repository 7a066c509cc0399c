"""Judging: score, decide and explain the segments of one group, which share their statistics.

A group is what may be compared: one language pair of a run, or one `group` of a table. Its candidate sets are gone
through twice, and never held; once more where a metric has statistics of the run and cannot wait for them:

    for_run     metrics count what they need                                        (judging/measure.py)
    measure     utilities and terms of every segment, kept on disk; engine priors, twins, a sample for the scales
    results     score, decide, explain

What can be is worked out for all segments of a window that have equally many voters at once, in arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import permutations, tee
from typing import NamedTuple

import numpy as np

from mtqa.checks import run_checks
from mtqa.consensus import choice
from mtqa.consensus.decide import Poll, decide
from mtqa.consensus.explain import Meaning, explain
from mtqa.consensus.mix import Mixture
from mtqa.consensus.score import Scored, engines_of, voted
from mtqa.consensus.squares import Flags, Squares, means, of_rows, rows_of
from mtqa.consensus.verdicts import Voters, verdicts
from mtqa.judging.measure import Block, Measured
from mtqa.judging.rules import PRIOR_METRIC, Rules, Sets, is_share, tells_meaning
from mtqa.judging.standing import Standing, primaries
from mtqa.model import CandidateSet, Finding, Result, Severity, Status, Utilities, Verdict
from mtqa.ports import JsonObject

__all__ = ["AGREEMENT", "PRIOR_METRIC", "Judge", "Rules", "is_share", "signatures_of"]

AGREEMENT = "agreement"  # the mixed and rescaled utility, beside the metrics that it is made of


class _Segment(NamedTuple):
    """A candidate set as it votes, the utilities between the samples of each engine, and the findings."""

    found: CandidateSet
    within: Mapping[str, Scored]
    findings: tuple[Finding, ...] = ()


_Window = tuple[list[_Segment], list[Block]]


class Judge:
    """Judges one group. `sets` gives its candidate sets, window by window, the same each time it is called."""

    def __init__(self, rules: Rules, sets: Sets) -> None:
        self._rules, self._sets = rules, sets
        self._measured = measured = Measured(rules, sets)
        weights = {name: rules.weights.get(name, 1.0) for name in rules.metrics}
        self.scales = measured.scales()
        natural = {name: scale for name, scale in self.scales.items() if not is_share(rules.metrics[name])}
        self._choice, self._agreement = Mixture(weights, natural), Mixture(weights, self.scales)
        self._meaning = Mixture({name: 1.0 for name, one in rules.metrics.items() if tells_meaning(one)}, self.scales)
        self._kin = measured.twins.kinship(rules.families, rules.decide.kin_vote)
        self.priors = measured.priors.values(measured.twins.engines, self._kin.weights(measured.twins.engines))
        self._standing = Standing(rules.decide, self.priors, self._kin)
        self.signatures = {AGREEMENT: self._agreement.signature}
        self.signatures |= {name: metric.signature for name, metric in measured.metrics.items()}

    def results(self) -> Iterator[list[Result]]:
        """The results, window by window, without risk. Once: what was kept on disk is given back at the end."""
        try:
            for segments, blocks in self._checked(self._voting()):
                found = {place: one for block in blocks for place, one in self._judged(block, segments)}
                yield [found[place] for place in range(len(segments))]
        finally:
            self._measured.kept.close()

    @property
    def statistics(self) -> JsonObject:
        """What was measured over the group, for the manifest."""
        kin = sorted((*pair, alike) for pair, alike in self._kin.dependence.items() if pair[0] < pair[1])
        scales = self.scales.items()
        return {
            "segments": self._measured.segments,
            "metrics": self.signatures,
            "scales": {n: {"unrelated": round(s.unrelated, 6), "identical": round(s.identical, 6)} for n, s in scales},
            "priors": {engine: round(prior, 6) for engine, prior in self.priors.items()},
            "kin": [{"engines": [one, other], "dependence": round(alike, 6)} for one, other, alike in kin],
        }

    def _voting(self) -> Iterator[_Window]:
        """The candidate sets as they vote, with what was kept of them, window by window."""
        for window, kept in zip(self._sets(), self._measured.kept, strict=True):
            votes = [voted(found, places) for found, places in zip(window, kept.votes, strict=True)]
            yield list(map(_Segment, votes, kept.within)), kept.blocks

    def _checked(self, windows: Iterator[_Window]) -> Iterator[_Window]:
        """The windows with the findings on their segments."""
        checks = self._measured.watching.checks()
        if not checks:
            yield from windows
            return
        windows, ahead = tee(windows)  # checks look some segments ahead, fewer than a window has
        findings = run_checks((one.found for some, _ in ahead for one in some), checks, self._rules.ignores)
        for segments, blocks in windows:
            told = zip(segments, findings)  # noqa: B905 - the next findings are of the next window
            yield [one._replace(findings=found) for one, found in told], blocks

    def _judged(self, block: Block, window: Sequence[_Segment]) -> Iterator[tuple[int, Result]]:
        """The results of a block, each with its place in the window."""
        segments = [window[place] for place in block.places]
        voting = [self._standing.voters(one.found, engines_of(one.found)) for one in segments]
        squares = self._squares(block)
        agreements = self._agreement.pairs(squares, _shape(block))
        decided = self._decided(block, segments, voting, squares, agreements)
        alike = self._meaning.pairs(squares, _shape(block)) if self._meaning.weights else None
        told = {AGREEMENT: agreements} | squares
        every = [rows_of(found) for found in told.values()]
        absent = any(np.isnan(rows).any() for rows in every)
        utilities_of = _known if absent else Utilities
        rows = zip(*(rows.tolist() for rows in every), strict=True)
        for row, (segment, voters, verdict, values) in enumerate(zip(segments, voting, decided, rows, strict=True)):
            if segment.found.segment.protected:
                yield block.places[row], Result(segment.found, (), {}, Verdict(Status.PROTECTED, None, ()))
                continue
            pairs = _pairs(voters.engines)
            utilities = {
                name: utilities_of(self.signatures[name], pairs, own) for name, own in zip(told, values, strict=True)
            }
            meaning = _known("", pairs, rows_of(alike[row : row + 1])[0].tolist()) if alike is not None else None
            yield block.places[row], self._result(segment, verdict, utilities, meaning)

    def _squares(self, block: Block) -> dict[str, Squares]:
        """Metric -> its utilities, in configured order."""
        voters = block.length.shape[1]
        packed = {
            name: of_rows(metric.unpacked(block.packed[name]), voters) for name, metric in self._measured.packed.items()
        }
        known = block.utilities | packed
        return {name: known[name] for name in self._measured.metrics}

    def _decided(
        self,
        block: Block,
        segments: Sequence[_Segment],
        voting: Sequence[Voters],
        squares: Mapping[str, Squares],
        agreements: Squares,
    ) -> Iterator[Verdict]:
        """The verdicts on the segments of a block, without reasons."""
        weights = self._standing.weights(voting)
        support, priors = self._choice.parts(squares), self._standing.priors(voting)
        parts = choice.scores(support, priors, block.length, block.checks, weights)
        poll = Poll(
            agreements,
            _barred(block.blank, segments, voting),
            choice.totals(parts),
            primaries(voting),
            self._standing.votes(voting),
            weights,
        )
        settings = self._rules.decide
        return verdicts(voting, decide(poll, settings), parts, settings.margin)

    def _result(
        self, segment: _Segment, verdict: Verdict, utilities: Mapping[str, Utilities], alike: Utilities | None
    ) -> Result:
        found, settings = segment.found, self._rules.decide
        if verdict.status is Status.DIVERGENT or segment.findings or verdict.status is Status.UNDECIDED:
            pairs = dict(zip(utilities[AGREEMENT].pairs, utilities[AGREEMENT].values, strict=True))
            divergent = verdict.status is Status.DIVERGENT
            traits = self._measured.sources.traits(found.segment.source.plain) if divergent else ()
            meaning = (
                Meaning(dict(zip(alike.pairs, alike.values, strict=True)), settings.agree_at)
                if divergent and alike and alike.pairs
                else None
            )
            reasons = explain(found, segment.findings, pairs, verdict, settings, meaning=meaning, traits=traits)
            verdict = replace(verdict, reasons=reasons)
        return Result(found, segment.findings, utilities, verdict, self_agreement=self._self_agreement(segment.within))

    def _self_agreement(self, within: Mapping[str, Scored]) -> dict[str, float]:
        """How much the samples of each engine agree with each other."""
        found = {}
        for engine, scored in within.items():
            shape = next(iter(scored.values())).shape
            found[engine] = float(means(rows_of(self._agreement.pairs(scored, shape)))[0])
        return {engine: alike for engine, alike in found.items() if alike == alike}  # noqa: PLR0124 - NaN


def _barred(blank: Flags, segments: Sequence[_Segment], voting: Sequence[Voters]) -> Flags:
    """Which candidates cannot be chosen: those without text, and those with an error."""
    barred = blank.copy()
    for row, (segment, voters) in enumerate(zip(segments, voting, strict=True)):
        for finding in segment.findings:
            if finding.severity is Severity.ERROR and finding.engine in voters.engines:
                barred[row, voters.engines.index(finding.engine)] = True
    return barred


def _known(signature: str, pairs: Sequence[tuple[str, str]], values: Sequence[float]) -> Utilities:
    """The utilities of one segment without those that are NaN."""
    known = [(pair, value) for pair, value in zip(pairs, values, strict=True) if value == value]  # noqa: PLR0124 - NaN
    return Utilities(signature, tuple(pair for pair, _ in known), [value for _, value in known])


@lru_cache(maxsize=1 << 10)
def _pairs(engines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The ordered pairs of the engines. Kept, so that the pairs of a run are the same objects."""
    return tuple(permutations(engines, 2))


def _shape(block: Block) -> tuple[int, int, int]:
    segments, voters = block.length.shape
    return segments, voters, voters


def signatures_of(statistics: Sequence[JsonObject]) -> dict[str, str]:
    """Metric -> its signature over all groups; they differ where statistics of the group are in it."""
    found: dict[str, list[str]] = {}
    for group in statistics:
        for name, signature in group["metrics"].items():
            if signature not in found.setdefault(name, []):
                found[name].append(signature)
    few = 3
    return {
        name: " ; ".join(some) if len(some) <= few else f"{some[0]} ; and {len(some) - 1} more, one a group"
        for name, some in found.items()
    }
