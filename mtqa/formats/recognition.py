"""Which tool an XLIFF 1.x file comes from: by namespaces, then by the tool, then by the looks of file and group."""

from __future__ import annotations

from collections.abc import Mapping

from mtqa.formats.dialect import WORLDSERVER, XTM, Dialect, WorldServer, Xtm
from mtqa.formats.mqxliff import MEMOQ, Mqxliff
from mtqa.formats.mxliff import PHRASE, Mxliff
from mtqa.formats.reading import PLAIN
from mtqa.formats.sdlxliff import SDL, Sdlxliff
from mtqa.formats.tree import Node, Unit

_PLAIN = Dialect(PLAIN, "XLIFF 1.x")
_ANGULAR = Dialect("angular", "Angular XLIFF", "plain")
_DOTNET = Dialect("dotnet", ".NET XLIFF", "plain")
_BUSINESS_CENTRAL = Dialect("business-central", "Business Central XLIFF", "plain")

# In this order: translate5 also declares the namespace of SDL, XTM and MateCat work on files of others.
_BY_NAMESPACE: Mapping[str, Dialect] = {
    "http://www.translate5.net/": Dialect("translate5", "translate5 XLIFF", "smartcat"),
    SDL: Sdlxliff("sdlxliff", "SDLXLIFF", "trados"),
    MEMOQ: Mqxliff("mqxliff", "MQXLIFF", "memoq"),
    PHRASE: Mxliff("mxliff", "MXLIFF", "phrase"),
    WORLDSERVER: WorldServer("worldserver", "WorldServer XLIFF"),
    XTM: Xtm("xtm", "XTM XLIFF"),
    "SmartcatXliff": Dialect("smartcat", "Smartcat XLIFF", "smartcat"),
}
_BY_TOOL: Mapping[str, Dialect] = {
    "com.apple.dt.xcode": Dialect("xcode", "Xcode XLIFF", "xcode"),
    "matecat": Dialect("matecat", "MateCat XLIFF"),
    "omegat": Dialect("omegat", "OmegaT XLIFF", "omegat"),
    "symfony": Dialect("symfony", "Symfony XLIFF", "plain"),
    "okapi": Dialect("okapi", "Okapi XLIFF", "okapi"),
}
_OKAPI = "okapi-framework:xliff-extensions"
DIALECTS = (_PLAIN, *_BY_NAMESPACE.values(), *_BY_TOOL.values(), _ANGULAR, _DOTNET, _BUSINESS_CENTRAL)


def dialect_of(unit: Unit) -> Dialect:
    """The dialect of the file around a unit."""
    namespaces = set(unit.node.scope.bindings.values())
    for child in unit.node.elements:
        if child.tag[0] == "{":  # which may be declared on the child itself
            namespaces.add(child.tag[1 : child.tag.index("}")])
    if not namespaces.isdisjoint(_BY_NAMESPACE):
        return next(dialect for namespace, dialect in _BY_NAMESPACE.items() if namespace in namespaces)
    file = next((node for node in unit.ancestors if node.tag == "file"), unit.node)
    tool = _tool(unit, file)
    if tool and (dialect := next((dialect for name, dialect in _BY_TOOL.items() if tool.startswith(name)), None)):
        return dialect
    return _BY_TOOL["okapi"] if _OKAPI in namespaces else _by_looks(unit, file.attributes)


def _tool(unit: Unit, file: Node) -> str:
    head = unit.head if unit.head and unit.head.start > file.start else None
    of_head = head.attributes if head else {}
    named = (of_head.get("tool-id"), file.attributes.get("tool-id"), file.attributes.get("tool"))
    return next((name for name in named if name), "").casefold()


def _by_looks(unit: Unit, file: Mapping[str, str]) -> Dialect:
    original = file.get("original", "")
    if original in ("ng2.template", "ng.template"):
        return _ANGULAR
    if original.endswith(".resx"):
        return _DOTNET
    group = unit.ancestors[-1]
    if group.tag == "group" and group.attributes.get("id") == "body" and file.get("datatype") == "xml":
        return _BUSINESS_CENTRAL
    return _PLAIN
