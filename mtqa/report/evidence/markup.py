"""Markup: elements whose texts and attributes are escaped, so that nothing a run says can act on a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

_VOID = {"meta", "br"}


class Markup(str):
    """Text that is markup already; any other text is escaped where it enters."""

    __slots__ = ()


def el(name: str, attributes: Mapping[str, str | float | None], *children: str | None) -> Markup:
    """An element. Attributes and children that are None are left out."""
    told = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items() if value is not None)
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{join(child for child in children if child is not None)}</{name}>")


def join(children: Iterable[str]) -> Markup:
    """Children in a row."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def engine(name: str) -> Markup:
    """The name of an engine, in running text."""
    return el("bdi", {"class": "engine"}, name)


def table(label: str, head: Iterable[str], rows: Iterable[Iterable[str | None]], caption: str | None = None) -> Markup:
    """A table that scrolls where it is too wide. The first cell of a row is its heading."""
    top = el("tr", {}, *(el("th", {"scope": "col"}, name) if name else el("td", {}) for name in head))
    body = []
    for row in rows:
        first, *others = row
        cells = [el("td", {}, cell if cell is not None else "–") for cell in others]
        body.append(el("tr", {}, el("th", {"scope": "row"}, first or "–"), *cells))
    inside = el("table", {"class": "groups-table"}, el("thead", {}, top), el("tbody", {}, *body))
    region = {"class": "wide", "tabindex": "0", "role": "region", "aria-label": label}
    return el("div", {}, el("div", region, inside), el("p", {"class": "aside"}, caption) if caption else None)


def section(title: str, *children: str | None) -> Markup:
    """A section with a heading."""
    return el("section", {}, el("h2", {}, title), *children)
