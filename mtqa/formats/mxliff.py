"""MXLIFF of Phrase TMS (Memsource): XLIFF 1.2 with one segment a unit, and inline codes as plain text.

Codes are written {1>..<1}, {b>..<b} and {2}. A number is a code only where the metadata of the unit define it, a
letter only where both halves are there: a literal {0} or {a>b stays text. Results have the origin `mt`. Phrase
knows no status between empty and confirmed, but shows, and filters by, the score of a machine translation: where
agreement is to be written, agreed results have it as their score, and the others have none.
Source: https://developers.phrase.com/en/guides/mxliff/structure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from mtqa.formats.codes import meaning
from mtqa.formats.dialect import Dialect, qualified
from mtqa.formats.places import Change
from mtqa.formats.splice import Splice, escaped, start_tag
from mtqa.formats.trans_unit import TransUnit
from mtqa.formats.tree import Node, Unit
from mtqa.inline import Code, Text
from mtqa.model import Edit, Status

PHRASE = "http://www.memsource.com/mxlf/2.0"

_CODE = re.compile(r"\{(?P<empty>\d+)\}|\{(?P<open>[^\s{}<>]{1,8})>|<(?P<close>[^\s{}<>]{1,8})\}")
_DEFINITIONS = (f"{{{PHRASE}}}tunit-metadata", f"{{{PHRASE}}}tunit-target-metadata")
_NO_SCORE = "0.0"
_UNCONFIRMED = frozenset({"", "0", "false"})


class Mxliff(Dialect):
    """Segments with confirmation, lock, origin and score."""

    special = b"{}"
    scores = True

    def settled(self, unit: Unit, shape: TransUnit, mark: str) -> str:
        """Locked, or confirmed in any workflow step."""
        confirmed = unit.node.foreign(PHRASE, "confirmed") or ""
        own = f"confirmed {confirmed}" if confirmed not in _UNCONFIRMED else ""
        if unit.node.foreign(PHRASE, "locked") == "true":
            own = "locked"
        return super().settled(unit, shape, mark) or own

    def state(self, shape: TransUnit, mark: str) -> str | None:  # noqa: ARG002
        """Where the target comes from."""
        origin = shape.node.foreign(PHRASE, "trans-origin")
        return None if origin in (None, "", "null") else origin

    def kept(self, shape: TransUnit, mark: str, source: Text, target: Text) -> bool:  # noqa: ARG002
        """Any target with text."""
        return bool(target.plain.strip())

    def refined(self, text: Text, unit: Node) -> Text:
        """The text with its codes taken out of the characters."""
        characters = "".join(part for part in text.parts if isinstance(part, str))
        found = list(_CODE.finditer(characters))
        if not found:
            return text
        names = {side: {match[side] for match in found} for side in ("open", "close")}
        paired = {name for name in names["open"] & names["close"] if name and not name.isdecimal()}
        numbered = _numbered(unit)
        return Text(*(piece for part in text.parts for piece in _pieces(part, numbered, paired)))

    def marks(self, shape: TransUnit, changes: Sequence[Change]) -> Iterator[Splice]:
        """The origin and the score; the match rates of what was there before go."""
        node, (change,) = shape.node, changes
        origin = qualified(node, PHRASE, "trans-origin")
        score = _score(change.edit)
        rates = [rate for name in ("score", "gross-score") if (rate := qualified(node, PHRASE, name))]
        stale = {rate: score for rate in rates if score != _NO_SCORE or node.attributes.get(rate, "").strip("0.")}
        said = {origin: "mt", **stale}
        if change.edit.reviewed:  # typed by a person, as Phrase says it; not confirmed
            edited = qualified(node, PHRASE, "level-edited")
            said |= {origin: "null"} | ({edited: "true"} if edited else {})
        if origin:
            yield Splice(node.start, node.inside, start_tag(node, said))


def _score(edit: Edit) -> str:
    """A share below 1, which would be an exact match of a memory."""
    if edit.agreement is None or edit.reviewed or edit.status is not Status.AGREED:
        return _NO_SCORE
    return f"{min(edit.agreement, 0.99):.2f}"


def _numbered(unit: Node) -> dict[str, str]:
    """What each numbered code of a unit stands for in plain text."""
    return {
        mark.attributes["id"]: meaning("".join(child.characters for child in mark.every(f"{{{PHRASE}}}content")))
        for kind in _DEFINITIONS
        for definitions in unit.every(kind)
        for mark in definitions.every(f"{{{PHRASE}}}mark")
        if "id" in mark.attributes
    }


def _pieces(part: str | Code, numbered: Mapping[str, str], paired: set[str]) -> Iterator[str | Code]:
    if not isinstance(part, str):
        yield part
        return
    done = 0
    for match in _CODE.finditer(part):
        kind: Literal["open", "close", "empty"] = "empty" if match["empty"] else "open" if match["open"] else "close"
        name = match[kind]
        if name in numbered or (name in paired and kind != "empty"):
            yield part[done : match.start()]
            raw = escaped(match[0], "\n").replace(">", "&gt;")  # as Phrase writes it
            yield Code(f"m{name}", kind, raw, numbered.get(name, "") if kind == "empty" else "")
            done = match.end()
    yield part[done:]
