"""Brief: a run on one page, for who decides what happens next; as text for a terminal, or as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mtqa.ports import JsonObject
from mtqa.report.plain import encodable
from mtqa.report.table import made

_STATUSES = ("agreed", "divergent", "undecided", "protected", "lost")
_WORST = 5
_FILES = 10
_EXCERPT = 70
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#!|~@&]|:(?=//)|(?<=www)\.")
_HONEST = "Agreement is not quality: it says where engines differ, not that they are right where they do not."


@dataclass
class Brief:
    """What is told of a run, gathered while its results stream by."""

    manifest: JsonObject
    files: dict[str, Counter[str]] = field(default_factory=dict)
    worst: list[JsonObject] = field(default_factory=list)

    def read(self, results: Iterable[JsonObject]) -> Brief:
        """Count by file, and keep the worst."""
        for result in results:
            counts = self.files.setdefault(result["file"], Counter())
            counts["segments"] += 1
            counts[result["status"]] += 1
            if result["status"] in ("divergent", "undecided"):
                self.worst.append(result)
                self.worst.sort(key=lambda one: -one.get("risk", 1.0))
                del self.worst[_WORST:]
        return self

    def sections(self) -> Iterator[tuple[str, Sequence[str], list[list[str]]]]:
        """(title, head, rows) of each table."""
        summary = self.manifest["summary"]
        total = summary["segments"]
        yield (
            "Segments",
            ("status", "segments", "share"),
            [[name, str(summary[name]), _percent(summary[name], total)] for name in _STATUSES],
        )
        reasons = [[code.replace("_", " "), str(count)] for code, count in summary["reasons"].items()]
        yield "Main reasons of divergent and undecided segments", ("reason", "segments"), reasons
        yield (
            "Engines",
            ("engine", "chosen", "outlier", "agreement", "worst 5 %", "errors", "failed", "cost"),
            [_engine(name, card) for name, card in summary["engines"].items()],
        )
        if len(self.files) > 1:
            ranked = sorted(self.files.items(), key=lambda item: -item[1]["divergent"] / item[1]["segments"])
            yield (
                "Files, most divergent first",
                ("file", "segments", "divergent", "undecided"),
                [
                    [file, *(str(counts[name]) for name in ("segments", "divergent", "undecided"))]
                    for file, counts in ranked[:_FILES]
                ],
            )
        yield "To look at first", ("segment", "source", "why"), [_segment(result) for result in self.worst]
        failures = [
            [f["engine"], str(f["segments"]), f["reason"], f["todo"]] for f in self.manifest.get("failures", ())
        ]
        yield "What failed", ("engine", "segments", "reason", "what to do"), failures

    def facts(self) -> list[str]:
        """The head: what was run, over what, for how much."""
        inputs, summary = self.manifest["inputs"], self.manifest["summary"]
        pairs = ", ".join(f"{source} → {target}" for source, target in self.manifest.get("languages", ()))
        files = inputs[0]["file"] if len(inputs) == 1 else f"{len(inputs)} files"
        cost = ", ".join(f"{amount:.2f} {currency}" for currency, amount in summary.get("cost", {}).items())
        facts = [
            f"{files}, {summary['segments']} segments, {pairs}",
            f"{made(self.manifest)}, mtqa {self.manifest['mtqa']}",
        ]
        return facts + ([f"cost {cost}"] if cost else []) + [_HONEST]

    def text(self) -> str:
        """For a terminal."""
        lines = self.facts()
        for title, head, rows in self.sections():
            if rows:
                lines += ["", title, *(f"  {line}" for line in _aligned([list(head), *rows]))]
        return "\n".join(_line(line) for line in lines) + "\n"

    def markdown(self) -> str:
        """For a pull request, a ticket, a mail."""
        lines = ["# mtqa", "", *(f"- {_marked(fact)}" for fact in self.facts())]
        for title, head, rows in self.sections():
            if rows:
                lines += [
                    "",
                    f"## {title}",
                    "",
                    _cells(head),
                    _cells(["---"] * len(head)),
                    *map(_cells, ([_marked(cell) for cell in row] for row in rows)),
                ]
        return "\n".join(lines) + "\n"


def _engine(name: str, card: JsonObject) -> list[str]:
    agreement = card.get("agreement", {})
    cost = ", ".join(f"{amount:.2f} {currency}" for currency, amount in card.get("cost", {}).items())
    middle, worst = (f"{agreement[key]:.2f}" if key in agreement else "-" for key in ("median", "p5"))
    shares = (_percent(card[key], card["candidates"]) for key in ("chosen", "outliers"))
    return [name, *shares, middle, worst, str(card["errors"]), str(card["failures"]), cost or "-"]


def _segment(result: JsonObject) -> list[str]:
    source = result["source"]
    excerpt = source if len(source) <= _EXCERPT else f"{source[:_EXCERPT]}…"
    reason = result["reasons"][0] if result["reasons"] else {"code": result["status"], "evidence": ""}
    return [result["id"], excerpt, f"{reason['code'].replace('_', ' ')}: {reason['evidence']}".rstrip(": ")]


def _percent(part: int, total: int) -> str:
    return f"{100 * part / total:.1f}%" if total else "-"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(_line(row[column])) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(_line(cell).ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]


def _line(text: str) -> str:
    """On one line, with nothing that commands a terminal or turns the reading direction."""
    return "".join(
        character if character.isprintable() else "⏎" if character == "\n" else f"\\u{ord(character):04x}"
        for character in encodable(text)
    )


def _marked(text: str) -> str:
    """Text that Markdown takes for nothing else: no mark-up, links, mentions or cells."""
    return _SPECIAL.sub(r"\\\g<0>", _line(text))


def _cells(row: Iterable[str]) -> str:
    return f"| {' | '.join(row)} |"
