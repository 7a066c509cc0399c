"""Gates: rules on the outcome of a run that decide its exit status."""

from __future__ import annotations

import re
from dataclasses import dataclass

import click

from mtqa.ports import JsonObject

_STATUSES = ("divergent", "undecided", "lost")
_RULE = re.compile(r"(\w+)(?:=(\d+(?:\.\d+)?)(%?))?")


@dataclass(frozen=True, slots=True)
class Gate:
    """At most `most` segments (a share of all, when `share`) may have `status`."""

    text: str
    status: str
    most: float
    share: bool

    def trips(self, summary: JsonObject) -> bool:
        """Whether the run breaks the rule."""
        allowed = self.most / 100 * summary["segments"] if self.share else self.most
        return bool(summary[self.status] > allowed)


class GateType(click.ParamType[Gate]):
    """`divergent`, `undecided=3`, `divergent=5%`."""

    name = "rule"

    def convert(self, value: str | Gate, param: click.Parameter | None, ctx: click.Context | None) -> Gate:
        """The gate that a rule describes."""
        if isinstance(value, Gate):
            return value
        match = _RULE.fullmatch(value)
        if not match or match[1] not in _STATUSES:
            self.fail(f"{value!r}: write one of {', '.join(_STATUSES)}, with =N or =N% if some are allowed", param, ctx)
        return Gate(value, match[1], float(match[2] or 0), match[3] == "%")
