"""Inline codes: the candidate must carry the codes of the source, all of them, once, properly nested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from mtqa.inline import Code, Text, well_nested
from mtqa.model import Candidate, Finding, Segment, Severity

# A token that an engine made up is left in the text as characters.
_STRAY_TOKEN = re.compile(r"</?[gx](?:\d+|\s+id\s*=\s*[\"']?\d+[\"']?)?\s*/?>", re.IGNORECASE)


class InlineCodes:
    """Codes missing, extra, or nested wrongly."""

    default = Severity.ERROR

    def findings(
        self, segment: Segment, candidate: Candidate, peers: Sequence[Candidate], severity: Severity
    ) -> Iterable[Finding]:
        """One finding for each code that is lost or added, one for broken nesting."""
        del peers  # a code is right or wrong whatever the others did
        source, text = _count(segment.source), _count(candidate.text)
        stray = Counter(_STRAY_TOKEN.findall(candidate.text.plain)) - Counter(
            _STRAY_TOKEN.findall(segment.source.plain)
        )
        faults = [("missing", code.raw) for code in (source - text).elements()]
        faults += [("extra", code.raw) for code in (text - source).elements()]
        faults += [("unknown", token) for token in stray]
        for fault, raw in faults:
            subject = _short(raw)
            yield Finding(candidate.engine, "inline_codes", severity, f"inline code {subject} {fault}", subject)
        if not faults and not _order_kept(segment.source, candidate.text):
            yield Finding(candidate.engine, "inline_codes", severity, "inline codes nested wrongly", "nesting")


def _count(text: Text) -> Counter[Code]:
    return Counter(text.codes)


def _order_kept(source: Text, text: Text) -> bool:
    """Every pair opens before it closes, and pairs that nest in the source nest in the candidate."""
    if well_nested(source):
        return well_nested(text)
    opened: Counter[str] = Counter()
    paired = {code.id for code in source.codes if code.kind == "open"}
    for code in text.codes:
        opened[code.id] += {"open": 1, "close": -1, "empty": 0}[code.kind]
        if code.id in paired and opened[code.id] < 0:
            return False
    return True


def _short(raw: str) -> str:
    return raw if len(raw) <= 40 else f"{raw[:37]}..."
