"""Inputs: what a path stands for, and that no copy leaves the folder that it belongs to."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.errors import MtqaError
from mtqa.inputs import find

SAMPLE = Path(__file__).parent.parent / "sample_files" / "app_en-de.xlf"
CONFIG = SAMPLE.with_name("mtqa.toml")
FILES = ["run", "inspect", "check", "estimate", "canary", "probe"]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command in this process, two folders below the temporary one."""
    here = tmp_path / "one" / "two"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


def copied(*places: str) -> None:
    for place in places:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE, place)


def test_copies_of_files_that_are_named_upwards_stay_below_the_folder_of_the_run(invoke: Callable[..., Result]) -> None:
    """The copy of `../../b/x.xlf` would otherwise go to `out/files/../../b/x.xlf`: over a file of the user."""
    copied("a/x.xlf", "../../b/x.xlf")
    mine = Path("b/x.xlf")
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    done = invoke("run", "a/x.xlf", "../../b/x.xlf", "-c", CONFIG, "-o", "out")
    assert done.exit_code == 0, done.output
    assert mine.read_text(encoding="utf-8") == "mine"
    written = [path.relative_to("out/files").as_posix() for path in Path("out/files").rglob("*.xlf")]
    assert sorted(written) == ["b/x.xlf", "one/two/a/x.xlf"]


def test_no_label_leads_upwards_and_a_file_that_is_named_twice_is_one(invoke: Callable[..., Result]) -> None:
    del invoke  # the working folder
    copied("a/x.xlf", "b/x.xlf")
    paths = [Path("a/x.xlf"), Path("b/../a/x.xlf"), Path("../two/b/x.xlf"), Path("b")]
    assert [found.file.label for found in find(paths, None, None)] == ["a/x.xlf", "b/x.xlf"]


def test_what_a_run_wrote_is_no_input_however_its_folder_is_named(invoke: Callable[..., Result]) -> None:
    del invoke  # the working folder
    for out in ("out", "../two/out", "./out/../out"):
        copied("x.xlf", "out/files/y.xlf")
        assert [found.file.label for found in find([Path()], None, None, Path(out))] == ["x.xlf"]


@pytest.mark.parametrize("command", FILES)
def test_a_folder_without_files_is_no_success(command: str, invoke: Callable[..., Result]) -> None:
    Path("empty/.hidden").mkdir(parents=True)
    Path("empty/.hidden/x.xlf").write_text("", encoding="utf-8")
    done = invoke(command, "empty", *([] if command == "inspect" else ["-c", CONFIG]))
    assert isinstance(done.exception, MtqaError), done.output
    assert str(done.exception).startswith("empty: there is no file")


@pytest.mark.parametrize("command", [name for name in FILES if name != "inspect"])
def test_a_folder_without_bilingual_files_is_no_success(command: str, invoke: Callable[..., Result]) -> None:
    Path("notes").mkdir()
    Path("notes/a.txt").write_text("some words", encoding="utf-8")
    done = invoke(command, "notes", "-c", CONFIG)
    assert isinstance(done.exception, MtqaError), done.output
    assert "none of 1 files is a bilingual file" in str(done.exception)


def test_rewritten_files_replace_nobodys(invoke: Callable[..., Result]) -> None:
    copied("a/x.xlf")
    done = invoke("inspect", "a", "--rewrite", "a")
    assert isinstance(done.exception, MtqaError), "it would have said nothing, and looked at nothing"
    assert "leaving out what is below a" in str(done.exception)
    Path("b").mkdir()
    Path("b/x.xlf").write_text("mine", encoding="utf-8")
    done = invoke("inspect", "a/x.xlf", "--rewrite", "b")
    assert done.exit_code == 1
    assert "is there already" in done.stderr
    assert Path("b/x.xlf").read_text(encoding="utf-8") == "mine"
    for _ in range(2):
        assert invoke("inspect", "a", "--rewrite", "c").exit_code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="a file system with names of any bytes")
def test_a_name_that_is_not_utf8_is_told_and_the_other_files_go_through(invoke: Callable[..., Result]) -> None:
    copied("in/a.xlf")
    Path(os.fsdecode(b"in/M\xfcller.xlf")).write_bytes(SAMPLE.read_bytes())
    done = invoke("run", "in", "-c", CONFIG, "-o", "out")
    assert str(done.exception) == "M\\udcfcller.xlf: the name of the file is not in UTF-8; rename it"
    done = invoke("run", "in", "-c", CONFIG, "-o", "out", "--skip-unreadable")
    assert done.stdout.startswith("16 segments"), done.output
    assert invoke("inspect", "in", "--rewrite", "again").exit_code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="a file system with names of any bytes")
def test_a_folder_whose_name_is_not_utf8_is_a_folder(invoke: Callable[..., Result]) -> None:
    folder = os.fsdecode(b"M\xfcller")
    copied(f"{folder}/x.xlf")
    done = invoke("run", f"{folder}/x.xlf", "-c", CONFIG, "-o", f"{folder}/out")
    assert done.stdout.startswith("16 segments"), done.output
    assert invoke("scorecard", f"{folder}/out", "--format", "html,json").exit_code == 0


def test_copies_of_an_earlier_run_are_told(invoke: Callable[..., Result]) -> None:
    copied("a.xlf", "b.xlf")
    assert "did not write" not in invoke("run", "a.xlf", "-c", CONFIG, "-o", "out").stderr
    done = invoke("run", "b.xlf", "-c", CONFIG, "-o", "out")
    assert "notice: files: 1 in it that this run did not write, such as a.xlf" in done.stderr
