"""One engine, asked about all segments by its workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from mtqa.errors import EngineBusy, EngineReply, MtqaError
from mtqa.model import Failure, Missing, Segment
from mtqa.ports import Answer, Engine, Outcome
from mtqa.translate.jobs import Job, Reply, batches, storable
from mtqa.translate.pace import ATTEMPTS, Clock, Gate, Stopped, pause
from mtqa.translate.ports import AnswerCache, Sink

_WINDOW = 200  # segments taken and looked up at once
_GIVE_UP = 3  # batches in a row for each worker that no attempt brought through: the server is down


class Asking:
    """What the workers of one engine share: the batches still to ask, the pause, and whether it was refused.

    A text that several segments share is asked once: while it is on its way, further segments wait for its
    answer; afterwards the cache has it. Only remote engines are asked so; others may look at the segment itself.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        segments: Callable[[], Iterator[Segment]],
        answers: AnswerCache,
        sink: Sink,
        progress: Callable[[str, int], None],
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self.name, self.engine = name, engine
        self.capabilities = engine.capabilities
        self.concurrency = self.capabilities.concurrency
        self._answers, self._sink, self._progress = answers, sink, progress
        self._clock, self._stop, self._gate = clock, stop, Gate(clock, stop)
        self._refusal = ""
        self._exhausted = 0
        self._feed = threading.Lock()  # held by the worker that takes the next batch
        self._waiting_lock = threading.Lock()
        self._waiting: dict[str, list[Job]] = {}
        self._batches = self._batched(segments())

    def work(self) -> None:
        """Ask until nothing is left. Raises Stopped, and whatever is not an engine's fault."""
        while True:
            with self._feed:
                batch = next(self._batches, None)
            if batch is None:
                return
            self._ask(batch)

    def _batched(self, segments: Iterator[Segment]) -> Iterator[list[Job]]:
        return batches(self._open_jobs(segments), self.capabilities.max_items, self.capabilities.max_chars)

    def _open_jobs(self, segments: Iterator[Segment]) -> Iterator[Job]:
        signature, capabilities = self.engine.signature, self.capabilities
        while window := list(islice(segments, _WINDOW)):
            if self._stop.is_set():
                raise Stopped
            wanted = [segment for segment in window if not segment.protected and not segment.source.blank]
            pending = self._sink.pending(self.name, wanted)
            jobs = [Job.of(segment, signature, capabilities) for segment in pending]
            yield from self._unanswered(jobs) if capabilities.remote else jobs

    def _unanswered(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that must be asked; the cached ones are recorded, those that wait for a twin are put with it."""
        # First who waits, then the cache: an answer is in the cache before its waiters are released.
        alone = [job for job in jobs if not self._waits(job)]
        kept = self._answers.get([job.key for job in alone])
        self._record([(job, Reply.from_json(kept[job.key])) for job in alone if job.key in kept], cached=True)
        asked = []
        for job in alone:
            if job.key not in kept and not self._waits(job):
                with self._waiting_lock:
                    self._waiting[job.key] = []
                asked.append(job)
        return asked

    def _waits(self, job: Job) -> bool:
        """Whether a twin of this job is on its way; if so, the job waits for the same answer."""
        with self._waiting_lock:
            if job.key not in self._waiting:
                return False
            self._waiting[job.key].append(job)
            return True

    def _ask(self, jobs: Sequence[Job], *, again: bool = True) -> None:
        """Ask about `jobs` and settle each. What cannot be used is asked once more, alone (`again`)."""
        if self._refusal:
            self._settle_failed(jobs, Missing.REFUSED, self._refusal)
            return
        try:
            outcomes, latency = self._call(jobs)
        except EngineBusy as error:
            self._give_up(jobs, error)
            return
        except EngineReply as error:
            self._split(jobs, error)
            return
        except MtqaError as error:  # refused, or its own input is broken: nothing more to expect of it
            self._refusal = str(error)
            self._settle_failed(jobs, Missing.REFUSED, self._refusal)
            return
        self._exhausted = 0
        settled, doubtful = [], []
        for job in jobs:
            result = self._judged(job, outcomes[job.segment.id], latency)
            if again and _may_improve(result, len(jobs)):
                doubtful.append(job)
            else:
                settled.append((job, result))
        self._settle(settled)
        for job in doubtful:
            self._ask([job], again=False)

    def _call(self, jobs: Sequence[Job]) -> tuple[dict[str, list[Outcome]], int | None]:
        """The outcomes by segment id, and the milliseconds it took. Raises EngineBusy after the last attempt."""
        queries = [job.query for job in jobs]
        attempt = 0
        while True:
            attempt += 1
            self._gate.enter()
            began = self._clock.now()
            try:
                outcomes = list(self.engine.translate(queries))
            except EngineBusy as busy:
                if self._stop.is_set():  # ended by us, which says nothing about the engine
                    raise Stopped from None
                self._gate.shut(pause(busy, attempt))
                if attempt == ATTEMPTS:
                    raise
                continue
            # Local engines take no time worth telling; without it a second run equals the first.
            latency = round(1000 * (self._clock.now() - began)) if self.capabilities.remote else None
            return _by_id((query.id for query in queries), outcomes), latency

    def _split(self, jobs: Sequence[Job], error: EngineReply) -> None:
        if len(jobs) == 1:
            self._settle_failed(jobs, Missing.FAILED, str(error))
            return
        middle = len(jobs) // 2
        self._ask(jobs[:middle])
        self._ask(jobs[middle:])

    def _give_up(self, jobs: Sequence[Job], error: EngineBusy) -> None:
        self._exhausted += 1
        self._settle_failed(jobs, Missing.FAILED, f"{error} (asked {ATTEMPTS} times)")
        if self._exhausted >= _GIVE_UP * self.concurrency:
            self._refusal = f"{error} (given up)"

    def _judged(self, job: Job, outcomes: list[Outcome], latency: int | None) -> Reply | Failure:
        if len(outcomes) != 1:
            reason = "the engine gave no outcome" if not outcomes else f"the engine gave {len(outcomes)} outcomes"
            return self._failure(Missing.FAILED, reason)
        outcome = outcomes[0]
        if not isinstance(outcome, Answer):
            return self._failure(outcome.kind, outcome.reason)
        reply = Reply.of(outcome, latency)
        fault = job.fault(reply, self.capabilities)
        return self._failure(Missing.FAILED, fault) if fault else reply

    def _failure(self, kind: Missing, reason: str) -> Failure:
        return Failure(self.name, kind, storable(reason))

    def _settle_failed(self, jobs: Sequence[Job], kind: Missing, reason: str) -> None:
        self._settle([(job, self._failure(kind, reason)) for job in jobs])

    def _settle(self, results: Sequence[tuple[Job, Reply | Failure]]) -> None:
        """Keep answers, record outcomes, and serve who waits for the same text."""
        if self.capabilities.remote:  # first of all: an answer that was paid for is never lost
            self._answers.put([(job.key, result.to_json()) for job, result in results if isinstance(result, Reply)])
        self._record(results, cached=False)
        with self._waiting_lock:
            followers = [(twin, result) for job, result in results for twin in self._waiting.pop(job.key, [])]
        self._record(followers, cached=True)

    def _record(self, results: Sequence[tuple[Job, Reply | Failure]], *, cached: bool) -> None:
        if not results:
            return
        outcomes = [
            (
                job.segment.id,
                result
                if isinstance(result, Failure)
                else job.candidate(self.name, result, self.capabilities, cached=cached),
            )
            for job, result in results
        ]
        self._sink.record(self.name, outcomes)
        self._progress(self.name, len(outcomes))


def _may_improve(result: Reply | Failure, together: int) -> bool:
    """Whether asking about this text alone may give more. What is cut when alone stays cut; policy does not change."""
    if isinstance(result, Reply):
        return False
    return result.kind is Missing.FAILED or (result.kind is Missing.TRUNCATED and together > 1)


def _by_id(ids: Iterable[str], outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {name: [] for name in ids}
    for outcome in outcomes:
        if outcome.id in found:  # an id that nobody asked for answers nothing
            found[outcome.id].append(outcome)
    return found
