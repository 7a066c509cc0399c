"""Explain: from findings, utilities and the verdict to reasons with evidence. Pure.

    formatting_error   codes or placeholders broken
    hallucination      content that neither the source nor the others have: numbers added, much longer
    omission           content that is gone: numbers missing, much shorter, empty, not translated
    semantic_drift     well-formed, but apart from the others
    unusual_input      the engines scatter
    no_quorum          too few candidates to elect, or none without an error

The first reason is the main one. Agreed segments get reasons only for errors in what was discarded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mtqa.consensus.decide import DecideSettings
from mtqa.consensus.mix import Pairs
from mtqa.model import CandidateSet, Finding, Reason, Severity, Status, Verdict

_MEANING = {
    1: "; one alone is a translation without evidence",
    2: "; two can be measured against each other and elect nobody",
}
ORDER = ("no_quorum", "formatting_error", "hallucination", "omission", "semantic_drift", "unusual_input")


def explain(
    found: CandidateSet, findings: Sequence[Finding], pairs: Pairs, verdict: Verdict, settings: DecideSettings
) -> tuple[Reason, ...]:
    """The reasons for `verdict`, the main one first."""
    doubtful = verdict.status in (Status.DIVERGENT, Status.UNDECIDED)
    telling = [f for f in findings if doubtful or f.severity is Severity.ERROR]
    reasons = [*_quorum(found, verdict, settings), *_from_findings(telling, len(found.candidates))]
    explained = {finding.engine for finding in telling}
    if doubtful:  # surface alone does not tell a drift from a paraphrase that the majority outvoted
        reasons += _apart([engine for engine in verdict.outliers if engine not in explained], verdict)
    # A divergent segment whose outliers explain nothing is a matter of how the candidates cluster.
    if verdict.status is Status.DIVERGENT and not any(
        r.code in ("formatting_error", "semantic_drift") for r in reasons
    ):
        reasons.append(_scatter(verdict, pairs, settings))
    return tuple(sorted(reasons, key=lambda reason: ORDER.index(reason.code)))


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


def _from_findings(findings: Sequence[Finding], candidates: int) -> Iterator[Reason]:
    """One reason for each distinct fault, naming the engines that share it."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in findings:
        groups[_code(finding), finding.message].append(finding.engine)
    for (code, message), engines in groups.items():
        evidence = f"{message} in {len(engines)} of {candidates}: {', '.join(engines)}"
        yield Reason(code, tuple(engines), evidence)


def _code(finding: Finding) -> str:
    if finding.check in ("inline_codes", "placeholders"):
        return "formatting_error"
    added = finding.message.endswith("added") or (finding.check, finding.subject) == ("length", "+")
    return "hallucination" if added else "omission"


def _apart(engines: Sequence[str], verdict: Verdict) -> Iterator[Reason]:
    for engine in engines:
        others = [utility for voter, utility in verdict.expected.items() if voter not in verdict.outliers]
        if others:
            rest = sum(others) / len(others)
            evidence = f"agreement {verdict.expected[engine]:.2f}, the others {rest:.2f}: {engine}"
            yield Reason("semantic_drift", (engine,), evidence)


def _scatter(verdict: Verdict, pairs: Pairs, settings: DecideSettings) -> Reason:
    groups = clusters(verdict.voters, pairs, settings.agree_at)
    best = max(pairs.values(), default=0.0)
    if len(groups) == len(verdict.voters):
        evidence = f"no two of {len(verdict.voters)} candidates agree at {settings.agree_at:g} (best {best:.2f})"
        return Reason("unusual_input", verdict.voters, evidence)
    split = " against ".join(", ".join(group) for group in groups)
    return Reason("semantic_drift", verdict.voters, f"{' : '.join(str(len(g)) for g in groups)}: {split}")


def clusters(voters: Sequence[str], pairs: Mapping[tuple[str, str], float], agree_at: float) -> list[list[str]]:
    """Voters joined by mutual agreement at `agree_at` or more (single linkage), largest first."""
    groups: list[list[str]] = []
    for voter in voters:
        near = [group for group in groups if any(_mutual(voter, other, pairs) >= agree_at for other in group)]
        merged = [member for group in near for member in group] + [voter]
        groups = [group for group in groups if group not in near] + [merged]
    return sorted(groups, key=len, reverse=True)


def _mutual(one: str, other: str, pairs: Mapping[tuple[str, str], float]) -> float:
    return min(pairs.get((one, other), -1.0), pairs.get((other, one), -1.0))
