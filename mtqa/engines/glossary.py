"""A glossary: terms of the source language with the translations to use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mtqa.errors import ConfigError
from mtqa.ports import JsonObject

_ENDING = 3  # letters that a word may have beyond its term: plural, case


@dataclass(frozen=True, slots=True)
class Glossary:
    """(source term, target term, remark) in the order of the file."""

    terms: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def read(cls, engine: str, path: Path) -> Glossary:
        """The glossary in a CSV file; a first row `source,target` is a heading. Raises ConfigError."""
        where = f"{engine} glossary"
        try:
            rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ConfigError(where, f"{path} cannot be read as CSV in UTF-8", "correct the file") from error
        terms = []
        for number, row in enumerate(rows, start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and [cell.lower() for cell in cells[:2]] == ["source", "target"]):
                continue
            if len(cells) < 2 or not all(cells[:2]):
                raise ConfigError(where, f"row {number} of {path} has no source and target", "write source,target")
            terms.append((cells[0], cells[1], cells[2] if len(cells) > 2 else ""))
        return cls(tuple(terms))

    def occurring(self, texts: Iterable[str]) -> list[JsonObject]:
        """The terms that occur in the texts, case aside, also with a short ending (engine: engines)."""
        text = "\n".join(texts).casefold()
        return [
            {"source": source, "target": target, **({"remark": remark} if remark else {})}
            for source, target, remark in self.terms
            if source.casefold() in text and _pattern(source.casefold()).search(text)
        ]


def _pattern(term: str) -> re.Pattern[str]:
    """The term as a word of its own. Scripts beyond U+2E80 write words without spaces."""
    begins = r"(?<!\w)" if term[0].isalnum() and term[0] < "\u2e80" else ""
    ends = rf"\w{{0,{_ENDING}}}(?!\w)" if term[-1].isalnum() and term[-1] < "\u2e80" else ""
    return re.compile(begins + re.escape(term) + ends)
