"""What asking needs to keep its results. Implementations are called from several threads at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mtqa.model import Candidate, Failure, Segment
from mtqa.ports import JsonObject


class AnswerCache(Protocol):
    """Answers of remote engines by key, kept beyond the run."""

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        """What is kept for these keys; absent keys are absent."""
        ...

    def put(self, items: Iterable[tuple[str, JsonObject]]) -> None:
        """Keep answers by key. They survive a crash once this returns."""
        ...


class Sink(Protocol):
    """What the engines said in this run."""

    def pending(self, engine: str, segments: Sequence[Segment]) -> Sequence[Segment]:
        """Those of the segments that the engine is still to be asked about, in the same order."""
        ...

    def record(self, engine: str, outcomes: Sequence[tuple[str, Candidate | Failure]]) -> None:
        """Keep what an engine said, by segment id."""
        ...
