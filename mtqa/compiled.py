"""The compiled parts. Where there was no C compiler, or they are not wanted, Python does their work: the same."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from types import ModuleType


def part(name: str) -> ModuleType | None:
    """A compiled part of mtqa by the name of its module; None where Python is to do its work.

    `MTQA_NO_KERNEL=1` in the environment keeps to Python.
    """
    if not os.environ.get("MTQA_NO_KERNEL"):
        with suppress(ImportError):
            return import_module(name)
    return None
