"""What asking would send, and what that would cost; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mtqa.model import Segment
from mtqa.ports import Engine
from mtqa.translate.jobs import Job, batches, neighbours
from mtqa.translate.ports import AnswerReader
from mtqa.translate.price import characters, cost_likely, tokens_likely

_WINDOW = 200  # segments looked up at once


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one engine would be sent.

    `segments` that it is asked about, `cached` of those answered already, `texts` to send (each once a sample) in
    `calls`. `tokens` are estimated input tokens, prompts included; None where it is not paid by them. `cost` is None
    when the price is unknown.
    """

    engine: str
    segments: int = 0
    cached: int = 0
    texts: int = 0
    calls: int = 0
    characters: int = 0
    tokens: int | None = None
    cost: float | None = None


def estimate(
    name: str, engine: Engine, segments: Iterator[Segment], answers: AnswerReader, samples: int = 1
) -> Estimate:
    """The estimate for one engine over `segments`; with each further sample the same texts are sent again."""
    capabilities, price = engine.capabilities, engine.capabilities.price
    counts = {"segments": 0, "cached": 0}
    jobs = _to_send(engine, segments, answers, samples, counts)
    texts = calls = sent = tokens = 0
    cost = 0.0
    for batch in batches(jobs, capabilities) if capabilities.remote else ([job] for job in jobs):
        queries = [job.query for job in batch]
        texts, calls, sent = texts + len(batch), calls + 1, sent + characters(queries)
        tokens += tokens_likely(queries) + (price.prompt if price else 0)
        cost += cost_likely(queries, price) if price else 0.0
    if not capabilities.remote:
        return Estimate(name, counts["segments"], cost=0.0)
    by_token = price is not None and price.unit == "tokens"
    return Estimate(
        name,
        counts["segments"],
        counts["cached"],
        texts,
        calls,
        sent,
        tokens if by_token else None,
        None if price is None else cost,
    )


def _to_send(
    engine: Engine, segments: Iterator[Segment], answers: AnswerReader, samples: int, counts: dict[str, int]
) -> Iterator[Job]:
    """The jobs that are not answered yet, each text once a sample; `counts` is filled on the way."""
    surrounded = neighbours(segments)
    seen: set[str] = set()
    while window := list(islice(surrounded, _WINDOW)):
        wanted = [(s, around) for s, around in window if not s.protected and not s.source.blank]
        counts["segments"] += len(wanted)
        for sample in range(samples):
            jobs = [Job.of(s, engine.signature, engine.capabilities, sample, around) for s, around in wanted]
            kept = answers.get([job.key for job in jobs])
            counts["cached"] += sum(job.key in kept for job in jobs) if sample == 0 else 0
            for job in jobs:
                if job.key not in kept and job.key not in seen:
                    seen.add(job.key)
                    yield job
