"""Plots: inline SVG. Each has a text for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from mtqa.ports import JsonObject
from mtqa.report.evidence.markup import Markup, el

_WIDTH, _HEIGHT = 240, 56
_ROW, _SPAN = 22, 360  # of an interval plot


def histogram(
    counts: Sequence[int], label: str, marks: Sequence[tuple[float, str]], peak: float, below: float
) -> Markup:
    """Counts in bins of one width from 0 to 1. `marks`: (place, "threshold", "median" or "worst").

    `peak`: the share that fills the height, so that charts side by side have one scale.
    """
    total, step = sum(counts) or 1, _WIDTH / len(counts)
    bars = []
    for place, count in enumerate(counts):
        height = max(_HEIGHT * count / total / (peak or 1), 1) if count else 0
        low = "below" if (place + 1) / len(counts) <= below + 1e-9 else None
        x, y = round(place * step + 0.5, 1), round(_HEIGHT - height, 1)
        size = {"width": round(step - 1, 1), "height": round(height, 1)}
        bars.append(el("rect", {"x": x, "y": y, **size, "class": low}))
    lines = [_mark(at, kind) for at, kind in marks]
    ticks = [
        el("text", {"x": _WIDTH * at, "y": _HEIGHT + 20, "class": "tick", "text-anchor": anchor}, f"{at:g}")
        for at, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))
    ]
    base = el("line", {"x1": 0, "x2": _WIDTH, "y1": _HEIGHT + 0.5, "y2": _HEIGHT + 0.5, "class": "base"})
    box = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT + 22}", "class": "histogram", "role": "img", "aria-label": label}
    return el("svg", box, el("title", {}, label), base, *bars, *lines, *ticks)


def _mark(at: float, kind: str) -> Markup:
    x = round(_WIDTH * at, 1)
    if kind == "threshold":
        return el("line", {"x1": x, "x2": x, "y1": 0, "y2": _HEIGHT, "class": kind})
    return el("path", {"d": f"M{x} {_HEIGHT + 1}l4 7h-8z", "class": kind})


def intervals(rows: Sequence[tuple[str, JsonObject | None]], label: str, zero: float | None = None) -> Markup:
    """A dot and its interval for each row, on one scale; `zero`: a line to compare with."""
    known = [row for _, row in rows if row is not None]
    ends: list[float] = [
        end for row in known for end in (row["value"], row.get("low"), row.get("high")) if end is not None
    ]
    ends += [] if zero is None else [zero]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    pad = (high - low) * 0.04 or 0.01
    low, high = low - pad, high + pad

    def at(value: float) -> float:
        return round(_SPAN * (value - low) / (high - low), 1)

    height = _ROW * len(rows)
    drawn: list[Markup] = []
    if zero is not None:
        drawn.append(el("line", {"x1": at(zero), "x2": at(zero), "y1": 0, "y2": height, "class": "threshold"}))
    for number, (name, row) in enumerate(rows):
        y = _ROW * number + _ROW / 2
        drawn.append(el("text", {"x": _SPAN + 12, "y": y + 4, "class": "name"}, name))
        if row is None:
            continue
        if "low" in row:
            drawn.append(
                el("line", {"x1": at(row["low"]), "x2": at(row["high"]), "y1": y, "y2": y, "class": "whisker"})
            )
        drawn.append(el("circle", {"cx": at(row["value"]), "cy": y, "r": 4, "class": "dot"}))
    ticks = [
        el("text", {"x": at(value), "y": height + 14, "class": "tick", "text-anchor": anchor}, f"{value:.3g}")
        for value, anchor in ((low + pad, "start"), (high - pad, "end"))
    ]
    base = el("line", {"x1": 0, "x2": _SPAN, "y1": height + 0.5, "y2": height + 0.5, "class": "base"})
    box = {"viewBox": f"0 0 {_SPAN + 300} {height + 20}", "class": "intervals", "role": "img", "aria-label": label}
    return el("svg", box, el("title", {}, label), base, *drawn, *ticks)
