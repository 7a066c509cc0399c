"""Odd input at the doors of the command line: no traceback, nothing of the user's lost, no silent success."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.errors import MtqaError

FORMS = "html,xlsx,csv,jsonl,parquet,sarif,junit,github"
ROWS = [
    {"id": "1", "source": "Save", "candidates": {"a": "Speichern", "b": "Sichern", "c": "Speichern"}},
    {"id": "2", "source": "5 files", "candidates": {"a": "5 Dateien", "b": "5 Dateien", "c": "Dateien"}},
]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command in this process, in an empty folder with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


def table(path: str, rows: list[dict[str, object]] = ROWS) -> str:
    languages = {"source_lang": "en", "target_lang": "de"}
    Path(path).write_text("".join(json.dumps(row | languages) + "\n" for row in rows), encoding="utf-8")
    return path


def refused(done: Result) -> str:
    """The sentence of an error that was raised on purpose, or of wrong usage."""
    assert isinstance(done.exception, (MtqaError, SystemExit)), done.exception
    assert done.exit_code, done.output
    return done.output if isinstance(done.exception, SystemExit) else str(done.exception)


def test_halves_of_characters_are_no_end_of_a_run(invoke: Callable[..., Result]) -> None:
    half = "\ud83d"
    candidates = {f"a{half}": f"Spei{half}chern", "b": "Speichern", "c": "Speichern 5"}
    rows = [{"id": f"1{half}", "doc_id": half, "source": f"Save {half}", "candidates": candidates}]
    assert invoke("score", table("t.jsonl", rows), "-o", "out").exit_code == 0
    for command in (
        ("report", "out", "--format", FORMS), ("report", "out", "--summary"), ("show", "out"),
        ("compare", "out", "out", "--json"), ("scorecard", "out", "--format", "html,json"), ("pool", "out"),
    ):  # fmt: skip
        done = invoke(*command)
        assert done.exit_code == 0, (command, done.exception)
    assert next(iter(json.loads(Path("out/run.json").read_text(encoding="utf-8"))["engines"])) == f"a{half}"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_terminal_that_has_few_characters_gets_the_others_spelt_out(
    encoding: str, invoke: Callable[..., Result]
) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    environment = os.environ | {"PYTHONIOENCODING": f"{encoding}:strict"}
    command = [sys.executable, "-m", "mtqa", "show", "out"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert ("✓" if encoding == "utf-8" else "\\u2713") in done.stdout.decode(encoding)


@pytest.mark.parametrize("content", ["[]", '"run"', "{}"])
def test_a_record_that_is_none_of_a_run_is_told(content: str, invoke: Callable[..., Result]) -> None:
    Path("out").mkdir()
    Path("out/run.json").write_text(content, encoding="utf-8")
    assert refused(invoke("show", "out")).startswith(str(Path("out/run.json")))
    assert "is not a finished run" in refused(invoke("show", Path("out/run.json")))
