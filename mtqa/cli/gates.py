"""Gates: rules on the outcome of a run that decide its exit status."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import click

from mtqa.cli.terminal import printable
from mtqa.errors import ConfigError
from mtqa.issues import REASONS
from mtqa.plugins import nearest
from mtqa.report.tally import COUNTED

STATUS = 3  # what a command exits with when a rule is broken
_RULE = re.compile(r"([\w:-]+)(?:=(\d+(?:\.\d+)?)(%?))?")
_OPEN = ("check:", "reason:")  # what may follow depends on the run


@dataclass(frozen=True, slots=True)
class Gate:
    """At most `most` segments (a share of all in percent, when `share`) may count for `name`."""

    text: str
    name: str
    most: float
    share: bool

    def trips(self, counts: Mapping[str, int]) -> bool:
        """Whether the run breaks the rule. `counts`: a tally, or the summary of a run."""
        allowed = self.most / 100 * counts["segments"] if self.share else self.most
        return counts.get(self.name, 0) > allowed

    def verdict(self, counts: Mapping[str, int]) -> str:
        """The rule and what there is, on one line."""
        count, total = counts.get(self.name, 0), counts["segments"]
        share = f" ({100 * count / total:.1f}%)" if total else ""
        return f"{self.text}: {count} of {total} segments{share}"


def require_known(gates: Sequence[Gate], checks: Collection[str]) -> None:
    """Refuse rules about a check that does not run, or no reason: they would never break. Raises ConfigError."""
    for gate in gates:
        kind, _, name = gate.name.partition(":")
        known = {"check": checks, "reason": REASONS}.get(kind)
        if known is not None and name not in known:
            what = f"no {kind} {name!r} in this run{nearest(name, known)}"
            todo = (
                f"name one of {', '.join(sorted(known))}" if known else "no check ran: run again with a table [checks]"
            )
            raise ConfigError(f"rule {gate.text}", what, todo)


def enforce(gates: Sequence[Gate], counts: Mapping[str, int]) -> None:
    """End with exit status 3 when a rule is broken, and name each that is."""
    broken = [gate for gate in gates if gate.trips(counts)]
    for gate in broken:
        click.echo(f"gate: {printable(gate.verdict(counts))}", err=True)
    if broken:
        raise click.exceptions.Exit(STATUS)


class GateType(click.ParamType[Gate]):
    """`divergent`, `undecided=3`, `divergent=5%`, `check:numbers=0`. `counted`: what may be limited."""

    name = "rule"

    def __init__(self, counted: Mapping[str, str] = COUNTED) -> None:
        self._counted = counted

    def convert(self, value: str | Gate, param: click.Parameter | None, ctx: click.Context | None) -> Gate:
        """The gate that a rule describes."""
        if isinstance(value, Gate):
            return value
        match = _RULE.fullmatch(value)
        if not match:
            self.fail(f"{value!r}: write NAME, NAME=N or NAME=N%, such as divergent=5%", param, ctx)
        open_ = self._counted is COUNTED and match[1].startswith(_OPEN)
        if match[1] not in self._counted and not open_:
            known = ", ".join([*self._counted, *(("check:NAME", "reason:CODE") if self._counted is COUNTED else ())])
            self.fail(f"{match[1]!r} is not counted{nearest(match[1], self._counted)}: {known}", param, ctx)
        return Gate(value, match[1], float(match[2] or 0), match[3] == "%")
