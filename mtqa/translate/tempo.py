"""How fast an engine may be called when nobody says so: found out by being refused, as seldom as possible.

Why it works as it does, and how near it comes: docs/decisions/0021-rates-are-learnt-from-refusals.md.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

_MARGIN = 0.98  # of a rate that was found
_COUNTED = 0.985  # of a number in any second: only its first and its last call can be early or late
_AT_FIRST, _FIRST_GROWTH = 2.0, 4.0  # calls, and growths by e, in the time of the first answer
_FAST, _CREEP = 1.0, 0.02  # growth a second, as a part of the rate
_LAST = 8  # calls: a rate does not grow e-fold in fewer, and that many tell the rate of the moment
_HOLD, _LONGEST_HOLD = 5.0, 900.0  # seconds before the rate creeps up
_HOLD_PER_PAUSE = 60.0  # times: to see whether more is allowed costs a pause, which is then less than 2 % of the time
_SECOND = 1.5  # seconds; a server that counts by the second asks for no longer pause
_SAME_COUNT = 0.04  # two counts that differ by no more are one
_SAME_FILL, _SAME_FILL_OF, _SAME_FILL_AT_MOST = 0.5, 0.1, 1.5  # calls; and of the fill: two so near each other are one
_STEP, _LOWEST = 0.98, 0.02  # in which rates are tried, and down to which part of the refused one
_MOST = 1000  # calls that are remembered
_FREE = 10_000.0  # calls a second: faster than we are


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was refused.

    When it started; the rate then; the starts since the last pause that were taken; for how many seconds the server
    wants nothing.
    """

    at: float
    rate: float
    taken: tuple[float, ...]
    pause: float

    @property
    def in_last_second(self) -> int:
        """Calls that were taken in the second before."""
        return sum(start > self.at - 1 for start in self.taken)

    @property
    def lasted(self) -> float:
        """Seconds since the first call after the last pause."""
        return self.at - self.taken[0]

    def fill(self, rate: float, before: float) -> float:
        """Calls in a bucket that leaks `rate` of them a second, had it held `before` at the start."""
        level, last = before, self.taken[0]
        for start in self.taken:
            level, last = max(0.0, level - rate * (start - last)) + 1, start
        return max(0.0, level - rate * (self.at - last))


