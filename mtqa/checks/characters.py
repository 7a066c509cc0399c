"""Characters: those that no text should have, and those that this one must not have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mtqa.checks.pieces import Having
from mtqa.checks.words import ENTITY
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffd\ufffe\uffff\ud800-\udfff\ufdd0-\ufdef]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202d\u202e\ue000-\uf8ff]")
# UTF-8 that was read as Latin-1 or Windows-1252: Ã©, â€™, Å¡, Ð¿.
_MOJIBAKE = re.compile("[ÂÃÄÅÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰‹Œ‘’“”•˜™š›œŸ]|â€[\u0080-\u00bf™œ“”˜¢¦]|ï»¿")
_MOJIBAKE_STARTS = frozenset("ÂÃÄÅÐÑâï")
_CODE_POINT = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}(?![0-9a-zA-Z])|\\u\{[0-9a-fA-F]{1,6}\}")
_SIGNS = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'", "&#39;": "'"}


class Characters:
    """Control characters, broken encodings, invisible characters and escapes that the source does not have."""

    default = Severity.ERROR
    oracle = True
    concerns = Having(f"{_ILLEGAL.pattern[1:-1]}{_INVISIBLE.pattern[1:-1]}&\\\\{''.join(sorted(_MOJIBAKE_STARTS))}")

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate and kind."""
        for position, candidate in enumerate(case.candidates):
            text = candidate.plain
            if not text.isprintable():  # control characters, what is invisible, private or unassigned
                yield from _one(position, _ILLEGAL, case.source, candidate)
                yield from _one(position, _INVISIBLE, case.source, candidate, doubtful=True)
            elif "\ufffd" in text:
                yield from _one(position, _ILLEGAL, case.source, candidate)
            if not _MOJIBAKE_STARTS.isdisjoint(text):
                found = _MOJIBAKE.search(text)
                if found and not _MOJIBAKE.search(case.source.plain):
                    yield Fault(position, f"broken encoding: {found.group()}", found.group(), found.span())
            if "\\" in text:
                found = _CODE_POINT.search(text)
                if found and not _CODE_POINT.search(case.source.plain):
                    yield Fault(position, f"{found.group()} is left escaped", found.group(), found.span())
            if "&" in text:
                yield from _escapes(position, case.source, candidate)


class Forbidden:
    """What `patterns` (regular expressions) or `characters` forbid in targets."""

    default = Severity.ERROR
    oracle = False

    def __init__(self, patterns: list[str] | None = None, characters: str = "") -> None:
        try:
            self._patterns = [re.compile(pattern) for pattern in patterns or ()]
        except re.error as error:
            raise ValueError(f"{error.pattern!r} is no regular expression: {error}") from error
        if characters:
            self._patterns.append(re.compile(f"[{re.escape(characters)}]"))

    def concerns(self, _piece: str, _lang: str) -> bool:
        """Every piece, where there is something to forbid."""
        return bool(self._patterns)

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each pattern that is found."""
        for pattern in self._patterns:
            for position, candidate in enumerate(case.candidates):
                found = pattern.search(candidate.plain)
                if found:
                    span = found.span() if found.group() else None
                    yield Fault(position, f"forbidden: {found.group()}", pattern.pattern, span)


def _one(
    position: int, pattern: re.Pattern[str], source: Facts, candidate: Facts, *, doubtful: bool = False
) -> Iterable[Fault]:
    for found in pattern.finditer(candidate.plain):
        character = found.group()
        if character not in source.plain:
            name = unicodedata.name(character, "a control character")
            yield Fault(position, f"U+{ord(character):04X} ({name.lower()})", character, found.span(), doubtful)
            return


def _escapes(position: int, source: Facts, candidate: Facts) -> Iterable[Fault]:
    """Escapes that were left, or made once too often."""
    expected = frozenset(ENTITY.findall(source.plain)) if "&" in source.plain else frozenset()
    for found in ENTITY.finditer(candidate.plain):
        entity = found.group()
        known = entity in _SIGNS or entity.startswith("&#") or entity == "&nbsp;"
        if known and entity not in expected and not expected:
            yield Fault(position, f"{entity} is left escaped", entity, found.span())
            return
