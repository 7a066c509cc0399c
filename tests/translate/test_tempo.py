"""Simulated servers with limits of several kinds: how much of them is used, and how much is refused."""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from mtqa.translate.tempo import Tempo


class Limit(Protocol):
    rate: float

    def takes(self, now: float) -> bool: ...

    def retry_after(self, now: float) -> float: ...


@dataclass
class Bucket:
    """Tokens that come back at a rate, up to `burst` of them."""

    rate: float
    burst: float
    tokens: float = math.inf
    filled: float = 0.0

    def takes(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def retry_after(self, now: float) -> float:
        del now
        return 1.0


@dataclass
class AnySpan:
    """No more than rate x span calls in any `span` seconds."""

    rate: float
    span: float
    taken: deque[float] = field(default_factory=deque)

    def takes(self, now: float) -> bool:
        while self.taken and now - self.taken[0] > self.span:
            self.taken.popleft()
        if len(self.taken) >= self.rate * self.span:
            return False
        self.taken.append(now)
        return True

    def retry_after(self, now: float) -> float:
        return max(1.0, math.ceil(self.taken[0] + self.span - now))


@dataclass
class EachMinute:
    """So many calls by the clock, then none until the next minute (or another span) begins."""

    rate: float
    span: float = 60.0
    count: int = 0
    current: float = -1.0

    def takes(self, now: float) -> bool:
        if now // self.span != self.current:
            self.current, self.count = now // self.span, 0
        self.count += 1
        return self.count <= self.rate * self.span

    def retry_after(self, now: float) -> float:
        return math.ceil((now // self.span + 1) * self.span - now)


@dataclass(frozen=True)
class Run:
    """What became of the calls of a run."""

    seconds: float
    answered: int
    refused: int

    def used(self, rate: float) -> float:
        return self.answered / self.seconds / rate


def simulated(limit: Limit | None, calls: int, latency: float, at_once: int, seed: int = 1) -> Run:
    """All calls through a Tempo, with so many at once; half a millisecond off, and refusals at once."""
    dice, tempo, order = random.Random(seed), Tempo(), itertools.count()
    now = planned = pause_ends = 0.0
    waiting, running, answered, refused, pauses = calls, 0, 0, 0, 0
    events: list[tuple[float, int, str, float, int]] = []
    while answered < calls:
        begins = max(now, planned, pause_ends)
        if waiting and running < (at_once if answered else 1) and (not events or begins <= events[0][0]):
            now = begins
            spacing = 1 / tempo.rate(now)
            planned = max(planned + spacing, now + 0.98 * spacing)
            tempo.started(now)
            waiting, running = waiting - 1, running + 1
            arrival = now + 0.001 + abs(dice.gauss(0, 0.0005))
            heapq.heappush(events, (arrival, next(order), "arrives", now, pauses))
            continue
        now, _, what, start, round_ = heapq.heappop(events)
        if what == "arrives":
            taken = limit is None or limit.takes(now)
            after = latency * dice.uniform(0.9, 1.1) if taken else 0.004
            heapq.heappush(events, (now + after, next(order), "answered" if taken else "refused", start, round_))
            continue
        running -= 1
        if what == "answered":
            answered += 1
            if answered == 1:
                tempo.first_answer(now, now - start)
        elif limit:
            waiting, refused = waiting + 1, refused + 1
            tempo.refused(start)
            if round_ == pauses:
                pauses += 1
                pause_ends = now + limit.retry_after(now)
                tempo.learn(start, pause_ends - now, pause_ends)
    return Run(now, answered, refused)


LIMITS: dict[str, Callable[[], Limit]] = {
    "20 in any second": lambda: AnySpan(20, 1),
    "50 in any second": lambda: AnySpan(50, 1),
    "200 in any 10 seconds": lambda: AnySpan(20, 10),
    "a bucket of 5, 5 a second": lambda: Bucket(5, 5),
    "a bucket of 20, 20 a second": lambda: Bucket(20, 20),
    "a bucket of 50, 50 a second": lambda: Bucket(50, 50),
    "a bucket of 200, 50 a second": lambda: Bucket(50, 200),
    "300 a minute, by the clock": lambda: EachMinute(5),
}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize(("latency", "at_once"), [(0.05, 16), (0.3, 64)])
def test_a_limit_that_nobody_told_is_used_and_seldom_hit(name: str, latency: float, at_once: int) -> None:
    """Five minutes; the learning is in them."""
    rate = LIMITS[name]().rate
    run = simulated(LIMITS[name](), int(300 * rate), latency, at_once)
    assert run.used(rate) >= 0.95
    assert run.refused <= 0.01 * (run.answered + run.refused)


@pytest.mark.parametrize("rate", [5.0, 20.0])
def test_a_server_that_takes_nothing_early_costs_more(rate: float) -> None:
    """A bucket of one call refuses who comes half a millisecond too soon: the rate stays a little farther below."""
    run = simulated(Bucket(rate, 1), int(300 * rate), 0.3, 64)
    assert run.used(rate) >= 0.9
    assert run.refused <= 0.01 * (run.answered + run.refused)


@pytest.mark.parametrize("at_once", [1, 4, 16, 64])
def test_without_a_limit_full_speed_is_reached_soon(at_once: int) -> None:
    run = simulated(None, 40 * at_once, 0.3, at_once)
    assert run.used(at_once / 0.3) >= 0.9


def test_more_is_found_when_more_is_allowed() -> None:
    """After twenty seconds the server allows four times as much."""
    limit = AnySpan(20, 1)
    takes = limit.takes

    def more_later(now: float) -> bool:
        limit.rate = 80 if now > 20 else 20
        return takes(now)

    limit.takes = more_later  # type: ignore[method-assign]
    assert simulated(limit, 80 * 300, 0.1, 64).used(80) >= 0.75


def test_a_refusal_before_anything_was_taken_tells_nothing() -> None:
    tempo = Tempo()
    tempo.started(0.0)
    tempo.refused(0.0)
    tempo.learn(0.0, 1.0, 1.0)
    assert math.isinf(tempo.rate(1.0))