class Tempo:
    """The rate at which calls start: unlimited until a server refuses one, then just below what it takes.

    After the first answer, calls start at two in the time that it took, and e times as many after each quarter of that
    time: soon at full speed where there is no limit, and spread, so that a limit refuses few. After a refusal the rate
    goes on from what was surely taken, and rises more slowly; the second one tells what both have in common: the same
    number in the second before, or a bucket of the same size that leaks at some rate. Just below that it stays, and
    creeps up after a while to see whether more is allowed by now: after five seconds where it may be a bucket, for that
    guess may be low; else, and from then on, ever more rarely. Seconds of one clock. Not safe between threads.
    """

    def __init__(self) -> None:
        self._base, self._from, self._growth = math.inf, 0.0, 0.0  # calls a second; until when; growth from then on
        self._hold = _HOLD
        self._taken: deque[float] = deque(maxlen=_MOST)  # starts since the last pause
        self._last: Refusal | None = None

    def rate(self, now: float) -> float:
        """Calls a second, infinite for no limit."""
        if math.isinf(self._base):
            return math.inf
        rate = self._base * math.exp(min(50.0, self._growth * max(0.0, now - self._from)))
        return rate if rate < _FREE else math.inf

    def started(self, now: float) -> None:
        """A call starts."""
        self._taken.append(now)

    def first_answer(self, now: float, latency: float) -> None:
        """The server answers, after `latency` seconds."""
        if latency > 0 and self._last is None:
            self._base, self._from, self._growth = _AT_FIRST / latency, now, _FIRST_GROWTH / latency

    def refused(self, start: float) -> None:
        """The call that started then was refused."""
        if start in self._taken:
            self._taken.remove(start)

    def learn(self, start: float, pause: float, resumes: float) -> None:
        """Learn from the first refusal since a pause: of the call that started then.

        The server wants nothing for `pause` seconds; calls go on at `resumes` or later.
        """
        taken = tuple(at for at in self._taken if at < start)
        self._taken.clear()
        rate = self.rate(start)
        if len(taken) < 2:
            self._retreat(rate, resumes)
            return
        last = taken[-_LAST:]
        rate = min(rate, 1.25 * len(last) / max(1e-6, start - last[0]))  # busy workers may be slower than allowed
        before, self._last = self._last, Refusal(start, rate, taken, pause)
        if before is None:
            self._go(min(rate, _surely_taken(self._last)), resumes, _FAST if pause < 5 else _CREEP)
        else:
            self._settle(before, self._last, resumes)

    def _retreat(self, rate: float, resumes: float) -> None:
        """Nothing was taken since the pause, which tells next to nothing."""
        if math.isinf(rate):
            return
        if self._growth > _CREEP:
            self._go(rate / 2, resumes, _FAST)
        else:
            self._go(0.95 * rate, resumes + self._hold, _CREEP)

    def _settle(self, before: Refusal, refusal: Refusal, resumes: float) -> None:
        """Stay below the rate that explains two refusals, one after the other."""
        longer = min(_LONGEST_HOLD, _HOLD_PER_PAUSE * refusal.pause)
        count = _common_count(before, refusal)
        found = count * _COUNTED / _MARGIN if count else _common_rate(before, refusal)
        if count:
            self._hold = max(self._hold, longer)
        if self._growth <= _CREEP:  # a rate that was kept for a while is not far off; that it is still too high shows
            kept = 0.98 if refusal.lasted > 2 * _HOLD else 0.95 if refusal.lasted > _HOLD else 0.9
            found = max(found, kept * refusal.rate)
            if refusal.lasted > _HOLD:
                self._hold = min(_LONGEST_HOLD, max(longer, 4 * self._hold))
        self._go(found, resumes + self._hold, _CREEP)

    def _go(self, rate: float, grows_from: float, growth: float) -> None:
        self._base, self._from = _MARGIN * rate, grows_from
        self._growth = min(growth, self._base / _LAST)


def _surely_taken(refusal: Refusal) -> float:
    """The least that a server may have meant: so many in any second, or so many until the end of the pause."""
    by_second = refusal.in_last_second if refusal.pause < _SECOND else 0
    return max(by_second, len(refusal.taken) / (refusal.lasted + refusal.pause))


def _common_count(one: Refusal, two: Refusal) -> int:
    """As many as there were in the second before both refusals; 0 where that differs, or is no second's number."""
    first, second = one.in_last_second, two.in_last_second
    same = min(first, second) > 3 and abs(first - second) <= max(1.5, _SAME_COUNT * second)
    return max(first, second) if same and max(one.pause, two.pause) < _SECOND else 0


def _common_rate(one: Refusal, two: Refusal) -> float:
    """The rate of a bucket that explains two refusals, one after the other."""
    rates = list(_rates_of_one_bucket(one, two))
    return math.sqrt(rates[0] * rates[-1]) if rates else 0.9 * two.rate


def _rates_of_one_bucket(one: Refusal, two: Refusal) -> Iterator[float]:
    """The highest rates at which a bucket was equally full, and not empty, at both refusals."""
    rate, found = two.rate, False
    while rate > _LOWEST * two.rate:
        full = one.fill(rate, 0.0)
        again = two.fill(rate, max(0.0, full - rate * one.pause))
        if again > 0.02 and abs(full - again) <= min(_SAME_FILL_AT_MOST, _SAME_FILL + _SAME_FILL_OF * full):
            found = True
            yield rate
        elif found:
            return
        rate *= _STEP
