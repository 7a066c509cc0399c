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
from mtqa.cli.terminal import printable
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


def checking() -> str:
    """Settings with which a table is checked."""
    Path("mtqa.toml").write_text('[checks]\nnumbers = "error"\n', encoding="utf-8")
    return "mtqa.toml"


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


@pytest.mark.parametrize("place", ["mine.jsonl", "full", "t.csv", "-"])
def test_scores_replace_nothing_that_is_not_theirs(place: str, invoke: Callable[..., Result]) -> None:
    table("mine.jsonl")
    Path("full").mkdir()
    Path("full/segments.jsonl").write_text("mine", encoding="utf-8")
    refused(invoke("score", table("t.jsonl"), "-o", place))
    assert Path("mine.jsonl").read_text(encoding="utf-8") == Path("t.jsonl").read_text(encoding="utf-8")
    assert Path("full/segments.jsonl").read_text(encoding="utf-8") == "mine"
    assert not {"t.csv", "-"} & {path.name for path in Path().iterdir()}


def test_scores_replace_what_is_theirs(invoke: Callable[..., Result]) -> None:
    for _ in range(2):
        assert invoke("score", table("t.jsonl"), "-o", "lines.jsonl").exit_code == 0
        assert invoke("score", table("t.jsonl"), "-o", "out").exit_code == 0
        Path("out/run.json").unlink()  # as if it had been killed before its end
    assert refused(invoke("score", "none.jsonl", "-o", "out")) == "none.jsonl: no such file; name an existing table"


@pytest.mark.parametrize(
    "options",
    [
        ("scorecard", "--resamples", "1000000000"),
        ("scorecard", "--seed", "-1"), ("pool", "--seed", "-1"), ("scorecard", "--spread-cost", "nan"),
        ("scorecard", "--spread-cost", "inf"), ("scorecard", "--volume", "9", "--words-per-hour", "nan"),
        ("pool", "--error-below", "nan", "--labels", "labels.jsonl"), ("pool", "-o", "-"),
        ("scorecard", "--format", "html", "-o", "t.jsonl"), ("scorecard", "--format", "html", "-o", "t.jsonl/deep"),
        ("pool", "--labels", "empty.csv"), ("calibrate", "labels.jsonl", "--mqm", "nan"),
        ("calibrate", "labels.jsonl", "--tolerance", "nan"), ("calibrate", "labels.jsonl", "--error-below", "nan"),
    ],
)  # fmt: skip
def test_options_of_evidence_that_mean_nothing_are_told(
    options: tuple[str, ...], invoke: Callable[..., Result]
) -> None:
    """NaN passes every comparison of a range, and would end as NaN in JSON, which is none."""
    invoke("score", table("t.jsonl"), "-o", "out")
    Path("labels.jsonl").write_text('{"id": "1", "engine": "a", "score": 50}\n', encoding="utf-8")
    Path("empty.csv").write_text("", encoding="utf-8")
    command, *rest = options
    refused(invoke(command, "out", *rest))
    refused(invoke(command, "nowhere", *rest))
    assert not Path("nowhere").exists()


def test_a_probe_says_what_is_wrong_before_it_asks(invoke: Callable[..., Result]) -> None:
    sample = Path(__file__).parent.parent / "sample_files"
    probe = ("probe", sample / "app_en-de.xlf", "-c", sample / "mtqa.toml", "--limit", "1", "--repeat", "1")
    assert "stdout takes one format" in refused(invoke(*probe, "-o", "-"))
    Path("words.csv").write_text("big,large\n\n\nsmall\n", encoding="utf-8")
    assert refused(invoke(*probe, "--synonyms", "words.csv")).startswith("words.csv:4: ")
    Path("file").write_text("mine", encoding="utf-8")
    assert refused(invoke(*probe, "-o", "file")).startswith("file: cannot be made")
    assert not Path("cache.sqlite").exists(), "nothing was asked"
    assert invoke(*probe, "-o", "out").stdout == "1 segment, each asked 1 time\n"


