"""Decisions: the nouns of a review, and `decisions.json`, which holds them (decisions.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mtqa.errors import DecisionError
from mtqa.ports import JsonObject

SCHEMA_VERSION = 1
_TEXTS = ("target", "engine", "candidate", "reason")


class Action(StrEnum):
    """What a reviewer did with a segment."""

    ACCEPT = "accept"  # the chosen candidate, or the target that was kept, is right
    CHOOSE = "choose"  # another candidate is
    EDIT = "edit"  # the reviewer's own text is
    IGNORE = "ignore"  # what was reported does not matter


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with the texts that the reviewer saw, in the tokens of `segments.jsonl`.

    `target`: the text that is right; None for `ignore`. `engine`: whose candidate that is, or was before the edit;
    `candidate`: that candidate, where it is not the target itself. `cells`: the texts went through the cells of a
    spreadsheet, which cannot hold every text.
    """

    id: str
    action: Action
    source: str
    target: str | None = None
    engine: str | None = None
    candidate: str | None = None
    reason: str | None = None
    cells: bool = False

    @property
    def seen(self) -> str | None:
        """The candidate of `engine` as the reviewer saw it; None when no candidate is concerned."""
        if self.engine is None:
            return None
        return self.candidate if self.action is Action.EDIT else self.target


def parse_decision(record: object, where: str) -> Decision:
    """The decision that a JSON value describes. Raises DecisionError."""
    if not isinstance(record, Mapping) or not isinstance(record.get("id"), str):
        raise DecisionError(where, "a decision without the id of a segment", "correct the file")
    where = f"{where}: {record['id']}"
    if record.get("action") not in {action.value for action in Action}:
        known = ", ".join(Action)
        raise DecisionError(where, f"{record.get('action')!r} is no action", f"write one of {known}")
    action = Action(record["action"])
    texts: dict[str, str | None] = {name: record.get(name) for name in _TEXTS}
    for name, text in {**texts, "source": record.get("source", 0)}.items():
        if text is not None and not isinstance(text, str):
            raise DecisionError(where, f"{name} is missing or no text", "correct the file")
    if action is Action.IGNORE:
        texts["target"] = None
    elif texts["target"] is None:
        raise DecisionError(where, f"{action} without a target", "write the text that is right")
    if action is Action.CHOOSE and texts["engine"] is None:
        raise DecisionError(where, "choose without an engine", "name the engine, or write edit")
    return Decision(
        record["id"], action, record["source"], texts["target"], texts["engine"], texts["candidate"], texts["reason"]
    )


def parse_decisions(document: object, where: str) -> list[Decision]:
    """All decisions of a parsed `decisions.json`, one for each segment. Raises DecisionError."""
    if not isinstance(document, Mapping) or not isinstance(document.get("decisions"), list):
        raise DecisionError(where, "holds no decisions", "export them from the report")
    if document.get("schema") != SCHEMA_VERSION:
        what = f"is of schema {document.get('schema')!r}, not {SCHEMA_VERSION}"
        raise DecisionError(where, what, "export it from a report of this version")
    decisions = [parse_decision(record, where) for record in document["decisions"]]
    _require_unique(decisions, where)
    return decisions


def _require_unique(decisions: Iterable[Decision], where: str) -> None:
    seen: set[str] = set()
    for decision in decisions:
        if decision.id in seen:
            raise DecisionError(f"{where}: {decision.id}", "two decisions on one segment", "leave one of them")
        seen.add(decision.id)


def read_decisions(path: Path) -> list[Decision]:
    """The decisions in `decisions.json`, or in an XLSX report that was filled in. Raises DecisionError."""
    if path.suffix.casefold() == ".xlsx":
        from mtqa.review.sheet import read_sheet

        decisions = read_sheet(path)
        _require_unique(decisions, str(path))
        return decisions
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DecisionError(str(path), f"cannot be read ({error})", "name a decisions.json or .xlsx") from error
    return parse_decisions(document, str(path))


def document_of(run: str, records: Iterable[JsonObject]) -> JsonObject:
    """The content of a `decisions.json`. `run`: SHA-256 of the reviewed segments.jsonl."""
    return {"schema": SCHEMA_VERSION, "run": run, "decisions": list(records)}
