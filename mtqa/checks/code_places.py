"""Places of inline codes: a code belongs to its words. All codes are there, but one has moved to others.

A pair around words must not come back around nothing, nor around everything. What a pair encloses, and what a single
code stands between, is compared with the other candidates: a code has moved where it shares none of its words with any
of them, though this candidate has their words elsewhere, or where it stands far from where all of them have it. Single
codes that stand next to each other keep their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from mtqa.checks.inline_codes import codes
from mtqa.checks.pieces import Having
from mtqa.facts import Case, Facts
from mtqa.inline import Code, Text
from mtqa.model import Severity
from mtqa.ports import Fault

_ENOUGH = 3  # candidates that are needed to say where a code belongs
_STEM = 4
_NEAR = 0.25  # of a text's length: places that are the same
_WORD = re.compile(r"\w+")


class Place(NamedTuple):
    """What a code is about: its words by their first letters, its middle and its share of the text, 0..1."""

    words: frozenset[str]
    middle: float
    share: float


class CodePlaces:
    """Codes that are there, and in the wrong place."""

    default = Severity.WARNING
    oracle = True
    concerns = Having()  # codes are in no piece

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each code at the wrong words, one for codes in another order."""
        if case.source.bare:
            return
        source = case.source.once(codes)
        wanted = case.source.once(places)
        whole = [position for position, one in enumerate(case.candidates) if one.once(codes) == source]
        for position in whole:
            for code, place in case.candidates[position].once(places).items():
                others = [case.candidates[one].once(places).get(code) for one in whole if one != position]
                what = _wrong(place, wanted.get(code), [o for o in others if o], case.candidates[position], code)
                if what:
                    yield Fault(position, f"inline code {_short(code)} {what}", code.raw)
            if _neighbours(case.source.text) - _neighbours(case.candidates[position].text):
                yield Fault(position, "inline codes in another order", "order")


def _wrong(place: Place, wanted: Place | None, others: list[Place], candidate: Facts, code: Code) -> str:
    """What is wrong with the place of a code, in words; empty when nothing is."""
    if code.kind == "open" and wanted:
        if bool(wanted.words) != bool(place.words):
            return "is around nothing" if wanted.words else "is around words"
        if place.share > 0.9 and place.share - wanted.share > 0.5:
            return "is around everything"
    if len(others) < _ENOUGH - 1 or not place.words:
        return ""
    theirs = frozenset().union(*[other.words for other in others])
    if place.words & theirs or not theirs:
        return ""
    elsewhere = theirs & candidate.once(_stems)
    middles = [other.middle for other in others]
    apart = max(middles) - min(middles) <= _NEAR and all(abs(place.middle - middle) > _NEAR for middle in middles)
    return f"is {'around' if code.kind == 'open' else 'beside'} other words" if elsewhere or apart else ""


def places(facts: Facts) -> Mapping[Code, Place]:
    """The places of the open and single codes of a text; of a code that is there twice, the last."""
    found: dict[Code, Place] = {}
    opened: list[tuple[Code, int]] = []
    plain, position, size = facts.plain, 0, max(len(facts.plain), 1)
    for part in facts.text.parts:
        if isinstance(part, str):
            position += len(part)
            continue
        if part.kind == "open":
            opened.append((part, position))
        elif part.kind == "close":
            start = next((start for code, start in reversed(opened) if code.id == part.id), None)
            if start is not None:
                code = next(code for code, _ in reversed(opened) if code.id == part.id)
                inside = plain[start:position]
                found[code] = Place(_stemmed(inside), (start + position) / 2 / size, len(inside) / size)
                opened = [one for one in opened if one[0].id != part.id]
        else:
            beside = (*_WORD.findall(plain[:position])[-1:], *_WORD.findall(plain[position + len(part.equiv) :])[:1])
            found[part] = Place(_stemmed(" ".join(beside)), position / size, 0.0)
        position += len(part.equiv)
    return found


def _stemmed(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM].casefold() for word in _WORD.findall(text))


def _stems(facts: Facts) -> frozenset[str]:
    return _stemmed(facts.plain)


def _neighbours(text: Text) -> set[tuple[Code, Code]]:
    """Pairs of single codes of which one follows the other directly."""
    parts = [part for part in text.parts if not (isinstance(part, str) and not part.strip())]
    return {
        (one, two)
        for one, two in pairwise(parts)
        if isinstance(one, Code) and isinstance(two, Code) and one.kind == two.kind == "empty" and one != two
    }


def _short(code: Code) -> str:
    return code.raw if len(code.raw) <= 40 else f"{code.raw[:37]}..."
