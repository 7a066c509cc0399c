"""What texts have in common, with numpy: bags of anything, and chrF where there is no compiled kernel.

For chrF one sort serves all orders. Each position of each text becomes a row: its segment, the next characters, its
text. In sorted rows, equal n-grams of a segment are neighbours, for every n at once.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Segments = list[tuple[str, ...]]


def chrf(segments: Segments, orders: int, beta: int) -> bytes:
    """By segment, chrF / 100 of every ordered pair of texts, in the order of permutations(range(n), 2); C doubles."""
    compared = [texts for texts in segments if len(texts) > 1]
    if not compared:
        return b""
    voters = max(map(len, compared))
    squeezed = [["".join(text.split()) for text in texts] + [""] * (voters - len(texts)) for texts in compared]
    lengths = np.array([[len(text) for text in texts] for texts in squeezed], dtype=np.int64)
    matches = _matches(_characters(squeezed), lengths, orders)
    scores = _f_scores(matches, lengths, float(beta) * beta)
    sizes = np.array(list(map(len, compared)))[:, None, None]
    place = np.arange(voters)
    wanted = (place[:, None] < sizes) & (place < sizes) & (place[:, None] != place)
    found: bytes = scores[wanted].tobytes()
    return found


def overlaps(counts: Ints, starts: Ints) -> Ints:
    """Shape (segments, voters, voters): the size of the common part of two bags; on the diagonal, of each bag.

    `counts`, shape (voters, things): how often each thing is in the bag of each voter. The things of a segment are
    neighbours and begin at `starts`, shape (segments,), strictly rising.
    """
    voters = len(counts)
    sizes = np.empty((len(starts), voters, voters), dtype=np.int64)
    for one in range(voters):
        for other in range(one + 1):
            common = np.add.reduceat(np.minimum(counts[one], counts[other]), starts)
            sizes[:, one, other] = sizes[:, other, one] = common
    return sizes


def _characters(squeezed: list[list[str]]) -> Ints:
    """Shape (rows,): code point + 1 of every character, and 0 at the end of every text."""
    joined = "".join(f"{text}\0" for text in chain.from_iterable(squeezed))
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64) + 1
    ends = np.cumsum([len(text) + 1 for text in chain.from_iterable(squeezed)]) - 1
    points[ends] = 0  # a text may hold U+0000, so the ends are found by counting
    return points


def _matches(points: Ints, lengths: Ints, orders: int) -> Ints:
    """Shape (orders, segments, voters, voters): the n-grams that two texts share."""
    segments, voters = lengths.shape
    sizes = (lengths + 1).ravel()  # each text has a row for its end, so no segment is without rows
    owner = np.repeat(np.arange(segments * voters, dtype=np.int64), sizes)
    columns = [owner // voters, *_windows(_ranks(points, owner // voters), orders), owner % voters]
    segment, *grams, text = _sorted_rows(columns)
    first_rows = np.searchsorted(segment, np.arange(segments))
    matches = np.zeros((orders, segments, voters, voters), dtype=np.int64)
    new = np.zeros(len(segment), dtype=bool)
    new[first_rows] = True
    for order, character in enumerate(grams):
        new[1:] |= character[1:] != character[:-1]
        group = np.cumsum(new) - 1
        groups = int(group[-1]) + 1
        # Where the text ends before the n-gram does, the row counts for nobody: a text beyond the last.
        holder = np.where(character == 0, voters, text)
        counts = np.bincount(holder * groups + group, minlength=(voters + 1) * groups).reshape(voters + 1, groups)
        matches[order] = overlaps(counts[:voters], group[first_rows])
    return matches


def _ranks(points: Ints, segment: Ints) -> Ints:
    """Characters numbered from 1 within their segment, so that they need few bits; 0 stays 0."""
    keys, names = np.unique(segment << 21 | points, return_inverse=True)
    first_names = np.searchsorted(keys, segment << 21)  # every segment has a 0: the end of its texts
    ranks: Ints = names - first_names
    return ranks


def _windows(ranks: Ints, orders: int) -> list[Ints]:
    """The character at each position and the ones after it; 0 from the end of the text on."""
    columns = [ranks]
    following = ranks
    for _ in range(1, orders):
        following = np.append(following[1:], 0)
        columns.append(np.where(columns[-1] == 0, 0, following))
    return columns


def _sorted_rows(columns: list[Ints]) -> list[Ints]:
    """The rows, sorted. They are packed into one integer each where that has the bits."""
    widths = [int(column.max()).bit_length() for column in columns]
    if sum(widths) > 64:
        order = np.lexsort(columns[::-1])
        return [column[order] for column in columns]
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column, width in zip(columns, widths, strict=True):
        key = key << np.uint64(width) | column.astype(np.uint64)
    key.sort()
    unpacked = []
    for width in reversed(widths):
        unpacked.append((key & np.uint64((1 << width) - 1)).astype(np.int64))
        key >>= np.uint64(width)
    return unpacked[::-1]


def _f_scores(matches: Ints, lengths: Ints, factor: float) -> Floats:
    """Shape (segments, voters, voters). sacrebleu's operations in their order, so that the bits are its own."""
    precision = np.zeros(matches.shape[1:])
    effective = np.zeros(matches.shape[1:])
    for order, shared in enumerate(matches):
        grams = np.maximum(lengths - order, 0)
        both = (grams[:, :, None] > 0) & (grams[:, None, :] > 0)
        precision += np.where(both, shared / np.maximum(grams, 1)[:, :, None], 0.0)
        effective += both
    precision /= np.maximum(effective, 1)
    recall = precision.transpose(0, 2, 1)  # what is precision for one is recall for the other
    weighted = factor * precision + recall
    score = (1.0 + factor) * precision * recall / np.where(weighted > 0, weighted, 1.0)
    scores: Floats = 100.0 * score / 100.0
    return scores
