"""`--debug`: what mtqa tells its own log, on stderr."""

from __future__ import annotations

import logging

import click

from mtqa.cli.terminal import printable


class _ToStderr(logging.Handler):
    """Each record on a line of its own, above any progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(printable(f"debug: {record.getMessage()}"), err=True)


def to_stderr() -> None:
    """Only ours: HTTP clients tell their logs whole headers, keys among them."""
    log = logging.getLogger("mtqa")
    if not any(isinstance(handler, _ToStderr) for handler in log.handlers):
        log.addHandler(_ToStderr())
    log.setLevel(logging.DEBUG)
    log.propagate = False
