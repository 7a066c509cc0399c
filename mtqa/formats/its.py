"""How far engines agree, and what is wrong, as MT Confidence and Localization Quality Issue of ITS 2.0 in XLIFF 1.x.

Sources: https://www.w3.org/TR/its20/#mtconfidence and #lqissue, and the mapping of the ITS Interest Group to XLIFF 1.2.
Namespace and version stand on the target itself where nothing around it has them, so that no other part of a file
changes.
"""

from __future__ import annotations

from mtqa.formats.tree import Node, Unit
from mtqa.model import Edit

NAMESPACE = "http://www.w3.org/2005/11/its"

_TOOL = "mt-confidence|mtqa"
_OURS = ("annotatorsRef", "mtConfidence", "locQualityIssueType")
# What else a target can say of a text that is another one now.
_STALE = ("locQualityIssueComment", "locQualityIssueSeverity", "locQualityIssueProfileRef", "locQualityIssueEnabled")


def quality(node: Node | None, unit: Unit, edit: Edit) -> dict[str, str | None]:
    """The attributes that say it of a target, or of one of its marks; `node` is what is there now, if anything.

    What another said of an earlier content goes.
    """
    scope = (node or unit.node).scope
    prefix = scope.prefix(NAMESPACE)
    there = node.attributes if node else {}
    said: dict[str, str | None] = {f"{prefix}{name}": None for name in (*_OURS, *_STALE) if f"{prefix}{name}" in there}
    if edit.agreement is None and not edit.issue:
        return said
    if prefix is None:
        prefix = next(f"{free}:" for free in ("its", "its2", "mtqa-its") if free not in scope.bindings)
        said[f"xmlns:{prefix[:-1]}"] = NAMESPACE
    around = (*unit.ancestors, unit.node)
    if not any(one.foreign(NAMESPACE, "version") for one in around):
        said[f"{prefix}version"] = "2.0"
    if edit.agreement is not None:
        said |= {f"{prefix}annotatorsRef": _TOOL, f"{prefix}mtConfidence": f"{edit.agreement:.2f}"}
    return said | ({f"{prefix}locQualityIssueType": edit.issue} if edit.issue else {})
