"""Deterministic rules on candidates: `run_checks` applies the configured ones to every candidate of a segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mtqa.model import CandidateSet, Finding, Severity

if TYPE_CHECKING:
    from mtqa.ports import Check


def run_checks(found: CandidateSet, checks: Mapping[str, tuple[Check, Severity]]) -> tuple[Finding, ...]:
    """The findings on every candidate, in the order of candidates and checks."""
    return tuple(
        finding
        for candidate in found.candidates
        for check, severity in checks.values()
        for finding in check.findings(
            found.segment, candidate, [peer for peer in found.candidates if peer is not candidate], severity
        )
    )
