"""What the terminal sees: progress, and text that cannot command it."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import click

from mtqa.model import Notice

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from mtqa.pipeline import Progress

_UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of characters, ends of lines and paragraphs
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # Unicode's Bidi_Control
_STEPS = 4  # plain lines per stage, where there is no terminal


def default_cache() -> Path:
    """The answer cache that all runs of a user share. One made by an mtqa with other tables is left where it is."""
    from platformdirs import user_cache_path

    from mtqa.store.answers import VERSION

    return user_cache_path("mtqa") / f"answers-{VERSION}.sqlite"


def printable(text: str) -> str:
    """`text` on one line, with control and direction characters spelt out: data must not drive the terminal."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character == "\n":
        return "⏎"
    if unicodedata.category(character) in _UNSEEN or character in _DIRECTIONS:
        return f"\\u{ord(character):04x}"
    return character


def notice(about: Notice) -> None:
    """Tell what the owner of a file should know."""
    click.echo(f"notice: {printable(about.where)}: {printable(about.what)}", err=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """Bars on a terminal, a few plain lines otherwise; always on stderr."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            yield _Bars(bars)
    else:
        yield _Lines()


class _Bars:
    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int) -> None:
        self._tasks[stage] = self._bars.add_task(printable(stage), total=total)

    def advance(self, stage: str, done: int) -> None:
        self._bars.advance(self._tasks[stage], done)


class _Lines:
    """A line whenever a stage has done another quarter."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._totals: dict[str, int] = {}
        self._done: dict[str, int] = {}

    def start(self, stage: str, total: int) -> None:
        with self._lock:
            self._totals[stage], self._done[stage] = total, 0

    def advance(self, stage: str, done: int) -> None:
        with self._lock:
            total = self._totals[stage]
            before = self._done[stage]
            self._done[stage] = before + done
            if total and before * _STEPS // total != self._done[stage] * _STEPS // total:
                click.echo(f"{printable(stage)}: {self._done[stage]}/{total}", err=True)
