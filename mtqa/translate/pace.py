"""When an engine may be called: pauses that it asks for, its rates, how many calls at once, and a breaker."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from mtqa.errors import Cause, EngineBusy, EngineRefused, MtqaError
from mtqa.ports import Capabilities
from mtqa.translate.tempo import Tempo

_FIRST, _LONGEST = 1.0, 60.0  # seconds, backoff of our own
_PATIENCE = 120.0  # seconds; a server that asks for more is asked in another run
_MARGIN = 0.98  # of the rates: calls start on time, but arrive some milliseconds early or late
_NEAREST = 0.5  # of the distance of two starts, for one whose predecessor was late
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


@dataclass(frozen=True, slots=True)
class Turn:
    """A call that may start now.

    `round`: number of pauses before it; who began before the last one tells no news. `hurried`: whether it is nearer
    to the one before than the rate says, which was late.
    """

    start: float
    round: int
    hurried: bool


class Pace:
    """The one gate before all calls to an engine.

    The first call goes alone. Calls pass one after the other, each a little later than the rates want for the size of
    the one before; where no rate is set, it is learnt (`Tempo`). One that is late by more than half of that pushes the
    next ones away, so that they never bunch to catch up; once a hurried one was refused, any late one does.

    A busy answer pauses the whole engine and halves how many calls may run at once; answers raise that number again:
    by one each after a refusal of too many calls, until it is as high as it was, else by one for each round of calls.
    After five faults in a row the breaker opens: nothing is sent for a while, then one call alone probes. When the
    probes fail too, the engine is given up.
    """

    def __init__(self, limits: Capabilities, clock: Clock, stop: threading.Event) -> None:
        self._limits, self._clock, self._stop = limits, clock, stop
        self._gate = threading.Lock()  # held by the one who waits to start the next call
        self._changed = threading.Condition()  # for all that follows
        self._opens = self._next = clock.now()  # end of the pause; when the schedule has its next start
        self._in_time = self._next  # when it would be no nearer to the last one than the rate says
        self._nearest = _NEAREST  # part of the distance that must remain
        self._round = 0
        self._running = 0
        self._at_once = 1.0  # a wrong key, or a connection to open, then holds up one call only
        self._was_at_once = 1.0  # before the last fault
        self._tempo = Tempo()
        self._faults = self._probes = 0
        self._refusal: MtqaError | None = None
        self.answers = 0  # calls that were answered, so far

    def enter(self, characters: int, tokens: int) -> Turn:
        """Return when a call of that size may start. Raises Stopped, and what the engine was refused with."""
        spacing = self._spacing(characters, tokens)
        with self._gate:
            came = self._clock.now()
            while not self._stop.is_set():
                with self._changed:
                    if self._refusal:
                        raise self._refusal
                    now = self._clock.now()
                    if self._running >= int(self._at_once):
                        self._changed.wait(_TICK)
                        came = self._clock.now()
                        continue
                    due = max(came, self._opens, self._next)
                    if due <= now:
                        return self._start(now, due, spacing)
                self._clock.wait(self._stop, due - now)
        raise Stopped

    def answered(self, turn: Turn) -> None:
        """A call came back with whatever the engine had to say."""
        with self._changed:
            self._faults = self._probes = 0
            self.answers += 1
            self._running -= 1
            if self.answers == 1 and self._round == 0:
                more = float(self._limits.concurrency)
                if not self._limits.rate:
                    now = self._clock.now()
                    self._tempo.first_answer(now, now - turn.start)
            else:
                more = self._at_once + (1 if self._at_once < self._was_at_once else 1 / self._at_once)
            self._at_once = min(float(self._limits.concurrency), more)
            self._changed.notify_all()

    def busy(self, turn: Turn, fault: EngineBusy, attempt: int) -> None:
        """A call failed, at its attempt of that number. Raises EngineRefused to give the engine up."""
        limited = fault.cause is Cause.LIMIT
        self.left()
        with self._changed:
            if limited:
                self._tempo.refused(turn.start)
                self._nearest = _MARGIN if turn.hurried else self._nearest
        wait = pause(fault, attempt)
        with self._changed:
            news = turn.round == self._round
            if news:
                self._round += 1
                self._faults += 1
                self._was_at_once = self._at_once if limited else 1.0
                self._at_once = max(1.0, self._at_once / 2)
                if self._faults >= _OPENS_AT:
                    wait = max(wait, self._cooling(fault))
                    self._at_once = 1.0
            self._opens = max(self._opens, self._clock.now() + wait)
            if news and limited:
                self._tempo.learn(turn.start, wait, self._opens)

    def left(self) -> None:
        """A call ended, and told nothing."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def refuse(self, error: MtqaError) -> None:
        """Let no call start any more: `enter` raises this error."""
        with self._changed:
            self._refusal = self._refusal or error

    def _start(self, now: float, due: float, spacing: float) -> Turn:
        spacing = max(spacing, 1 / self._tempo.rate(now))
        hurried, self._in_time = now < self._in_time, now + _MARGIN * spacing
        self._next = max(due + spacing, now + self._nearest * spacing)
        self._running += 1
        self._tempo.started(now)
        return Turn(now, self._round, hurried)

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
