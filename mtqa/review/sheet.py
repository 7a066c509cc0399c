"""Sheet: decisions that a reviewer filled into the XLSX report, in any spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from mtqa.errors import DecisionError
from mtqa.report.xlsx import COMMENT, DECISION, OWN_TEXT
from mtqa.review.decisions import Action, Decision

_NEEDED = ("id", "source", "chosen", DECISION, OWN_TEXT)
Row = Mapping[str, str]


def read_sheet(path: Path) -> list[Decision]:
    """The decisions of the rows that are filled in. Raises DecisionError, naming the row.

    `decision` is accept, ignore or the name of an engine; a text in `your target` is an edit.
    """
    return [decision for where, row in _rows(path) if (decision := _decision(row, where))]


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    """(where, column -> text) of each row below the head."""
    from openpyxl import load_workbook

    with _mapped(path), closing(load_workbook(path, read_only=True)) as book:  # with formulas, not what they came to
        if "segments" not in book.sheetnames:
            raise DecisionError(str(path), "has no sheet named segments", "fill in the XLSX report of the run")
        rows = book["segments"].iter_rows()
        head = [str(cell.value) for cell in next(rows, ())]
        missing = [name for name in _NEEDED if name not in head]
        if missing:
            what = f"the sheet segments has no column {missing[0]!r}"
            raise DecisionError(str(path), what, "keep the head of the sheet as it is")
        for number, cells in enumerate(rows, start=2):
            where = f"{path}: row {number}"
            texts = dict.fromkeys(head, "")  # a row may end before the head does
            yield where, texts | {name: _text(cell, name, where) for name, cell in zip(head, cells, strict=False)}


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """A damaged workbook raises whatever the readers of its parts raise."""
    try:
        yield
    except DecisionError:
        raise
    except Exception as error:
        raise DecisionError(str(path), f"cannot be read ({error})", "save it as .xlsx") from error


def _text(cell: Any, name: str, where: str) -> str:  # noqa: ANN401 - a cell of whatever kind
    from openpyxl.utils.escape import unescape

    if cell.data_type in ("f", "e") and name in (DECISION, OWN_TEXT):
        raise DecisionError(where, f"{name} is a formula", "write it as text, after an apostrophe")
    return "" if cell.value is None else unescape(str(cell.value))


def _decision(row: Row, where: str) -> Decision | None:
    word, own = row[DECISION].strip(), row[OWN_TEXT]
    comment = row.get(COMMENT, "").strip() or None
    chosen = row.get("chosen_engine") or None
    identity, source = row["id"], row["source"]
    if own.strip():
        if word not in ("", "edit", "accept", chosen):
            raise DecisionError(where, f"has a text and says {word!r} as well", "leave one of them")
        return Decision(identity, Action.EDIT, source, own, chosen, row["chosen"], comment, cells=True)
    if not word:
        return None
    if word.casefold() == Action.IGNORE:
        return Decision(identity, Action.IGNORE, source, reason=comment, cells=True)
    if word.casefold() == Action.ACCEPT:
        if chosen is None and not row.get("existing"):
            raise DecisionError(where, "accepts, and nothing was chosen", "write a text, or name an engine")
        standing = row["chosen"] if chosen else row.get("existing", "")
        return Decision(identity, Action.ACCEPT, source, standing, chosen, reason=comment, cells=True)
    if f"candidate {word}" not in row:
        known = ", ".join(name.removeprefix("candidate ") for name in row if name.startswith("candidate "))
        raise DecisionError(where, f"{word!r} is no decision", f"write accept, ignore or an engine: {known}")
    target = row[f"candidate {word}"]
    return Decision(identity, Action.CHOOSE, source, target, word, reason=comment, cells=True)
