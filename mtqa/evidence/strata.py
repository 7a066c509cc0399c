"""Strata: the same figures by file, length, inline codes and language pair. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mtqa.evidence.observed import Observed
from mtqa.evidence.stats import Bools, Documents
from mtqa.ports import JsonObject

# Characters of the source; the report has the same bands.
LENGTHS = ((20, "up to 20 characters"), (60, "21 to 60"), (150, "61 to 150"), (400, "151 to 400"))
LONGER = "more than 400"


def strata(observed: Observed, documents: Documents) -> JsonObject:
    """By "file", "length", "codes" and "languages": divergent share, and for each engine agreement and outliers.

    A way to divide that leaves everything in one part is left out.
    """
    found: JsonObject = {}
    for name, labels, order in _divisions(observed):
        parts = [label for label in order if label in set(labels)]
        if len(parts) > 1:
            column = np.array(labels)
            found[name] = [_stratum(observed, documents, label, column == label) for label in parts]
    return found


def _divisions(observed: Observed) -> Iterator[tuple[str, list[str], Sequence[str]]]:
    lengths = [next((name for most, name in LENGTHS if n <= most), LONGER) for n in observed.length.tolist()]
    codes = ["with inline codes" if coded else "without inline codes" for coded in observed.coded.tolist()]
    yield "file", observed.files, list(dict.fromkeys(observed.files))
    yield "length", lengths, [*(name for _, name in LENGTHS), LONGER]
    yield "codes", codes, ["with inline codes", "without inline codes"]
    yield "languages", observed.languages, list(dict.fromkeys(observed.languages))


def _stratum(observed: Observed, documents: Documents, label: str, where: Bools) -> JsonObject:
    part = documents.within(where)
    record: JsonObject = {
        "stratum": label,
        "segments": int(where.sum()),
        "divergent": part.share(observed.status[where] == "divergent").record(),
        "engines": {},
    }
    for number, name in enumerate(observed.engines):
        present = observed.present[where, number]
        if present.any():
            record["engines"][name] = {
                "agreement": part.estimate(part.means(observed.utility[where, number], present), present).record(),
                "outliers": part.share(observed.outlier[where, number], present).record(),
            }
    return record
