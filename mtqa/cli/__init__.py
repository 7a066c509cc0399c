"""The command line. Commands are imported when they are used, so that `mtqa --help` is quick."""

from __future__ import annotations

import gc
import importlib
import sys
from errno import ENOSPC
from io import TextIOWrapper

import click

from mtqa import __version__
from mtqa.errors import MtqaError

# Command -> (what --help says of it, module that holds it).
_COMMANDS = {
    "run": ("Translate files with several engines, choose by consensus, write and report.", "mtqa.cli.run"),
    "score": ("Choose and mark among candidates in a table (JSONL, CSV, Parquet).", "mtqa.cli.score"),
    "report": ("Render a stored run for people, spreadsheets and CI.", "mtqa.cli.report"),
    "show": ("Show the segments of a stored run, worst first.", "mtqa.cli.show"),
    "gate": ("End with exit status 3 when a stored run breaks a rule.", "mtqa.cli.gate"),
    "compare": ("Say what changed between two runs.", "mtqa.cli.compare"),
    "scorecard": ("Say of each engine how consistent it is, over stored runs.", "mtqa.cli.scorecard"),
    "pool": ("Say whether the votes of engines are independent, and whether consensus helps.", "mtqa.cli.pool"),
    "review": ("Open the report from a local server that keeps decisions.", "mtqa.cli.review"),
    "probe": ("Ask engines the same again, and the same otherwise.", "mtqa.cli.probe"),
    "calibrate": ("Calibrate confidence on the labels of reviewers.", "mtqa.cli.calibrate"),
    "apply": ("Write a reviewer's decisions into the files.", "mtqa.cli.apply"),
    "inspect": ("Show what is in bilingual files, and whether they come back identical.", "mtqa.cli.inspect"),
    "formats": ("List what is read and written: formats, dialects, profiles.", "mtqa.cli.formats"),
    "estimate": ("Say what a run would send, to whom, for how much.", "mtqa.cli.estimate"),
    "check": ("Run the checks on the targets that files already have.", "mtqa.cli.check"),
    "canary": ("Plant known errors in copies, and say which the checks notice.", "mtqa.cli.canary"),
    "ignore": ("Accept findings of a run, so that they are silent from now on.", "mtqa.cli.ignore"),
    "doctor": ("Test the configuration: keys, engines, metrics, checks.", "mtqa.cli.doctor"),
    "plugins": ("List the installed plug-ins, and why one does not load.", "mtqa.cli.plugins"),
}

# Python looks for objects that hold each other in cycles whenever so many more are alive than before; by itself, 700.
# A window of segments is tens of thousands, alive for a moment and in no cycles: that took a tenth of the time.
ALIVE = 50_000


class _LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][1]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (about, _) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mtqa")
@click.option("--debug", is_flag=True, help="Tell every call to an engine on stderr: how long, and what came of it.")
def mtqa(*, debug: bool) -> None:
    """Machine-translation quality assurance by consensus.

    Several engines translate; the candidate that the others support is chosen; the segments on which they
    disagree are marked, with the reason. Data goes to stdout, everything else to stderr.

    Exit status: 0 fine, 1 operational error, 2 usage, 3 a gate (--fail-on, mtqa gate).
    """
    if debug:
        from mtqa.cli.log import to_stderr

        to_stderr()


def main() -> None:
    """Run the command line; errors that mtqa raises on purpose become one line and their exit status."""
    if isinstance(sys.stdout, TextIOWrapper):  # what its encoding cannot say is spelt out, in JSON as JSON does
        sys.stdout.reconfigure(errors="backslashreplace")
    gc.set_threshold(ALIVE)
    try:
        status = mtqa.main(standalone_mode=False)  # what a command exits with is returned here
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped: nothing that was answered is lost; run again to go on", err=True)
        sys.exit(130)
    except OSError as error:
        if error.errno != ENOSPC or error.filename is not None:  # a file has a name, and is told where it is written
            raise
        click.echo("error: output: cannot be written (the disk is full); free some space and run again", err=True)
        sys.exit(1)
    except MtqaError as error:
        from mtqa.cli.terminal import printable

        for line in str(error).splitlines():
            click.echo(f"error: {printable(line)}", err=True)
        sys.exit(error.exit_status)
    sys.exit(status or 0)
