"""Pages of evidence: records of `mtqa/evidence/` as one file for a browser, in the style of the report.

Drawn here, not by a script: the page's policy lets nothing act but its style. What a run says is escaped where it
enters (`markup.py`).
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from mtqa.ports import JsonObject
from mtqa.report.evidence import pool, probe, scorecard
from mtqa.report.evidence.markup import Markup, el, join


def scorecard_page(record: JsonObject) -> str:
    """The page of a scorecard."""
    return page("mtqa scorecard", scorecard.facts(record), scorecard.sections(record))


def pool_page(record: JsonObject) -> str:
    """The page of a pool."""
    return page("mtqa pool", scorecard.facts(record), pool.sections(record))


def probe_page(record: JsonObject) -> str:
    """The page of a probe."""
    return page("mtqa probe", probe.facts(record), probe.sections(record))


def page(title: str, facts: list[tuple[str, Markup]], sections: list[Markup]) -> str:
    """A whole page: a heading, what it is about, and sections."""
    style = "".join(
        files(room).joinpath(name).read_text(encoding="utf-8")
        for room, name in (("mtqa.report.html", "report.css"), ("mtqa.report.evidence", "evidence.css"))
    )
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = el(
        "head", {},
        el("meta", {"charset": "utf-8"}),
        el("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        el("meta", {"name": "referrer", "content": "no-referrer"}),
        el("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        el("meta", {"name": "color-scheme", "content": "light dark"}),
        el("title", {}, title),
        el("style", {}, Markup(style)),
    )  # fmt: skip
    told = el(
        "dl", {"id": "facts"}, join(el("div", {}, el("dt", {}, name), el("dd", {}, about)) for name, about in facts)
    )
    body = el(
        "body", {"class": "evidence"},
        el("header", {"class": "masthead"}, el("h1", {}, title)),
        el("main", {}, told, *sections),
    )  # fmt: skip
    return f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n'
