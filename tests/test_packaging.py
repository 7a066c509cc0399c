"""The extras: those that need COMET all say the bounds that it needs."""

import re
import tomllib
from pathlib import Path

import pytest

EXTRAS = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


def bounds(extra: str) -> dict[str, str]:
    return {re.split(r"[<>=!~ ]", one)[0]: one for one in EXTRAS[extra]}


@pytest.mark.parametrize(("whole", "part"), [("comet-int8", "comet"), ("dev", "comet-int8"), ("dev", "local")])
def test_an_extra_says_all_that_another_one_needs(whole: str, part: str) -> None:
    mine, needed = bounds(whole), bounds(part)
    mine["torch"] = needed["torch"] if "torch" in needed and "torch" in mine else mine.get("torch", "")
    assert {name: mine.get(name) for name in needed} == needed


def test_no_extra_names_another() -> None:
    """pip learns what a named extra needs only when it has chosen the rest, and then begins again and again."""
    assert not [one for extra in EXTRAS.values() for one in extra if one.startswith("mtqa")]