@pytest.mark.parametrize("rule", ["check:numbrs=0", "reason:omision=0"])
def test_a_gate_that_nothing_could_close_is_no_gate(rule: str, invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out", "-c", checking())
    assert "did you mean" in refused(invoke("gate", "out", "--max", rule))
    sample = Path(__file__).parent.parent / "sample_files"
    run = ("run", sample / "app_en-de.xlf", "-c", sample / "mtqa.toml", "-o", "run", "--fail-on", rule)
    assert "did you mean" in refused(invoke(*run))
    assert not Path("cache.sqlite").exists(), "nothing was asked"


def test_a_gate_on_checks_that_did_not_run_is_told(invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    assert "error=0 cannot be broken" in invoke("gate", "out", "--max", "error=0", "--max", "divergent").stderr
    assert "no check ran" in refused(invoke("gate", "out", "--max", "check:numbers"))


def test_ignores_are_added_to_whatever_a_person_wrote(invoke: Callable[..., Result]) -> None:
    lines = "eins\u2028zwei\ud83d\r5"  # would be ends of lines in the file, and half of a character
    rows = [{"id": f"1{lines}", "source": "Save 5", "candidates": dict.fromkeys("abc", f"Speichern{lines}6")}]
    invoke("score", table("t.jsonl", rows), "-o", "out", "-c", checking())
    ignores = Path("mtqa-ignores.txt")
    ignores.write_text("# mine\n0123456789abcdef  numbers  gone", encoding="utf-8")
    done = invoke("ignore", "out", "--check", "numbers", "--note", "it\nis so")
    assert done.exit_code == 0, done.exception
    kept = ignores.read_text(encoding="utf-8").splitlines()
    assert kept[:2] == ["# mine", "0123456789abcdef  numbers  gone"]
    assert len(kept) > 2
    assert all(line.endswith("    # it is so") for line in kept[2:])
    again = invoke("score", table("t.jsonl", rows), "-o", "out", "-c", checking())
    assert again.exit_code == 0, "the file can be read"


def test_what_ignores_nothing_is_told(invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out", "-c", checking())
    assert "name findings" in refused(invoke("ignore", "out"))
    assert "did you mean 'numbers'" in refused(invoke("ignore", "out", "--check", "numbrs"))
    assert "is not a finished run" in refused(invoke("ignore", "nowhere", "--check", "numbers"))


def test_show_says_that_there_is_nothing_to_show(invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    assert "no segments that are protected" in invoke("show", "out", "--status", "protected").stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_behind_the_output_is_told(invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    for command in (("show", "out"), ("report", "out", "--format", "csv", "-o", "-")):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "mtqa", *command], stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == 1
        assert done.stderr.startswith(b"error: output: cannot be written"), done.stderr


@pytest.mark.parametrize("form", ["html", "csv", "parquet"])
def test_a_reader_who_has_seen_enough_is_no_fault(form: str, invoke: Callable[..., Result]) -> None:
    rows = [row | {"id": str(number)} for number in range(200) for row in ROWS]
    invoke("score", table("t.jsonl", rows), "-o", "out")
    command = [sys.executable, "-m", "mtqa", "report", "out", "--format", form, "-o", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_a_report_does_not_take_the_place_of_the_run(invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    for kept in ("segments.jsonl", "run.json"):
        before = (Path("out") / kept).read_bytes()
        assert "the run itself" in refused(invoke("report", "out", "--format", "csv", "-o", f"out/../out/{kept}"))
        assert (Path("out") / kept).read_bytes() == before
    assert "name a format" in refused(invoke("report", "out", "--format", ","))


@pytest.mark.parametrize("gone", ["mtqa", "created", "engines", "metrics", "decide", "inputs", "languages", "summary"])
def test_a_damaged_run_is_told(gone: str, invoke: Callable[..., Result]) -> None:
    invoke("score", table("t.jsonl"), "-o", "out")
    manifest = Path("out/run.json")
    kept = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({key: value for key, value in kept.items() if key != gone}), encoding="utf-8")
    commands = {"engines": ("report", "scorecard", "pool"), "metrics": ("report", "show")}.get(gone, ("report",))
    for command in commands:
        assert f"it has no {gone}" in refused(invoke(command, "out"))
    manifest.write_text(json.dumps(kept), encoding="utf-8")
    Path("out/segments.jsonl").write_text("[]\n", encoding="utf-8")
    for command in ("show", "scorecard", "pool", *(f"report --format {form}" for form in ("html", "csv", "sarif"))):
        name, *options = command.split()
        assert "cannot be read" in refused(invoke(name, "out", *options))


def test_a_run_that_does_not_come_to_its_end_leaves_no_record_of_the_one_before(invoke: Callable[..., Result]) -> None:
    """Its results are not those that the record speaks of."""
    sample = Path(__file__).parent.parent / "sample_files"
    Path("x.xlf").write_bytes((sample / "app_en-de.xlf").read_bytes())
    assert invoke("run", "x.xlf", "-c", sample / "mtqa.toml", "-o", "out").exit_code == 0
    Path("echo.py").write_text(
        "import sys\nopen('x.xlf', 'a').write('\\n')\nsys.stdout.write(sys.stdin.read())", "utf-8"
    )
    command = json.dumps([sys.executable, "echo.py"])
    Path("mtqa.toml").write_text(f'[engines.echo]\nuse = "command"\ncommand = {command}\n[engines.existing]\n', "utf-8")
    assert "changed while the run was under way" in refused(invoke("run", "x.xlf", "-o", "out"))
    assert "is not a finished run" in refused(invoke("show", "out"))
    assert invoke("run", "x.xlf", "-c", sample / "mtqa.toml", "-o", "out").exit_code == 0


def test_a_limit_may_be_any_number(invoke: Callable[..., Result]) -> None:
    sample = Path(__file__).parent.parent / "sample_files"
    done = invoke("estimate", sample / "app_en-de.xlf", "-c", sample / "mtqa.toml", "--limit", 10**30)
    assert done.stdout.splitlines()[-1].startswith("16 segments"), done.exception


def test_a_text_is_one_line_and_says_what_it_does_to_the_terminal() -> None:
    odd = "a\nb\r\x1b[2J\u2028\u2029\u061c\u200e\u200f\u202e\u2066\ud800\x85"
    assert printable(odd) == ("a⏎b\\u000d\\u001b[2J\\u2028\\u2029\\u061c\\u200e\\u200f\\u202e\\u2066\\ud800\\u0085")
    assert printable("Ünï 日本 נעם 😀 – plain") == "Ünï 日本 נעם 😀 – plain"
