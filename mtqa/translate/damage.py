"""Damage that an engine does silently: answers that look like answers. Each function gets plain texts.

What is found here is asked for once more, alone, and then counts as failed: a text that belongs to another segment
or is half missing must not vote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_SENTENCE_ENDS = re.compile(r"[.!?…؟।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WIDE_WEIGHT = 2.5  # letters of an alphabet that one Chinese, Japanese or Korean character stands for, about
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|lt|gt|amp|quot|apos|nbsp);")
_HARMLESS = re.compile(r"[^&*@#]*")
_UNKNOWN = re.compile(r"(?<!\S)[*@#]([^\W\d_]\w*)(?!\w*[*@#])")
_ANCHOR = re.compile(r"https?://\S+|\{\w*\}|%\d*\$?[sd]|\d+(?:[.,\u00a0\u202f]\d+)*")


def cut(source: str, target: str) -> str:
    """The sentences that are missing at the end of a target, in words; empty when none seem to be.

    Three sentences or more must have become at most half as many, in less than half of the length. This was so for 2
    of 5940 real English-Czech candidates, one of them a severe error (benchmarks/damage.py).
    """
    if 2 * _weight(target) > _weight(source):  # first what takes least time
        return ""
    before, after = _sentences(source), _sentences(target)
    if before < 3 or 2 * after > before:
        return ""
    return f"{after} of {before} sentences came back"


def misread(source: str, target: str) -> str:
    """Escapes that were read once too often or too seldom, and marks of unknown words, in words; empty when fine."""
    if _HARMLESS.fullmatch(source) and _HARMLESS.fullmatch(target):
        return ""
    expected, found = Counter(_ENTITY.findall(source)), Counter(_ENTITY.findall(target))
    if found and not expected:  # a source that has escapes itself is markup as text, and its target may need others
        return f"{next(iter(found))} is left escaped in the answer"
    lost = expected - found
    if lost and any(target.count(sign) > source.count(sign) for entity, sign in _SIGNS if entity in lost):
        return f"{next(iter(lost))} was read once too often in the answer"
    known = Counter(re.findall(r"[*@#]", source))
    marked = [match for match in _UNKNOWN.finditer(target) if not known[match[0][0]]]
    # An engine leaves a word that it does not know as it was; anything else is emphasis or a handle.
    unknown = next((match[0] for match in marked if match[1] in source), "")
    return f"the engine does not know a word: {unknown}" if unknown else ""


_SIGNS = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", '"'), ("&apos;", "'"), ("&#39;", "'"))


def shifted(texts: Sequence[tuple[str, str]]) -> bool:
    """Whether answers of a batch, (source, target) in order, seem to belong to the text before or after theirs.

    The sign: numbers, placeholders or addresses of one text are missing from its own answer and stand, all of them,
    in the neighbour's, whose source has them not. Of 580 real batches of ten texts none showed it; of the same
    batches with answers moved up from the fifth on, 71 % did (benchmarks/damage.py).
    """
    sources = [_anchors(source) for source, _ in texts]
    targets = [_anchors(target) for _, target in texts]
    return any(
        own and own.keys().isdisjoint(targets[here]) and own <= targets[there] and not own <= sources[there]
        for here, own in enumerate(sources)
        for there in (here - 1, here + 1)
        if 0 <= there < len(texts)
    )  # fmt: skip


def other_model(asked: str, answered: str) -> bool:
    """Whether a model other than the one asked for has answered; a dated or prefixed name of it is the same."""
    one, two = (name.rsplit("/", 1)[-1].lower() for name in (asked, answered))
    return not (one.startswith(two) or two.startswith(one))


def _sentences(text: str) -> int:
    stripped = text.strip()
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(stripped)]
    return len(ends) + (bool(stripped) and (not ends or ends[-1] < len(stripped)))


def _weight(text: str) -> float:
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    return len(text.strip()) + (_WIDE_WEIGHT - 1) * wide


def _anchors(text: str) -> Counter[str]:
    """Numbers by their digits alone: 2,500 and 2.500 are the same."""
    return Counter(
        anchor if anchor.isdigit() else re.sub(r"\D", "", anchor) if anchor[0].isdigit() else anchor.rstrip(".,;:!?)")
        for anchor in _ANCHOR.findall(text)
    )
