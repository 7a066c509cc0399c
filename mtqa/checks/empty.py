"""Empty: a candidate without a word for a source that has some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtqa.model import Candidate, Finding, Segment, Severity


class Empty:
    """The candidate has no text."""

    default = Severity.ERROR

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """At most one finding."""
        del peers
        if candidate.text.blank and not segment.source.blank:
            yield Finding(candidate.engine, "empty", severity, "empty")
