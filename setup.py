"""The compiled parts. Everything else about the package is in pyproject.toml.

`optional`: without a C compiler the package installs all the same, and their work is done in Python.
"""

import sys
import sysconfig

from setuptools import Extension, setup

# One build serves Python 3.11 and later; free-threaded Python has no limited API yet.
LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")

MACROS = [("Py_LIMITED_API", "0x030B0000")] if LIMITED else []
# A fused multiply and add rounds once where sacrebleu rounds twice.
OPTIONS = [] if sys.platform == "win32" else ["-O3", "-ffp-contract=off"]

setup(
    ext_modules=[
        Extension(
            name,
            [f"{name.replace('.', '/')}.c"],
            define_macros=MACROS,
            py_limited_api=LIMITED,
            extra_compile_args=OPTIONS,
            optional=True,
        )
        for name in ("mtqa.metrics._kernel", "mtqa.formats._scanner", "mtqa.checks._words")
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED else {},
)
