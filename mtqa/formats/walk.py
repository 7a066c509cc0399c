"""A walk over the units of a file: compiled where the package was built with a C compiler, in Python where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from types import ModuleType
from typing import Any

from mtqa.compiled import part
from mtqa.errors import UnknownFormat
from mtqa.formats.document import CHUNK, Document
from mtqa.formats.scan import MAX_DEPTH, MAX_ELEMENTS, MAX_UNIT, Scanner
from mtqa.formats.shapes import REMEMBERED_IDS, Cutter, Recipe
from mtqa.formats.surroundings import Slice, Surroundings
from mtqa.formats.tree import Grower, Node, Unit


class Walk:
    """One pass over a file: iterate it for what is made of its units.

    That is a segment, or a list of them; in writing (plan, surroundings, start, end, line, number of segments); and
    what makes a `Slice` where there is no plan.

    Compiled, as long as there is nothing to judge about; else in Python, from the start again but for what was given.
    """

    def __init__(
        self,
        document: Document,
        unit: str,
        remember: str,
        around: Callable[[Node], object],
        names: Mapping[bytes, int],
        *,
        write: bool,
    ) -> None:
        self.grower = Grower()
        self._document, self._names, self._write = document, names, write
        self._surroundings = Surroundings(document, unit, remember, around)
        native = compiled()
        self._scanner: Any = native.Scanner(**self._compiled()) if native else self._python(0)

    def _python(self, number: int) -> Scanner:
        return Scanner(self._document, self._surroundings, self._names, number, write=self._write)

    def _compiled(self) -> dict[str, Any]:
        return {
            "label": self._document.label,
            "surround": self._surroundings.start,
            "leave": self._surroundings.leave,
            "names": tuple((name, int(said)) for name, said in self._names.items()),
            "max_depth": MAX_DEPTH,
            "max_unit": MAX_UNIT,
            "max_elements": MAX_ELEMENTS,
            "chunk": CHUNK,
            "remembered": REMEMBERED_IDS,
            "number": 0,
            "write": self._write,
        }

    @property
    def number(self) -> int:
        """How many segments there were."""
        return int(self._scanner.number)

    @number.setter
    def number(self, number: int) -> None:
        self._scanner.number = number

    @property
    def check_ids(self) -> bool:
        """Whether repeated ids are not planned."""
        return bool(self._scanner.check_ids)

    @check_ids.setter
    def check_ids(self, check: bool) -> None:
        self._scanner.check_ids = check

    def cutter(self) -> Cutter:
        """Another one that cuts as this pass does."""
        return Cutter(self._document.label, self._names, 0, 0, write=False)

    def filled(self, recipe: Recipe, content: bytes) -> bytes:
        """The last unit, written after a recipe."""
        return bytes(self._scanner.filled(recipe, content))

    def grown(self, item: Slice) -> Unit:
        """The unit as a tree."""
        around = item.around
        node = self.grower.tree(item.raw, item.start, around.scope, self._document.data)
        return Unit(node, around.ancestors, item.line, around.head, around.ids)

    def __iter__(self) -> Iterator[Any]:
        data = self._document.data
        for chunk in chain(data.chunks(), (b"",)):
            self._surroundings.settle()
            if not self._scanner.feed(chunk, not chunk):
                self._again()
                yield from self
                return
            data.wanted = self._scanner.unread  # expat reads a token from its start until its end is there
            yield from self._scanner
        if self._surroundings.strays and not self._scanner.handed:
            raise UnknownFormat(
                self._document.label,
                "none of its units is in the namespace of its root, so none can be read",
                "correct the xmlns attributes",
            )

    def _again(self) -> None:
        """Go on in Python."""
        before, self._surroundings = self._scanner, self._surroundings.anew()
        self._scanner = self._python(before.number)
        self._scanner.skip, self._scanner.check_ids = before.handed, before.check_ids


def compiled() -> ModuleType | None:
    """The compiled scanner; None where it was not built, or is not wanted."""
    return part("mtqa.formats._scanner")
