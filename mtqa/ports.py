"""What a plug-in must be: one small protocol per family, shaped for batches.

Plug-ins are found through entry points (`mtqa.engines`, `mtqa.metrics`, `mtqa.formats`, `mtqa.checks`,
`mtqa.reports`). The keyword parameters of their constructor are their configuration; what has no default must
be configured. Engines and metrics carry a *signature*: everything that can change an answer or a number, never
a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

from mtqa.facts import Case
from mtqa.inline import Markup, Text
from mtqa.model import (
    BilingualFile,
    Edit,
    Missing,
    Notice,
    Segment,
    Severity,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Price:
    """What an engine costs, in the currency of the configuration, per million of `unit`.

    `input` is for what is sent, `output` for what comes back. `prompt`: input tokens that every call adds.
    `most`: output units that one call cannot exceed, where the request sets that limit.
    """

    unit: Literal["characters", "tokens"]
    input: float
    output: float = 0.0
    prompt: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine takes in one call, and how.

    `markup`: how inline codes are written for it; None when it gets bare text (codes are then lost, and the
    check says so) or reads `Query.segment` itself. `max_items` texts, `max_chars` characters and `max_bytes` bytes
    of UTF-8 a call. `concurrency`: calls at once, at most. `remote`: whether asking costs time or money, so that
    answers are kept. `peeled`: whether edge codes and edge spaces are taken off before it is asked, and put back.
    `rate`: calls a second; `chars_per_minute`, `tokens_per_minute`: what may be sent; None is no limit. `context`:
    whether it reads `Query.before` and `Query.after`. `glossary`, `formality`: whether it can be given terms, and told
    how to address the reader. `sampling`: the options that steer chance. `billed`: the unit of its price; None when it
    costs nothing. `price`: None when unknown. `model`: the one that is asked.
    """

    markup: Markup | None = None
    max_items: int = 1
    max_chars: int = 5000
    concurrency: int = 1
    remote: bool = True
    peeled: bool = True
    max_bytes: int | None = None
    rate: float | None = None
    chars_per_minute: int | None = None
    tokens_per_minute: int | None = None
    context: bool = False
    glossary: bool = False
    formality: bool = False
    sampling: tuple[str, ...] = ()
    billed: Literal["characters", "tokens"] | None = None
    price: Price | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """One text to translate. `text` is what the engine sees; `segment` is where it comes from.

    All queries of a batch have the same languages. `id` is unique in the batch. `before` and `after` are the source
    texts of the neighbours in the file, to understand and not to translate; only for engines that read them.
    """

    id: str
    text: str
    segment: Segment
    before: str | None = None
    after: str | None = None

    @property
    def source_lang(self) -> str:
        """Canonical BCP 47 tag."""
        return self.segment.source_lang

    @property
    def target_lang(self) -> str:
        """Canonical BCP 47 tag."""
        return self.segment.target_lang


@dataclass(frozen=True, slots=True)
class Answer:
    """A translation: in the engine's markup, or already a Text. `match`: of its source with the segment's, 0..1."""

    id: str
    text: str | Text
    model: str | None = None
    usage: Usage | None = None
    cost: float | None = None
    match: float | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No translation, and why."""

    id: str
    kind: Missing
    reason: str


Outcome = Answer | NoAnswer


class Engine(Protocol):
    """Translates batches. An optional property `notes`, a tuple of sentences, says what it learnt; run.json has it.

    An optional method `open` is called once before the first call, to load what that call would have to wait for: how
    long the first answer takes tells how fast calls may follow.

    Raise EngineBusy for a fault that may pass, EngineRefused to be asked no more, EngineReply for an answer
    that cannot be used (a smaller batch is tried). Queries without an outcome count as failed.
    """

    @property
    def signature(self) -> str:
        """Everything that can change an answer, never a key."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What one call takes."""
        ...

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One call. Outcomes are matched by id. Called from several threads at once when concurrency > 1."""
        ...

    def close(self) -> None:
        """Give back connections and files."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """The texts of one segment that are to be compared: plain, NFC, one per voter."""

    source: str
    texts: tuple[str, ...]


class Metric(Protocol):
    """Utilities between candidates: more is better, and 0..1 unless the metric has a scale of its own.

    An optional attribute `is_share = True` says that a utility is the share of two texts that they have in common, from
    0 for nothing to 1 for all; it then enters the choice as it is. Others are put on the scale of the run.
    `tells_meaning = True` says that it sees what texts mean, in whatever words: a divergent segment in which all
    candidates support each other by it is a matter of paraphrase.
    """

    @property
    def signature(self) -> str:
        """Metric, options and version; printed with every number."""
        ...

    def utilities(self, batch: Sequence[Comparison]) -> list[dict[tuple[int, int], float]]:
        """Per comparison: (hypothesis index, reference index) -> utility, for every ordered pair of two.

        Or nothing for a comparison that the metric leaves to others: absent is absent.
        """
        ...


@runtime_checkable
class RunMetric(Metric, Protocol):
    """A metric with statistics of a whole run. `utilities` works without them too, and its signature says so."""

    def for_run(self, comparisons: Iterable[Comparison]) -> Metric:
        """The same metric with the statistics of a run, or of a group of its segments. They are read once, streamed.

        A metric whose options need no statistics returns itself.
        """
        ...


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that a plug-in can use: its name, its licence as its owner writes it, and `use`, what it is for.

    `gated`: it is handed out only to who has accepted its terms.
    """

    name: str
    licence: str
    use: Literal["metric", "check"]
    gated: bool = False


