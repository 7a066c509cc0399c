"""What all engines of a run share while they are asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mtqa.model import Segment
from mtqa.translate.budget import Budget
from mtqa.translate.pace import Clock
from mtqa.translate.ports import AnswerCache, Sink
from mtqa.translate.troubles import Troubles


@dataclass(frozen=True, slots=True)
class Shared:
    """Where questions come from and results go, the money, and the way to stop."""

    segments: Callable[[], Iterator[Segment]]
    answers: AnswerCache
    sink: Sink
    progress: Callable[[str, int], None]
    budget: Budget
    troubles: Troubles
    clock: Clock
    stop: threading.Event
