"""Deterministic rules on candidates, judged against the source and against each other."""

from mtqa.checks.concerns import Checks
from mtqa.checks.ignores import Ignores
from mtqa.checks.run import Checking, Watching, run_checks, watched

__all__ = ["Checking", "Checks", "Ignores", "Watching", "run_checks", "watched"]
