"""Calls to one engine: the one place where anything is asked again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence

from mtqa.errors import Cause, EngineBusy, EngineReply, MtqaError
from mtqa.ports import Engine, Outcome, Query
from mtqa.translate.budget import cost_of
from mtqa.translate.pace import Pace, Stopped
from mtqa.translate.price import characters, tokens_likely
from mtqa.translate.shared import Shared

_ATTEMPTS, _ATTEMPTS_AT_SLOW = 5, 2
_DEADLINE = 900.0  # seconds for a call with all its attempts

_log = logging.getLogger(__name__)

Outcomes = dict[str, list[Outcome]]


class Outage(EngineBusy):
    """The last attempt failed, which says nothing about the texts: too many calls, or nobody was answered."""


class Caller:
    """Calls an engine at its pace and within the budget, again when it is busy."""

    def __init__(self, name: str, engine: Engine, shared: Shared) -> None:
        self._name, self._engine = name, engine
        self._budget, self._clock, self._stop = shared.budget, shared.clock, shared.stop
        self._pace = Pace(engine.capabilities, shared.clock, shared.stop)
        self._opening, self._opened = threading.Lock(), False

    def refuse(self, error: MtqaError) -> None:
        """Call no more: every further call raises this error."""
        self._pace.refuse(error)

    def call(self, batch: Sequence[Query]) -> tuple[Outcomes, int | None]:
        """The outcomes by id, and the milliseconds it took.

        Raises EngineBusy (or Outage) after the last attempt, EngineReply, EngineRefused, Stopped, and whatever else
        the engine raises.
        """
        self._open()
        began, answers, attempt = self._clock.now(), self._pace.answers, 0
        while True:
            attempt += 1
            try:
                return self._once(batch, attempt)
            except EngineBusy as busy:
                most = _ATTEMPTS_AT_SLOW if busy.cause is Cause.SLOW else _ATTEMPTS
                if attempt >= most or self._clock.now() - began > _DEADLINE:
                    kind = EngineBusy if self._pace.answers > answers and busy.cause is not Cause.LIMIT else Outage
                    raise kind(busy.where, f"{busy.what} (asked {attempt} times)", busy.todo) from None

    def _open(self) -> None:
        with self._opening:
            if not self._opened:
                self._opened = True
                getattr(self._engine, "open", lambda: None)()

    def _once(self, batch: Sequence[Query], attempt: int) -> tuple[Outcomes, int | None]:
        capabilities = self._engine.capabilities
        reserved = self._budget.reserve(self._name, batch, capabilities.price)
        spent = 0.0
        try:
            turn = self._pace.enter(characters(batch), tokens_likely(batch))
            began = self._clock.now()
            try:
                outcomes = self._asked(batch, attempt)
            except EngineBusy as busy:
                if self._stop.is_set():  # ended by us, which says nothing about the engine
                    raise Stopped from None
                spent = reserved if busy.billed else 0.0
                if busy.cause is Cause.STALE and attempt == 1:  # it says nothing about the engine: again, at once
                    self._pace.left()
                else:
                    self._pace.busy(turn, busy, attempt)
                raise
            except EngineReply:
                spent = reserved  # it may have been an answer, and paid for
                self._pace.answered(turn)
                raise
            self._pace.answered(turn)
            spent = cost_of(outcomes, reserved)
        finally:
            self._budget.settle(self._name, reserved, spent)
        # Local engines take no time worth telling; without it a second run equals the first.
        latency = round(1000 * (self._clock.now() - began)) if capabilities.remote else None
        return _by_id((query.id for query in batch), outcomes), latency

    def _asked(self, batch: Sequence[Query], attempt: int) -> list[Outcome]:
        """The outcomes of one call, which the log is told of: no texts, and errors as everybody sees them."""
        began, said = self._clock.now(), "answered"
        try:
            return list(self._engine.translate(batch))
        except MtqaError as error:
            said = str(error)
            raise
        finally:
            seconds = self._clock.now() - began
            _log.debug("%s: attempt %d, %d texts, %.2f s: %s", self._name, attempt, len(batch), seconds, said)


def _by_id(ids: Iterable[str], outcomes: Iterable[Outcome]) -> Outcomes:
    found: Outcomes = {name: [] for name in ids}
    for outcome in outcomes:
        if outcome.id in found:  # an id that nobody asked for answers nothing
            found[outcome.id].append(outcome)
    return found
