"""How far engines agree, as the MT Confidence of ITS 2.0 in XLIFF 1.x.

Sources: https://www.w3.org/TR/its20/#mtconfidence, and the mapping of the ITS Interest Group to XLIFF 1.2. Namespace
and version stand on the target itself where nothing around it has them, so that no other part of a file changes.
"""

from __future__ import annotations

from mtqa.formats.tree import Node, Unit

NAMESPACE = "http://www.w3.org/2005/11/its"

_TOOL = "mt-confidence|mtqa"


def confidence(node: Node | None, unit: Unit, agreement: float | None) -> dict[str, str | None]:
    """The attributes that say it of a target, or of one of its marks; `node` is what is there now, if anything.

    What another said of an earlier content goes.
    """
    scope = (node or unit.node).scope
    prefix = scope.prefix(NAMESPACE)
    there = node.attributes if node else {}
    said: dict[str, str | None] = {}
    if agreement is None:
        names = (f"{prefix}{name}" for name in ("annotatorsRef", "mtConfidence"))
        return {name: None for name in names if name in there}
    if prefix is None:
        prefix = next(f"{free}:" for free in ("its", "its2", "mtqa-its") if free not in scope.bindings)
        said[f"xmlns:{prefix[:-1]}"] = NAMESPACE
    around = (*unit.ancestors, unit.node)
    if not any(one.foreign(NAMESPACE, "version") for one in around):
        said[f"{prefix}version"] = "2.0"
    return {**said, f"{prefix}annotatorsRef": _TOOL, f"{prefix}mtConfidence": f"{agreement:.2f}"}
