"""The compiled kernel. Everything else about the package is in pyproject.toml.

`optional`: without a C compiler the package installs all the same, and the kernel's work is done in Python.
"""

import sys
import sysconfig

from setuptools import Extension, setup

# One build serves Python 3.11 and later; free-threaded Python has no limited API yet.
LIMITED = not sysconfig.get_config_var("Py_GIL_DISABLED")

setup(
    ext_modules=[
        Extension(
            "mtqa.metrics._kernel",
            ["mtqa/metrics/_kernel.c"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if LIMITED else [],
            py_limited_api=LIMITED,
            # A fused multiply and add rounds once where sacrebleu rounds twice.
            extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-ffp-contract=off"],
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED else {},
)
