"""Records: the nouns as JSON, for the run's database and for `segments.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from mtqa.inline import Code, Marking, Markup, Text
from mtqa.issues import REASONS, issue_of
from mtqa.model import Alternative, Candidate, Edit, Failure, Finding, Missing, Reason, Result, Segment, Status, Usage
from mtqa.ports import JsonObject
from mtqa.store.lines import DECIMALS, encoded, numbers, rounded
from mtqa.store.lines import spliced as splice


def text_to_json(text: Text) -> list[Any]:
    """Strings stay strings; a code becomes [id, kind, raw, equiv]."""
    return [p if isinstance(p, str) else [p.id, p.kind, p.raw, p.equiv] for p in text.parts]


def text_from_json(parts: list[Any]) -> Text:
    """The inverse of `text_to_json`."""
    return Text(*(p if isinstance(p, str) else Code(*p) for p in parts))


def segment_to_json(segment: Segment) -> JsonObject:
    """All of a segment; absent keys are empty fields. A target without text is there: it is not the same as none."""
    record = {
        "id": segment.id,
        "file": segment.file,
        "unit": segment.unit,
        "source": text_to_json(segment.source),
        "source_lang": segment.source_lang,
        "target_lang": segment.target_lang,
        "target": None if segment.target is None else text_to_json(segment.target),
        "alternatives": [
            [
                a.origin,
                text_to_json(a.target),
                a.source and text_to_json(a.source),
                a.quality,
                a.kind,
                a.lang,
                a.similarity,
            ]
            for a in segment.alternatives
        ],
        "state": segment.state,
        "protected": segment.protected,
        "kept": segment.kept,
        "note": segment.note,
        "part_of": segment.part_of,
        "limit": list(segment.limit) if segment.limit else None,
    }
    kept = ("target",) if segment.target is not None else ()
    return {key: value for key, value in record.items() if key in kept or value not in (None, "", False, [])}


def segment_from_json(record: JsonObject) -> Segment:
    """The inverse of `segment_to_json`."""
    alternatives = tuple(
        Alternative(origin, text_from_json(target), None if source is None else text_from_json(source), *rest)
        for origin, target, source, *rest in record.get("alternatives", ())
    )
    return Segment(
        id=record["id"],
        file=record["file"],
        unit=record.get("unit", ""),
        source=text_from_json(record.get("source", [])),
        source_lang=record.get("source_lang", ""),
        target_lang=record.get("target_lang", ""),
        target=text_from_json(record["target"]) if "target" in record else None,
        alternatives=alternatives,
        state=record.get("state"),
        protected=record.get("protected", ""),
        kept=record.get("kept", False),
        note=record.get("note"),
        part_of=record.get("part_of", ""),
        limit=tuple(record["limit"]) if "limit" in record else None,
    )


def answer_to_json(answer: Candidate | Failure) -> JsonObject:
    """A candidate or a failure, without the engine's name."""
    if isinstance(answer, Failure):
        return {"kind": answer.kind.value, "reason": answer.reason}
    usage = answer.usage
    record = {
        "text": text_to_json(answer.text),
        "model": answer.model,
        "usage": [usage.characters, usage.input_tokens, usage.output_tokens] if usage else None,
        "cost": answer.cost,
        "latency_ms": answer.latency_ms,
        "cached": answer.cached,
        "match": answer.match,
        "samples": [text_to_json(text) for text in answer.samples] or None,
    }
    return {key: value for key, value in record.items() if value is not None}


def answer_from_json(engine: str, record: JsonObject) -> Candidate | Failure:
    """The inverse of `answer_to_json`."""
    if "kind" in record:
        return Failure(engine, Missing(record["kind"]), record["reason"])
    usage = record.get("usage")
    return Candidate(
        engine=engine,
        text=text_from_json(record["text"]),
        model=record.get("model"),
        usage=Usage(*usage) if usage else None,
        cost=record.get("cost"),
        latency_ms=record.get("latency_ms"),
        cached=record.get("cached", False),
        match=record.get("match"),
        samples=tuple(text_from_json(text) for text in record.get("samples", ())),
    )


def edit_to_json(edit: Edit) -> JsonObject:
    """All of an edit."""
    return {
        "status": edit.status.value,
        "target": None if edit.target is None else text_to_json(edit.target),
        "remark": edit.remark,
        "alternatives": [[engine, text_to_json(text), percent] for engine, text, percent in edit.alternatives],
        "agreement": edit.agreement,
        "issue": edit.issue,
    }


def edit_from_json(record: JsonObject) -> Edit:
    """The inverse of `edit_to_json`."""
    return Edit(
        status=Status(record["status"]),
        target=None if record["target"] is None else text_from_json(record["target"]),
        remark=record["remark"],
        alternatives=tuple((engine, text_from_json(text), percent) for engine, text, percent in record["alternatives"]),
        agreement=record.get("agreement"),
        issue=record.get("issue", ""),
    )


def results_to_json(results: Sequence[Result], *, spliced: bool = False) -> list[JsonObject]:
    """Lines of `segments.jsonl`; their shape is `store/segment.schema.json`. Absent is absent.

    `spliced`: what takes most of a line, the utilities, is JSON already; to be encoded and not to be looked at.
    """
    numbers = iter(rounded([number for result in results for number in _numbers(result)]))
    utilities = _spliced(results) if spliced else map(_utilities, results)
    return [_record(result, numbers, found) for result, found in zip(results, utilities, strict=True)]


