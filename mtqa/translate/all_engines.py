"""Every engine is asked about every segment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mtqa.model import Segment
from mtqa.ports import Engine
from mtqa.translate.budget import Budget
from mtqa.translate.one_engine import Asking
from mtqa.translate.pace import Clock, Stopped
from mtqa.translate.ports import AnswerCache, Sink
from mtqa.translate.shared import Shared
from mtqa.translate.troubles import Trouble, Troubles

_TICK = 0.2  # seconds; an endless join would not hear Ctrl-C everywhere


@dataclass(frozen=True, slots=True)
class Terms:
    """How often each engine is asked the same (once, if it is not named), and what all of them may cost together."""

    samples: Mapping[str, int] = field(default_factory=dict)
    max_cost: float | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Asked:
    """How the asking went: what it cost by engine, as far as known, and what went wrong."""

    spent: Mapping[str, float]
    troubles: Sequence[Trouble]


def ask(
    engines: Mapping[str, Engine],
    segments: Callable[[], Iterator[Segment]],
    answers: AnswerCache,
    sink: Sink,
    progress: Callable[[str, int], None],
    terms: Terms | None = None,
    clock: Clock | None = None,
) -> Asked:
    """Ask each engine about each segment that is still open, and record every outcome in `sink` as it comes.

    Engines run side by side, each with its own pass over `segments()` and `concurrency` threads; none waits for
    another. Protected segments and those without words are left out. `progress` is called from these threads with
    an engine's name and how many more segments it has dealt with.

    Faults of engines become Failures. Anything else that is raised (a broken input, a full disk, a bug in a
    plug-in) ends the run: calls under way are finished and recorded, then it is raised here. On an interrupt,
    engines get a moment to finish their calls and are then closed; what was recorded stays recorded. Raises
    ConfigError when there is a limit to the cost and an engine has no price.
    """
    clock, stop, terms = clock or Clock(), threading.Event(), terms or Terms()
    budget, troubles = Budget(terms.max_cost, terms.currency, stop), Troubles()
    budget.check(engines)
    shared = Shared(segments, answers, sink, progress, budget, troubles, clock, stop)
    askings = [Asking(name, engine, terms.samples.get(name, 1), shared) for name, engine in engines.items()]
    _work(askings, engines, clock, stop)
    return Asked(budget.spent, troubles.all())


def _work(askings: Sequence[Asking], engines: Mapping[str, Engine], clock: Clock, stop: threading.Event) -> None:
    """Run all workers to their end."""
    raised: list[BaseException] = []

    def work(asking: Asking) -> None:
        try:
            asking.work()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread of the caller
            raised.append(error)
            stop.set()

    threads = [
        threading.Thread(target=work, args=(asking,), name=f"ask {asking.name}", daemon=True)
        for asking in askings
        for _ in range(asking.concurrency)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_TICK)
    except BaseException:
        stop.set()
        _leave(threads, engines, clock.grace)
        raise
    if raised:
        raise raised[0]


def _leave(threads: list[threading.Thread], engines: Mapping[str, Engine], grace: float) -> None:
    """Wait for the calls under way, `grace` seconds in all; then end them, and wait as long once more."""
    _join(threads, grace)
    for engine in engines.values():
        engine.close()
    _join(threads, grace)


def _join(threads: list[threading.Thread], seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, end - time.monotonic()))
