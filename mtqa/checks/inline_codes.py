"""Inline codes: the candidate must carry the codes of the source, all of them, once, properly nested."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from mtqa.checks.pieces import Having
from mtqa.facts import Case, Facts
from mtqa.inline import Code, Text, well_nested
from mtqa.model import Severity
from mtqa.ports import Fault

# A token that an engine made up is left in the text as characters.
_STRAY_TOKEN = re.compile(r"</?[gx](?:\d+|\s+id\s*=\s*[\"']?\d+[\"']?)?\s*/?>", re.IGNORECASE)


class InlineCodes:
    """Codes missing, extra, or nested wrongly."""

    default = Severity.ERROR
    oracle = False  # a code is right or wrong whatever the others did
    concerns = Having("<")  # a token that an engine made up

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each code that is lost or added, one for broken nesting."""
        source = case.source.once(codes)
        for position, candidate in enumerate(case.candidates):
            text = candidate.once(codes)
            faults = _different(source, text) if text != source else []
            if "<" in candidate.plain:
                stray = Counter(_STRAY_TOKEN.findall(candidate.plain)) - Counter(
                    _STRAY_TOKEN.findall(case.source.plain)
                )
                faults += [("unknown", token) for token in stray]
            for fault, raw in faults:
                subject = _short(raw)
                yield Fault(position, f"inline code {subject} {fault}", subject)
            if text and not faults and not _order_kept(case.source.text, candidate.text):
                yield Fault(position, "inline codes nested wrongly", "nesting")


def codes(facts: Facts) -> Counter[Code]:
    """The inline codes of a text with their counts."""
    return Counter(facts.text.codes)


def _different(source: Counter[Code], text: Counter[Code]) -> list[tuple[str, str]]:
    faults = [("missing", code.raw) for code in (source - text).elements()]
    return faults + [("extra", code.raw) for code in (text - source).elements()]


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
