"""What all translation engines have in common; a provider adds how a request and a translation are written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from mtqa.engines.common import in_order
from mtqa.engines.faults import Uncovered
from mtqa.engines.http import Http
from mtqa.model import Missing
from mtqa.ports import Capabilities, NoAnswer, Outcome, Query


class MachineEngine(ABC):
    """Asks about a batch at once. The translations come in its order, each of them or none where one failed.

    `product`: its name in messages. `longest`: the characters of one text that it takes; longer ones are not sent.
    """

    product: str
    longest: int | None = None
    http: Http
    capabilities: Capabilities

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """The outcomes of one batch, whose queries have the same languages."""
        excess = {query.id: self._excess(query) for query in batch}
        refused = [(name, reason) for name, reason in excess.items() if reason]
        outcomes: list[Outcome] = [NoAnswer(name, Missing.ABSTAINED, reason) for name, reason in refused]
        fitting = [query for query in batch if not excess[query.id]]
        return outcomes + self._asked(fitting) if fitting else outcomes

    def open(self) -> None:
        """Load the HTTP client."""
        self.http.open()

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    @abstractmethod
    def _languages(self, query: Query) -> tuple[str, str]:
        """The engine's codes of the source and the target language."""

    @abstractmethod
    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        """What the server answers: a list with one item for each query, in order."""

    @abstractmethod
    def _outcome(self, query: Query, item: object) -> Outcome:
        """What an item says."""

    def _excess(self, query: Query) -> str:
        """How a text is too long for the engine, in words; empty when it is not."""
        if self.longest is None or len(query.text) <= self.longest:
            return ""
        return f"{len(query.text)} characters; {self.product} takes {self.longest}"

    def _asked(self, batch: Sequence[Query]) -> list[Outcome]:
        source, target = self._languages(batch[0])
        try:
            items = self._items(batch, source, target)
        except Uncovered as error:
            reason = f"{self.product} has no {source} to {target}: {error.what}"
            return [NoAnswer(query.id, Missing.ABSTAINED, reason) for query in batch]
        return [self._outcome(query, item) for query, item in in_order(self.http.where, batch, items)]
