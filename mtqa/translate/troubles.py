"""What went wrong while asking: who failed on what, how often, and what to do."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace

from mtqa.model import Failure, Missing

_KINDS_OF_REASONS = 50  # kept apart for one engine; a server may quote each text in its own message
_TODO = {
    Missing.FAILED.value: "run again to ask about these alone",
    Missing.REFUSED.value: "see what the engine does not take",
    Missing.TRUNCATED.value: "raise the output limit of the engine, or split these segments",
}
_OTHER_MODEL = "other model"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Segments that one engine failed on for one reason; `example` is one of them.

    `kind`: failed, refused or truncated; or "other model", where there is an answer, but not of the model asked.
    """

    engine: str
    kind: str
    reason: str
    todo: str
    segments: int
    example: str


class Troubles:
    """Counted while the run goes on, from all threads. Reasons that differ in numbers alone are one reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], Trouble] = {}

    def failed(self, segment: str, failure: Failure) -> None:
        """An engine has no candidate for a segment. Having nothing to say is no trouble."""
        if failure.kind is not Missing.ABSTAINED:
            what, _, todo = failure.reason.partition("; ")
            self._add(failure.engine, failure.kind.value, what, todo or _TODO[failure.kind.value], segment)

    def other_model(self, segment: str, engine: str, asked: str, answered: str) -> None:
        """Another model has answered."""
        what = f"{answered} answered where {asked} was asked"
        self._add(engine, _OTHER_MODEL, what, "see whether the account may use that model", segment)

    def all(self) -> list[Trouble]:
        """The troubles of each engine, the most frequent first."""
        with self._lock:
            return sorted(self._found.values(), key=lambda trouble: (trouble.engine, -trouble.segments, trouble.reason))

    def _add(self, engine: str, kind: str, reason: str, todo: str, segment: str) -> None:
        key = (engine, kind, re.sub(r"\d+", "0", reason))
        with self._lock:
            if key not in self._found and sum(known[:2] == key[:2] for known in self._found) >= _KINDS_OF_REASONS:
                key, reason = (engine, kind, ""), "other reasons"
            before = self._found.get(key) or Trouble(engine, kind, reason, todo, 0, segment)
            self._found[key] = replace(before, segments=before.segments + 1)
