"""Apply: decisions into copies of the files that a run wrote, each decision checked again before it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mtqa.errors import DecisionError, FormatError, MtqaError, StaleDecision
from mtqa.facts import Case
from mtqa.formats import write_copy
from mtqa.inline import Marking, Markup, Text
from mtqa.inputs import Found, Opened, open_input
from mtqa.model import BilingualFile, Candidate, Edit, Segment, Status
from mtqa.ports import Check, Fault, Format, JsonObject
from mtqa.report.plain import cell_text
from mtqa.review.decisions import Action, Decision
from mtqa.review.output import Output
from mtqa.store.records import edit_from_json
from mtqa.store.run import fingerprint, read_manifest, read_results, stored_edits

_AGAIN = "look at the segment in a new report and decide again"


@dataclass
class Applied:
    """What became of the decisions. `refused`: why, by id of the segment; `warnings`: what checks say of the rest."""

    written: int = 0
    unchanged: int = 0
    refused: dict[str, MtqaError] = field(default_factory=dict)
    warnings: list[tuple[str, Fault]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions are checked with: `codes` refuses, `others` warn."""

    formats: Mapping[str, Format]
    codes: Check
    others: Sequence[Check]


def apply(folder: Path, decisions: Sequence[Decision], out: Path, rules: Rules) -> Applied:
    """Write every file of the run in `folder` to `out`, with the decisions that can be followed.

    Raises MtqaError when a file cannot be written; a decision that cannot be followed is refused by itself, and the
    others are written.
    """
    manifest = read_manifest(folder)
    if any(found["format"] == "table" for found in manifest["inputs"]):
        what = "is of a table, and has no file to write decisions into"
        raise DecisionError(str(folder), what, "take the targets from the decisions")
    applied = Applied()
    followed = _followed(folder, decisions, applied)
    output = Output(out, fingerprint(folder))
    with stored_edits(folder) as stored:
        for found in manifest["inputs"]:
            label = _safe(found["file"])
            source = _opened(folder, label, manifest, rules.formats)
            destination = output.claim(label)
            _write(source, followed.get(label, {}), stored, destination, rules, applied)
            output.wrote(label, destination)
            applied.files.append(destination)
    return applied


def _followed(
    folder: Path, decisions: Sequence[Decision], applied: Applied
) -> dict[str, dict[str, tuple[Decision, JsonObject]]]:
    """By file and id of the segment: decision and result, of those that fit what the run says."""
    wanted = {decision.id: decision for decision in decisions}
    followed: dict[str, dict[str, tuple[Decision, JsonObject]]] = defaultdict(dict)
    for result in read_results(folder):
        decision = wanted.pop(result["id"], None)
        if decision is None:
            continue
        try:
            require_fresh(decision, result)
        except DecisionError as error:
            applied.refused[decision.id] = error
            continue
        if decision.action is Action.IGNORE or _kept_as_is(decision, result):
            applied.unchanged += 1
        else:
            followed[result["file"]][decision.id] = (decision, result)
    for unknown in wanted:
        applied.refused[unknown] = StaleDecision(unknown, "the run has no such segment", _AGAIN)
    return followed


def require_fresh(decision: Decision, result: JsonObject) -> None:
    """Raise StaleDecision unless the reviewer saw what the result says, DecisionError for a protected segment."""

    def same(text: str | None, seen: str) -> bool:
        return text is not None and (cell_text(text) if decision.cells else text) == seen

    if result["status"] == Status.PROTECTED:
        what = f"the segment is protected ({result.get('protected', '')})"
        raise DecisionError(decision.id, what, "leave it out of the decisions")
    if not same(result["source"], decision.source):
        raise StaleDecision(decision.id, "the source has changed since it was reviewed", _AGAIN)
    if decision.seen is not None and decision.engine is not None:
        targets = {candidate["engine"]: candidate["target"] for candidate in result["candidates"]}
        if not same(targets.get(decision.engine), decision.seen):
            what = f"the candidate of {decision.engine} has changed since it was reviewed"
            raise StaleDecision(decision.id, what, _AGAIN)
    elif decision.action is Action.ACCEPT and not same(_standing(result), decision.target or ""):
        raise StaleDecision(decision.id, "another text stands there now than the one that was accepted", _AGAIN)


def _standing(result: JsonObject) -> str | None:
    """The target that stands in the file that the run wrote."""
    if result.get("kept") or "chosen" not in result:
        return result.get("existing")
    target: str = result["chosen"]["target"]
    return target


def _kept_as_is(decision: Decision, result: JsonObject) -> bool:
    """Whether the reviewer accepted the target that was in the file: then nothing is to be written."""
    if decision.action is not Action.ACCEPT:
        return False
    return bool(result.get("kept")) or (decision.engine is None and "existing" in result)


