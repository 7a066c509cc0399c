"""How often texts repeat themselves, and their source: n-grams of words, or of characters where words are not spaced.

An n-gram is four words in a row. A text with fewer spaces than one in twenty characters puts none between words: there
it is eight characters. A text that is shorter is one n-gram; an empty one has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from mtqa.metrics import kernel
from mtqa.ports import Comparison

WORDS, CHARACTERS = 4, 8
SPACED = 20
Gram = str | tuple[str, ...]


def counts(batch: Sequence[Comparison]) -> npt.NDArray[np.int64]:
    """For each text of each comparison its n-grams: all, the distinct ones, and those that are in the source too."""
    compiled = kernel.compiled()
    if compiled is not None:
        portions = list(kernel.portions((one.source, *one.texts) for one in batch))
        return np.frombuffer(b"".join(kernel.each(compiled.grams, portions)), dtype=np.int64).reshape(-1, 3)
    found = [row for one in batch for row in _counts(one)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _counts(one: Comparison) -> Iterable[tuple[int, int, int]]:
    source = set(_grams(one.source))
    for text in one.texts:
        own = _grams(text)
        yield len(own), len(set(own)), sum(map(source.__contains__, own))


def _grams(text: str) -> list[Gram]:
    words = text.split()
    if len(words) * SPACED < len(text):
        return [text[i : i + CHARACTERS] for i in range(max(len(text) - CHARACTERS + 1, 1))]
    if len(words) <= WORDS:
        return [" ".join(words)] if words else []
    return list(zip(*(words[i:] for i in range(WORDS)), strict=False))
