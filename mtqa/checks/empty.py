"""Empty: a candidate without a word for a source that has some."""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class Empty:
    """The candidate has no text."""

    default = Severity.ERROR
    oracle = False

    def concerns(self, piece: str, _lang: str) -> bool:
        """A piece without characters, or of white space."""
        return not piece.strip()

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        for position, candidate in enumerate(case.candidates):
            if candidate.text.blank and not case.source.text.blank:
                yield Fault(position, "empty")
