"""Features: what the terms of the score need to know of each text. Counted in one pass, compiled or in Python.

CHARACTERS  all of them
WORDS       what white space parts
GRAMS       n-grams: four words in a row; in a text with fewer words than one in twenty characters, which puts no
space between them, eight characters; a text that is shorter is one, an empty one has none
DISTINCT    those of them that differ
KEPT        those of them that are in the source too
STRANGE     whether a character may be a letter of another script than Latin
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from mtqa.metrics import kernel
from mtqa.ports import Comparison

CHARACTERS, WORDS, GRAMS, DISTINCT, KEPT, STRANGE = range(6)
_IN_A_ROW, _UNSPACED, _SPACED = 4, 8, 20
Gram = str | tuple[str, ...]

# Outside of the Latin blocks, and of those that have no letters: punctuation, currencies, symbols, pictures. Within the
# former, the letters that Unicode names otherwise: ordinals and the micro sign.
_STRANGE = re.compile(
    "[^\0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u024f\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\U0001f000-\U0001faff]"
)


def features(batch: Sequence[Comparison]) -> npt.NDArray[np.int64]:
    """The features of each text of each comparison: shape (texts, 6)."""
    compiled = kernel.compiled()
    if compiled is not None:
        portions = list(kernel.portions((one.source, *one.texts) for one in batch))
        found = np.frombuffer(b"".join(kernel.each(compiled.features, portions)), dtype=np.int64)
    else:
        found = np.array([row for one in batch for row in _features(one)], dtype=np.int64)
    return found.reshape(-1, 6)


def _features(one: Comparison) -> Iterable[tuple[int, ...]]:
    source = set(_grams(one.source))
    for text in one.texts:
        own = _grams(text)
        kept = sum(map(source.__contains__, own))
        yield len(text), len(text.split()), len(own), len(set(own)), kept, _STRANGE.search(text) is not None


def _grams(text: str) -> list[Gram]:
    words = text.split()
    if len(words) * _SPACED < len(text):
        return [text[i : i + _UNSPACED] for i in range(max(len(text) - _UNSPACED + 1, 1))]
    if len(words) <= _IN_A_ROW:
        return [" ".join(words)] if words else []
    return list(zip(*(words[i:] for i in range(_IN_A_ROW)), strict=False))
