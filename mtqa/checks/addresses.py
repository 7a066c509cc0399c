"""Addresses: URLs, e-mail addresses, paths and names of users come through unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mtqa.checks.pieces import part_of
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

# Where words are not separated by spaces, the text goes on right behind an address.
_REST = r"[^\s<>\"”“«»\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+"
_URL = re.compile(rf"(?:https?|ftp|file)://{_REST}|\bwww\.[\w-]+\.{_REST}", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")
_PATH = re.compile(
    r"(?<![\w:/.])(?:[A-Za-z]:\\|\\\\|~?/|\.\.?/)[\w.$%-]+(?:[/\\][\w.$%-]+)+[/\\]?"
    r"|(?<![\w./@-])[\w-]+(?:/[\w-]+)+\.[a-zA-Z]\w{1,4}\b"
)
_MENTION = re.compile(r"(?<![\w.@])@(?:[A-Za-z0-9_]+|\w+)")
_AROUND = ".,;:!?)]}'’*_"


class _Kept:
    """What a pattern finds in the source is in the candidate, and nothing else is."""

    default = Severity.ERROR
    oracle = True

    def __init__(self, find: Callable[[Facts], frozenset[str]], *signs: str) -> None:
        self._find, self.concerns = find, part_of(*signs)

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each that is lost or added."""
        source = case.source.once(self._find)
        for position, candidate in enumerate(case.candidates):
            found = candidate.once(self._find)
            if found != source:
                for address in sorted(source - found):
                    yield Fault(position, f"{address} missing", address, None, address in candidate.plain)
                for address in sorted(found - source):
                    start = candidate.plain.find(address)
                    yield Fault(
                        position,
                        f"{address} added",
                        address,
                        (start, start + len(address)),
                        address in case.source.plain,
                    )


def _found(pattern: re.Pattern[str], facts: Facts) -> frozenset[str]:
    return frozenset(address for match in pattern.findall(facts.plain) if (address := match.rstrip(_AROUND)))


def urls(facts: Facts) -> frozenset[str]:
    """The URLs of a text."""
    return _found(_URL, facts) if "/" in facts.plain or "www." in facts.plain else frozenset()


def emails(facts: Facts) -> frozenset[str]:
    """The e-mail addresses of a text."""
    return _found(_EMAIL, facts) if "@" in facts.plain else frozenset()


def paths(facts: Facts) -> frozenset[str]:
    """The paths of files in a text, URLs aside."""
    if "/" not in facts.plain and "\\" not in facts.plain:
        return frozenset()
    return frozenset(path.rstrip(_AROUND) for path in _PATH.findall(_URL.sub(" ", facts.plain)) if path.rstrip(_AROUND))


def mentions(facts: Facts) -> frozenset[str]:
    """The names of users in a text: @name."""
    return _found(_MENTION, facts) if "@" in facts.plain else frozenset()


class Urls(_Kept):
    """URLs missing, changed or added."""

    def __init__(self) -> None:
        super().__init__(urls, "/", "www.")


class Emails(_Kept):
    """E-mail addresses missing, changed or added."""

    def __init__(self) -> None:
        super().__init__(emails, "@")


class Paths(_Kept):
    """Paths missing, changed or added."""

    default = Severity.WARNING

    def __init__(self) -> None:
        super().__init__(paths, "/", "\\")


class Mentions(_Kept):
    """Names of users (@name) missing, changed or added."""

    default = Severity.WARNING

    def __init__(self) -> None:
        super().__init__(mentions, "@")
