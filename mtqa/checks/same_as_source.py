"""Same as source: an untranslated segment, unless the others left it alone as well (names, products, OK)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mtqa.model import Candidate, Finding, Segment, Severity

# Handles, hashtags, addresses and placeholders are not words that anyone translates.
_NO_WORD = re.compile(r"\S*[@#/\\{}%<>]\S*")
_WORD = re.compile(r"[^\W\d_]{2,}")


class SameAsSource:
    """The candidate repeats the source."""

    default = Severity.ERROR

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """At most one finding: an error for two words or more that most other candidates translated."""
        source = _folded(segment.source.plain)
        words = len(_WORD.findall(_NO_WORD.sub(" ", source)))
        if not words or _folded(candidate.text.plain) != source:
            return
        translated = sum(_folded(peer.text.plain) != source for peer in peers)
        if 2 * translated <= len(peers) if peers else words < 2:
            return
        level = severity if words >= 2 and peers else Severity.WARNING
        yield Finding(candidate.engine, "same_as_source", level, "same as source")


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
