"""Labels: what the work of reviewers says of the chosen translations of a run, right or wrong.

    decisions.json, XLSX     accept: right. Another candidate or an edit: wrong, unless its text is the chosen one's.
                             ignore: no label.
    a bilingual file         post-edited: right where the target is the chosen one
    JSONL, CSV, Parquet      id, perhaps engine, and one of error (true, false, 1, 0), esa or score (higher is better)
                             and mqm (a penalty, 0 for none); rows about other engines than the chosen one do not count

With a tolerance, texts that differ by at most that share of their characters count as the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from mtqa.errors import DecisionError, MtqaError
from mtqa.formats import detect
from mtqa.inline import Marking, Markup
from mtqa.model import BilingualFile
from mtqa.ports import Format, JsonObject
from mtqa.report.plain import cell_text
from mtqa.review.apply import require_fresh
from mtqa.review.decisions import Action, Decision, read_decisions
from mtqa.store.run import read_manifest, read_results
from mtqa.store.tables import read_table

_TABLES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
_DECISIONS = (".json", ".xlsx")
_SCALES = {
    "esa": (0.0, 100.0, "0 to 100"),
    "score": (-inf, inf, "a number, higher is better"),
    "mqm": (0.0, inf, "a penalty, 0 for no error"),
}
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Right:
    """What counts as right: an `esa` or `score` of `error_below` or more, an `mqm` penalty below `mqm`.

    `tolerance`, 0..1: share of the characters that a reviewer may have changed. `states`: of a post-edited file, only
    segments in one of these, as the file calls them; empty for all with a target.
    """

    error_below: float = 80.0
    mqm: float = 5.0
    tolerance: float = 0.0
    states: tuple[str, ...] = ()


@dataclass
class Labels:
    """`right`: id of a segment -> whether its chosen translation is. `refused`: what cannot be used, and why.

    `unknown`: how many are about a segment that the run does not have, or has chosen nothing for.
    """

    right: dict[str, bool] = field(default_factory=dict)
    refused: list[MtqaError] = field(default_factory=list)
    unknown: int = 0


def read_labels(folder: Path, paths: Sequence[Path], rule: Right, formats: Mapping[str, Format]) -> Labels:
    """The labels in `paths` about the run in `folder`. A segment that two of them speak of is labelled by the last.

    Raises MtqaError for a file that cannot be read.
    """
    results = {result["id"]: result for result in read_results(folder) if "chosen" in result}
    labels = Labels()
    for path in paths:
        suffix = path.suffix.casefold()
        if suffix in _DECISIONS:
            _of_decisions(read_decisions(path), results, rule, labels)
        elif suffix in _TABLES:
            _of_table(path, results, rule, labels)
        else:
            _of_file(path, folder, results, rule, formats, labels)
    return labels


def _of_decisions(
    decisions: Sequence[Decision], results: Mapping[str, JsonObject], rule: Right, labels: Labels
) -> None:
    for decision in decisions:
        result = results.get(decision.id)
        labels.unknown += result is None
        if result is None or decision.action is Action.IGNORE:
            continue
        try:
            require_fresh(decision, result)
        except DecisionError as error:
            labels.refused.append(error)
            continue
        chosen = result["chosen"]
        seen = cell_text(chosen["target"]) if decision.cells else chosen["target"]
        same = decision.action is not Action.EDIT and decision.engine == chosen["engine"]
        labels.right[decision.id] = same or _same(seen, decision.target or "", rule)


def _of_table(path: Path, results: Mapping[str, JsonObject], rule: Right, labels: Labels) -> None:
    """Several ratings of one translation are averaged."""
    said: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for where, row in read_table(path):
        if not isinstance(row, Mapping) or row.get("id") in (None, ""):
            raise DecisionError(where, "has no id", "give every row the id of its segment")
        identity = str(row["id"])
        result = results.get(identity)
        labels.unknown += result is None
        if result is None or row.get("engine") not in (None, "", result["chosen"]["engine"]):
            continue
        kind = next((name for name in ("error", "esa", "score", "mqm") if row.get(name) not in (None, "")), None)
        if kind is not None:
            said[identity].append((kind, _number(kind, row[kind], where)))
    for identity, values in said.items():
        kinds = {kind for kind, _ in values}
        if len(kinds) > 1:
            raise DecisionError(
                f"{path}: {identity}", f"is rated by {' and '.join(sorted(kinds))}", "leave one of them"
            )
        mean = sum(value for _, value in values) / len(values)
        kind = kinds.pop()
        worst = {"error": 0.5, "mqm": rule.mqm}.get(kind)
        labels.right[identity] = mean >= rule.error_below if worst is None else mean < worst


def _number(kind: str, value: Any, where: str) -> float:  # noqa: ANN401 - a cell
    if kind == "error":
        word = _WORDS.get(str(value).strip().casefold())
        if word is None:
            raise DecisionError(where, f"error = {value!r:.40} is neither true nor false", "write true or false")
        return float(word)
    low, high, scale = _SCALES[kind]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not (low <= number <= high and isfinite(number)):
        raise DecisionError(where, f"{kind} = {value!r:.40} is no score", f"write {scale}")
    return number


def _of_file(
    path: Path,
    folder: Path,
    results: Mapping[str, JsonObject],
    rule: Right,
    formats: Mapping[str, Format],
    labels: Labels,
) -> None:
    """Segments are found by their place in the file, and must have the source that they had."""
    manifest = read_manifest(folder)
    names = [one["file"] for one in manifest["inputs"]]
    matching = [name for name in names if Path(name).name == path.name]
    if len(names) == 1:
        matching = names
    if len(matching) != 1:
        what = "is not named as one file of the run" if not matching else f"may be {' or '.join(matching)}"
        raise DecisionError(str(path), what, f"the run has: {', '.join(names)}")
    assumed = manifest.get("assumed", {})
    file = BilingualFile(path, matching[0], assumed.get("source_lang"), assumed.get("target_lang"))
    for segment in detect(path, formats).read(file, lambda _notice: None):
        result = results.get(segment.id)
        if result is None or segment.target is None or (rule.states and segment.state not in rule.states):
            continue
        marking = Marking(segment.source, Markup.TOKENS)
        if marking.render(segment.source) != result["source"]:
            what = "has another source than in the run"
            labels.refused.append(DecisionError(f"{path}: {segment.id}", what, "give the file that was post-edited"))
            continue
        labels.right[segment.id] = _same(result["chosen"]["target"], marking.render(segment.target), rule)


def _same(chosen: str, right: str, rule: Right) -> bool:
    return chosen == right or Levenshtein.normalized_distance(chosen, right) <= rule.tolerance