def _numbers(result: Result) -> list[float]:
    """The numbers of a record but its utilities, in the order in which `_record` takes them; absent ones are 0."""
    verdict = result.verdict
    found = [verdict.divergence or 0.0, result.risk or 0.0]
    for candidate in result.candidates.candidates:
        engine = candidate.engine
        parts = verdict.scores.get(engine, {}).values()
        found += (verdict.expected.get(engine, 0.0), verdict.votes.get(engine, 0.0), sum(parts), *parts)
    return found


def _record(result: Result, numbers: Iterator[float], utilities: JsonObject) -> JsonObject:
    segment, verdict = result.segment, result.verdict
    marking = Marking(segment.source, Markup.TOKENS)
    chosen = result.chosen
    divergence, risk = next(numbers), next(numbers)
    record: JsonObject = {
        "id": segment.id,
        "file": segment.file,
        "unit": segment.unit,
        "source": marking.render(segment.source),
        "source_lang": segment.source_lang,
        "target_lang": segment.target_lang,
        "note": segment.note,
        "existing": None if segment.target is None else marking.render(segment.target),
        "state": segment.state,
        "status": verdict.status.value,
        "protected": segment.protected or None,
        "kept": segment.kept or None,
        "chosen": {"engine": chosen.engine, "target": marking.render(chosen.text)} if chosen else None,
        "voters": list(verdict.voters),
        "supporters": list(verdict.supporters),
        "overruled": _overruled(result),
        "divergence": None if verdict.divergence is None else divergence,
        "risk": None if result.risk is None else risk,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "candidates": [_candidate(candidate, result, marking, numbers) for candidate in result.candidates.candidates],
        "failures": [
            {"engine": f.engine, "kind": f.kind.value, "reason": f.reason} for f in result.candidates.failures
        ],
        "utilities": utilities,
    }
    if marking.codes:  # after all texts: they may add codes that the source lacks
        record["codes"] = marking.tokens()
    return {key: value for key, value in record.items() if value is not None}


def _utilities(result: Result) -> JsonObject:
    return {
        metric: [
            {"hypothesis": h, "reference": r, "value": value}
            for (h, r), value in zip(found.pairs, rounded(found.values), strict=True)
        ]
        for metric, found in result.utilities.items()
    }


def _spliced(results: Sequence[Result]) -> Iterator[JsonObject]:
    """The same, each metric's as JSON."""
    values = iter(numbers([v for result in results for found in result.utilities.values() for v in found.values]))
    pairs: Sequence[tuple[str, str]] = ()
    layout = _layout(())
    for result in results:
        record = {}
        for metric, found in result.utilities.items():
            if found.pairs is not pairs:  # of segments with the same voters they are mostly one object
                pairs, layout = found.pairs, _layout(tuple(found.pairs))
            record[metric] = splice(layout % tuple(islice(values, len(pairs))))
        yield record


@lru_cache(maxsize=1 << 10)
def _layout(pairs: tuple[tuple[str, str], ...]) -> bytes:
    """The utilities of these pairs as JSON, with %b in place of each number."""
    names = [encoded({"hypothesis": h, "reference": r}).replace(b"%", b"%%") for h, r in pairs]
    return b"[" + b",".join(name[:-1] + b',"value":%b}' for name in names) + b"]"


def _overruled(result: Result) -> JsonObject | None:
    """The primary engine that lost its place, and the score that it lost by."""
    overruled = result.verdict.overruled
    if overruled is None:
        return None
    lead = {} if overruled.lead is None else {"lead": _rounded(overruled.lead)}
    return {"engine": overruled.primary, "why": overruled.why.value, "evidence": overruled.evidence} | lead


def _candidate(candidate: Candidate, result: Result, marking: Marking, numbers: Iterator[float]) -> JsonObject:
    verdict, engine = result.verdict, candidate.engine
    parts = verdict.scores.get(engine)
    utility, vote, score = next(numbers), next(numbers), next(numbers)
    record: JsonObject = {"engine": engine, "target": marking.render(candidate.text)}
    if engine in verdict.expected:
        record["utility"] = utility
    if parts:
        record["score"] = score
        record["parts"] = dict(zip(parts, numbers))  # noqa: B905 - the next numbers are another's
    if engine in verdict.votes:
        record["vote"] = vote
    if engine in result.self_agreement:
        record["self_agreement"] = _rounded(result.self_agreement[engine])
    record["outlier"] = engine in verdict.outliers
    record["findings"] = [_finding(f) for f in result.findings if f.engine == engine] if result.findings else []
    if candidate.model is not None:
        record["model"] = candidate.model
    if candidate.match is not None:
        record["match"] = _rounded(candidate.match)
    if candidate.samples:
        record["samples"] = [marking.render(text) for text in candidate.samples]
    if candidate.latency_ms is not None:
        record["latency_ms"] = candidate.latency_ms
    if candidate.cost is not None:
        record["cost"] = candidate.cost
    return record


def _reason(reason: Reason) -> JsonObject:
    its = reason.its or REASONS[reason.code].its
    return {"code": reason.code, "its": its, "engines": list(reason.engines), "evidence": reason.evidence}


def _finding(finding: Finding) -> JsonObject:
    record = {
        "check": finding.check,
        "its": issue_of(finding.check, finding.message).its,
        "severity": finding.severity.value,
        "message": finding.message,
        "subject": finding.subject or None,
        "span": list(finding.span) if finding.span else None,
        "shared": list(finding.shared) if finding.shared else None,
        "fingerprint": finding.fingerprint or None,
    }
    return {key: value for key, value in record.items() if value is not None}


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0  # never -0.0
