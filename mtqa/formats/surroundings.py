"""What is around the units of a file, kept while it is scanned."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from xml.parsers import expat

from mtqa.formats.document import Document
from mtqa.formats.shapes import Plan
from mtqa.formats.tree import XML, Node, Scope, declared

_SURROUNDINGS = 1000  # of which plans are kept
_UNITS = frozenset({"trans-unit", "unit", "tu"})


class Around(NamedTuple):
    """What is around a unit.

    `name`: of a unit as written here. `plans`: what is made of units, by their shape. `ids`: hashes of the ids of
    units before it in the same file element. `ancestors`: outermost first. `head`: the last element of the
    remembered name. _scanner.c knows the first three by their positions.
    """

    name: bytes
    plans: dict[bytes, Plan | None]
    ids: set[int]
    ancestors: tuple[Node, ...]
    head: Node | None

    @property
    def scope(self) -> Scope:
        """The namespaces."""
        return self.ancestors[-1].scope


class Slice(NamedTuple):
    """A unit that there is no plan for: its bytes, where they lie, and its shape if a plan could be made for it."""

    around: Around
    start: int
    raw: bytes
    line: int
    shape: bytes | None


class Surroundings:
    """The elements around units while a file is scanned. `around` is shown each as it starts.

    `remember`: the name of one whose attributes matter after it has ended. `strays`: units of other namespaces.
    `ids`: hashes of the ids of units, by the place of the file element around them.
    """

    def __init__(
        self,
        document: Document,
        unit: str,
        remember: str,
        around: Callable[[Node], object],
    ) -> None:
        self.unit, self.strays, self.ids = unit, 0, dict[int, set[int]]()
        self._document, self._remember, self._shown = document, remember, around
        self._open: list[Around] = []
        self._head: Node | None = None
        self._plans: dict[object, dict[bytes, Plan | None]] = {}

    @property
    def here(self) -> Around:
        """What is around a unit that starts now."""
        return self._open[-1]

    def start(self, tag: bytes, start: int, line: int) -> Around | None:  # noqa: ARG002 - of all of the same kind
        """An element that starts; None when it is a unit. `tag`: its start tag."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = lambda name, attributes: found.append((name, attributes))
        parser.Parse(tag, False)
        (name, attributes) = found[0]
        return self.enter(name, attributes, start)

    def enter(self, name: str, attributes: dict[str, str], start: int) -> Around | None:
        """The same, with its name and its attributes."""
        above = self._open[-1] if self._open else None
        scope = above.scope if above else Scope({"": "", "xml": XML})
        if bindings := declared(attributes):
            scope = Scope({**scope.bindings, **bindings}, scope.core)
        if above is None:
            scope.core = scope.namespace(name)
        tag = scope.tag(name)
        if tag == self.unit and above is not None:
            return None
        if name.rpartition(":")[2] in _UNITS:
            self.strays += 1
        node = Node(tag, name, attributes, start, scope, self._document.data)
        self._shown(node)
        ancestors = (*above.ancestors, node) if above else (node,)
        ids = above.ids if above and len(ancestors) > 2 else self.ids.setdefault(start, set())
        self._open.append(self._settled(ancestors, ids))
        return self._open[-1]

    def leave(self) -> Around:
        """The element around units that started last ends."""
        node = self._open.pop().ancestors[-1]
        if node.tag == self._remember:
            self._head = node
        if not self._open:
            return self._settled((node,), set())  # after the root
        above = self._open[-1]
        if above.head is not self._head:
            self._open[-1] = above = self._settled(above.ancestors, above.ids)
        return above

    def anew(self) -> Surroundings:
        """The same for the same file from its start; the ids are remembered."""
        other = Surroundings(self._document, self.unit, self._remember, self._shown)
        other.ids = dict(self.ids)
        return other

    def settle(self) -> None:
        """All units up to here were taken: forget the ids of files before."""
        if len(self.ids) > 1:
            here = self._open[-1].ids if self._open else None
            self.ids = {start: ids for start, ids in self.ids.items() if ids is here}

    def _settled(self, ancestors: tuple[Node, ...], ids: set[int]) -> Around:
        """Units have their plans in common where all that is around them is alike, inside one file element."""
        head = self._head
        like = [(node.name, *node.attributes.items()) for node in (*ancestors, *((head,) if head else ()))]
        files = (node.start for node in (*(one for one in ancestors if one.tag == "file"), *ancestors[1:]))
        key = (tuple(like), head.start if head else -1, next(files, 0))
        if key not in self._plans and len(self._plans) >= _SURROUNDINGS:
            self._plans.clear()
        plans = self._plans.setdefault(key, {})
        scope = ancestors[-1].scope
        name = f"{scope.prefix(scope.core or '') or ''}{self.unit}"
        return Around(name.encode() if scope.tag(name) == self.unit else b"", plans, ids, ancestors, head)
