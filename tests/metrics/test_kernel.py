"""The compiled kernel: when it is used, what it refuses, how it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from array import array
from pathlib import Path
from types import ModuleType

import pytest

from mtqa.metrics import kernel
from mtqa.metrics.bags import classes
from tests.metrics.ways import COMPILED, working

ROOT = Path(__file__).parents[2]
CAN_COMPILE = shutil.which("cc") and Path(sysconfig.get_path("include"), "Python.h").exists()
needs_kernel = pytest.mark.skipif(not COMPILED, reason="the compiled kernel was not built")
needs_compiler = pytest.mark.skipif(not CAN_COMPILE, reason="no C compiler, or no headers of Python")

PROBE = (
    "import sys; from mtqa.metrics.chrf import Chrf; from mtqa.ports import Comparison;"
    "print(Chrf().utilities([Comparison('', ('ab c', 'abc d'))]), 'mtqa.metrics._kernel' in sys.modules,"
    "'numpy' in sys.modules)"
)


def ints(*values: int) -> array[int]:
    return array("I", values)


def longs(*values: int) -> array[int]:
    return array("q", values)


def the_kernel() -> ModuleType:
    with working("compiled"):
        native = kernel.compiled()
    assert native
    return native


def probe(**environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "MTQA_NO_KERNEL"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=clean | environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


@needs_kernel
def test_the_environment_keeps_to_python() -> None:
    compiled, python = probe(), probe(MTQA_NO_KERNEL="1")
    assert compiled.endswith("] True False\n")
    assert python == compiled.replace("True False", "False True")


@needs_kernel
def test_white_space_is_what_python_says() -> None:
    """A white space character is not there; any other one is, and so keeps the texts from being equal."""
    native = the_kernel()
    points = [chr(point) for point in range(0x20000)]
    assert not any(chr(point).isspace() for point in range(0x20000, sys.maxunicode + 1))
    expected = [point.isspace() for point in points]
    there_and_back = array("d", native.chrf([("a", "a" + point) for point in points], 1, 1))
    assert [value == 1.0 for value in there_and_back[::2]] == expected
    _, _, sizes, _ = native.bags([(point,) for point in points], classes(), b"")
    assert [not size for size in array("I", sizes)] == expected
    counts = array("q", native.features([("", f"a{point}b") for point in points], classes()))
    assert [words == 2 for words in counts[1::7]] == expected


@needs_kernel
@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("chrf", (("a",), 6, 2), TypeError),
        ("chrf", ([["a"]], 6, 2), TypeError),
        ("chrf", ([("a", b"a")], 6, 2), TypeError),
        ("chrf", ([("a", "b")], 0, 2), ValueError),
        ("chrf", ([("a", "b")],), TypeError),
        ("bags", ([("a", 1)], classes(), b""), TypeError),
        ("bags", ([("a",)], b"short", b""), ValueError),
        ("features", ((("a", "b"),), classes()), TypeError),
        ("features", ([("a", 1)], classes()), TypeError),
        ("features", ([("a", "b")], b"short"), ValueError),
        ("agreements", (ints(0, 1), ints(1, 1), 2, longs(1)), ValueError),
        ("agreements", (ints(0, 0), ints(1, 2), 2, longs(1)), ValueError),
        ("agreements", (ints(0), ints(1), 2, longs(1)), ValueError),
        ("agreements", (ints(0), ints(1), 0, longs(1)), ValueError),
        ("agreements", (ints(), ints(), 1, longs()), ValueError),
    ],
)
def test_wrong_arguments_are_refused(function: str, arguments: tuple[object, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        getattr(the_kernel(), function)(*arguments)


@needs_compiler
def test_a_compiler_gives_the_kernel() -> None:
    assert COMPILED, "reinstall the package: pip install -e ."


def build(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    for name in ("setup.py", "mtqa/metrics/_kernel.c", "mtqa/formats/_scanner.c"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    command = [sys.executable, "setup.py", "build_ext", "--inplace"]
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@needs_compiler
def test_it_compiles_without_warnings(tmp_path: Path) -> None:
    done = build(tmp_path, CFLAGS="-Wall -Wextra -Werror")
    assert list(tmp_path.rglob("_kernel.*.so")), done.stderr
    assert list(tmp_path.rglob("_scanner.*.so")), done.stderr


def test_without_a_compiler_the_rest_is_installed(tmp_path: Path) -> None:
    done = build(tmp_path, CC="/nonexistent/cc", LDSHARED="/nonexistent/cc")
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("*.so"))
