import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.errors import EngineBusy, EngineRefused
from mtqa.ports import Capabilities
from mtqa.translate.pace import Clock, Pace, Stopped, Turn
from tests.translate.test_ask import FakeTime


def started(limits: Capabilities, sizes: list[tuple[int, int]]) -> list[float]:
    """When calls of these sizes (characters, tokens) start, each answered at once."""
    time, starts = FakeTime(), []
    pace = Pace(limits, time.clock, threading.Event())
    for characters, tokens in sizes:
        turn = pace.enter(characters, tokens)
        starts.append(time.at)
        pace.answered(turn)
    return starts


sizes = st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 3000)), min_size=1, max_size=50)


@given(sizes, st.floats(0.1, 1000), st.integers(1000, 100_000), st.integers(1000, 100_000))
def test_no_rate_is_exceeded_and_little_of_it_is_left_unused(
    calls: list[tuple[int, int]], rate: float, characters: int, tokens: int
) -> None:
    limits = Capabilities(rate=rate, chars_per_minute=characters, tokens_per_minute=tokens)
    starts = started(limits, calls)
    for (sent, counted), earlier, later in zip(calls, starts, starts[1:], strict=False):
        needed = max(1 / rate, 60 * sent / characters, 60 * counted / tokens)
        assert needed <= later - earlier <= needed / 0.97


def test_without_limits_nothing_waits() -> None:
    assert set(started(Capabilities(), [(1000, 1000)] * 50)) == {0.0}


def test_starts_do_not_bunch_to_catch_up() -> None:
    time = FakeTime()
    pace = Pace(Capabilities(rate=10), time.clock, threading.Event())
    starts = []
    for n in range(6):
        turn = pace.enter(1, 1)
        starts.append(time.at)
        pace.answered(turn)
        if n == 2:
            time.at += 5  # nothing to ask for a while
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(starts))


def busy(retry_after: float | None = None) -> EngineBusy:
    return EngineBusy("e", "HTTP 429", "wait", retry_after)


def at_once(pace: Pace, most: int) -> int:
    """How many calls may run at the same time; all of them are answered."""
    turns: list[Turn] = []
    finished = threading.Event()

    def enter() -> None:
        try:
            turns.append(pace.enter(1, 1))
        finally:
            finished.set()

    threads = []
    for _ in range(most):
        finished.clear()
        threads.append(threading.Thread(target=enter, daemon=True))
        threads[-1].start()
        if not finished.wait(1):
            break
    running = len(turns)
    while any(thread.is_alive() for thread in threads) or turns:
        if turns:
            pace.answered(turns.pop())
        threads[-1].join(0.05)
    return running


def test_a_busy_engine_is_called_by_half_as_many_and_by_more_again_later() -> None:
    pace = Pace(Capabilities(concurrency=8), FakeTime().clock, threading.Event())
    pace.answered(pace.enter(1, 1))
    first = [pace.enter(1, 1) for _ in range(8)]
    for turn in first:
        pace.busy(turn, busy(1.0), 1)
    assert at_once(pace, 8) == 4, "eight faults of one round halve it once"
    for _ in range(40):
        pace.answered(pace.enter(1, 1))
    assert at_once(pace, 8) == 8


def test_a_pause_of_another_call_moves_a_start_that_was_planned() -> None:
    """Between planning a start and reaching it, the engine asks for a pause."""
    time = FakeTime()
    calls: list[Turn] = []

    def wait(stop: threading.Event, seconds: float) -> bool:
        if calls:
            pace.busy(calls.pop(), busy(60.0), 1)
        return time.wait(stop, seconds)

    pace = Pace(Capabilities(rate=1, concurrency=3), Clock(lambda: time.at, wait), threading.Event())
    pace.answered(pace.enter(1, 1))
    calls.append(pace.enter(1, 1))
    pace.enter(1, 1)
    assert time.at >= 60


def test_the_first_call_goes_alone() -> None:
    pace = Pace(Capabilities(concurrency=4), FakeTime().clock, threading.Event())
    assert at_once(pace, 4) == 1
    assert at_once(pace, 4) == 4


def test_a_stranger_gets_one_probe_and_an_acquaintance_five() -> None:
    for answered, probes in ((False, 1), (True, 5)):
        time = FakeTime()
        pace = Pace(Capabilities(), time.clock, threading.Event())
        if answered:
            pace.answered(pace.enter(1, 1))
        for _ in range(4 + probes):
            pace.busy(pace.enter(1, 1), busy(), 1)
        with pytest.raises(EngineRefused, match="given up"):
            pace.busy(pace.enter(1, 1), busy(), 1)
        assert time.at >= sum(30 * 2**n for n in range(probes))


def test_who_waits_hears_of_a_refusal_and_of_the_end() -> None:
    stop = threading.Event()
    pace = Pace(Capabilities(), FakeTime().clock, stop)
    pace.refuse(EngineRefused("e", "HTTP 401", "check the key"))
    pace.refuse(EngineRefused("e", "later", "and not told"))
    with pytest.raises(EngineRefused, match="HTTP 401"):
        pace.enter(1, 1)
    stop.set()
    with pytest.raises(Stopped):
        Pace(Capabilities(), FakeTime().clock, stop).enter(1, 1)