@runtime_checkable
class HasModel(Protocol):
    """A metric or check that loads a model which somebody else owns."""

    @staticmethod
    def known_models() -> Sequence[KnownModel]:
        """The models that it knows; it may take others."""
        ...

    @property
    def signature(self) -> str:
        """Model, options and versions."""
        ...

    @property
    def licence(self) -> str | None:
        """Of the model in use; None when nothing tells."""
        ...


class Encodings(Protocol):
    """Keeps what a large model made of a text. A constructor parameter named `encodings` is given one."""

    def get(self, model: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Those that are kept. `model`: everything that an encoding depends on but the text."""
        ...

    def put(self, model: str, items: Iterable[tuple[str, bytes]]) -> None:
        """Keep some; durable when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check has against one candidate, by its position in the case.

    `subject` is the thing it is about ("2,500"). Faults with the same subject and message are the same fault in
    several candidates. `span`: characters in the candidate's plain text. `doubtful`: never more than a warning.
    """

    candidate: int
    message: str
    subject: str = ""
    span: tuple[int, int] | None = None
    doubtful: bool = False


class Check(Protocol):
    """A rule on the candidates of one segment.

    `default`: how much its faults count where nothing is configured. `oracle`: whether the other candidates have a
    say: a fault that most of them share is probably the way of the language, and counts one level less.
    """

    default: Severity
    oracle: bool

    def faults(self, case: Case) -> Iterable[Fault]:
        """What is wrong with the candidates, in their order or not."""
        ...


class Watch(Protocol):
    """What a RunCheck notes while the segments of a run go by."""

    def see(self, case: Case) -> None:
        """Note one segment."""
        ...

    def check(self) -> Check:
        """The check that knows what was seen."""
        ...


@runtime_checkable
class RunCheck(Check, Protocol):
    """A check that compares segments with each other. `faults` works without a run too, and then finds less."""

    def watch(self) -> Watch:
        """To be shown every segment of the run, once, before the check that it makes is used."""
        ...


class Format(Protocol):
    """Reads and writes one kind of bilingual file."""

    def claims(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (up to 64 KiB) is of this format. Never raises."""
        ...

    def read(self, file: BilingualFile, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        """The segments in order, streamed. Raises FormatError."""
        ...

    def write(self, file: BilingualFile, edits: Callable[[str], Edit | None], out: BinaryIO) -> None:
        """The file with the edits (by segment id) spliced in; without any, the same bytes."""
        ...


class Report(Protocol):
    """A rendering of a stored run."""

    suffix: str

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Read `run.json` and `segments.jsonl` of the run in `folder`; write the report."""
        ...


class BilingualReader(Protocol):
    """Reads any bilingual file. A constructor parameter named `read_bilingual` is given one."""

    def __call__(self, path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
        """The segments of the file at `path`."""
        ...


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a glossary with what may translate it, and what must not. An empty language is any.

    `remark`: what a translator should know about it.
    """

    source: str
    targets: tuple[str, ...]
    forbidden: tuple[str, ...] = ()
    source_lang: str = ""
    target_lang: str = ""
    remark: str = ""


class GlossaryReader(Protocol):
    """Reads a glossary: TBX, TMX or CSV. A constructor parameter named `read_glossary` is given one."""

    def __call__(self, path: Path) -> Iterable[Term]:
        """The terms of the glossary at `path`. Raises FormatError."""
        ...


JsonObject = dict[str, Any]
