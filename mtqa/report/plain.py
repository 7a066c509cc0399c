"""Text for files that cannot hold every text: spreadsheets, columns, annotations."""

from __future__ import annotations

import re

CELL = 32_767  # characters, in UTF-16 units: what a cell of a spreadsheet holds (ECMA-376, Excel's limits)
_CUT = " […]"
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def encodable(text: str) -> str:
    """The text with U+FFFD for halves of characters, which no encoding has."""
    return _SURROGATES.sub("\ufffd", text)


def cell_text(text: str) -> str:
    """The text as a cell can hold it: control characters as U+FFFD, one kind of line end, cut when it is too long."""
    text = _UNPRINTABLE.sub("\ufffd", encodable(text)).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) + sum(character > "\uffff" for character in text) <= CELL:
        return text
    units = text.encode("utf-16-le")[: 2 * (CELL - len(_CUT))]
    return units.decode("utf-16-le", "ignore") + _CUT
