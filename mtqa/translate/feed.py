"""The batches that one engine is still to be asked about, and where its outcomes go."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from mtqa.model import Candidate, Failure
from mtqa.ports import Engine
from mtqa.translate.damage import other_model
from mtqa.translate.jobs import Job, Reply, batches, neighbours
from mtqa.translate.pace import Stopped
from mtqa.translate.shared import Shared

_WINDOW = 200  # segments taken and looked up at once
_TICK = 0.2  # seconds
_POLL, _LONGEST_POLL = 0.5, 10.0  # seconds between two looks at what another run is being answered


class Feed:
    """Shared by the workers of one engine.

    A text that several segments share is asked once: while it is on its way, further segments wait for its answer;
    afterwards the cache has it. What another run, or another engine just like this one, is asking about is left for
    a later pass, and so is what was postponed; passes go on until nothing is left. Only remote engines are asked so;
    others may look at the segment itself.
    """

    def __init__(self, name: str, engine: Engine, samples: int, shared: Shared) -> None:
        self._name, self._signature, self._capabilities = name, engine.signature, engine.capabilities
        self._samples, self._shared = samples, shared
        self._answers, self._sink, self._stop = shared.answers, shared.sink, shared.stop
        self._taking = threading.Lock()  # held by the worker that takes the next batch
        self._changed = threading.Condition()
        self._waiting: dict[str, list[Job]] = {}  # by key: who waits for the answer of a job that is on its way
        self._left = False  # whether this pass leaves something for another one
        self._batches = self._all()

    def take(self) -> list[Job] | None:
        """The next batch; None when there are no more. Raises Stopped, and whatever reading the segments raises."""
        with self._taking:
            return next(self._batches, None)

    def settle(self, results: Sequence[tuple[Job, Reply | Failure]]) -> None:
        """Keep answers, record outcomes, and serve who waits for the same text."""
        if self._capabilities.remote:  # first of all: an answer that was paid for is never lost
            self._answers.put([(job.key, result.to_json()) for job, result in results if isinstance(result, Reply)])
            self._answers.release([job.key for job, result in results if isinstance(result, Failure)])
        self._record(results, cached=False)
        while followers := self._followers(results):  # more may join until their key is gone
            self._record(followers, cached=True)

    def postpone(self, jobs: Sequence[Job]) -> None:
        """Leave jobs, and who waits for them, to another pass."""
        self._answers.release([job.key for job in jobs])
        self._left = True
        self._forget(jobs)

    def _followers(self, results: Sequence[tuple[Job, Reply | Failure]]) -> list[tuple[Job, Reply | Failure]]:
        """Who waits for these answers; when there is nobody left, the answers are no longer on their way."""
        with self._changed:
            found = [(twin, result) for job, result in results for twin in self._waiting.get(job.key, ())]
            for job, _ in results:
                if found and job.key in self._waiting:
                    self._waiting[job.key] = []
                else:
                    self._waiting.pop(job.key, None)
            self._changed.notify_all()
        return found

    def _forget(self, jobs: Sequence[Job]) -> None:
        with self._changed:
            for job in jobs:
                self._waiting.pop(job.key, None)
            self._changed.notify_all()

    def _all(self) -> Iterator[list[Job]]:
        for sample in range(self._samples):
            poll = _POLL
            while True:
                self._left = False
                yield from batches(self._open_jobs(sample), self._capabilities)
                self._await_quiet()
                if not self._left:
                    break
                self._shared.clock.wait(self._stop, poll)
                poll = min(2 * poll, _LONGEST_POLL)

    def _await_quiet(self) -> None:
        """Return when no text of ours is on its way."""
        with self._changed:
            while self._waiting:
                if self._stop.is_set():
                    raise Stopped
                self._changed.wait(_TICK)

    def _open_jobs(self, sample: int) -> Iterator[Job]:
        surrounded = neighbours(self._shared.segments())
        while window := list(islice(surrounded, _WINDOW)):
            if self._stop.is_set():
                raise Stopped
            around = {segment.id: texts for segment, texts in window}
            wanted = [segment for segment, _ in window if not segment.protected and not segment.source.blank]
            pending = self._sink.pending(self._name, wanted, sample)
            jobs = [Job.of(one, self._signature, self._capabilities, sample, around[one.id]) for one in pending]
            yield from self._unanswered(jobs) if self._capabilities.remote else jobs

    def _unanswered(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that must be asked; the cached ones are recorded, those that wait for a twin are put with it."""
        # First who waits, then the cache: an answer is in the cache before its waiters are released.
        alone = [job for job in jobs if not self._waits(job)]
        kept = self._answers.get([job.key for job in alone])
        self._record([(job, Reply.from_json(kept[job.key])) for job in alone if job.key in kept], cached=True)
        asked = []
        for job in alone:
            if job.key not in kept and not self._waits(job):
                with self._changed:
                    self._waiting[job.key] = []
                asked.append(job)
        claimed = self._answers.claim([job.key for job in asked])
        elsewhere = [job for job in asked if job.key not in claimed]
        if elsewhere:
            self._left = True
            self._forget(elsewhere)
        return [job for job in asked if job.key in claimed]

    def _waits(self, job: Job) -> bool:
        """Whether a twin of this job is on its way; if so, the job waits for the same answer."""
        with self._changed:
            if job.key not in self._waiting:
                return False
            self._waiting[job.key].append(job)
            return True

    def _record(self, results: Sequence[tuple[Job, Reply | Failure]], *, cached: bool) -> None:
        if not results:
            return
        outcomes = [
            (job.segment.id, result if isinstance(result, Failure) else self._candidate(job, result, cached=cached))
            for job, result in self._borne_once(results)
        ]
        self._sink.record(self._name, outcomes, results[0][0].sample)
        self._shared.progress(self._name, len(outcomes))
        self._tell(results)

    def _tell(self, results: Sequence[tuple[Job, Reply | Failure]]) -> None:
        asked = self._capabilities.model
        for job, result in results:
            if isinstance(result, Failure):
                self._shared.troubles.failed(job.segment.id, result)
            elif asked and result.model and other_model(asked, result.model):
                self._shared.troubles.other_model(job.segment.id, self._name, asked, result.model)

    def _candidate(self, job: Job, reply: Reply, *, cached: bool) -> Candidate:
        return job.candidate(self._name, reply, self._capabilities, cached=cached)

    def _borne_once(self, results: Sequence[tuple[Job, Reply | Failure]]) -> Iterator[tuple[Job, Reply | Failure]]:
        """The results, with usage and cost only where an answer is used for the first time.

        Answers are recorded in the order of the segments, from the cache as well as fresh, so that it is the same
        segment in every run.
        """
        keys = [job.key for job, one in results if isinstance(one, Reply) and (one.usage or one.cost is not None)]
        first = self._sink.first_given(self._name, keys) if keys else set()
        for job, result in results:
            if isinstance(result, Reply) and job.key not in first:
                yield job, replace(result, usage=None, cost=None)
            else:
                first.discard(job.key)
                yield job, result
