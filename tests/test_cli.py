"""The command line, as a user meets it: whole commands, their output and their exit status."""

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_files" / "app_en-de.xlf"
CONFIG = ROOT / "sample_files" / "mtqa.toml"
GOLDEN = Path(__file__).parent / "golden"
COMMANDS = (
    "run", "score", "estimate", "report", "show", "gate", "compare", "scorecard", "pool", "review", "apply",
    "inspect", "formats", "check", "doctor", "plugins", "calibrate", "probe", "canary", "ignore",
)  # fmt: skip


def golden(name: str, text: str) -> None:
    """Compare with the stored text; MTQA_UPDATE_GOLDEN=1 stores it."""
    path = GOLDEN / name
    if os.environ.get("MTQA_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def cli(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A whole process, as from a shell."""
    command = [sys.executable, "-m", "mtqa", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False, env=os.environ | environment
    )


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command in this process, in an empty folder with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over the sample."""
    folder = tmp_path_factory.mktemp("sample") / "out"
    done = cli("run", SAMPLE, "-c", CONFIG, "-o", folder, MTQA_CACHE=str(folder.parent / "cache.sqlite"))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command: str, invoke: Callable[..., Result]) -> None:
    golden(f"help_{command or 'mtqa'}.txt", invoke(*command.split(), "--help").output)


def test_scores_are_written_where_they_are_asked_for(invoke: Callable[..., Result], tmp_path: Path) -> None:
    config = tmp_path / "mtqa.toml"
    told = CONFIG.read_text(encoding="utf-8").replace('"candidates/', f'"{CONFIG.parent.as_posix()}/candidates/')
    for scores in ("false", "true"):
        config.write_text(f"{told}\n[write]\nscores = {scores}\nissue_types = {scores}\n", encoding="utf-8")
        assert invoke("run", SAMPLE, "-c", config, "-o", tmp_path / scores).exit_code == 0
    plain, scored = (tmp_path / name / "files" / SAMPLE.name for name in ("false", "true"))
    found = re.findall(r'its:mtConfidence="([0-9.]+)"', scored.read_text(encoding="utf-8"))
    records = [json.loads(line) for line in (tmp_path / "true" / "segments.jsonl").read_text().splitlines()]
    assert [float(score) for score in found] == [round(1 - r["divergence"], 2) for r in records if "divergence" in r]
    types = set(re.findall(r'its:locQualityIssueType="([a-z-]+)"', scored.read_text(encoding="utf-8")))
    assert types <= {reason["its"] for r in records for reason in r["reasons"]} | {
        finding["its"] for r in records for candidate in r["candidates"] for finding in candidate["findings"]
    }
    assert types
    assert not re.search("mtConfidence|locQualityIssue", plain.read_text(encoding="utf-8"))


def test_formats_lists_dialects_and_profiles(invoke: Callable[..., Result]) -> None:
    records = [json.loads(line) for line in invoke("formats", "--json").stdout.splitlines()]
    assert {(r["format"], r["dialect"], r["profiles"][0]) for r in records} >= {
        ("xliff1", "sdlxliff", "trados"),
        ("xliff1", "xcode", "xcode"),
        ("xliff2", "angular", "plain"),
        ("tmx", "plain", "generic"),
    }
    lines = invoke("formats").stdout.splitlines()
    assert len(lines) == len(records)
    assert all(record["title"] in line for record, line in zip(records, lines, strict=True))


def test_the_sample_says_it_all_in_its_last_line(invoke: Callable[..., Result]) -> None:
    done = invoke("run", SAMPLE, "-c", CONFIG, "-o", "out")
    assert done.exit_code == 0
    golden("sample_summary.txt", done.stdout)
    assert {p.name for p in Path("out").iterdir()} >= {
        "run.json",
        "segments.jsonl",
        "report.html",
        "files",
        "run.sqlite",
    }


def test_every_planted_fault_is_found_and_the_paraphrase_is_none(sample: Path) -> None:
    results = {
        r["unit"]: r for r in map(json.loads, (sample / "segments.jsonl").read_text(encoding="utf-8").splitlines())
    }
    golden(
        "sample_verdicts.txt",
        "".join(
            f"{unit}: {r['status']} {r.get('chosen', {}).get('engine', '-')}\n"
            + "".join(f"    {reason['code']}: {reason['evidence']}\n" for reason in r["reasons"])
            for unit, r in results.items()
        ),
    )
    assert results["error"]["status"] == "agreed"
    assert not any(c["findings"] for c in results["error"]["candidates"]), "a paraphrase is no error"
    assert results["signout"]["chosen"]["target"].count("nicht") == 1


def test_results_have_the_shape_that_is_promised(sample: Path) -> None:
    schema = json.loads(files("mtqa.store").joinpath("segment.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    lines = (sample / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        validator.validate(json.loads(line))
    manifest = json.loads((sample / "run.json").read_text(encoding="utf-8"))
    assert manifest["summary"]["segments"] == len(lines)
    assert manifest["metrics"]["chrf"].startswith("chrF2|")


def test_the_copy_has_the_chosen_targets_and_nothing_else_changed(sample: Path) -> None:
    before, after = SAMPLE.read_text(encoding="utf-8"), (sample / "files" / SAMPLE.name).read_text(encoding="utf-8")
    assert 'Drücken Sie <g id="1" ctype="bold">Sicherung starten</g>' in after
    assert '<target state="final">Abbrechen</target>' in after
    added = re.sub(
        r"\s*<target state=\"needs-review-translation\".*?</target>|\s*<note from=\"mtqa\".*?</note>", "", after
    )
    assert added == before


def test_again_is_byte_identical_in_any_folder(sample: Path, tmp_path: Path) -> None:
    once = (sample / "segments.jsonl").read_bytes()
    for folder in (sample, tmp_path / "other"):
        assert cli("run", SAMPLE, "-c", CONFIG, "-o", folder, MTQA_CACHE=str(tmp_path / "c.sqlite")).returncode == 0
        assert (folder / "segments.jsonl").read_bytes() == once


def test_candidates_on_the_command_line(invoke: Callable[..., Result]) -> None:
    candidates = ROOT / "sample_files" / "candidates"
    options = [
        o for n in ("nmt_a.xlf", "nmt_b.xlf", "llm_a.jsonl") for o in ("--candidates", f"{n[:5]}={candidates / n}")
    ]
    done = invoke("run", SAMPLE, *options, "-o", "out")
    assert done.exit_code == 0
    assert "0 lost" in done.stdout
    assert invoke("run", SAMPLE, "--candidates", "x", "-o", "out").exit_code == 2


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("divergent", 3),
        ("divergent=3", 0),
        ("divergent=2", 3),
        ("divergent=50%", 0),
        ("divergent=1%", 3),
        ("lost", 0),
        ("happy", 2),
    ],
)
def test_gates(rule: str, status: int, invoke: Callable[..., Result]) -> None:
    assert invoke("run", SAMPLE, "-c", CONFIG, "-o", "out", "--fail-on", rule).exit_code == status


def test_the_process_ends_with_the_status_of_the_gate(tmp_path: Path) -> None:
    run = ("run", SAMPLE, "-c", CONFIG, "-o", tmp_path / "out", "--fail-on", "divergent")
    assert cli(*run, MTQA_CACHE=str(tmp_path / "c.sqlite")).returncode == 3


def test_a_dry_run_writes_and_sends_nothing(invoke: Callable[..., Result], tmp_path: Path) -> None:
    done = invoke("run", SAMPLE, "-c", CONFIG, "-o", "out", "--dry-run")
    assert done.exit_code == 0
    assert "app_en-de.xlf: xliff1, 16 segments" in done.stdout
    assert "nothing sent" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_limit(invoke: Callable[..., Result]) -> None:
    assert "3 segments ·" in invoke("run", SAMPLE, "-c", CONFIG, "-o", "out", "--limit", 3).stdout


def test_show(sample: Path, invoke: Callable[..., Result]) -> None:
    golden("show.txt", invoke("show", sample, "-n", 3).stdout)
    assert invoke("show", sample, "--status", "protected").stdout.count("left alone:") == 2


def test_report_forms(sample: Path, invoke: Callable[..., Result]) -> None:
    assert invoke("report", sample, "--format", "html,csv,jsonl").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((sample / "report.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 16
    assert rows[0]["candidate nmt_a"] == "Änderungen speichern"
    assert (sample / "report.jsonl").read_bytes() == (sample / "segments.jsonl").read_bytes()
    assert json.loads(invoke("report", sample, "--summary", "--format", "json").stdout)["segments"] == 16
    assert cli("report", sample, "--format", "pdf").stderr.startswith("error: mtqa.reports: no plug-in 'pdf'")


def test_spreadsheets_get_no_formulas(invoke: Callable[..., Result], tmp_path: Path) -> None:
    source = tmp_path / "x.xlf"
    source.write_text(
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" datatype="plaintext" '
        'source-language="en" target-language="de"><body><trans-unit id="1"><source>=SUM(A1)</source></trans-unit>'
        "</body></file></xliff>",
        encoding="utf-8",
    )
    (tmp_path / "c.jsonl").write_text('{"source": "=SUM(A1)", "target": "@SUM(A1)"}\n', encoding="utf-8")
    assert invoke("run", source, "--candidates", f"a={tmp_path / 'c.jsonl'}", "-o", "out").exit_code == 0
    assert invoke("report", "out", "--format", "csv").exit_code == 0
    text = Path("out/report.csv").read_text(encoding="utf-8-sig")
    assert "'=SUM(A1)" in text
    assert "'@SUM(A1)" in text


def test_doctor(invoke: Callable[..., Result], tmp_path: Path) -> None:
    assert invoke("doctor", "-c", CONFIG).exit_code == 0
    (tmp_path / "mtqa.toml").write_text(
        'target_lang = "de"\n[engines.deepl]\nkey_env = "MTQA_TEST_NO_SUCH_KEY"\n'
        '[engines.apertium]\nbase_url = "http://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    done = invoke("doctor")
    assert done.exit_code == 1
    assert re.search(r"FAIL  engine deepl: .*MTQA_TEST_NO_SUCH_KEY", done.stdout)
    assert re.search(r"FAIL  engine apertium: .*127.0.0.1:9", done.stdout)
    assert "ok    metric chrf: chrF2|" in done.stdout
    assert "Unbabel/wmt22-comet-da (apache-2.0)" in done.stdout
    assert "Unbabel/wmt22-cometkiwi-da (cc-by-nc-sa-4.0)" in done.stdout


def test_errors_are_one_line_and_exit_1(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlf"
    broken.write_text("<xliff", encoding="utf-8")
    done = cli("run", broken, "-c", CONFIG, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_all_bad_files_are_named_at_once_or_left_out(tmp_path: Path) -> None:
    for name in ("a.xlf", "b.xlf"):
        (tmp_path / name).write_text("<xliff", encoding="utf-8")
    (tmp_path / "good.xlf").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "readme.txt").write_text("no bilingual file", encoding="utf-8")
    environment = {"MTQA_CACHE": str(tmp_path / "c.sqlite")}
    done = cli(
        "run",
        tmp_path / "a.xlf",
        tmp_path / "b.xlf",
        tmp_path / "good.xlf",
        "-c",
        CONFIG,
        "-o",
        tmp_path / "out",
        **environment,
    )
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 2
    done = cli("run", tmp_path, "-c", CONFIG, "-o", tmp_path / "out", "--skip-unreadable", **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("16 segments")
    assert done.stderr.count("notice: ") >= 3


def test_a_folder_that_is_no_run_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = cli("run", SAMPLE, "-c", CONFIG, "-o", tmp_path)
    assert done.returncode == 1
    assert "is not empty and not a run" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_terminal_text_cannot_command_the_terminal(tmp_path: Path) -> None:
    hostile = "evil\u009b31m\u202e"
    source = tmp_path / "x.xlf"
    source.write_text(SAMPLE.read_text(encoding="utf-8").replace('id="save"', f'id="{hostile}"'), encoding="utf-8")
    environment = {"MTQA_CACHE": str(tmp_path / "c.sqlite")}
    assert cli("run", source, "-c", CONFIG, "-o", tmp_path / "out", **environment).returncode == 0
    shown = cli("show", tmp_path / "out", "--all").stdout
    assert "\\u009b31m" in shown or "\\009b31m" in shown
    assert "\u009b" not in shown
    assert "\u202e" not in shown


def test_check_judges_targets_that_are_there(invoke: Callable[..., Result], tmp_path: Path) -> None:
    good = invoke("check", ROOT / "sample_files" / "candidates" / "nmt_a.xlf")
    assert (good.exit_code, good.stdout) == (0, "")
    assert "14 targets checked · 0 errors" in good.stderr
    bad = tmp_path / "bad.xlf"
    text = (ROOT / "sample_files" / "candidates" / "nmt_a.xlf").read_text(encoding="utf-8")
    bad.write_text(text.replace("nach {folder} verschoben", "nach {Ordner} verschoben"), encoding="utf-8")
    done = invoke("check", bad, "--json")
    assert done.exit_code == 3
    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["{folder} missing", "{Ordner} added"]


def test_inspect_goes_on_after_what_it_cannot_read(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "broken.xlf").write_text("<xliff", encoding="utf-8")
    done = invoke(
        "inspect", tmp_path / "none.xlf", tmp_path / "broken.xlf", SAMPLE, "--json", "--rewrite", tmp_path / "o"
    )
    assert done.exit_code == 1
    (record,) = map(json.loads, done.stdout.splitlines())
    assert (record["path"], record["identical"]) == (str(SAMPLE), True)
    none, broken = done.stderr.splitlines()
    assert none == f"error: {tmp_path / 'none.xlf'}: no such file or folder; correct the path"
    assert broken.startswith("error: broken.xlf")


def test_inspect(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "broken.xlf").write_text("<xliff", encoding="utf-8")
    done = invoke("inspect", SAMPLE, tmp_path / "broken.xlf", "--json", "--rewrite", "again")
    assert done.exit_code == 1
    (record,) = map(json.loads, done.stdout.splitlines())
    assert record == {
        "path": str(SAMPLE),
        "format": "xliff1",
        "dialect": record["dialect"],
        "languages": [["en", "de"]],
        "units": 15,
        "segments": 16,
        "translatable": 15,
        "translated": 1,
        "has_target": 1,
        "protected": 2,
        "alternatives": 0,
        "warnings": [],
        "identical": True,
    }
    assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 1
    assert (tmp_path / "again" / SAMPLE.name).read_bytes() == SAMPLE.read_bytes()
    assert "16 segments · 15 translatable" in invoke("inspect", SAMPLE).stdout


def test_a_metric_of_weight_zero_is_shown_and_does_not_decide(invoke: Callable[..., Result], tmp_path: Path) -> None:
    config = CONFIG.read_text(encoding="utf-8").replace('"candidates/', f'"{CONFIG.parent}/candidates/')
    for name, metrics in (("one", "[metrics.chrf]"), ("both", "[metrics.chrf]\n[metrics.tokens]\nweight = 0")):
        (tmp_path / f"{name}.toml").write_text(f"{config}\n{metrics}\n", encoding="utf-8")
        assert invoke("run", SAMPLE, "-c", tmp_path / f"{name}.toml", "-o", name).exit_code == 0
    one, both = (
        list(map(json.loads, (tmp_path / name / "segments.jsonl").read_text(encoding="utf-8").splitlines()))
        for name in ("one", "both")
    )
    assert [r.get("chosen") for r in one] == [r.get("chosen") for r in both]
    assert [r["utilities"].get("agreement") for r in one] == [r["utilities"].get("agreement") for r in both]
    assert set(one[0]["utilities"]) == {"agreement", "chrf"}
    assert set(both[0]["utilities"]) == {"agreement", "chrf", "tokens"}
    signatures = json.loads((tmp_path / "both" / "run.json").read_text(encoding="utf-8"))["metrics"]
    assert signatures["tokens"] != signatures["chrf"]
    assert signatures["agreement"].startswith("agreement|chrf:1@")


def test_a_safety_net_says_where_it_caught(invoke: Callable[..., Result], tmp_path: Path) -> None:
    config = CONFIG.read_text(encoding="utf-8").replace('"candidates/', f'"{CONFIG.parent}/candidates/')
    (tmp_path / "net.toml").write_text(f'[decide]\nprimary = "nmt_b"\n{config}', encoding="utf-8")
    done = invoke("run", SAMPLE, "-c", tmp_path / "net.toml", "-o", "out")
    results = {
        r["unit"]: r for r in map(json.loads, Path("out/segments.jsonl").read_text(encoding="utf-8").splitlines())
    }
    overruled = {unit: r["overruled"] for unit, r in results.items() if "overruled" in r}
    assert results["error"]["chosen"]["engine"] == "nmt_b"
    assert overruled["choose"]["why"] == "error"
    assert overruled["done"]["lead"] >= 0.1
    assert all(results[unit]["chosen"]["engine"] != "nmt_b" for unit in overruled)
    assert f"{len(overruled)} overruled" in done.stdout
    assert "nmt_b overruled by" in (Path("out/files") / SAMPLE.name).read_text(encoding="utf-8")
    assert "nmt_b overruled by" in invoke("show", "out").stdout
    (tmp_path / "net.toml").write_text(f'[decide]\nprimary = "nmt_bb"\n{config}', encoding="utf-8")
    assert "did you mean 'nmt_b'" in str(invoke("run", SAMPLE, "-c", tmp_path / "net.toml", "-o", "no").exception)


def test_a_cache_that_an_older_mtqa_left_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / "mtqa" / "answers.sqlite"
    left.parent.mkdir()
    with closing(sqlite3.connect(left)) as connection:
        connection.execute("CREATE TABLE answers (key TEXT)")
    before = left.read_bytes()
    done = cli("run", SAMPLE, "-c", CONFIG, "-o", tmp_path / "out", XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert left.read_bytes() == before
