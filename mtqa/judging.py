"""Judging: score, decide and explain the segments of one group, which share their statistics.

A group is what may be compared: one language pair of a run, or one `group` of a table. Its candidate sets are gone
through twice, or three times where a metric has statistics of the run (token weights), and never held:

    for_run     metrics count what they need                                (only for metrics with statistics)
    measure     utilities of every segment, kept on disk; engine priors, twins, a sample for the scales
    results     score, decide, explain
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, repeat, tee
from typing import NamedTuple

from mtqa.checks import Checks, Ignores, Watching, run_checks
from mtqa.consensus import choice, mix
from mtqa.consensus.decide import DecideSettings, Standing, decide
from mtqa.consensus.explain import Meaning, explain
from mtqa.consensus.kin import Twins
from mtqa.consensus.mix import Mixture, Scale
from mtqa.consensus.prior import Priors
from mtqa.consensus.sampling import Sampling
from mtqa.consensus.score import Scored, comparison, engines_of, names_of, score, voted
from mtqa.consensus.source import Sources
from mtqa.model import CandidateSet, Finding, Result, Severity, Status, Utilities, Verdict
from mtqa.ports import Comparison, JsonObject, Metric, RunMetric
from mtqa.store.spool import Spool

Windows = Iterator[list[CandidateSet]]
Places = Mapping[str, int]  # engine with samples -> which of them casts the vote
AGREEMENT = "agreement"  # the mixed and rescaled utility, beside the metrics that it is made of
PRIOR_METRIC = "chrf"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a group is judged by. `weights`: metric -> weight; `families`: engine -> family."""

    metrics: Mapping[str, Metric]
    weights: Mapping[str, float]
    checks: Checks
    decide: DecideSettings
    families: Mapping[str, str]
    ignores: Ignores = field(default_factory=Ignores)


class _Vote(NamedTuple):
    """A candidate set as it votes, its utilities, and those between the samples of each engine."""

    found: CandidateSet
    utilities: Scored
    within: Mapping[str, Scored]


