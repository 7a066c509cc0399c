"""`mtqa plugins`: what is installed, and why something is not usable."""

from __future__ import annotations

import click

from mtqa.errors import PluginError
from mtqa.plugins import FAMILIES, available, load


@click.command("plugins")
def command() -> None:
    """List formats, engines, metrics, checks and reports with the packages that they come from."""
    for family in FAMILIES:
        for name, point in available(family).items():
            package = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
            try:
                load(family, name)
                state = "ok"
            except PluginError as error:
                state = f"{error.what}; {error.todo}"
            click.echo(f"{family:8} {name:16} {package:20} {state}")
