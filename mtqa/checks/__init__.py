"""Deterministic rules on candidates, judged against the source and against each other."""

from mtqa.checks.ignores import Ignores
from mtqa.checks.run import Checks, Watching, run_checks, watched

__all__ = ["Checks", "Ignores", "Watching", "run_checks", "watched"]
