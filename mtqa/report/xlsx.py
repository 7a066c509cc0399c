"""The results as a workbook: to look at, and to fill in for `mtqa apply`.

Everything that a run says is written as text, which no spreadsheet program evaluates, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mtqa.errors import StoreError
from mtqa.issues import issue_of
from mtqa.languages import right_to_left
from mtqa.ports import JsonObject
from mtqa.report.plain import cell_text
from mtqa.report.table import NUMBERS, flat, made, manifest_of, results_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook, Worksheet

# What a reviewer fills in, after "chosen".
DECISION, OWN_TEXT, COMMENT = "decision", "your target", "comment"
_WIDTHS = {"id": 18, "file": 16, "unit": 14, "status": 11, "risk": 7, "divergence": 7, "source": 46, "existing": 30,
           "chosen_engine": 13, "chosen": 46, DECISION: 13, OWN_TEXT: 46, COMMENT: 24, "reasons": 40}  # fmt: skip
_FOUND = ("id", "engine", "check", "its", "mqm", "severity", "message", "subject", "target")
_CARD = ("candidates", "abstained", "failures", "chosen", "outliers", "errors", "warnings")
_AGREEMENT = ("mean", "median", "p5", "stdev")
_MOST_ROWS = 1_048_576


class XlsxReport:
    """Sheets: summary, segments, engines, findings."""

    suffix = "xlsx"

    def render(self, folder: Path, out: BinaryIO) -> None:
        """Stream the segments into the sheets. Raises StoreError for more rows than a sheet has."""
        from xlsxwriter import Workbook

        manifest = manifest_of(folder)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(out, options) as book:
            book.set_properties({"title": "mtqa", "created": datetime.fromisoformat(manifest["created"])})
            looks = _Looks(book)
            _summary(_Sheet(book, "summary", looks), manifest)
            _segments(book, looks, folder, list(manifest["engines"]))
            _engines(_Sheet(book, "engines", looks), manifest)


class _Looks:
    """The formats of cells."""

    def __init__(self, book: Workbook) -> None:
        common = {"valign": "top", "text_wrap": True}
        self.head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self.text = book.add_format(common)
        self.number = book.add_format({**common, "num_format": "0.00"})
        self.leftward = book.add_format({**common, "reading_order": 2, "align": "right"})
        self.own = book.add_format({**common, "bg_color": "#FFF9E0"})


class _Sheet:
    """A worksheet that is filled row by row."""

    def __init__(self, book: Workbook, name: str, looks: _Looks, head: Sequence[str] = (), frozen: int = 1) -> None:
        self.sheet: Worksheet = book.add_worksheet(name)
        self._looks, self._head, self._row = looks, head, 0
        if head:
            for column, title in enumerate(head):
                self.sheet.set_column(column, column, _WIDTHS.get(title, 30 if title.startswith("candidate ") else 14))
            self.add(head, dict.fromkeys(range(len(head)), looks.head))
            self.sheet.freeze_panes(1, frozen)

    def add(self, values: Sequence[str | float | None], formats: Mapping[int, Format] | None = None) -> None:
        """One more row; None leaves a cell empty."""
        if self._row == _MOST_ROWS:
            what = f"more than {_MOST_ROWS:,} rows do not fit a sheet"
            raise StoreError(self.sheet.get_name(), what, "render csv or parquet")
        for column, value in enumerate(values):
            given = (formats or {}).get(column)
            if isinstance(value, str):
                self.sheet.write_string(self._row, column, cell_text(value), given or self._looks.text)
            elif value is not None:
                kind = self._looks.text if isinstance(value, int) else self._looks.number
                self.sheet.write_number(self._row, column, value, given or kind)
            elif given:
                self.sheet.write_blank(self._row, column, None, given)
        self._row += 1

    def finish(self) -> None:
        """Filters over what is there."""
        if self._head:
            self.sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._head) - 1)


def _summary(sheet: _Sheet, manifest: JsonObject) -> None:
    sheet.sheet.set_column(0, 0, 22)
    sheet.sheet.set_column(1, 1, 60)
    summary = manifest["summary"]
    rows: list[tuple[str, Any]] = [("made", f"{made(manifest)} with mtqa {manifest['mtqa']}")]
    rows += [("file", f"{one['file']} ({one['format']}, {one['segments']} segments)") for one in manifest["inputs"]]
    rows += [(name, summary[name]) for name in ("segments", "agreed", "divergent", "undecided", "protected", "lost")]
    rows += [(f"reason: {code.replace('_', ' ')}", count) for code, count in summary["reasons"].items()]
    rows += [(f"cost, {currency}", amount) for currency, amount in summary.get("cost", {}).items()]
    rows += [("metric", signature) for signature in manifest["metrics"].values()]
    rows.append(("note", "Agreement is not quality: engines can be wrong together."))
    for row in rows:
        sheet.add(row)


def _segments(book: Workbook, looks: _Looks, folder: Path, engines: list[str]) -> None:
    blank = flat({"candidates": (), "reasons": ()}, engines)
    head = [title for name in blank for title in _titles(name)]
    segments = _Sheet(book, "segments", looks, head)
    found = _Sheet(book, "findings", looks, _FOUND)
    own = [column for column, title in enumerate(head) if title in (DECISION, OWN_TEXT, COMMENT)]
    for result in results_of(folder):
        row = flat(result, engines)
        formats = dict.fromkeys(own, looks.own) | _directions(head, result, looks)
        segments.add([row.get(title) for title in head], formats)
        for line in _findings(result):
            found.add(line)
    _offer(book, segments.sheet, head.index(DECISION), ["accept", "ignore", *engines])
    segments.finish()
    found.finish()


def _titles(name: str) -> tuple[str, ...]:
    return (name, DECISION, OWN_TEXT, COMMENT) if name == "chosen" else (name,)


def _directions(head: Sequence[str], result: JsonObject, looks: _Looks) -> dict[int, Format]:
    formats = {head.index(name): looks.number for name in NUMBERS}
    if right_to_left(result["source_lang"]):
        formats[head.index("source")] = looks.leftward
    if right_to_left(result["target_lang"]):
        targets = {"existing", "chosen"}
        formats |= {n: looks.leftward for n, t in enumerate(head) if t in targets or t.startswith("candidate ")}
    return formats


def _findings(result: JsonObject) -> Iterator[list[str | None]]:
    for candidate in result["candidates"]:
        for finding in candidate["findings"]:
            known = {**finding, "id": result["id"], "engine": candidate["engine"], "target": candidate["target"]}
            known |= issue_of(finding["check"], finding["message"])._asdict()
            yield [known.get(name) for name in _FOUND]


def _offer(book: Workbook, sheet: Worksheet, column: int, words: Sequence[str]) -> None:
    """A list to choose from in a column. Its words are on a hidden sheet: a list in the cell itself may be too long."""
    lists = book.add_worksheet("lists")
    lists.hide()
    for row, word in enumerate(words):
        lists.write_string(row, 0, cell_text(word))
    allowed = {"validate": "list", "source": f"=lists!$A$1:$A${len(words)}", "error_type": "warning"}
    sheet.data_validation(1, column, _MOST_ROWS - 1, column, allowed)


def _engines(sheet: _Sheet, manifest: JsonObject) -> None:
    checks = sorted({check for card in manifest["summary"]["engines"].values() for check in card["findings"]})
    head = ["engine", *_CARD, *(f"agreement {name}" for name in _AGREEMENT), "latency_ms", "cost", *checks]
    sheet.add(head, dict.fromkeys(range(len(head)), sheet._looks.head))  # noqa: SLF001
    sheet.sheet.freeze_panes(1, 1)
    for name, card in manifest["summary"]["engines"].items():
        agreement = card.get("agreement", {})
        cost = next(iter(card.get("cost", {}).values()), None)
        numbers = [card.get(key) for key in _CARD] + [agreement.get(key) for key in _AGREEMENT]
        found = [card["findings"].get(check, 0) for check in checks]
        sheet.add([name, *numbers, card.get("latency_ms"), cost, *found])
