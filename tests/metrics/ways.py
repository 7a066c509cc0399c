"""Both ways in which the work under the metrics is done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from unittest.mock import patch

import pytest

from mtqa.metrics import kernel

COMPILED = find_spec("mtqa.metrics._kernel") is not None
WAYS = [
    pytest.param("compiled", marks=pytest.mark.skipif(not COMPILED, reason="the compiled kernel was not built")),
    "python",
]


@contextmanager
def working(way: str) -> Iterator[None]:
    """Do the work in this way, as a fresh process would."""
    with patch.dict(os.environ, {"MTQA_NO_KERNEL": "1" if way == "python" else ""}):
        kernel.compiled.cache_clear()
        try:
            assert (kernel.compiled() is not None) == (way == "compiled")
            yield
        finally:
            kernel.compiled.cache_clear()
