"""When to ask again: pauses that a whole engine keeps."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from mtqa.errors import EngineBusy, EngineRefused

ATTEMPTS = 5
_FIRST, _LONGEST = 1.0, 60.0  # seconds, backoff of our own
_PATIENCE = 120.0  # seconds; a server that asks for more is asked in another run


class Stopped(Exception):
    """The run is being stopped."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as asking sees it: monotonic, and interruptible when it waits.

    `wait` returns true at once when the event is set, else after that many seconds. `grace`: seconds that calls
    under way are given when the run is interrupted.
    """

    now: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = threading.Event.wait
    grace: float = 2.0


class Gate:
    """Where all workers of an engine wait while it asks for a pause."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock, self._stop = clock, stop
        self._lock = threading.Lock()
        self._opens = clock.now()

    def shut(self, seconds: float) -> None:
        """Shut for at least `seconds` from now."""
        with self._lock:
            self._opens = max(self._opens, self._clock.now() + seconds)

    def enter(self) -> None:
        """Return when the gate is open. Raises Stopped."""
        while not self._stop.is_set():
            with self._lock:
                left = self._opens - self._clock.now()
            if left <= 0:
                return
            self._clock.wait(self._stop, left)
        raise Stopped


def pause(busy: EngineBusy, attempt: int) -> float:
    """Seconds to wait after the failed attempt of that number (from 1): as told, else backoff with full jitter.

    Raises EngineRefused when the server asks for more than two minutes.
    """
    if busy.retry_after is None:
        return random.uniform(0, min(_LONGEST, _FIRST * 2 ** (attempt - 1)))
    if busy.retry_after > _PATIENCE:
        what = f"{busy.what}; it asks to wait {busy.retry_after:.0f} s"
        raise EngineRefused(busy.where, what, "run again later; what is answered is kept")
    return busy.retry_after