def _safe(label: str) -> str:
    """The label of a file, when it leads nowhere outside. Raises DecisionError."""
    if Path(label).is_absolute() or ".." in Path(label).parts or not Path(label).parts:
        raise DecisionError(label, "leads out of the folder of the run", "run again")
    return label


def _opened(folder: Path, label: str, manifest: JsonObject, formats: Mapping[str, Format]) -> Opened:
    path = folder / "files" / label
    if not path.is_file():
        raise FormatError(str(path), "the copy that the run wrote is missing", "run again")
    assumed = manifest.get("assumed", {})
    profile = manifest.get("write", {}).get("profile") or None
    file = BilingualFile(path, label, assumed.get("source_lang"), assumed.get("target_lang"), profile)
    return open_input(Found(file, named=True), formats)


def _write(
    source: Opened,
    chosen: Mapping[str, tuple[Decision, JsonObject]],
    stored: Callable[[str], JsonObject | None],
    destination: Path,
    rules: Rules,
    applied: Applied,
) -> None:
    edits = _edits(source, chosen, stored, rules, applied)
    while True:
        try:
            write_copy(source.format, source.file, edits.get, destination)
        except FormatError as error:  # the file cannot take one of them, such as the own translation of a memory
            if error.where not in edits or error.where not in chosen:
                raise
            applied.refused[error.where] = DecisionError(error.where, error.what, "decide in the file itself")
            del edits[error.where]
        else:
            break
    applied.written += sum(edit.reviewed for edit in edits.values())
    applied.warnings = [(where, finding) for where, finding in applied.warnings if where not in applied.refused]


def _edits(
    source: Opened,
    chosen: Mapping[str, tuple[Decision, JsonObject]],
    stored: Callable[[str], JsonObject | None],
    rules: Rules,
    applied: Applied,
) -> dict[str, Edit]:
    """The edits of one file: the decisions, and what the run wrote beside them in the same units."""
    units = {_stem(result["unit"]) for _, result in chosen.values()} if chosen else set()
    edits: dict[str, Edit] = {}
    for segment in source.segments(lambda _notice: None) if chosen else ():
        if segment.id not in chosen:
            if _stem(segment.unit) in units and (record := stored(segment.id)):
                edits |= _unchanged(segment, edit_from_json(record))
            continue
        decision, result = chosen[segment.id]
        try:
            edits[segment.id] = _edit(segment, decision, result, rules.codes)
        except DecisionError as error:
            applied.refused[segment.id] = error
            continue
        applied.warnings += [(segment.id, found) for found in _warnings(segment, edits[segment.id], rules.others)]
    return edits


def _stem(unit: str) -> str:
    """The unit of a segment, without what sets the segment apart in it."""
    return unit.rpartition("/")[0] or unit


def _unchanged(segment: Segment, edit: Edit) -> dict[str, Edit]:
    """What the run wrote, once more, unless somebody has changed it since."""
    return {segment.id: edit} if edit.target is None or edit.target == segment.target else {}


def _edit(segment: Segment, decision: Decision, result: JsonObject, codes: Check) -> Edit:
    """The edit that a decision asks for. Raises DecisionError."""
    marking = Marking(segment.source, Markup.TOKENS)
    if marking.render(segment.source) != result["source"]:
        raise StaleDecision(segment.id, "the source in the file has changed since the run", _AGAIN)
    if segment.protected:
        what = f"the segment is protected in the file ({segment.protected})"
        raise DecisionError(segment.id, what, "leave it out of the decisions")
    there = None if segment.target is None else marking.render(segment.target)
    if there not in (None, "", _standing(result), result.get("existing")):
        raise StaleDecision(segment.id, "somebody has changed its target in the file since the run", _AGAIN)
    text = marking.parse(_wanted(decision, result))
    candidate = Candidate(decision.engine or "reviewer", text)
    faults = list(codes.faults(Case(segment, [candidate])))
    if faults:
        what = "; ".join(fault.message for fault in faults)
        raise DecisionError(segment.id, what, "put the codes of the source into the target")
    if text.blank and not segment.source.blank:
        raise DecisionError(segment.id, "the target is empty", "write the text that is right, or ignore the segment")
    return Edit(Status(result["status"]), text, reviewed=True)


def _wanted(decision: Decision, result: JsonObject) -> str:
    """The text to write. What went through a cell is taken from the result, which has all of it."""
    if decision.cells and decision.action is not Action.EDIT:
        targets: Iterator[str] = (c["target"] for c in result["candidates"] if c["engine"] == decision.engine)
        return next(targets, decision.target or "")
    return decision.target or ""


def _warnings(segment: Segment, edit: Edit, checks: Iterable[Check]) -> Iterator[Fault]:
    case = Case(segment, [Candidate("reviewer", edit.target or Text())])
    for check in checks:
        yield from check.faults(case)
