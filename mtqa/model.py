"""The nouns. All frozen: a stage takes some and returns others, and changes none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, fields
from enum import StrEnum
from pathlib import Path

from mtqa.frozen import frozen
from mtqa.inline import Text


class Status(StrEnum):
    """What a run says of one segment."""

    AGREED = "agreed"  # more than half of the voters support the chosen candidate
    DIVERGENT = "divergent"  # no majority
    UNDECIDED = "undecided"  # too few voters, or no candidate without an error
    PROTECTED = "protected"  # locked, approved, translate=no, nothing to translate: left alone


class Severity(StrEnum):
    """How much a finding counts. A candidate with an error is never chosen."""

    WARNING = "warning"
    ERROR = "error"


class Missing(StrEnum):
    """Why an engine has no candidate for a segment."""

    ABSTAINED = "abstained"  # it has nothing to say: not in its file, pair not covered
    FAILED = "failed"  # it was asked and did not answer usably
    REFUSED = "refused"  # it declined: policy, quota, key
    TRUNCATED = "truncated"  # its answer was cut


@frozen
class BilingualFile:
    """A file to read: where it lies, what the run calls it, and the languages to assume where it is silent.

    `label` is relative, with forward slashes; results and copies are named by it. Languages are as configured.
    `profile` names how results are written; None finds it from the file.
    """

    path: Path
    label: str
    source_lang: str | None = None
    target_lang: str | None = None
    profile: str | None = None


@frozen
class Notice:
    """Something about an input that its owner should know; nothing was guessed. `where` is file:line."""

    where: str
    what: str


@frozen
class Alternative:
    """A translation that the file proposes for a segment (alt-trans, mtc:match).

    `kind` is what the file says it is: `rejected`, `reference`, `previous-version`, `mt`, `tm`, ...; empty for a
    plain proposal. `lang` is the target language where the proposal has its own. `similarity`, 0..1, is how close
    its source is to the segment's, by the tool that made it.
    """

    origin: str
    target: Text
    source: Text | None = None
    quality: str | None = None
    kind: str = ""
    lang: str = ""
    similarity: float | None = None


@frozen
class Segment:
    """The smallest piece with one source and at most one target.

    `id` is unique and stable: `label#n`, n counted from 1 in file order. `unit` is the id in the file (with the
    segment's mid or id after a slash), for people and for matching; it may repeat. `protected` says why the
    segment is left alone, empty when it is not. `kept` marks an existing target that is not ours to replace
    without being told to. `part_of` is the id of the segment in whose native code this text stands (a sub-flow, with
    the id `label#n.m`), empty for nearly all.
    `limit`: the most that a target may have, and of what (`char`, `byte`), where the file says.
    """

    id: str
    file: str
    unit: str
    source: Text
    source_lang: str
    target_lang: str
    target: Text | None = None
    alternatives: tuple[Alternative, ...] = ()
    state: str | None = None
    protected: str = ""
    kept: bool = False
    note: str | None = None
    part_of: str = ""
    limit: tuple[int, str] | None = None


@frozen
class Usage:
    """What a call consumed, as the engine counted it."""

    characters: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


def total(usages: Iterable[Usage | None]) -> Usage | None:
    """All of them together; what none of them counted stays absent."""
    known = [usage for usage in usages if usage]
    if not known:
        return None
    counts = [
        [count for usage in known if (count := getattr(usage, entry.name)) is not None] for entry in fields(Usage)
    ]
    return Usage(*(sum(some) if some else None for some in counts))


@frozen
class Candidate:
    """What one engine proposed for one segment.

    `model`: the model that really answered, where the engine tells. `latency_ms`: of the call that brought the
    answer, shared by its batch. `cost`: in the currency of the engine's price; absent when unknown. Segments that
    share a text are asked about once: the first of them bears `usage` and `cost`. `match`, 0..1: how close the source
    of a recorded translation is to the segment's, where that was looked up. `samples`: the other answers of an
    engine that was asked the same several times; `usage` and `cost` include them.
    """

    engine: str
    text: Text
    model: str | None = None
    usage: Usage | None = None
    cost: float | None = None
    latency_ms: int | None = None
    cached: bool = False
    match: float | None = None
    samples: tuple[Text, ...] = ()


@frozen
class Failure:
    """An engine without a candidate: a value, not an exception."""

    engine: str
    kind: Missing
    reason: str


@frozen
class CandidateSet:
    """A segment with what the engines said, in configured order.

    `primary`: the engine to keep unless it is overruled, where the segment has one of its own.
    """

    segment: Segment
    candidates: tuple[Candidate, ...]
    failures: tuple[Failure, ...] = ()
    primary: str = ""


@frozen
class Utilities:
    """The utilities of one segment by one metric, on its scale. No diagonal; absent is absent.

    `pairs`: (hypothesis engine, reference engine); `values`: the utility of each, in the same order.
    """

    signature: str
    pairs: Sequence[tuple[str, str]]
    values: Sequence[float]


@frozen
class Finding:
    """What a check says of one candidate.

    `subject` is the thing it is about ("2,500"), the same for every candidate with that fault; `span` is a range
    of characters in the candidate's plain text. `shared`: (candidates with this fault, candidates), where there are
    several and the check lets them speak. `fingerprint` names the finding for as long as the source, the target
    and what the rule says stay the same.
    """

    engine: str
    check: str
    severity: Severity
    message: str
    subject: str = ""
    span: tuple[int, int] | None = None
    shared: tuple[int, int] | None = None
    fingerprint: str = ""


@frozen
class Reason:
    """Why a segment diverges: a code, the engines concerned, and a sentence of evidence.

    `its` is the ITS type of the finding that tells it; empty where none does, and the type is that of the code
    (`mtqa.issues`).
    """

    code: str
    engines: tuple[str, ...]
    evidence: str
    its: str = ""


class Why(StrEnum):
    """Why a primary engine is not the chosen one."""

    LEAD = "lead"  # another candidate's score is higher by the margin
    ERROR = "error"  # its candidate has an error, or no text
    ABSENT = "absent"  # it has no candidate


@frozen
class Overruled:
    """The primary engine lost its place: why, and a sentence of evidence.

    `lead`: how much higher the score of the chosen is, where that is why.
    """

    primary: str
    why: Why
    evidence: str
    lead: float | None = None


@frozen
class Verdict:
    """What the consensus says of one segment.

    `expected`: expected utility of each voter, 0..1. `scores`: what the choice maximises, for each voter as the parts
    that add up to it (docs/consensus.md names them). `votes`: what each voter counts, 0..1. `supporters`: the chosen
    and the voters that agree with it. `divergence`: 1 - expected utility of the chosen; absent when nothing is chosen
    or nothing was compared. `overruled`: set where a primary engine was configured and another one was chosen.
    """

    status: Status
    chosen: str | None
    voters: tuple[str, ...]
    supporters: tuple[str, ...] = ()
    outliers: tuple[str, ...] = ()
    expected: Mapping[str, float] = field(default_factory=dict)
    divergence: float | None = None
    reasons: tuple[Reason, ...] = ()
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    votes: Mapping[str, float] = field(default_factory=dict)
    overruled: Overruled | None = None


@frozen
class Result:
    """Everything known about one segment.

    `risk`: quantile 0..1 of its divergence in the run. `self_agreement`, 0..1: how much the samples of an engine
    agree with each other, for engines that were asked more than once.
    """

    candidates: CandidateSet
    findings: tuple[Finding, ...]
    utilities: Mapping[str, Utilities]
    verdict: Verdict
    risk: float | None = None
    self_agreement: Mapping[str, float] = field(default_factory=dict)

    @property
    def segment(self) -> Segment:
        """The segment that this is about."""
        return self.candidates.segment

    @property
    def chosen(self) -> Candidate | None:
        """The chosen candidate."""
        engine = self.verdict.chosen
        for candidate in self.candidates.candidates:
            if candidate.engine == engine:
                return candidate
        return None


@frozen
class Edit:
    """What is written into the file for one segment.

    `target` replaces the segment's target; None leaves it. `remark` is the sentence for the reader of the file,
    None for no note. `alternatives`: (engine, text, agreement 0..100), best first. `reviewed`: a person has decided
    on the target. `agreement`, 0..1, is how far the others support the target, where that is to be written as a
    number; None for no number. `issue` is the ITS type of what is wrong with it, where that is to be written.
    """

    status: Status
    target: Text | None = None
    remark: str | None = None
    alternatives: tuple[tuple[str, Text, int], ...] = ()
    reviewed: bool = False
    agreement: float | None = None
    issue: str = ""

    @property
    def word(self) -> str:
        """What is said of the target in a word: "reviewed", or the status."""
        return "reviewed" if self.reviewed else self.status.value
