"""From a segment to the text that an engine is asked about, and from its reply to a candidate."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain, pairwise

from mtqa.errors import StoreError
from mtqa.inline import Text
from mtqa.model import Candidate, Missing, Segment, Usage, total
from mtqa.ports import Answer, Capabilities, JsonObject, Query
from mtqa.translate.damage import cut, misread

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
        """The reply that was kept. Raises StoreError when it is none."""
        try:
            return cls(**{**kept, "usage": Usage(**kept["usage"]) if kept["usage"] else None})
        except (TypeError, KeyError) as error:
            raise StoreError("answer cache", f"is damaged ({error})", "move it away and run again") from error

    def to_json(self) -> JsonObject:
        """The JSON to keep; `text` is marked text."""
        usage = self.usage
        return {
            "text": self.text,
            "model": self.model,
            "usage": usage and asdict(usage),
            "cost": self.cost,
            "latency_ms": self.latency_ms,
            "match": self.match,
        }

    def after(self, discarded: Reply) -> Reply:
        """The reply with what an earlier one, that could not be used, had consumed."""
        costs = [cost for cost in (discarded.cost, self.cost) if cost is not None]
        return replace(self, usage=total((discarded.usage, self.usage)), cost=sum(costs) if costs else None)


@dataclass(frozen=True, slots=True)
class Job:
    """One segment to ask one engine about: `head` and `tail` stay here, `core` goes out as `text`.

    `key` is the same for all segments that the engine would be asked the same about. `sample`: how often it has been
    asked so before.
    """

    segment: Segment
    head: Text
    core: Text
    tail: Text
    text: str
    key: str
    sample: int = 0
    before: str | None = None
    after: str | None = None

    @classmethod
    def of(
        cls,
        segment: Segment,
        signature: str,
        capabilities: Capabilities,
        sample: int = 0,
        around: tuple[str | None, str | None] = (None, None),
    ) -> Job:
        """The job for a segment; `around` are the texts before and after it, for an engine that reads them.

        The signature of the engine stands for its model, options, prompt and glossary.
        """
        head, core, tail = segment.source.peel() if capabilities.peeled else (Text(), segment.source, Text())
        text = core.marked(capabilities.markup) if capabilities.markup else core.plain
        context = around if capabilities.context else (None, None)
        asked: list[object] = [signature, segment.source_lang, segment.target_lang, text]
        if context != (None, None) or sample:
            asked += [*context, sample]
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        return cls(segment, head, core, tail, text, key, sample, *context)

    @property
    def languages(self) -> tuple[str, str]:
        """Source and target language."""
        return self.segment.source_lang, self.segment.target_lang

    @property
    def query(self) -> Query:
        """The question."""
        return Query(self.segment.id, self.text, self.segment, self.before, self.after)

    def candidate(self, engine: str, reply: Reply, capabilities: Capabilities, *, cached: bool) -> Candidate:
        """The candidate that a reply makes for this segment."""
        text = self._target(reply.text, capabilities)
        return Candidate(engine, text, reply.model, reply.usage, reply.cost, reply.latency_ms, cached, reply.match)

    def fault(self, reply: Reply, capabilities: Capabilities) -> tuple[Missing, str] | None:
        """Why a reply cannot be a candidate; None when it can."""
        if capabilities.remote and not isinstance(reply.text, str):
            return Missing.FAILED, "a remote engine must answer in its markup"
        text = self._target(reply.text, capabilities)
        characters = "".join(part if isinstance(part, str) else part.raw for part in text.parts)
        illegal = _NOT_XML.search(characters)
        if illegal:
            return Missing.FAILED, f"the answer contains U+{ord(illegal[0]):04X}, which no XML file can carry"
        if text.blank:
            return Missing.FAILED, "the answer is blank"
        if not capabilities.remote:  # what others have translated is theirs to answer for
            return None
        source = self.segment.source.plain
        if missing := cut(source, text.plain):
            return Missing.TRUNCATED, f"the answer is cut: {missing}"
        wrong = misread(source, text.plain)
        return (Missing.FAILED, wrong) if wrong else None

    def read(self, reply: Reply, capabilities: Capabilities) -> str:
        """The characters of a reply, without what stays here."""
        return self._core(reply.text, capabilities).plain

    def _target(self, reply: str | Text, capabilities: Capabilities) -> Text:
        core = self._core(reply, capabilities)
        # A Text is one of the whole segment: the engine read it itself.
        return core if isinstance(reply, Text) else self.head + core + self.tail

    def _core(self, reply: str | Text, capabilities: Capabilities) -> Text:
        if isinstance(reply, Text):
            return reply
        return Text.parse(reply, capabilities.markup, self.core) if capabilities.markup else Text(reply)


def storable(text: str) -> str:
    """`text` with U+FFFD for what files and databases cannot carry."""
    return _NOT_XML.sub("\ufffd", text)


def batches(jobs: Iterable[Job], limits: Capabilities) -> Iterator[list[Job]]:
    """The jobs in order, in batches of one language pair within all limits; a longer text goes alone."""
    batch: list[Job] = []
    characters = size = 0
    for job in jobs:
        bytes_ = len(job.text.encode("utf-8", "replace"))
        full = len(batch) == limits.max_items or characters + len(job.text) > limits.max_chars
        full = full or (limits.max_bytes is not None and size + bytes_ > limits.max_bytes)
        if batch and (full or job.languages != batch[0].languages):
            yield batch
            batch, characters, size = [], 0, 0
        batch.append(job)
        characters, size = characters + len(job.text), size + bytes_
    if batch:
        yield batch


def neighbours(segments: Iterable[Segment]) -> Iterator[tuple[Segment, tuple[str | None, str | None]]]:
    """Each segment with the source texts before and after it in its file."""
    before: Segment | None = None
    for segment, after in pairwise(chain(segments, [None])):
        assert segment is not None  # noqa: S101 - only the last one is None, and it comes second
        yield segment, (_beside(segment, before), _beside(segment, after))
        before = segment


def _beside(segment: Segment, other: Segment | None) -> str | None:
    return other.source.plain if other and other.file == segment.file and not other.source.blank else None
