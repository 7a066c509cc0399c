"""The page of a probe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mtqa.languages import is_spaced
from mtqa.ports import JsonObject
from mtqa.report.evidence.figures import asked_of, figure, percent
from mtqa.report.evidence.markup import Markup, el, engine, join, section, table
from mtqa.report.evidence.plots import intervals

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 2_000  # pieces of a text; beyond, all of it counts as changed
_REPEATED = ("Engine", "Segments", "Distinct answers", "Self-agreement", "Unstable", "Numbers differ", "Rewritten")
_VARIED = (
    "Engine", "Variation", "Segments", "Source", "Target", "Excess", "Beyond chance", "Moved", "Numbers differ",
)  # fmt: skip
_REPEATS = (
    "The same text, asked again and again. Self-agreement: 1 less the share of words that differ between two answers. "
    "Rewritten: more than half of the words differ between two of them; what that does to the meaning, "
    "a person must read."
)
_VARIATIONS = (
    "The same text said otherwise. Source and target: the share of words that differ from the text itself, without "
    "case, punctuation and the grouping of digits. Excess: what the translation moves beyond its source. Beyond "
    "chance: the excess less what the engine moves when nothing has changed."
)


def facts(record: JsonObject) -> list[tuple[str, Markup]]:
    """What the page is about."""
    signatures = dict(record["signatures"])
    drawn = signatures.pop("intervals")
    told = [
        ("Seen", join([asked_of(record)])),
        ("Files", join(el("div", {}, one["file"]) for one in record["inputs"])),
        ("Cost", join([f"{record['spent']:.4f} {record['currency']}"])),
        ("Engines", join(el("div", {}, engine(name), " ", el("code", {}, one)) for name, one in signatures.items())),
        ("Intervals", join(["of 95 %: ", el("code", {}, drawn)])),
    ]
    if record["notices"]:
        told.append(("Notices", el("ul", {}, *(el("li", {}, notice) for notice in record["notices"]))))
    return told


def sections(record: JsonObject) -> list[Markup]:
    """The sections of the page, in reading order."""
    found = []
    repeated = [one for one in record["engines"] if "repeats" in one]
    if repeated:
        rows = [[engine(one["engine"]), *_repeats(one["repeats"])] for one in repeated]
        plot = intervals([(o["engine"], o["repeats"]["self_agreement"]) for o in repeated], "Self-agreement by engine")
        found.append(section("The same again", table("Repeats", _REPEATED, rows, _REPEATS), plot))
    varied = [(one["engine"], told) for one in record["engines"] for told in one["variations"]]
    if varied:
        rows = [[engine(name), *_variation(told)] for name, told in varied]
        plot = intervals(
            [(f"{n}: {told['kind']}", told["excess"]) for n, told in varied], "Excess by engine and kind", 0.0
        )
        found.append(section("The same otherwise", table("Variations", _VARIED, rows, _VARIATIONS), plot))
    return [*found, *(worst for one in record["engines"] for worst in _worst(one))]


def _repeats(told: JsonObject) -> list[str]:
    shares = [percent(told[key]) for key in ("unstable", "numbers", "rewritten")]
    return [str(told["segments"]), figure(told["distinct"]), figure(told["self_agreement"], 3), *shares]


def _variation(told: JsonObject) -> list[str]:
    moves = [figure(told[key], 3) for key in ("source", "target", "excess")]
    beyond = figure(told.get("beyond_chance"), 3, sign=True)
    return [told["kind"], str(told["segments"]), *moves, beyond, percent(told["moved"]), percent(told["numbers"])]


def _worst(one: JsonObject) -> list[Markup]:
    lists = [("the same again", one["repeats"]["worst"])] if "repeats" in one else []
    lists += [(told["kind"], told["worst"]) for told in one["variations"]]
    return [_listed(f"{one['engine']}: worst of {title}", worst) for title, worst in lists if worst]


def _listed(title: str, worst: Sequence[JsonObject]) -> Markup:
    shown = [
        el(
            "li", {},
            el("div", {"class": "aside"}, el("bdi", {}, one["id"])),
            _text(one["source"], one["variant"] if "variant" in one else one["source"], one["source_lang"]),
            _text(one["before"], one["after"], one["target_lang"]),
        )
        for one in worst
    ]  # fmt: skip
    return section(title, el("ol", {}, *shown))


def _text(before: str, after: str, tag: str) -> Markup:
    return el("div", {"dir": "auto", "lang": tag}, diff(before, after, tag))


def diff(before: str, after: str, tag: str) -> Markup:
    """`after`, with what is gone struck out and what is new underlined; by characters where words are not spaced."""
    one, other = (_PIECES.findall(text) if is_spaced(tag) else list(text) for text in (before, after))
    if max(len(one), len(other)) > _LONGEST:
        return join([el("del", {}, before), el("ins", {}, after)])
    parts: list[str] = []
    for change, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        gone, new = "".join(one[start:end]), "".join(other[first:last])
        if change == "equal":
            parts.append(new)
        else:
            parts += [el("del", {}, gone)] if gone else []
            parts += [el("ins", {}, new)] if new else []
    return join(parts)
