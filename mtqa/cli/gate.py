"""`mtqa gate`: rules on a stored run, for CI."""

from __future__ import annotations

from pathlib import Path

import click

from mtqa.cli.gates import STATUS, Gate, GateType, require_known
from mtqa.cli.terminal import printable
from mtqa.report.tally import tally
from mtqa.store.run import read_manifest, read_results

_OF_CHECKS = ("error", "warning", "candidate-error", "candidate-warning")


@click.command("gate")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--max", "gates", multiple=True, required=True, type=GateType(), metavar="RULE",
    help="At most so many segments: divergent=5%, error=0, undecided=1%. Repeatable.",
)  # fmt: skip
def command(folder: Path, *, gates: tuple[Gate, ...]) -> None:
    """Exit with 0 when the run in the folder RUN keeps every rule, with 3 when it breaks one, and say which.

    \b
    Counted are segments:
      divergent          no candidate has a majority
      undecided          nothing was chosen
      lost               no engine answered, because calls failed
      failed             an engine did not answer usably
      overruled          another engine than the primary one was chosen
      error, warning     in the chosen target; error also where every
                         candidate has one, so that nothing was chosen
      candidate-error,   in any candidate
      candidate-warning
      check:NAME         a check reports something about a candidate
      reason:CODE        a reason was given
    """  # noqa: D301 - click reads the backspace
    ran = read_manifest(folder).get("checks", ())
    counts = tally(read_results(folder))
    checks = {*ran, *(name.removeprefix("check:") for name in counts if name.startswith("check:"))}
    require_known(gates, checks)
    if not checks and (blind := [gate.text for gate in gates if gate.name in _OF_CHECKS]):
        click.echo(f"notice: no check ran in this run, so that {', '.join(blind)} cannot be broken", err=True)
    for gate in gates:
        word = "broken" if gate.trips(counts) else "kept"
        click.echo(f"{word}  {printable(gate.verdict(counts))}")
    if any(gate.trips(counts) for gate in gates):
        raise click.exceptions.Exit(STATUS)
