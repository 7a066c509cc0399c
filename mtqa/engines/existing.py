"""The target that is already in the file, as a voter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtqa.model import Missing
from mtqa.ports import Answer, Capabilities, NoAnswer, Outcome, Query


class ExistingEngine:
    """Proposes the existing target; abstains where there is none."""

    signature = "existing"
    capabilities = Capabilities(max_items=1000, max_chars=1_000_000, remote=False, peeled=False)

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """The existing target of each query's segment."""
        for query in batch:
            target = query.segment.target
            if target is None or target.blank:
                yield NoAnswer(query.id, Missing.ABSTAINED, "no target in the file")
            else:
                yield Answer(query.id, target)

    def close(self) -> None:
        """Nothing to give back."""
