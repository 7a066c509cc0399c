"""MQXLIFF of memoQ: XLIFF 1.2 with one segment a unit and its row status in mq:status.

Results are `MachineTranslated`; where there was no majority, or a person has decided, `PartiallyEdited` (memoQ shows
"Edited"): the one status that memoQ sets neither by pre-translation nor by confirmation, so its filter finds these
rows. The times of the last change stay: the same edits must give the same bytes. White space at the edges is in
mq:startingws and mq:endingws.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtqa.formats.dialect import Dialect, qualified
from mtqa.formats.places import Change
from mtqa.formats.splice import Splice, start_tag
from mtqa.formats.trans_unit import TransUnit
from mtqa.formats.tree import Unit
from mtqa.inline import Text
from mtqa.model import Status

MEMOQ = "MQXliff"

_CONFIRMED = frozenset({"ManuallyConfirmed", "Confirmed", "Reviewer1Confirmed", "Proofread"})


class Mqxliff(Dialect):
    """Rows with status and lock."""

    def settled(self, unit: Unit, shape: TransUnit, mark: str) -> str:
        """Locked, or confirmed by a translator or reviewer."""
        status = self.state(shape, mark)
        own = f"status {status}" if status in _CONFIRMED else ""
        if unit.node.foreign(MEMOQ, "locked") is not None:
            own = "locked"
        return super().settled(unit, shape, mark) or own

    def state(self, shape: TransUnit, mark: str) -> str | None:  # noqa: ARG002
        """The status of the row."""
        return shape.node.foreign(MEMOQ, "status")

    def kept(self, shape: TransUnit, mark: str, source: Text, target: Text) -> bool:  # noqa: ARG002
        """Any target with text."""
        return bool(target.plain.strip())

    def marks(self, shape: TransUnit, changes: Sequence[Change]) -> Iterator[Splice]:
        """The status of the row; the match rate of what was there before goes."""
        node = shape.node
        status, percent = (qualified(node, MEMOQ, name) for name in ("status", "percent"))
        agreed = all(change.edit.status is Status.AGREED and not change.edit.reviewed for change in changes)
        said = "MachineTranslated" if agreed else "PartiallyEdited"
        if status:
            yield Splice(node.start, node.inside, start_tag(node, {status: said, percent: None}))
