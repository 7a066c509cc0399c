"""What the command line says of a stored run: gates, comparisons, one page, differences in the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.cli.differences import bracketed, coloured, differences
from tests.report.runs import Record, make_run, segment, texts_of

Run = Callable[..., Result]


@pytest.fixture
def invoke() -> Run:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", texts_of(40))


def records(folder: Path) -> list[Record]:
    return [json.loads(line) for line in (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()]


def count(folder: Path, status: str) -> int:
    return sum(record["status"] == status for record in records(folder))


def test_gates_say_which_rule_is_broken(folder: Path, invoke: Run) -> None:
    divergent, undecided = count(folder, "divergent"), count(folder, "undecided")
    assert divergent
    assert undecided
    done = invoke("gate", folder, "--max", f"divergent={divergent}", "--max", f"undecided={undecided - 1}")
    assert done.exit_code == 3
    kept, broken = done.stdout.splitlines()
    assert kept.startswith(f"kept  divergent={divergent}: {divergent} of 40 segments")
    assert broken.startswith(f"broken  undecided={undecided - 1}: {undecided} of 40 segments")
    assert invoke("gate", folder, "--max", f"divergent={divergent}").exit_code == 0
    share = 100 * divergent / 40
    assert invoke("gate", folder, "--max", f"divergent={share}%").exit_code == 0
    assert invoke("gate", folder, "--max", f"divergent={share - 0.1:.1f}%").exit_code == 3


def test_errors_of_discarded_candidates_break_only_the_gate_for_candidates(folder: Path, invoke: Run) -> None:
    faulty = [
        r for r in records(folder) if any(f["severity"] == "error" for c in r["candidates"] for f in c["findings"])
    ]
    assert faulty
    assert invoke("gate", folder, "--max", "error=0").exit_code == 0
    assert invoke("gate", folder, "--max", f"candidate-error={len(faulty)}").exit_code == 0
    assert invoke("gate", folder, "--max", f"candidate-error={len(faulty) - 1}").exit_code == 3
    assert invoke("gate", folder, "--max", "check:inline_codes=0").exit_code == 3
    assert invoke("gate", folder, "--max", "reason:formatting_error").exit_code == 3


def test_an_error_in_every_candidate_is_one(tmp_path: Path, invoke: Run) -> None:
    record = segment(1, "f", "u", "<g1>a</g1>", dict.fromkeys("abc", "a"))
    assert record["status"] == "undecided"
    assert invoke("gate", make_run(tmp_path, [record]), "--max", "error=0").exit_code == 3


@pytest.mark.parametrize("rule", ["happy", "divergent=", "divergent=x", "divergent=5%%", "diverent=1", ""])
def test_a_rule_that_is_none_is_a_usage_error(folder: Path, invoke: Run, rule: str) -> None:
    assert invoke("gate", folder, "--max", rule).exit_code == 2


def test_a_run_compared_with_itself_has_not_changed(folder: Path, invoke: Run) -> None:
    done = invoke("compare", folder, folder, "--max", "worse", "--max", "changed")
    assert (done.exit_code, done.stdout) == (
        0,
        "40 segments · 0 worse · 0 better · 0 changed · 0 source · 0 added · 0 removed\n",
    )


def test_a_comparison_names_what_is_worse(tmp_path: Path, folder: Path, invoke: Run) -> None:
    changed = records(folder)
    agreed = [record for record in changed if record["status"] == "agreed"]
    agreed[0]["status"] = "divergent"
    agreed[1]["status"] = "undecided"
    del agreed[1]["chosen"]
    agreed[2]["source"] += " changed"
    agreed[3]["chosen"]["target"] = "another"
    better = next(record for record in changed if record["status"] == "divergent" and record is not agreed[0])
    better["status"] = "agreed"
    changed.remove(agreed[4])
    new = make_run(tmp_path / "new", [*changed, segment(99, "new.xlf", "n", "New", dict.fromkeys("abc", "Neu"))])
    done = invoke("compare", folder, new, "--max", "worse=1")
    assert done.exit_code == 3
    assert done.stdout.startswith("40 segments · 2 worse · 1 better · 2 changed · 1 source · 1 added · 1 removed\n"), (
        done.stdout
    )
    for line in ("  agreed → undecided: 1", "  agreed → divergent: 1", "  divergent → agreed: 1"):
        assert line in done.stdout.splitlines()
    assert done.stdout.index(agreed[1]["id"]) < done.stdout.index(agreed[0]["id"])  # the worst first
    assert "gate: worse=1: 2 of 40 segments" in done.stderr
    found: dict[str, Any] = json.loads(invoke("compare", folder, new, "--json").stdout)
    assert (found["worse"], found["better"], found["added"]) == (2, 1, 1)
    assert [pair["after"]["id"] for pair in found["worse_segments"]] == [agreed[1]["id"], agreed[0]["id"]]
    assert invoke("compare", folder, new, "--max", "divergent=1").exit_code == 2  # not what a comparison counts


def test_numbers_of_other_metrics_are_not_held_against_each_other(tmp_path: Path, folder: Path, invoke: Run) -> None:
    other = make_run(tmp_path / "other", texts_of(40))
    manifest = json.loads((other / "run.json").read_text(encoding="utf-8"))
    manifest["metrics"]["chrf"] = "chrF3|other"
    (other / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "not comparable: metric chrf: chrF2|" in invoke("compare", folder, other).stderr


def test_one_page_for_who_decides(folder: Path, invoke: Run) -> None:
    text = invoke("report", folder, "--summary").stdout
    markdown = invoke("report", folder, "--summary", "--format", "markdown").stdout
    for page in (text, markdown):
        assert "Agreement is not quality" in page
        assert "in 4 h 12 min" in page
        assert "To look at first" in page
        worst = max((r for r in records(folder) if r["status"] == "divergent"), key=lambda r: r["risk"])
        assert worst["id"].replace("_", "\\_").replace("#", "\\#") in page or worst["id"] in page
    assert f"divergent  {count(folder, 'divergent')}" in text
    assert f"| divergent | {count(folder, 'divergent')} |" in markdown
    assert json.loads(invoke("report", folder, "--summary", "--format", "json").stdout)["segments"] == 40


def test_a_summary_of_no_such_form_is_a_usage_error(folder: Path, invoke: Run) -> None:
    assert invoke("report", "--summary", folder, "--format", "csv").exit_code == 2
    assert invoke("report", "--summary", folder).exit_code == 0


def test_hostile_texts_command_neither_terminal_nor_markdown(tmp_path: Path, invoke: Run) -> None:
    evil = "<img src=x> | [x](http://evil.example) \x1b[31m\u202e @you #1 `x`\nnew"
    given = {"deepl": evil, "nllb": "b" * 40, "vendor": "c" * 40}
    record = segment(1, "f.xlf", evil, evil, given) | {"status": "divergent"}
    record["reasons"] = [{"code": "semantic_drift", "engines": [], "evidence": evil}]
    folder = make_run(tmp_path, [record])
    pages = [invoke("report", folder, "--summary", "--format", form).stdout for form in ("text", "markdown")]
    pages += [invoke("show", folder, *options).stdout for options in ((), ("--diff",))]
    pages.append(invoke("compare", folder, folder).stdout)
    for page in pages:
        assert "\x1b" not in page
        assert "\u202e" not in page
    assert r"\<img" in pages[1]
    assert r"\[x\](http\://evil.example)" in pages[1]
    assert len([line for line in pages[1].splitlines() if "evil" in line]) == 1


def test_forms_go_to_standard_output(folder: Path) -> None:
    done = CliRunner().invoke(mtqa, ["report", str(folder), "--format", "github", "-o", "-"])
    assert done.stdout.startswith("::error file=")
    assert not (folder / "report.github.txt").exists()
    assert CliRunner().invoke(mtqa, ["report", str(folder), "--format", "csv,html", "-o", "x"]).exit_code == 2


@pytest.mark.parametrize(
    ("before", "after", "tag", "told"),
    [
        ("Das Haus ist rot.", "Das Haus war rot.", "de", "Das Haus [-ist-]{+war+} rot."),
        ("本日発送", "本日出荷", "ja", "本日[-発送-]{+出荷+}"),
        ("เปิดไฟล์", "ปิดไฟล์", "th", "[-เ-]ปิดไฟล์"),
        ("same", "same", "de", "same"),
        ("", "new\x1b", "de", "{+new\\u001b+}"),
    ],
)
def test_differences(before: str, after: str, tag: str, told: str) -> None:
    assert differences(before, after, tag, bracketed) == told


def test_show_has_colours_on_a_terminal_only(folder: Path, invoke: Run) -> None:
    assert "[-" not in invoke("show", folder).stdout
    assert "{+" in invoke("show", folder, "--diff").stdout
    assert coloured("a", "b") == "\x1b[33m\x1b[9ma\x1b[0m\x1b[34m\x1b[4mb\x1b[0m"
