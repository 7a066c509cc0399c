"""Length ratio: a candidate whose length does not fit its source, by what is usual for the two languages in this run.

Compared is ln((target + 15) / (source + 15)) with the median of the run for the language pair. Where a run has shown
too few, what is usual is one to one, with a character of Chinese, Japanese or Korean counted as 2.5 letters.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

from mtqa.checks.words import HIGH, written
from mtqa.facts import Case, Facts
from mtqa.model import Severity
from mtqa.ports import Fault

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_HIGH = re.compile("[^\0-\u303f]")  # the quick look: one range, that of HIGH
_WIDE_WEIGHT, _SMOOTHING = 2.5, 15
_ENOUGH = 50  # ratios that make a median to go by
Pair = tuple[str, str]


class LengthRatio:
    """The candidate is `most` times as long as its source usually makes it, or as short."""

    default = Severity.WARNING
    oracle = True

    def __init__(self, most: float = 2.5) -> None:
        if most <= 1:
            raise ValueError(f"most = {most} is not above 1")
        self.most = most
        self._usual: Mapping[Pair, float] = {}

    def faults(self, case: Case) -> Iterable[Fault]:
        """At most one for each candidate."""
        source = case.source.once(_weight)
        usual = self._usual.get(_pair(case), 1.0) * (source + _SMOOTHING)
        shortest, longest = usual / self.most, usual * self.most
        high = any(map(HIGH.__and__, case.once(written).flags()[:-1]))
        lengths = [one.once(_weight) for one in case.candidates] if high else case.sizes
        if lengths and shortest <= min(lengths) + _SMOOTHING and max(lengths) + _SMOOTHING <= longest:
            return  # as mostly
        for position, length in enumerate(lengths):
            if not shortest <= length + _SMOOTHING <= longest and length and source:
                subject, word = ("-", "shorter") if length + _SMOOTHING < shortest else ("+", "longer")
                yield Fault(position, f"much {word} than its source", subject)

    def watch(self) -> _Ratios:
        """The ratios of a run."""
        return _Ratios(self)

    def knowing(self, usual: Mapping[Pair, float]) -> LengthRatio:
        """The same check with what is usual."""
        known = LengthRatio(self.most)
        known._usual = usual
        return known


class _Ratios:
    def __init__(self, check: LengthRatio) -> None:
        self._check = check
        self._seen: dict[Pair, array[float]] = defaultdict(lambda: array("f"))

    def see(self, case: Case) -> None:
        source = case.source.once(_weight)
        seen = self._seen[_pair(case)]
        seen.extend(
            math.log((candidate.once(_weight) + _SMOOTHING) / (source + _SMOOTHING)) for candidate in case.candidates
        )

    def check(self) -> LengthRatio:
        return self._check.knowing({pair: math.exp(median(s)) for pair, s in self._seen.items() if len(s) >= _ENOUGH})


def _pair(case: Case) -> Pair:
    return case.source.lang, case.segment.target_lang


def _weight(facts: Facts) -> float:
    plain = facts.plain.strip()
    wide = 0 if plain.isascii() or not _HIGH.search(plain) else len(_WIDE.findall(plain))
    return len(plain) + (_WIDE_WEIGHT - 1) * wide
