"""Money: reserved before a call is sent, settled when it came back, so that the limit is never exceeded."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from mtqa.errors import ConfigError, EngineRefused
from mtqa.model import Missing
from mtqa.ports import Answer, Engine, Outcome, Price, Query
from mtqa.translate.pace import Stopped
from mtqa.translate.price import cost_at_most

_TICK = 0.2  # seconds
_ROUNDING = 1e-9


class Budget:
    """What the engines of a run may spend together; `limit` None for no limit."""

    def __init__(self, limit: float | None, currency: str, stop: threading.Event) -> None:
        self._limit, self._currency, self._stop = limit, currency, stop
        self._changed = threading.Condition()
        self._reserved = 0.0
        self._factors: dict[str, float] = {}  # engine -> how far a call has gone beyond what it should cost at most
        self._spent: Counter[str] = Counter()

    def check(self, engines: Mapping[str, Engine]) -> None:
        """Raises ConfigError when a limit is set and the price of an engine is unknown."""
        for name, engine in engines.items():
            priced = engine.capabilities.price or not engine.capabilities.remote
            if self._limit is not None and not priced:
                todo = "set its price (0 if it is free), or leave out the limit"
                raise ConfigError(f"engine {name}", "max_cost cannot be kept without a price", todo)

    def reserve(self, engine: str, batch: Sequence[Query], price: Price | None) -> float:
        """Put aside what a call may cost, which is returned.

        Waits while calls under way may still give something back. Raises EngineRefused when it is too much.
        """
        most = cost_at_most(batch, price) if price else 0.0
        with self._changed:
            most *= self._factors.get(engine, 1.0)
            while self._limit is not None and most and self._total() + most > self._limit + _ROUNDING:
                if self._stop.is_set():
                    raise Stopped
                if not self._reserved:
                    spent, limit = f"{sum(self._spent.values()):.4f}", f"{self._limit:g} {self._currency}"
                    what = f"the next call may cost {most:.4f}, and {spent} of {limit} are spent"
                    raise EngineRefused(engine, what, "raise max_cost and run again; what is answered is kept")
                self._changed.wait(_TICK)
            self._reserved += most
        return most

    def settle(self, engine: str, reserved: float, spent: float) -> None:
        """Replace what was put aside for a call by what it cost."""
        with self._changed:
            self._reserved -= reserved
            if self._reserved < _ROUNDING:
                self._reserved = 0.0
            self._spent[engine] += spent  # type: ignore[assignment]  # Counter adds floats as well
            if reserved and spent > reserved:
                self._factors[engine] = self._factors.get(engine, 1.0) * spent / reserved
            self._changed.notify_all()

    @property
    def spent(self) -> dict[str, float]:
        """What each engine has cost in this run, as far as it is known."""
        with self._changed:
            return {engine: round(cost, 6) for engine, cost in self._spent.items() if cost}

    def _total(self) -> float:
        return sum(self._spent.values()) + self._reserved


def cost_of(outcomes: Sequence[Outcome], reserved: float) -> float:
    """What a call cost: as its answers say, else all that was put aside for it.

    A text that the engine has no languages for costs nothing; a refused or cut one is paid for.
    """
    paid = [outcome for outcome in outcomes if isinstance(outcome, Answer) or outcome.kind is not Missing.ABSTAINED]
    costs = [outcome.cost if isinstance(outcome, Answer) else None for outcome in paid]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else max(reserved, sum(known))
