"""Plural branches: an ICU plural has the categories of its language, after CLDR."""

from __future__ import annotations

from collections.abc import Iterable

from mtqa.checks.cldr import ordinal_categories, plural_categories
from mtqa.checks.pieces import Having
from mtqa.checks.placeholders import arguments, branch_keys
from mtqa.facts import Case
from mtqa.model import Severity
from mtqa.ports import Fault


class PluralBranches:
    """Branches that the target language needs and lacks, or has no use for."""

    default = Severity.WARNING
    oracle = False  # the list of categories is not a matter of opinion
    concerns = Having("{")

    def faults(self, case: Case) -> Iterable[Fault]:
        """One for each argument and category."""
        tag = case.segment.target_lang
        for position, candidate in enumerate(case.candidates):
            for name, kind, style in arguments(candidate.plain):
                if kind in ("plural", "selectordinal"):
                    keys = {key for key in branch_keys(style) if not key.startswith("=")}
                    for what in _wrong(keys, kind, tag):
                        yield Fault(position, f"{{{name}, {kind}}}: {what}", name)


def _wrong(keys: set[str], kind: str, tag: str) -> Iterable[str]:
    if kind == "plural":
        known, needed = plural_categories(tag)
    else:
        known = needed = ordinal_categories(tag)
    for key in sorted(needed - keys):
        yield f"branch {key} missing"
    if known:
        for key in sorted(keys - known):
            yield f"branch {key} is never used in {tag}"
