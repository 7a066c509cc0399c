"""Repetition: a word said twice, and the loops into which models fall."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mtqa.checks.words import RUN, RUN_OF_ONE, WIDE, folded, said, written
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

# Doubling a word is grammar here, or words are single characters.
_DOUBLING = frozenset(
    {
        "id",
        "ms",
        "jv",
        "su",
        "tl",
        "fil",
        "vi",
        "zh",
        "ja",
        "th",
        "lo",
        "km",
        "my",
        "sw",
        "hi",
        "ur",
        "bn",
        "af",
        "mi",
        "haw",
        "ht",
        "tr",
    }
)
_DOUBLE = re.compile(r"\b([^\W\d_]{2,})[ \u00a0]+\1\b", re.IGNORECASE)
# Pronouns and articles that may meet themselves: nous nous, sie sie, die die, de de, se se, that that, had had.
_MEETING = frozenset(
    ["nous", "vous", "sie", "die", "der", "das", "que", "se", "is", "that", "had", "ha", "to", "si", "by", "zu", "na"]
)
_LEAST = 8  # words of a loop
_LONGEST_PERIOD = 30
_LONG = 10  # letters
_WIDE = re.compile(f"[{WIDE}]")


class RepeatedWords:
    """The same word twice in a row."""

    default = Severity.WARNING
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        if not case.candidates or case.candidates[0].language in _DOUBLING:
            return
        for position in case.once(said).doubled():
            candidate = case.candidates[position]
            found = _DOUBLE.search(candidate.plain)
            if found and found[1].casefold() not in _MEETING and not _DOUBLE.search(case.source.plain):
                yield Fault(position, f"{found[1]} twice", found[1].casefold(), found.span())


class Loop:
    """The same words again and again."""

    default = Severity.ERROR
    oracle = True

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate; none where the source repeats itself as well."""
        *flags, _ = case.once(written).flags()
        for position, recurring in enumerate(case.once(said).recurring()):
            if recurring < _LEAST and not flags[position] & RUN:
                continue  # as mostly
            loop = case.candidates[position].once(_loop)
            if loop and not case.source.once(_loop):
                times, words = loop
                yield Fault(position, f"“{words}” {times} times in a row", words.casefold())


def _loop(facts: Facts) -> tuple[int, str] | None:
    """(how often, the words) of what is said three times and more in a row, eight words or more in all."""
    found = facts.once(folded)
    loop = _longest(found)
    if loop:
        start, period, run = loop
        joined = ("" if _WIDE.match(found[start]) else " ").join(found[start : start + min(period, 6)])
        return run // period, joined
    character = RUN_OF_ONE.search(facts.plain) if max(map(len, found), default=0) >= _LONG else None
    return (len(character.group()), character[1]) if character else None


def _longest(words: Sequence[str]) -> tuple[int, int, int] | None:
    """(start, period, words) of a loop."""
    last: dict[str, int] = {}
    periods: dict[int, int] = {}
    for place, word in enumerate(words):
        if word in last:
            gap = place - last[word]
            periods[gap] = periods.get(gap, 0) + 1
        last[word] = place
    for period in sorted((p for p, n in periods.items() if n >= 2 and p <= _LONGEST_PERIOD)):
        run = best = end = 0
        for place in range(period, len(words)):
            run = run + 1 if words[place] == words[place - period] else 0
            if run > best:
                best, end = run, place
        if best >= max(2 * period, _LEAST - period):
            return end - best - period + 1, period, best + period
    return None
