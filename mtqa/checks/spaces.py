"""Spaces: at the edges as in the source, none doubled, and around punctuation as the language has it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mtqa.checks.pieces import Having
from mtqa.checks.words import masked
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault

_DOUBLED = re.compile(r"(?<=\S)(?: {2,}|[ \u00a0\u202f]*\u00a0[ \u00a0\u202f]+| \u202f)(?=\S)")
_BEFORE = re.compile(r"(?<=\w)[ \u00a0\u202f]+[,.;:!?](?=\s|$)")
_BEFORE_FRENCH = re.compile(r"(?<=\w)[ \u00a0\u202f]+[,.](?=\s|$)")
_TIGHT_FRENCH = re.compile(r"(?<=[^\W\d_])[;:!?»](?=\s|$)|«(?=\w)")
_PLAIN_FRENCH = re.compile(r"(?<=\w) [;:!?»](?=\s|$)|« (?=\w)")
_TIGHT = ("fr-CA", "fr-CH")  # signs may follow at once
_NEAR = re.compile("[ \u00a0\u202f][,.;:!?]")
_HARD_SPACES = frozenset("\u00a0\u202f")


class EdgeSpaces:
    """Space at the beginning or the end that the source does not have, or the other way round."""

    default = Severity.WARNING
    oracle = True

    def concerns(self, piece: str, _lang: str) -> bool:
        """A piece with space at an edge, or an empty one, which is at the edge of its text or beside a second space."""
        return piece != piece.strip() or not piece

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each edge."""
        source = case.source.plain
        for position, candidate in enumerate(case.candidates):
            text = candidate.plain
            if not text or not source or text.isspace() or source.isspace():
                continue
            for edge, there, wanted in (
                ("beginning", text[0].isspace(), source[0].isspace()),
                ("end", text[-1].isspace(), source[-1].isspace()),
            ):
                if there != wanted:
                    yield Fault(position, f"space at the {edge} {'added' if there else 'missing'}", edge)


class DoubleSpaces:
    """Two spaces in a row where the source has none."""

    default = Severity.WARNING
    oracle = True
    concerns = Having("\u00a0\u202f", r"^\Z")  # two spaces in a row have an empty piece between them

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        for position, candidate in enumerate(case.candidates):
            if "  " not in candidate.plain and _HARD_SPACES.isdisjoint(candidate.plain):
                continue
            found = _DOUBLED.search(candidate.plain)
            if found and not _DOUBLED.search(case.source.plain):
                yield Fault(position, "double space", "", found.span())


class PunctuationSpaces:
    """Space before a sign where the language has none; in French, a no-break space where it needs one."""

    default = Severity.WARNING
    oracle = True
    concerns = Having("\u00a0\u202f;:!?«»", "^[,.]")  # before all of these French wants a space

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        for position, candidate in enumerate(case.candidates):
            french = candidate.language == "fr" and candidate.lang not in _TIGHT
            if not french and not _NEAR.search(candidate.plain):
                continue
            text = candidate.once(masked)
            found = (_BEFORE_FRENCH if candidate.language == "fr" else _BEFORE).search(text)
            if found and not _BEFORE.search(case.source.plain):
                yield Fault(position, f"space before {found.group()[-1]}", found.group()[-1], found.span())
            elif french and (found := _TIGHT_FRENCH.search(text)):
                yield Fault(position, f"no space at {found.group()}", found.group(), found.span())
            elif french and (found := _PLAIN_FRENCH.search(text)):
                yield Fault(
                    position, f"a space that can break at {found.group().strip()}", found.group().strip(), found.span()
                )


class NoBreakSpaces:
    """All no-break spaces of the source have become plain ones."""

    default = Severity.WARNING
    oracle = True
    concerns = Having("\u00a0\u202f")

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if _HARD_SPACES.isdisjoint(case.source.plain):
            return
        for position, candidate in enumerate(case.candidates):
            if _HARD_SPACES.isdisjoint(candidate.plain) and " " in candidate.plain:
                yield Fault(position, "no-break space missing", "\u00a0")
