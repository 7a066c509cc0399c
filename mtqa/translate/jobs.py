"""From a segment to the text that an engine is asked about, and from its reply to a candidate."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from mtqa.inline import Text
from mtqa.model import Candidate, Segment, Usage
from mtqa.ports import Answer, Capabilities, JsonObject, Query

# Characters that no XML file can carry (XML 1.0, 2.2), lone surrogates among them.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came, before it is put into a segment; this is what the cache keeps."""

    text: str | Text
    model: str | None = None
    usage: Usage | None = None
    cost: float | None = None
    latency_ms: int | None = None
    match: float | None = None

    @classmethod
    def of(cls, answer: Answer, latency_ms: int | None) -> Reply:
        """The reply in an answer."""
        model = None if answer.model is None else storable(answer.model)
        return cls(answer.text, model, answer.usage, answer.cost, latency_ms, answer.match)

    @classmethod
    def from_json(cls, kept: JsonObject) -> Reply:
        """The reply that was kept."""
        return cls(**{**kept, "usage": Usage(**kept["usage"]) if kept["usage"] else None})

    def to_json(self) -> JsonObject:
        """The JSON to keep; `text` is marked text."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Job:
    """One segment to ask one engine about: `head` and `tail` stay here, `core` goes out as `text`."""

    segment: Segment
    head: Text
    core: Text
    tail: Text
    text: str
    key: str

    @classmethod
    def of(cls, segment: Segment, signature: str, capabilities: Capabilities) -> Job:
        """The job for a segment. `key` is the same for all segments that the engine would be asked the same about."""
        head, core, tail = segment.source.peel() if capabilities.peeled else (Text(), segment.source, Text())
        text = core.marked(capabilities.markup) if capabilities.markup else core.plain
        asked = json.dumps([signature, segment.source_lang, segment.target_lang, text])
        return cls(segment, head, core, tail, text, hashlib.sha256(asked.encode()).hexdigest())

    @property
    def languages(self) -> tuple[str, str]:
        """Source and target language."""
        return self.segment.source_lang, self.segment.target_lang

    @property
    def query(self) -> Query:
        """The question."""
        return Query(self.segment.id, self.text, self.segment)

    def candidate(self, engine: str, reply: Reply, capabilities: Capabilities, *, cached: bool) -> Candidate:
        """The candidate that a reply makes for this segment."""
        text = self._target(reply.text, capabilities)
        return Candidate(engine, text, reply.model, reply.usage, reply.cost, reply.latency_ms, cached, reply.match)

    def fault(self, reply: Reply, capabilities: Capabilities) -> str:
        """Why a reply cannot be a candidate; empty when it can."""
        if capabilities.remote and not isinstance(reply.text, str):
            return "a remote engine must answer in its markup"
        text = self._target(reply.text, capabilities)
        characters = "".join(part if isinstance(part, str) else part.raw for part in text.parts)
        illegal = _NOT_XML.search(characters)
        if illegal:
            return f"the answer contains U+{ord(illegal[0]):04X}, which no XML file can carry"
        if text.blank:
            return "the answer is blank"
        return ""

    def _target(self, reply: str | Text, capabilities: Capabilities) -> Text:
        if isinstance(reply, Text):
            return reply  # of the whole segment: the engine read it itself
        core = Text.parse(reply, capabilities.markup, self.core) if capabilities.markup else Text(reply)
        return self.head + core + self.tail


def storable(text: str) -> str:
    """`text` with U+FFFD for what files and databases cannot carry."""
    return _NOT_XML.sub("\ufffd", text)


def batches(jobs: Iterable[Job], max_items: int, max_chars: int) -> Iterator[list[Job]]:
    """The jobs in order, in batches of one language pair within both limits; a longer text goes alone."""
    batch: list[Job] = []
    size = 0
    for job in jobs:
        full = len(batch) == max_items or size + len(job.text) > max_chars
        if batch and (full or job.languages != batch[0].languages):
            yield batch
            batch, size = [], 0
        batch.append(job)
        size += len(job.text)
    if batch:
        yield batch
