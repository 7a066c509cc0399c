"""Units and currencies: a number that counts another thing than in the source, 5 kg and 5 lb, $50 and 50 €."""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.checks.measures import measures
from mtqa.checks.pieces import Having
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class Units:
    """The same number with another unit of the same kind. A number without a unit that is known says nothing."""

    default = Severity.WARNING
    oracle = True
    concerns = Having(r"\d")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each number."""
        wanted = {number.written: (number, one) for number, one in case.source.once(measures).values() if one}
        for position, candidate in enumerate(case.candidates) if wanted else ():
            there = candidate.once(measures)
            for written, (number, source) in wanted.items():
                target, measure = next((there[one] for one in number.readings if one in there), (None, None))
                if measure and target and measure.other_than(source):
                    message = f"{written} {source.written} has become {target.written} {measure.written}"
                    yield Fault(position, message, written, target.span)
