"""What asking needs to keep its results. Implementations are called from several threads at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mtqa.model import Candidate, Failure, Segment
from mtqa.ports import JsonObject


class AnswerReader(Protocol):
    """Answers of remote engines by key, kept beyond the run."""

    def get(self, keys: Sequence[str]) -> dict[str, JsonObject]:
        """What is kept for these keys; absent keys are absent."""
        ...


class AnswerCache(AnswerReader, Protocol):
    """Answers that several runs may add to at the same time."""

    def put(self, items: Iterable[tuple[str, JsonObject]]) -> None:
        """Keep answers by key. They survive a crash once this returns."""
        ...

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that may be asked about now: not answered, and not claimed before, here or elsewhere."""
        ...

    def release(self, keys: Iterable[str]) -> None:
        """Give up claims: there is no answer."""
        ...


class Sink(Protocol):
    """What the engines said in this run. `sample`: how often an engine had been asked the same before."""

    def pending(self, engine: str, segments: Sequence[Segment], sample: int = 0) -> Sequence[Segment]:
        """Those of the segments that the engine is still to be asked about, in the same order."""
        ...

    def record(self, engine: str, answers: Sequence[tuple[str, Candidate | Failure]], sample: int = 0) -> None:
        """Keep what an engine said, by segment id."""
        ...

    def first_given(self, engine: str, keys: Iterable[str]) -> set[str]:
        """Those of the keys that are given here for the first time."""
        ...
