"""Every engine is asked about every segment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

from mtqa.model import Segment
from mtqa.ports import Engine
from mtqa.translate.one_engine import Asking
from mtqa.translate.pace import Clock, Stopped
from mtqa.translate.ports import AnswerCache, Sink

_TICK = 0.2  # seconds; an endless join would not hear Ctrl-C everywhere


def ask(
    engines: Mapping[str, Engine],
    segments: Callable[[], Iterator[Segment]],
    answers: AnswerCache,
    sink: Sink,
    progress: Callable[[str, int], None],
    clock: Clock | None = None,
) -> None:
    """Ask each engine about each segment that is still open, and record every outcome in `sink` as it comes.

    Engines run side by side, each with its own pass over `segments()` and `concurrency` threads; none waits for
    another. Protected segments and those without words are left out. `progress` is called from these threads with
    an engine's name and how many more segments it has dealt with.

    Faults of engines become Failures. Anything else that is raised (a broken input, a full disk, a bug in a
    plug-in) ends the run: calls under way are finished and recorded, then it is raised here. On an interrupt,
    engines get a moment to finish their calls and are then closed; what was recorded stays recorded.
    """
    clock, stop = clock or Clock(), threading.Event()
    raised: list[BaseException] = []
    askings = [Asking(name, engine, segments, answers, sink, progress, clock, stop) for name, engine in engines.items()]

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
