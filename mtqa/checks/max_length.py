"""Maximum length: what the file allows (XLIFF `maxwidth`, `size-restriction`), in its own unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class MaxLength:
    """The candidate is longer than the file allows; `most` characters where the file is silent, 0 for no limit."""

    default = Severity.ERROR
    oracle = False

    def __init__(self, most: int = 0) -> None:
        self.most = most

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        limit, unit = case.segment.limit or (self.most, "char")
        if limit <= 0:
            return
        for position, candidate in enumerate(case.candidates):
            length = _length(candidate.plain, unit)
            if length > limit:
                word = "bytes" if unit == "byte" else "characters"
                yield Fault(position, f"{length} {word}, {limit} are allowed", "max")


def _length(text: str, unit: str) -> int:
    """Bytes of UTF-8, or characters as readers count them: composed, marks aside."""
    if unit == "byte":
        return len(text.encode("utf-8", "surrogatepass"))
    if text.isascii():
        return len(text)
    return sum(unicodedata.category(character) not in ("Mn", "Cf") for character in unicodedata.normalize("NFC", text))
