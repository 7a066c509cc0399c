"""Explain: from findings, utilities, clusters and the source to reasons with evidence. Pure.

    no_quorum          too few candidates to elect, or none without an error
    formatting_error   codes, placeholders, punctuation, characters
    hallucination      content that neither the source nor the others have
    omission           content that is gone
    terminology        a term that is not the glossary's
    semantic_drift     well-formed, but its meaning stands apart: a negation, an outlier, candidates in camps
    unusual_input      the engines scatter, or the source is unlike the rest of the run
    paraphrase         the surface differs and the meaning agrees, by a metric of meaning

The first reason is the main one: what keeps the segment from being decided, then errors, then what stands apart or how
the candidates fall into clusters, then warnings. Agreed segments get reasons only for errors in what was discarded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mtqa.consensus.mix import Pairs
from mtqa.consensus.settings import DecideSettings
from mtqa.issues import REASONS, issue_of
from mtqa.model import CandidateSet, Finding, Reason, Severity, Status, Verdict

_MEANING = {
    1: "; one alone is a translation without evidence",
    2: "; two can be measured against each other and elect nobody",
}
_ORDER = tuple(REASONS)
_TELLING = frozenset(
    ("numbers", "length", "length_ratio", "omission", "addition", "names", "negation", "untranslated", "language")
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric of meaning says of one segment: its utilities, and from where on two mean the same to it."""

    pairs: Pairs
    same_at: float


def explain(
    found: CandidateSet,
    findings: Sequence[Finding],
    pairs: Pairs,
    verdict: Verdict,
    settings: DecideSettings,
    *,
    meaning: Meaning | None = None,
    traits: Sequence[str] = (),
) -> tuple[Reason, ...]:
    """The reasons for `verdict`, the main one first.

    `traits`: what is unusual about the source (`consensus.source`).
    """
    doubtful = verdict.status in (Status.DIVERGENT, Status.UNDECIDED)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    total = len(found.candidates)
    reasons = [*_quorum(found, verdict, settings), *_from_findings(errors, total)]
    if doubtful:
        warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
        explained = {finding.engine for finding in findings if finding.check in _TELLING or finding in errors}
        apart = [engine for engine in verdict.outliers if engine not in explained]
        reasons += _from_findings([f for f in warnings if f.check in _TELLING and f.engine in verdict.outliers], total)
        reasons += _apart(apart, verdict)
        if verdict.status is Status.DIVERGENT:
            reasons += _clustered(verdict, pairs, settings, meaning, traits, settled=bool(errors))
        reasons += _from_findings(warnings, total)
    return tuple(dict.fromkeys(reasons))


def _quorum(found: CandidateSet, verdict: Verdict, settings: DecideSettings) -> Iterator[Reason]:
    if verdict.status is not Status.UNDECIDED:
        return
    asked = len(found.candidates) + len(found.failures)
    if len(verdict.voters) < settings.min_voters:
        silent = tuple(failure.engine for failure in found.failures)
        evidence = (
            f"{len(verdict.voters)} of {asked} engines have a candidate, {settings.min_voters} are needed to elect"
            f"{_MEANING.get(len(verdict.voters), '')}"
        )
        yield Reason("no_quorum", silent, evidence)
    else:
        yield Reason("no_quorum", verdict.voters, "every candidate has an error")


def _from_findings(findings: Sequence[Finding], candidates: int) -> list[Reason]:
    """One reason for each distinct fault, naming the engines that share it; in the order of the codes."""
    if not findings:
        return []
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[issue_of(finding.check, finding.message).reason, finding.message].append(finding)
    reasons = []
    for (code, message), group in groups.items():
        engines = tuple(dict.fromkeys(finding.engine for finding in group))
        told = message if group[0].shared else f"{message} in {len(engines)} of {candidates}"
        its = issue_of(group[0].check, message).its
        reasons.append(Reason(code, engines, f"{told}: {', '.join(engines)}", its))
    return sorted(reasons, key=lambda reason: _ORDER.index(reason.code))


def _apart(engines: Sequence[str], verdict: Verdict) -> Iterator[Reason]:
    for engine in engines:
        others = [utility for voter, utility in verdict.expected.items() if voter not in verdict.outliers]
        if others:
            rest = sum(others) / len(others)
            evidence = f"agreement {verdict.expected[engine]:.2f}, the others {rest:.2f}: {engine}"
            yield Reason("semantic_drift", (engine,), evidence)


def _clustered(
    verdict: Verdict,
    pairs: Pairs,
    settings: DecideSettings,
    meaning: Meaning | None,
    traits: Sequence[str],
    *,
    settled: bool,
) -> Iterator[Reason]:
    """How the candidates fall apart; what is unusual about the source comes first where they scatter."""
    groups, size = clusters(verdict.voters, pairs, settings.agree_at), len(verdict.voters)
    split = " against ".join(", ".join(group) for group in groups)
    counts = " : ".join(str(len(group)) for group in groups)
    source = f"; the source is {', '.join(traits)}" if traits else ""
    scattered = len(groups) == size
    same = meaning and len(clusters(verdict.voters, meaning.pairs, meaning.same_at)) == 1
    if meaning and same:
        least = min(meaning.pairs.values(), default=0.0)
        evidence = f"{counts} by their words, one meaning (at least {least:.2f}): {', '.join(verdict.voters)}"
        yield Reason("paraphrase", verdict.voters, evidence)
    elif scattered:
        best = max(pairs.values(), default=0.0)
        evidence = f"no two of {size} candidates agree at {settings.agree_at:g} (best {best:.2f}){source}"
        yield Reason("unusual_input", verdict.voters, evidence)
    elif not settled or len(groups) > 1:
        yield Reason("semantic_drift", verdict.voters, f"{counts}: {split}")
    if traits and (same or not scattered):
        yield Reason("unusual_input", verdict.voters, f"the source is {', '.join(traits)}")


def clusters(voters: Sequence[str], pairs: Mapping[tuple[str, str], float], agree_at: float) -> list[list[str]]:
    """Voters joined by mutual agreement at `agree_at` or more (single linkage), largest first."""
    near_to = {pair for pair, utility in pairs.items() if utility >= agree_at}
    mutual = {(one, other) for one, other in near_to if (other, one) in near_to}
    groups: list[list[str]] = []
    for voter in voters:
        near = [group for group in groups if not mutual.isdisjoint([(voter, one) for one in group])] if mutual else []
        if near:
            groups = [group for group in groups if group not in near]
        groups.append([member for group in near for member in group] + [voter])
    return sorted(groups, key=len, reverse=True)
