"""Figures: numbers of evidence in words, the same on the terminal and on a page."""

from __future__ import annotations

from mtqa.ports import JsonObject

NONE = "–"


def figure(
    record: JsonObject | None, digits: int = 2, scale: float = 1.0, unit: str = "", *, sign: bool = False
) -> str:
    """`0.64 [0.61, 0.66]`; a dash where there is no figure, no brackets where it has no interval."""
    if record is None:
        return NONE
    form = f"{'+' if sign else ''},.{digits}f"
    told = f"{record['value'] * scale:{form}}"
    if "low" in record:
        told += f" [{record['low'] * scale:{form}}, {record['high'] * scale:{form}}]"
    return told + unit


def percent(record: JsonObject | None, digits: int = 1, *, sign: bool = False) -> str:
    """`5.1 [3.9, 6.6] %`."""
    return figure(record, digits, 100.0, " %", sign=sign)


def place(record: JsonObject) -> str:
    """`2 [1-3]`."""
    return f"{record['value']} [{record['low']}–{record['high']}]" if "low" in record else str(record["value"])


def sample(record: JsonObject | None) -> str:
    """`297 / 85`: segments and documents that a figure was seen on."""
    return NONE if record is None else f"{record['n']:,} / {record['documents']:,}"


def p_value(value: float | None) -> str:
    """`0.032`, `< 0.001`."""
    if value is None:
        return NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def runs_of(record: JsonObject) -> str:
    """`297 segments of 1 run, 85 documents`."""
    drawn = record["drawn"]
    seen = f"{_counted(record['segments'], 'segment')} of {_counted(len(record['runs']), 'run')}"
    return f"{seen}, {drawn['count']:,} {drawn['what']}"


def asked_of(record: JsonObject) -> str:
    """`60 segments, each asked 5 times`."""
    segments, times = record["segments"], record["repeat"]
    return f"{_counted(segments, 'segment')}, each asked {_counted(times, 'time')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
