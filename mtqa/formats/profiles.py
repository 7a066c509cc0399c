"""How results are written for the tool that opens the file next.

A profile says what the target of a segment says of itself, and whether notes and alternatives go beside it. None
ever says that a person approved, confirmed or locked anything. docs/formats.md has the table.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mtqa.errors import ConfigError, FormatError
from mtqa.model import BilingualFile, Edit, Status

_SUGGESTED = {"state": "needs-review-translation", "state-qualifier": "mt-suggestion"}
_LEVERAGED = {"state": "needs-review-translation", "state-qualifier": "leveraged-mt"}
_TO_TRANSLATE = {"state": "needs-translation", "state-qualifier": "mt-suggestion"}
# A person has decided, and nobody has approved: docs/decisions/0040.
_REVIEWED: Mapping[str, str | None] = {"state": "translated", "state-qualifier": None}


class Kind(NamedTuple):
    """A kind of file that a format reads: its dialect, what people call it, and the profiles that fit it.

    The first profile is taken unless another is configured.
    """

    dialect: str
    title: str
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """`agreed` and `others`: attributes of an XLIFF 1 target, by whether there was a majority for it.

    `translated`: an agreed segment of XLIFF 2 is "translated" instead of "initial". `sparing`: attributes are set
    only where the target has them, and a note added only beside other notes. `language`: the target language is
    added to an XLIFF 1 file that does not state it. `scores`: agreement and issue types are written where
    they are asked for.
    """

    agreed: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    translated: bool = False
    notes: bool = True
    alternatives: bool = True
    sparing: bool = False
    language: bool = False
    scores: bool = True

    def attributes(self, status: Status, *, reviewed: bool = False) -> Mapping[str, str | None]:
        """What an XLIFF 1 target says of itself; None takes an attribute away."""
        if reviewed:
            return _REVIEWED
        return {**(self.agreed if status is Status.AGREED else self.others)}

    def trimmed(self, edit: Edit, *, noted: bool) -> Edit:
        """The edit without what is not to be written. `noted`: others have put notes where ours would go."""
        return replace(
            edit,
            remark=edit.remark if self.notes and (noted or not self.sparing) else None,
            alternatives=edit.alternatives if self.alternatives else (),
            agreement=edit.agreement if self.scores else None,
            issue=edit.issue if self.scores else "",
        )

    def state(self, edit: Edit) -> str:
        """What an XLIFF 2 segment says of itself."""
        if edit.reviewed:
            return "reviewed"
        status = edit.status
        return "translated" if self.translated and status is Status.AGREED else "initial"


_INSIDE = Profile(notes=False, alternatives=False, scores=False)  # the dialect says it in attributes of its own
PROFILES: Mapping[str, Profile] = {
    "generic": Profile(_SUGGESTED, _SUGGESTED),
    "plain": Profile(_SUGGESTED, _SUGGESTED, alternatives=False, sparing=True, scores=False),
    "xcode": Profile(_SUGGESTED, _SUGGESTED, alternatives=False, sparing=True, language=True, scores=False),
    "weblate": Profile(_SUGGESTED, _TO_TRANSLATE, translated=True),
    "okapi": Profile(_SUGGESTED, _SUGGESTED),
    "omegat": Profile(_SUGGESTED, _SUGGESTED),
    "smartcat": Profile(_LEVERAGED, _LEVERAGED, alternatives=False),
    "trados": _INSIDE,
    "memoq": _INSIDE,
    "phrase": Profile(notes=False, alternatives=False),
}
ANY_TOOL = ("generic", "plain", "weblate", "okapi", "omegat", "smartcat")
XLIFF1_TOOLS = (*ANY_TOOL, "xcode")


def fitting_first(found: str, fitting: Sequence[str]) -> tuple[str, ...]:
    """The fitting profiles, beginning with the one that is taken by default."""
    return (found, *(name for name in fitting if name != found))


def profile_for(file: BilingualFile, found: str, fitting: Sequence[str], kind: str) -> Profile:
    """The configured profile, or the one that was found from the file, which is of this `kind`.

    Raises ConfigError for an unknown name, FormatError for one that is not `fitting`.
    """
    name = file.profile or found
    if name not in PROFILES:
        nearest = difflib.get_close_matches(name, PROFILES, 1) or [", ".join(PROFILES)]
        raise ConfigError("profile", f"{name!r} is not a profile", f"use one that is: {nearest[0]}")
    if name not in fitting:
        raise FormatError(
            file.label, f"the profile {name!r} does not fit {kind}", f"use {', '.join(fitting)}, or set no profile"
        )
    return PROFILES[name]