class Judge:
    """Judges one group. `sets` gives its candidate sets, window by window, the same each time it is called."""

    def __init__(self, rules: Rules, sets: Callable[[], Windows]) -> None:
        self._rules, self._sets = rules, sets
        self._kept = Spool()
        self._metrics = _for_run(rules.metrics, sets)
        weights = {name: rules.weights.get(name, 1.0) for name in rules.metrics}
        self._sampling, self._priors, self._twins = Sampling(), Priors(), Twins()
        self._watching, self._sources = Watching(rules.checks), Sources()
        # Samples of one engine are compared before any scale is known: their order is all that matters.
        self._segments = self._measure(Mixture(weights, {}))
        self.scales = _scales(self._metrics, self._sampling)
        natural = {name: scale for name, scale in self.scales.items() if not is_share(rules.metrics[name])}
        self._choice, self._agreement = Mixture(weights, natural), Mixture(weights, self.scales)
        self._meaning = Mixture({name: 1.0 for name, one in rules.metrics.items() if tells_meaning(one)}, self.scales)
        self._kin = self._twins.kinship(rules.families, rules.decide.kin_vote)
        self.priors = self._priors.values(self._twins.engines, self._kin.weights(self._twins.engines))
        self.signatures = {AGREEMENT: self._agreement.signature} | {n: m.signature for n, m in self._metrics.items()}

    def results(self) -> Iterator[list[Result]]:
        """The results, window by window, without risk. Once: what was kept on disk is given back at the end."""
        try:
            windows, findings = self._checked(self._voting())
            for window in windows:
                told = list(islice(findings, len(window)))
                yield [self._judge(vote, found) for vote, found in zip(window, told, strict=True)]
        finally:
            self._kept.close()

    @property
    def statistics(self) -> JsonObject:
        """What was measured over the group, for the manifest."""
        kin = sorted((*pair, alike) for pair, alike in self._kin.dependence.items() if pair[0] < pair[1])
        scales = self.scales.items()
        return {
            "segments": self._segments,
            "metrics": self.signatures,
            "scales": {n: {"unrelated": round(s.unrelated, 6), "identical": round(s.identical, 6)} for n, s in scales},
            "priors": {engine: round(prior, 6) for engine, prior in self.priors.items()},
            "kin": [{"engines": [one, other], "dependence": round(alike, 6)} for one, other, alike in kin],
        }

    def _measure(self, mixture: Mixture) -> int:
        """Score every segment and keep the utilities; returns how many segments were compared."""
        segments = 0
        for window in self._sets():
            voting = score(window, self._metrics, mixture)
            self._kept.add([(vote.utilities, vote.within, vote.places) for vote in voting])
            for vote in voting:
                self._watching.see(vote.found)
                if not vote.found.segment.protected:
                    self._sources.see(vote.found.segment.source.plain)
                voters = engines_of(vote.found)
                self._sampling.see(vote.compared)
                self._twins.see(voters, vote.compared.texts)
                self._priors.see(vote.utilities.get(PRIOR_METRIC) or mixture.pairs(vote.utilities, voters))
                segments += bool(voters)
        return segments

    def _checked(self, windows: Iterator[list[_Vote]]) -> tuple[Iterator[list[_Vote]], Iterator[tuple[Finding, ...]]]:
        """The windows again, and the findings on their segments: to be read in step."""
        checks = self._watching.checks()
        if not checks:
            return windows, repeat(())
        windows, ahead = tee(windows)  # checks look one segment ahead, so at most one window
        return windows, run_checks((vote.found for window in ahead for vote in window), checks, self._rules.ignores)

    def _voting(self) -> Iterator[list[_Vote]]:
        """The candidate sets as they vote, with what was kept of them, window by window."""
        for window, kept in zip(self._sets(), self._kept, strict=True):
            yield [
                _Vote(voted(found, places), utilities, within)
                for found, (utilities, within, places) in zip(window, kept, strict=True)
            ]

    def _judge(self, vote: _Vote, findings: tuple[Finding, ...]) -> Result:
        found, utilities, settings = vote.found, vote.utilities, self._rules.decide
        if found.segment.protected:
            return Result(found, (), {}, Verdict(Status.PROTECTED, None, ()))
        voters, compared = engines_of(found), comparison(found)
        agreements = self._agreement.pairs(utilities, voters)
        barred = {finding.engine for finding in findings if finding.severity is Severity.ERROR}
        if compared.source.strip():
            barred |= {engine for engine, text in zip(voters, compared.texts, strict=True) if not text.strip()}
        verdict = decide(voters, agreements, barred, settings, self._standing(found, compared, utilities))
        divergent = verdict.status is Status.DIVERGENT
        traits = self._sources.traits(found.segment.source.plain) if divergent else ()
        alike = self._meaning.pairs(utilities, voters) if divergent and self._meaning.weights else {}
        meaning = Meaning(alike, settings.agree_at) if alike else None
        reasons = explain(found, findings, agreements, verdict, settings, meaning=meaning, traits=traits)
        return Result(
            found,
            findings,
            {
                name: Utilities(self.signatures[name], pairs)
                for name, pairs in ({AGREEMENT: agreements} | utilities).items()
            },
            replace(verdict, reasons=reasons),
            self_agreement={engine: self._alike(scored) for engine, scored in vote.within.items()},
        )

    def _standing(self, found: CandidateSet, compared: Comparison, utilities: Scored) -> Standing:
        """Scores and votes of the voters of one segment."""
        voters, settings = engines_of(found), self._rules.decide
        primary = found.primary or settings.primary
        weights = self._kin.weights(voters)
        parts = self._choice.parts(utilities, voters)
        priors = {} if primary in voters or not settings.prior else self.priors
        scores = choice.scores(compared, voters, found.segment.target_lang, parts, priors, weights, settings)
        return Standing(scores, self._kin.votes(voters) if weights else None, weights, primary)

    def _alike(self, samples: Scored) -> float:
        """How much the samples of an engine agree with each other."""
        pairs = self._agreement.pairs(samples, names_of(samples))
        return sum(pairs.values()) / len(pairs)


def is_share(metric: Metric) -> bool:
    """Whether a metric says of itself that its utilities are the share of two texts that they have in common."""
    return bool(getattr(metric, "is_share", False))


def tells_meaning(metric: Metric) -> bool:
    """Whether a metric says of itself that it sees what texts mean, in whatever words."""
    return bool(getattr(metric, "tells_meaning", False))


def _for_run(metrics: Mapping[str, Metric], sets: Callable[[], Windows]) -> dict[str, Metric]:
    """The metrics with the statistics of the group, where they have any. Each of those streams over it once."""

    def comparisons() -> Iterator[Comparison]:
        return map(comparison, chain.from_iterable(sets()))

    return {
        name: metric.for_run(comparisons()) if isinstance(metric, RunMetric) else metric
        for name, metric in metrics.items()
    }


def _scales(metrics: Mapping[str, Metric], sampling: Sampling) -> dict[str, Scale]:
    """Metric -> where its scale begins and ends in this group."""
    unrelated, identical = sampling.unrelated(), sampling.identical()
    found = {}
    for name, metric in metrics.items():
        low, high = (list(chain.from_iterable(u.values() for u in metric.utilities(c))) for c in (unrelated, identical))
        found[name] = mix.measured(low, high)
    return found


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
