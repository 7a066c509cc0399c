from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.glossary import Glossary
from mtqa.errors import ConfigError


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_text('Source,Target\r\n"a, b",c , remark\r\n\r\n log in ,anmelden\r\n', encoding="utf-8-sig", newline="")
    assert Glossary.read("x", path).terms == (("a, b", "c", "remark"), ("log in", "anmelden", ""))


@pytest.mark.parametrize(
    "content", [b"only one column\n", b"a,\n", b",b\n", b"\xff\xfe,b\n", b'"a,b\n' + b"x" * 200_000]
)
def test_what_is_no_glossary_is_refused_with_its_row(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"x glossary: .*terms\.csv"):
        Glossary.read("x", path)


def test_a_glossary_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Glossary.read("x", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("term", "text", "occurs"),
    [
        ("engine", "Two Engines, one car", True),
        ("engine", "engineering", False),
        ("cat", "concatenate", False),
        ("log in", "Please log\nin", False),
        ("log in", "LOG IN now", True),
        ("C++", "in C++ and C", True),
        ("Straße", "die STRASSE", True),
        ("汽车", "红色汽车引擎", True),
        (".NET", "a .NET app", True),
    ],
)
def test_terms_occur_as_words(term: str, text: str, occurs: bool) -> None:
    assert bool(Glossary(((term, "x", ""),)).occurring([text])) is occurs


@given(st.text(min_size=1), st.text())
def test_looking_never_fails(term: str, text: str) -> None:
    assert len(Glossary(((term, "x", ""),)).occurring([text])) <= 1
