"""Recorded translations for a segment: how close their source is, and how their codes become the segment's."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from mtqa.errors import ConfigError
from mtqa.inline import Code, Text


def checked_rate(engine: str, min_rate: float) -> float:
    """`min_rate`, when it can be one. Raises ConfigError."""
    if not 0 < min_rate <= 1:
        raise ConfigError(f"{engine} min_rate", f"{min_rate} is no match rate", "set it above 0, up to 1 (exact)")
    return min_rate


def comparable(source: Text | str) -> str:
    """A source text for comparison: NFC, white space evened out, codes left out (ids differ between tools)."""
    parts = [source] if isinstance(source, str) else [part for part in source.parts if isinstance(part, str)]
    return " ".join(unicodedata.normalize("NFC", "".join(parts)).split())


def match_rate(one: Text, other: Text) -> float:
    """How close two sources are, 0..1: 1 is the same text; else the normalised indel similarity of their characters."""
    from rapidfuzz import fuzz

    return fuzz.ratio(comparable(one), comparable(other)) / 100


def nearest(wanted: str, sources: Sequence[str], min_rate: float) -> tuple[str, float] | None:
    """The most similar of comparable sources and its rate, when that is at least `min_rate`."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(wanted, sources, scorer=fuzz.ratio, score_cutoff=100 * min_rate)
    return (found[0], found[1] / 100) if found else None


def adapted(target: Text, recorded: Text | None, source: Text) -> Text:
    """`target` with the codes of `source` in place of its own.

    Codes that stand for the same (kind and id) are exchanged. Where ids differ, as between formats, codes are
    exchanged by their place, if `recorded`, the source of the target, has codes of the same kinds in the same order.
    Anything else stays, and the inline code check will tell.
    """
    own = {(code.kind, code.id): code for code in reversed(source.codes)}
    theirs = recorded.codes if recorded is not None else ()
    known = all((code.kind, code.id) in own for code in target.codes)
    if not known and [code.kind for code in theirs] == [code.kind for code in source.codes]:
        own = {(old.kind, old.id): new for old, new in zip(theirs, source.codes, strict=True)}
    return Text(*(own.get((p.kind, p.id), p) if isinstance(p, Code) else p for p in target.parts))
