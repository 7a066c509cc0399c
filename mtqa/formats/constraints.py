"""What a unit of XLIFF 2.x has against the rules that no schema can say.

Nothing is refused for it: these files exist, and their tools live with them. But whoever hands them on should know.
Source: https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html, sections 4.2, 4.3 and 4.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mtqa.formats.tree import Node

STATES = ("initial", "translated", "reviewed", "final")

_CODES = frozenset({"ph", "pc", "sc", "ec"})
_SPANS = frozenset({"mrk", "sm", "em"})
_HALVES = ("canCopy", "canDelete", "canReorder", "canOverlap", "copyOf", "dir", "type", "subType")
_NMTOKEN = re.compile(r"[\w.:\u00b7-]+")
_REFERENCES = ("dataRef", "dataRefStart", "dataRefEnd")


def faults(unit: Node) -> Iterator[str]:
    """What is against the specification, in words; the same fault may come several times."""
    holders = [child for child in unit.elements if child.tag in {"segment", "ignorable"}]
    if not any(holder.tag == "segment" for holder in holders):
        yield "a unit without segment"
    sources, targets = ([text for holder in holders for text in holder.every(tag)] for tag in ("source", "target"))
    codes, answered = _inline(sources), _inline(targets)
    yield from _identifiers(holders, codes, answered)
    for holder in holders:
        yield from _holder(holder)
    orders = [target.attributes["order"] for target in targets if "order" in target.attributes]
    if len(set(orders)) < len(orders):
        yield "an order that occurs twice among the targets of a unit"
    if codes or answered:
        data = unit.first("originalData")
        yield from _references([*codes, *answered], data.every("data") if data else [])
        for found in (codes, answered):
            yield from _pairs(found, ("sc", "ec"))
            yield from _pairs(found, ("sm", "em"))
            yield from _order(found)
            yield from _copies(found)
    yield from _notes(unit, [*codes, *answered])


def _inline(texts: Iterable[Node]) -> list[Node]:
    return [
        node
        for text in texts
        if text.elements
        for node in text.descendants()
        if node.tag in _CODES or node.tag in _SPANS
    ]


def _identifiers(holders: Sequence[Node], codes: Sequence[Node], answered: Sequence[Node]) -> Iterator[str]:
    """Ids are unique among the parts of a unit and the codes of their sources; those of targets among themselves."""
    for nodes in ([*holders, *codes], answered):
        ids = [node.attributes["id"] for node in nodes if "id" in node.attributes]
        if len(set(ids)) < len(ids):
            yield "an id that occurs twice in one unit"
        if not all(map(_NMTOKEN.fullmatch, ids)):
            yield "an id with characters that no id may have"
    if any("id" not in code.attributes for code in (*codes, *answered) if code.tag not in {"ec", "em"}):
        yield "an inline code without id"


def _holder(holder: Node) -> Iterator[str]:
    state, source, target = holder.attributes.get("state"), holder.first("source"), holder.first("target")
    if holder.tag == "ignorable" and source is None:
        yield "an ignorable without source"
    if state is not None and state not in STATES:
        yield f"the state {state!r}, which XLIFF 2 does not know"
    if state not in (None, "initial") and (target is None or not target.children):
        yield f"state {state} without a translation"
    sub_state = holder.attributes.get("subState")
    if sub_state is not None and (state is None or not all(sub_state.partition(":"))):
        yield "a subState without state, or without prefix"
    if source and target:
        if source.attributes.get("xml:space") != target.attributes.get("xml:space"):
            yield "xml:space differs between source and target"
        if holder.tag == "segment" and target.children:
            yield from _counterparts(_inline([source]), _inline([target]))


def _counterparts(codes: Sequence[Node], answered: Sequence[Node]) -> Iterator[str]:
    """Codes of a target that have an id of the source are those of the source; others may be added."""
    theirs, ours = (
        {node.attributes.get("id"): node for node in nodes if node.tag in _CODES - {"ec"}}
        for nodes in (codes, answered)
    )
    if any((theirs[key].tag == "ph") != (ours[key].tag == "ph") for key in theirs.keys() & ours.keys()):
        yield "a code in a target that is another code in its source"
    if any(node.attributes.get("canDelete") == "no" and key not in ours for key, node in theirs.items()):
        yield "a code that may not be deleted is missing in a target"


def _references(codes: Iterable[Node], data: Sequence[Node]) -> Iterator[str]:
    known = [one.attributes.get("id") for one in data]
    if len(set(known)) < len(known):
        yield "an id that occurs twice in originalData"
    if {node.attributes[name] for node in codes for name in _REFERENCES if name in node.attributes} - {*known}:
        yield "a code that refers to original data which is not there"


def _pairs(codes: Sequence[Node], tags: tuple[str, str]) -> Iterator[str]:
    """A beginning comes before its end, in the same unit or marked as isolated, and both say the same."""
    begun: dict[str, Node] = {}
    for node in codes:
        attributes = node.attributes
        isolated = attributes.get("isolated") == "yes"
        if node.tag == tags[0]:
            if not isolated:
                begun[attributes.get("id", "")] = node
        elif node.tag == tags[1]:
            if isolated != ("startRef" not in attributes) or (not isolated and "id" in attributes):
                yield f"{node.tag} is isolated and has an id, or is not and has a startRef"
            elif not isolated:
                begin = begun.pop(attributes["startRef"], None)
                if begin is None:
                    yield f"{node.tag} without {tags[0]} before it"
                elif any(
                    begin.attributes.get(name, said) != said for name, said in attributes.items() if name in _HALVES
                ):
                    yield f"{tags[0]} and {node.tag} contradict each other"
    if begun:
        yield f"{tags[0]} without {tags[1]}"


def _order(codes: Iterable[Node]) -> Iterator[str]:
    """A sequence that must not be reordered begins with firstNo, and its codes stay where they are."""
    begun = False
    for node in codes:
        attributes = node.attributes
        fixed = attributes.get("canReorder", "yes")
        if fixed == "yes":
            continue
        if not attributes.get("canCopy") == attributes.get("canDelete") == "no":
            yield "canReorder on an inline code without canCopy and canDelete, against the specification"
        if fixed == "no" and not begun:
            yield 'canReorder="no" without firstNo before it'
        begun = True


def _copies(codes: Sequence[Node]) -> Iterator[str]:
    known = {node.attributes["id"]: node for node in codes if "id" in node.attributes}
    for node in codes:
        original = node.attributes.get("copyOf")
        if original is None:
            continue
        if any(name in node.attributes for name in _REFERENCES):
            yield "a copy of a code with original data of its own"
        if original in known and known[original].attributes.get("canCopy") == "no":
            yield "a copy of a code that may not be copied"


def _notes(unit: Node, codes: Iterable[Node]) -> Iterator[str]:
    container = unit.first("notes")
    notes = container.every("note") if container else []
    if container and not notes:
        yield "notes without a note"
    ids = [note.attributes["id"] for note in notes if "id" in note.attributes]
    if len(set(ids)) < len(ids):
        yield "an id that occurs twice among notes"
    for node in codes:
        if node.tag in {"mrk", "sm"} and node.attributes.get("type") == "comment":
            value, reference = (node.attributes.get(name) for name in ("value", "ref"))
            if (value is None) == (reference is None):
                yield "a comment with both a value and a reference, or neither"
