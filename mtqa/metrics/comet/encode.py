"""From texts to sentence encodings: each distinct text once, those of one length together, kept for the next run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mtqa.errors import MetricError
from mtqa.ports import Encodings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mtqa.metrics.comet.network import Network

_RECENT = 20_000  # encodings kept without a store: 80 MB at 1024 numbers each


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """The positions of `lengths` in batches of at most `budget` tokens, padding to the longest of the batch included.

    Longest first, so that memory runs out at once or never. A text longer than the budget is a batch of its own.
    """
    batch: list[int] = []
    width = 0
    for position in sorted(range(len(lengths)), key=lambda at: (-lengths[at], at)):
        if batch and width * (len(batch) + 1) > budget:
            yield batch
            batch = []
        if not batch:
            width = lengths[position]
        batch.append(position)
    if batch:
        yield batch


class Recent:
    """Encodings in memory, the last ones asked for: what is used where nothing is kept on disk."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, model: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Those that are there."""
        del model
        found = {text: self._kept[text] for text in texts if text in self._kept}
        for text in found:
            self._kept.move_to_end(text)
        return found

    def put(self, model: str, items: Iterable[tuple[str, bytes]]) -> None:
        """Keep some, and let go of the oldest."""
        del model
        self._kept.update(items)
        while len(self._kept) > _RECENT:
            self._kept.popitem(last=False)


class Encoder:
    """Text -> encoding. The network is loaded when the first text is not in the store."""

    def __init__(
        self, network: Callable[[], Network], key: Callable[[], str], store: Encodings | None, budget: int
    ) -> None:
        self._network, self._key, self._budget = network, key, budget
        self._store = store or Recent()

    def encode(self, texts: Iterable[str]) -> dict[str, NDArray[Any]]:
        """The encoding of each distinct text, float32. What is computed is kept, batch by batch."""
        import numpy as np

        key = self._key()
        distinct = list(dict.fromkeys(texts))
        kept = self._store.get(key, distinct)
        found = {text: np.frombuffer(encoding, dtype="<f4") for text, encoding in kept.items()}
        missing = [text for text in distinct if text not in found]
        if missing:
            network = self._network()
            tokens = network.tokens(missing)
            for batch in batches([len(one) for one in tokens], self._budget):
                encoded = network.encode([tokens[at] for at in batch])
                new = {missing[at]: one for at, one in zip(batch, encoded, strict=True)}
                self._store.put(key, [(text, one.astype("<f4").tobytes()) for text, one in new.items()])
                found |= new
        if len({len(one) for one in found.values()}) > 1:
            raise MetricError("metric comet", "a kept encoding is damaged", "delete the file of kept encodings")
        return found
