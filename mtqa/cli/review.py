"""`mtqa review`: the report from a local server that keeps decisions as they are made."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from mtqa.review.server import FILE, ReviewServer


@click.command("review")
@click.argument("folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; without it a free one.")
@click.option("--open/--no-open", "opening", default=True, show_default=True, help="Open the page in a browser.")
def command(folder: Path, *, port: int, opening: bool) -> None:
    """Open the report of the run in the folder RUN, and save each decision in RUN/decisions.json.

    The server listens on this machine alone, and answers only the address that is printed, which has a secret in it.
    Stop it with Ctrl+C; then `mtqa apply RUN RUN/decisions.json` writes the decisions into the files.
    """
    with ReviewServer(folder, port) as server:
        click.echo(server.address)
        click.echo(f"decisions: {folder / FILE}; Ctrl+C stops", err=True)
        if opening:
            webbrowser.open(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo(f"stopped; next: mtqa apply {folder} {folder / FILE}", err=True)
