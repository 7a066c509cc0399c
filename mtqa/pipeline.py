"""The flow: read -> translate -> check -> score -> decide -> explain -> write -> report.

Two sweeps. *Asking* reads the files and puts segments and candidates into the run's store. *Judging* streams over
the store: it checks, scores, decides and explains, and then ranks, which needs the whole run. What is judged is
written into copies of the files, and told in `segments.jsonl` and `run.json`; reports read those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from sys import maxsize
from typing import Protocol

from mtqa.canary import measure, sample, sites_of
from mtqa.checks import Ignores, watched
from mtqa.confidence import Confidence
from mtqa.config import Settings
from mtqa.consensus.risk import Ranking
from mtqa.errors import FormatError, MtqaError, SeveralErrors, StaleFile, UnknownFormat
from mtqa.formats import write_copy
from mtqa.inline import Text
from mtqa.inputs import Found, Opened, digest, none_of, open_input, strangers
from mtqa.issues import REASONS, issue_of
from mtqa.judging import Judge, Rules, signatures_of
from mtqa.model import CandidateSet, Edit, Notice, Result, Severity, Status
from mtqa.parts import Parts, build_confidence
from mtqa.ports import Engine, JsonObject
from mtqa.report.summary import summarise
from mtqa.store.answers import Answers
from mtqa.store.lines import extended
from mtqa.store.records import edit_from_json, edit_to_json, results_to_json
from mtqa.store.run import RunStore, reopen, write_lines
from mtqa.translate import Asked, Terms, ask

_SEED = 1  # of the canaries of a run


class Progress(Protocol):
    """Told how far a run is. Stages: `read`, each engine by name, `judge`, `write`."""

    def start(self, stage: str, total: int) -> None:
        """A stage begins; `total` files or segments."""
        ...

    def advance(self, stage: str, done: int) -> None:
        """So many more are done."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: what goes in, with which settings and parts, and where it goes.

    `answers`: the file of the answer cache. `limit`: read only so many segments. `skip_unreadable`: leave out files
    that cannot be read instead of stopping. `canaries`: how many known errors of each kind are planted in copies, when
    the files are written.
    """

    inputs: Sequence[Found]
    settings: Settings
    parts: Parts
    folder: Path
    answers: Path
    limit: int | None = None
    skip_unreadable: bool = False
    canaries: int = 0


def run(plan: Plan, progress: Progress) -> JsonObject:
    """Do all of it. Returns what the manifest says of the outcome: inputs, signatures, notices, failures, summary."""
    confidence = build_confidence(plan.settings, plan.parts.engines)
    store = RunStore(plan.folder)
    try:
        opened, inputs, notices = read(plan, store, progress)
    except BaseException:
        store.discard()
        raise
    try:
        asked = translate(plan, store, progress)
        rules = rules_of(plan)
        statistics = judge(plan, store, progress, rules, confidence)
        reopen(plan.folder)
        write_lines(plan.folder / "segments.jsonl", ranked(store))
        write(plan, opened, store, progress)
        notices += strangers(plan.folder / "files", opened)
        if rules.ignores.lapsed:
            what = f"{rules.ignores.lapsed} of its lines match no finding: what they accepted has changed"
            notices.append(Notice(rules.ignores.where, what))
        currencies = dict.fromkeys(plan.parts.engines, plan.settings.currency)
        languages = {(s.source_lang, s.target_lang) for s in store.segments() if not s.protected}
        notices += [Notice(plan.settings.decide.calibration, warning) for warning in confidence.warnings()]
        return {
            "inputs": inputs,
            "metrics": signatures_of(statistics),
            "statistics": statistics,
            "engine_notes": {name: list(notes) for name, one in plan.parts.engines.items() if (notes := notes_of(one))},
            "languages": sorted(languages),
            "notices": [{"where": notice.where, "what": notice.what} for notice in notices],
            "spent": dict(asked.spent),
            "failures": [asdict(trouble) for trouble in asked.troubles],
            "summary": summarise(store.results(), plan.parts.engines, currencies),
            **({"calibration": calibration} if (calibration := confidence.record()) else {}),
            **({"ignored": rules.ignores.silenced} if plan.settings.ignores else {}),
            **({"canaries": planted(plan, store, plan.canaries, _SEED)} if plan.canaries else {}),
        }
    finally:
        store.close()


def canaries(plan: Plan, progress: Progress, count: int, seed: int) -> JsonObject:
    """Read, ask and judge in the folder of the plan, and plant in copies; nothing is written for anyone to keep."""
    store = RunStore(plan.folder)
    try:
        read(plan, store, progress)
        translate(plan, store, progress)
        judge(plan, store, progress, rules_of(plan), Confidence())
        return planted(plan, store, count, seed)
    finally:
        store.close()


def planted(plan: Plan, store: RunStore, count: int, seed: int) -> JsonObject:
    """What the checks notice of known errors in copies of good candidates: counts, and no text of them.

    Good are the chosen candidates of agreed segments; where nothing can agree, every candidate without an error.
    """
    engines, checks = list(plan.parts.engines), plan.parts.checks
    good = {r["id"]: r["chosen"]["engine"] for r in store.results() if r["status"] == "agreed"}
    if not good:
        barred = {(r["id"], c["engine"]) for r in store.results() for c in r["candidates"] if _has_error(c)}
        good = {
            r["id"]: c["engine"]
            for r in store.results()
            for c in r["candidates"]
            if (r["id"], c["engine"]) not in barred
        }

    def sets() -> Iterator[CandidateSet]:
        windows = (window for languages in store.languages() for window in store.candidate_sets(engines, languages))
        return chain.from_iterable(windows)

    sites = sample(sites_of(sets(), good), count, seed)
    kinds = measure(sites, watched(sets(), checks), count, seed) if sites else []
    return {"seed": seed, "sites": len(sites), "kinds": [asdict(kind) for kind in kinds]}


def _has_error(candidate: JsonObject) -> bool:
    return any(finding["severity"] == "error" for finding in candidate["findings"])


def notes_of(engine: Engine) -> tuple[str, ...]:
    """What an engine learnt while it was asked (a parameter that its server rejects), if it tells."""
    notes: tuple[str, ...] = getattr(engine, "notes", ())
    return notes


def read(plan: Plan, store: RunStore, progress: Progress) -> tuple[list[Opened], list[JsonObject], list[Notice]]:
    """All segments into the store. Bad files stop the run, all named at once, before anything is asked."""
    opened: list[Opened] = []
    inputs: list[JsonObject] = []
    notices: list[Notice] = []
    faults: list[MtqaError] = []
    left = None if plan.limit is None else min(plan.limit, maxsize)
    progress.start("read", len(plan.inputs))
    for found in plan.inputs:
        try:
            source = open_input(found, plan.parts.formats)
            count = store.add_segments(islice(source.segments(notices.append), left))
        except FormatError as error:
            if plan.skip_unreadable or (isinstance(error, UnknownFormat) and not found.named):
                notices.append(Notice(error.where, f"left out: {error.what}"))
            else:
                faults.append(error)
        else:
            left = None if left is None else left - count
            opened.append(source)
            inputs.append(
                {"file": source.file.label, "format": source.name, "sha256": source.sha256, "segments": count}
            )
        progress.advance("read", 1)
    if faults:
        raise faults[0] if len(faults) == 1 else SeveralErrors(faults)
    if plan.inputs and not opened:
        raise none_of(plan.inputs)
    return opened, inputs, notices


def translate(plan: Plan, store: RunStore, progress: Progress) -> Asked:
    """Every engine is asked about every segment; candidates and failures go into the store."""
    total = sum(not segment.protected for segment in store.segments())
    samples = {name: chosen.samples for name, chosen in plan.settings.engines.items()}
    for engine in plan.parts.engines:
        progress.start(engine, total * samples[engine])
    answers = Answers(plan.answers)
    try:
        terms = Terms(samples, plan.settings.max_cost, plan.settings.currency)
        return ask(plan.parts.engines, store.segments, answers, store, progress.advance, terms)
    finally:
        answers.close()


def judge(plan: Plan, store: RunStore, progress: Progress, rules: Rules, confidence: Confidence) -> list[JsonObject]:
    """Check, score, decide and explain, one language pair after the other. Returns the statistics of each."""
    progress.start("judge", sum(1 for _ in store.segments()))
    engines = list(plan.parts.engines)
    statistics = []
    for languages in store.languages():
        judging = Judge(rules, partial(store.candidate_sets, engines, languages))
        for results in judging.results():
            edits = [edit_of(result, plan.settings) for result in results]
            records = results_to_json(results, spliced=not confidence.calibrated)
            store.add_results(
                (record["id"], record | confidence.of(record), edit_to_json(edit) if edit else None)
                for record, edit in zip(records, edits, strict=True)
            )
            progress.advance("judge", len(results))
        source_lang, target_lang = languages.split(">")
        statistics.append({"source_lang": source_lang, "target_lang": target_lang, **judging.statistics})
    return statistics


def rules_of(plan: Plan) -> Rules:
    """What segments are judged by."""
    settings, parts = plan.settings, plan.parts
    families = {name: one.family for name, one in settings.engines.items() if one.family}
    weights = {name: one.weight for name, one in settings.metrics.items()}
    sampled = any(one.samples > 1 for one in settings.engines.values())
    ignores = Ignores.read(settings.ignores)
    return Rules(parts.metrics, weights, parts.checks, settings.decide, families, ignores, sampled)


def edit_of(result: Result, settings: Settings) -> Edit | None:
    """What a result changes in its file: nothing where nothing was chosen, or where the target is kept."""
    chosen = result.chosen
    if chosen is None or (result.segment.kept and not settings.write.overwrite):
        return None
    status, remark = result.verdict.status, None
    if settings.write.notes:
        reasons = "; ".join(f"{r.code.replace('_', ' ')} ({r.evidence})" for r in result.verdict.reasons)
        marked = f"{status.value}: {reasons}" if status in (Status.DIVERGENT, Status.UNDECIDED) else ""
        overruled = result.verdict.overruled
        remark = "; ".join(filter(None, (overruled.evidence if overruled else "", marked))) or None
    divergence = result.verdict.divergence if settings.write.scores else None
    return Edit(
        status,
        chosen.text,
        remark,
        alternatives_of(result) if settings.write.alternatives else (),
        agreement=None if divergence is None else round(1 - divergence, 2),
        issue=_issue(result) if settings.write.issue_types else "",
    )


def _issue(result: Result) -> str:
    """The ITS type of the worst finding on what is written; else that of why there is no majority for it."""
    chosen, verdict = result.chosen, result.verdict
    on_it = [finding for finding in result.findings if chosen and finding.engine == chosen.engine]
    if on_it:
        worst = min(on_it, key=lambda finding: finding.severity is not Severity.ERROR)
        return issue_of(worst.check, worst.message).its
    if verdict.reasons and verdict.status in (Status.DIVERGENT, Status.UNDECIDED):
        return verdict.reasons[0].its or REASONS[verdict.reasons[0].code].its
    return ""


def alternatives_of(result: Result) -> tuple[tuple[str, Text, int], ...]:
    """(engine, text, agreement in percent) of the other candidates without an error: each text once, best first."""
    expected = result.verdict.expected
    barred = {finding.engine for finding in result.findings if finding.severity is Severity.ERROR}
    rest = [c for c in result.candidates.candidates if c.engine not in barred and c.engine in expected]
    seen = {result.chosen.text} if result.chosen else set()
    found: list[tuple[str, Text, int]] = []
    for candidate in sorted(rest, key=lambda c: expected[c.engine], reverse=True):
        if candidate.text not in seen:
            seen.add(candidate.text)
            found.append((candidate.engine, candidate.text, round(100 * expected[candidate.engine])))
    return tuple(found)


def ranked(store: RunStore) -> Iterator[bytes]:
    """The lines of `segments.jsonl`, with what needs their whole language pair: risk, and where length stands."""
    ranks: defaultdict[str, Ranking] = defaultdict(Ranking)
    for languages, characters, divergence in store.standings():
        ranks[languages].see(characters, divergence)
    for line, (languages, _, _) in zip(store.lines(), store.standings(), strict=True):
        yield extended(line, ranks[languages].next())


def write(plan: Plan, opened: Iterable[Opened], store: RunStore, progress: Progress) -> None:
    """The translated copies, under `files/` of the run folder with the labels of the inputs."""

    def edits(segment_id: str) -> Edit | None:
        record = store.edit(segment_id)
        return None if record is None else edit_from_json(record)

    progress.start("write", len(plan.inputs))
    for source in opened:
        if digest(source.file.path) != source.sha256:
            raise StaleFile(str(source.file.path), "changed while the run was under way", "run again")
        write_copy(source.format, source.file, edits, plan.folder / "files" / source.file.label)
        progress.advance("write", 1)
