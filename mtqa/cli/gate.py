"""`mtqa gate`: rules on a stored run, for CI."""

from __future__ import annotations

from pathlib import Path

import click

from mtqa.cli.gates import STATUS, Gate, GateType
from mtqa.cli.terminal import printable
from mtqa.report.tally import tally
from mtqa.store.run import read_manifest, read_results


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
    read_manifest(folder)
    counts = tally(read_results(folder))
    for gate in gates:
        word = "broken" if gate.trips(counts) else "kept"
        click.echo(f"{word}  {printable(gate.verdict(counts))}")
    if any(gate.trips(counts) for gate in gates):
        raise click.exceptions.Exit(STATUS)
