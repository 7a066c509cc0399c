"""When an engine may be called: pauses that it asks for, its rates, how many calls at once, and a breaker."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from mtqa.errors import EngineBusy, EngineRefused, MtqaError
from mtqa.ports import Capabilities

_FIRST, _LONGEST = 1.0, 60.0  # seconds, backoff of our own
_PATIENCE = 120.0  # seconds; a server that asks for more is asked in another run
_MARGIN = 0.98  # of the rates: calls start on time, but arrive some milliseconds early or late
_OPENS_AT = 5  # faults in a row
_COOLING = 30.0  # seconds until the first probe; each further one waits twice as long
_PROBES = 5  # of an engine that has answered before: about 15 minutes
_PROBES_OF_A_STRANGER = 1
_TICK = 0.2  # seconds


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


class Pace:
    """The one gate before all calls to an engine.

    The first call goes alone. Starts lie on a schedule, each a little farther from the one before than the rates want
    for its size; one that is late pushes the next ones away, so that they never bunch to catch up. A busy answer
    pauses the whole engine and halves how many calls may run at once; answers raise that number again, by one for
    each round of calls. After five faults in a row the breaker opens: nothing is sent for a while, then one call
    alone probes. When the probes fail too, the engine is given up.
    """

    def __init__(self, limits: Capabilities, clock: Clock, stop: threading.Event) -> None:
        self._limits, self._clock, self._stop = limits, clock, stop
        self._changed = threading.Condition()
        # End of the pause; when the schedule has its next start; when the last start allows another one.
        self._opens = self._next = self._earliest = clock.now()
        self._round = 0  # number of pauses so far: a call that began before the last one tells nothing new
        self._running = 0
        self._at_once = 1.0  # a wrong key, or a connection to open, then holds up one call only
        self._faults = self._probes = 0
        self._refusal: MtqaError | None = None
        self.answers = 0  # calls that were answered, so far

    def enter(self, characters: int, tokens: int) -> int:
        """Return when a call of that size may start, with the number of its round.

        Raises Stopped, and what the engine was refused with.
        """
        spacing = self._spacing(characters, tokens)
        while not self._stop.is_set():
            round_, wait = self._place(spacing)
            while wait is not None:
                if wait > 0:
                    self._clock.wait(self._stop, wait)
                if round_ is None:
                    break
                wait = self._start(round_, spacing)
                if wait == 0:
                    return round_
        raise Stopped

    def answered(self) -> None:
        """A call came back with whatever the engine had to say."""
        with self._changed:
            self._faults = self._probes = 0
            self.answers += 1
            self._running -= 1
            smooth = self.answers == 1 and self._round == 0
            more = self._limits.concurrency if smooth else self._at_once + 1 / self._at_once
            self._at_once = min(float(self._limits.concurrency), more)
            self._changed.notify_all()

    def busy(self, round_: int, fault: EngineBusy, attempt: int) -> None:
        """A call of that round failed, at its attempt of that number. Raises EngineRefused to give the engine up."""
        self._leave()
        wait = pause(fault, attempt)
        with self._changed:
            if round_ == self._round:
                self._round += 1
                self._faults += 1
                self._at_once = max(1.0, self._at_once / 2)
                if self._faults >= _OPENS_AT:
                    wait = max(wait, self._cooling(fault))
                    self._at_once = 1.0
            self._opens = self._next = max(self._opens, self._clock.now() + wait)

    def refuse(self, error: MtqaError) -> None:
        """Let no call start any more: `enter` raises this error."""
        with self._changed:
            self._refusal = self._refusal or error

    def _place(self, spacing: float) -> tuple[int | None, float | None]:
        """A place for a call: its round, and the seconds until it starts; without one None, and when to ask again."""
        with self._changed:
            if self._refusal:
                raise self._refusal
            now = self._clock.now()
            if self._opens > now:
                return None, self._opens - now
            if self._running >= int(self._at_once):
                self._changed.wait(_TICK)
                return None, 0.0
            self._running += 1
            starts = max(now, self._next)
            self._next = starts + spacing
            return self._round, starts - now

    def _start(self, round_: int, spacing: float) -> float | None:
        """Start a call: 0, or the seconds that it is too close to the last one; None when it has lost its place."""
        with self._changed:
            now = self._clock.now()
            if round_ != self._round or self._stop.is_set():
                self._leave()
                return None
            if now < self._earliest:  # the last one was late
                return self._earliest - now
            self._earliest = now + _MARGIN * spacing
            return 0.0

    def _leave(self) -> None:
        """Give back the place of a call."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def _spacing(self, characters: int, tokens: int) -> float:
        """Seconds from a start of that size to the next one."""
        limits, seconds = self._limits, 0.0
        if limits.rate:
            seconds = 1 / limits.rate
        if limits.chars_per_minute:
            seconds = max(seconds, 60 * characters / limits.chars_per_minute)
        if limits.tokens_per_minute:
            seconds = max(seconds, 60 * tokens / limits.tokens_per_minute)
        return seconds / _MARGIN

    def _cooling(self, fault: EngineBusy) -> float:
        if self._probes >= (_PROBES if self.answers else _PROBES_OF_A_STRANGER):
            raise EngineRefused(
                fault.where, f"{fault.what} (given up after {self._faults} faults in a row)", fault.todo
            )
        self._probes += 1
        return float(_COOLING * 2 ** (self._probes - 1))


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
