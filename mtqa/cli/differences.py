"""Differences between two texts on a terminal: word by word, or character by character where words are not spaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

import click

from mtqa.cli.terminal import printable
from mtqa.languages import is_spaced

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 2_000  # pieces of a text; beyond, all of it counts as changed


def coloured(removed: str, added: str) -> str:
    """For a terminal with colours: blue and orange, underlined and struck through, as in the report."""
    gone = click.style(removed, fg="yellow", strikethrough=True) if removed else ""
    return gone + (click.style(added, fg="blue", underline=True) if added else "")


def bracketed(removed: str, added: str) -> str:
    """For one without."""
    return (f"[-{removed}-]" if removed else "") + (f"{{+{added}+}}" if added else "")


def differences(before: str, after: str, tag: str, change: Callable[[str, str], str]) -> str:
    """`after` on one line, with what differs from `before` as `change` writes it; safe for the terminal."""
    return "".join(_pieces(_cut(before, tag), _cut(after, tag), change))


def _cut(text: str, tag: str) -> list[str]:
    return _WORDS.findall(text) if is_spaced(tag) else list(text)


def _pieces(before: list[str], after: list[str], change: Callable[[str, str], str]) -> Iterator[str]:
    if max(len(before), len(after)) > _LONGEST:
        yield change(printable("".join(before)), printable("".join(after)))
        return
    for tag, start, end, other, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, new = printable("".join(before[start:end])), printable("".join(after[other:last]))
        yield new if tag == "equal" else change(gone, new)
