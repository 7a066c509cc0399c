"""Numbers: those of the source must be in the candidate, and no others.

Two numbers are the same when one of their readings is; a number may also be there in words, as the name of a month,
Roman or raised. What is often written otherwise is never more than a doubt: numbers up to twelve, and what differs by a
power of ten (`2.5 million`).
"""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.checks.number_words import said
from mtqa.checks.numerals import Number, numbers
from mtqa.checks.pieces import Having
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_WORDS_UP_TO = 12  # smaller numbers are often written as words
_CENTURIES = ("18", "19", "20")  # of years whose last digits alone are written


class Numbers:
    """Numbers missing or added."""

    default = Severity.ERROR
    oracle = True
    concerns = Having(r"\d")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each number that is lost or added."""
        source = case.source.once(numbers)
        wanted = case.source.once(_meant)
        for position, candidate in enumerate(case.candidates):
            text = candidate.once(numbers)
            if text.keys() == source.keys():
                continue  # as mostly
            there = candidate.once(_possible)
            for number in source.values():
                if there.isdisjoint(number.readings) and not _otherwise(number, text, candidate):
                    yield Fault(position, f"{number.written} missing", number.written, None, _doubtful(number, text))
            for number in text.values():
                if (
                    wanted.isdisjoint(number.readings)
                    and wanted.isdisjoint(number.foreign)
                    and not _otherwise(number, source, case.source)
                ):
                    doubtful = _doubtful(number, source)
                    yield Fault(position, f"{number.written} added", number.written, number.span, doubtful)


def _meant(facts: Facts) -> frozenset[str]:
    return frozenset(reading for number in facts.once(numbers).values() for reading in number.readings)


def _possible(facts: Facts) -> frozenset[str]:
    """What the numbers mean, also where their signs are those of another locale."""
    return facts.once(_meant).union(*[number.foreign for number in facts.once(numbers).values()])


def _otherwise(number: Number, others: Iterable[str], text: Facts) -> bool:
    """Whether a text has a number in another form: no digits, or the end of a year."""
    value = number.readings[0]
    return any(_year(value, other) for other in others) or any(said(reading, text) for reading in number.readings)


def _year(one: str, other: str) -> bool:
    """Whether one is a year and the other its last two digits: 1990s, 90s."""
    short, long = sorted((one, other), key=len)
    return (len(short), len(long)) == (2, 4) and long.endswith(short) and long.startswith(_CENTURIES)


def _doubtful(number: Number, others: Iterable[str]) -> bool:
    """Whether the number may well be there in another form."""
    value = number.readings[0]
    small = len(value) <= 2 and int(float(value)) <= _WORDS_UP_TO
    return small or any(_scaled(value, other) for other in others)  # 2.5 million, 2 500 000


def _scaled(one: str, other: str) -> bool:
    """Whether two numbers differ by a thousand, a million, ..."""
    same = one.replace(".", "").strip("0") == other.replace(".", "").strip("0")
    small, large = sorted((float(one), float(other)))
    return same and small > 0 and large / small >= 999
