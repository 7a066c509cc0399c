"""One engine, asked about all segments by its workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mtqa.errors import EngineBusy, EngineReply, MtqaError
from mtqa.model import Failure, Missing
from mtqa.ports import Answer, Engine, Outcome
from mtqa.translate.calls import Caller, Outage
from mtqa.translate.damage import shifted
from mtqa.translate.feed import Feed
from mtqa.translate.jobs import Job, Reply, storable
from mtqa.translate.shared import Shared


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of one job. `came`: the reply, also where it cannot be used; it was paid for."""

    job: Job
    result: Reply | Failure
    came: Reply | None = None


class Asking:
    """What the workers of one engine share. Each takes a batch, has it called, and settles every text of it."""

    def __init__(self, name: str, engine: Engine, samples: int, shared: Shared) -> None:
        self.name, self.concurrency = name, engine.capabilities.concurrency
        self._capabilities = engine.capabilities
        self._feed = Feed(name, engine, samples, shared)
        self._caller = Caller(name, engine, shared)
        self._postponed: set[str] = set()

    def work(self) -> None:
        """Ask until nothing is left. Raises Stopped, and whatever is not an engine's fault."""
        while (batch := self._feed.take()) is not None:
            self._ask(batch)

    def _ask(self, jobs: Sequence[Job]) -> None:
        """Ask about `jobs` and settle each."""
        self._settle_or_ask(self._answers(jobs), len(jobs))

    def _settle_or_ask(self, judged: Sequence[_Judged], together: int) -> None:
        """Settle what can be used; ask about the rest again: together, then in halves, at last each text alone.

        `together`: how many were asked about in the call that brought these. A text that was asked about alone is
        asked about once more, and no more.
        """
        doubtful = [one for one in judged if _may_improve(one.result, together)]
        self._settle([one for one in judged if one not in doubtful])
        for group in _smaller(doubtful, together):
            first = {one.job.segment.id: one for one in group}
            again = [_with_waste(one, first[one.job.segment.id]) for one in self._answers([one.job for one in group])]
            if len(group) == 1:
                self._settle(again)
            else:
                self._settle_or_ask(again, len(group))

    def _answers(self, jobs: Sequence[Job]) -> list[_Judged]:
        """What became of the jobs; nothing where they are settled already, postponed, or asked about in halves."""
        try:
            outcomes, latency = self._caller.call([job.query for job in jobs])
        except EngineReply as error:
            self._split(jobs, error)
        except EngineBusy as error:
            self._give_up(jobs, error)
        except MtqaError as error:  # refused, or its own input is broken: nothing more to expect of it
            self._caller.refuse(error)
            self._settle_failed(jobs, Missing.REFUSED, error)
        else:
            judged = [self._judged(job, outcomes[job.segment.id], latency) for job in jobs]
            return self._in_place(judged) if self._capabilities.remote else judged
        return []

    def _split(self, jobs: Sequence[Job], error: EngineReply) -> None:
        if len(jobs) == 1:
            self._settle_failed(jobs, Missing.FAILED, error)
            return
        middle = len(jobs) // 2
        self._ask(jobs[:middle])
        self._ask(jobs[middle:])

    def _give_up(self, jobs: Sequence[Job], error: EngineBusy) -> None:
        """Jobs that fell into an outage get a second chance, at the end."""
        keys = {job.key for job in jobs}
        if self._capabilities.remote and isinstance(error, Outage) and keys.isdisjoint(self._postponed):
            self._postponed |= keys
            self._feed.postpone(jobs)
        else:
            self._settle_failed(jobs, Missing.FAILED, error)

    def _judged(self, job: Job, outcomes: list[Outcome], latency: int | None) -> _Judged:
        if len(outcomes) != 1:
            reason = "the engine gave no outcome" if not outcomes else f"the engine gave {len(outcomes)} outcomes"
            return _Judged(job, self._failure(Missing.FAILED, reason))
        outcome = outcomes[0]
        if not isinstance(outcome, Answer):
            return _Judged(job, self._failure(outcome.kind, outcome.reason))
        reply = Reply.of(outcome, latency)
        fault = job.fault(reply, self._capabilities)
        return _Judged(job, self._failure(*fault) if fault else reply, reply)

    def _in_place(self, judged: list[_Judged]) -> list[_Judged]:
        """The same; all of them doubtful when answers seem to have moved to a neighbour's place."""
        texts = [
            (one.job.core.plain, one.job.read(one.result, self._capabilities))
            for one in judged
            if isinstance(one.result, Reply)
        ]
        if not shifted(texts):
            return judged
        moved = self._failure(Missing.FAILED, "the answer seems to belong to another text of its batch")
        return [replace(one, result=moved) if isinstance(one.result, Reply) else one for one in judged]

    def _failure(self, kind: Missing, reason: str) -> Failure:
        return Failure(self.name, kind, storable(reason))

    def _settle_failed(self, jobs: Sequence[Job], kind: Missing, error: MtqaError) -> None:
        self._feed.settle([(job, self._failure(kind, str(error))) for job in jobs])

    def _settle(self, judged: Sequence[_Judged]) -> None:
        if judged:
            self._feed.settle([(one.job, one.result) for one in judged])


def _may_improve(result: Reply | Failure, together: int) -> bool:
    """Whether asking about this text alone may give more. What is cut when alone stays cut; policy does not change."""
    if isinstance(result, Reply):
        return False
    return result.kind is Missing.FAILED or (result.kind is Missing.TRUNCATED and together > 1)


def _smaller(doubtful: Sequence[_Judged], together: int) -> list[Sequence[_Judged]]:
    """The groups to ask about next: all where that is fewer texts than before, halves where it is not."""
    if len(doubtful) < 2:
        return [doubtful] if doubtful else []
    if len(doubtful) < together:
        return [doubtful]
    middle = len(doubtful) // 2
    return [doubtful[:middle], doubtful[middle:]]


def _with_waste(again: _Judged, first: _Judged) -> _Judged:
    """The later answer, with what the earlier ones had cost."""
    if first.came is None:
        return again
    came = again.came.after(first.came) if again.came else first.came
    return replace(again, came=came, result=came if isinstance(again.result, Reply) else again.result)
