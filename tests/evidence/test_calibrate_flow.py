"""From the labels of reviewers to a run with calibrated confidence, through the command line."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result

import mtqa as package
from mtqa.cli import mtqa

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "sample_files" / "app_en-de.xlf"
SCHEMA = json.loads((Path(package.__file__).parent / "store" / "segment.schema.json").read_text(encoding="utf-8"))
Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


def results(folder: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(folder) / "segments.jsonl").read_text(encoding="utf-8").splitlines()]


def table(name: str, segments: int = 300, seed: int = 0, *, harder: bool = False) -> None:
    """Three engines that copy a sentence of ten words, each with its own slips; hard segments have many."""
    rng = np.random.default_rng(seed)
    words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"]
    rows = []
    for number in range(segments):
        said = [words[place] for place in rng.integers(len(words), size=10)]
        slips = 0.6 if harder else rng.random() * 0.6
        texts = {
            engine: " ".join(word if rng.random() > slips else words[rng.integers(len(words))] for word in said)
            for engine in ("a", "b", "c")
        }
        rows.append(
            {"id": f"s{number}", "doc_id": f"d{number // 5}", "source": " ".join(said), "source_lang": "en",
             "target_lang": "cs", "candidates": texts}
        )  # fmt: skip
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def reviewed(folder: str, name: str, **columns: Callable[[dict[str, Any]], object]) -> None:
    """A table of labels about what a run has chosen."""
    chosen = [one for one in results(folder) if "chosen" in one]
    rows = [{"id": one["id"]} | {key: value(one) for key, value in columns.items()} for one in chosen]
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def mistakes(result: dict[str, Any]) -> int:
    chosen = result["chosen"]["target"].split()
    return sum(word != said for word, said in zip(chosen, result["source"].split(), strict=True))


def test_the_whole_way(invoke: Invoke) -> None:
    table("table.jsonl")
    assert invoke("score", "table.jsonl", "-o", "run").exit_code == 0
    assert all(one["confidence"]["calibrated"] is False and "auto_accept" not in one for one in results("run"))
    assert "confidence uncalibrated" in invoke("show", "run").stdout
    reviewed("run", "labels.jsonl", error=lambda one: mistakes(one) > 2)
    done = invoke("calibrate", "run", "labels.jsonl")
    assert done.exit_code == 0, done.output
    assert "of 300 segments" in done.stdout
    assert re.search(r"en>cs: \d+\.\d % of segments, agreement 0\.\d+ or more: ", done.stdout), done.stdout
    Path("mtqa.toml").write_text('[decide]\ncalibration = "calibration.json"\n', encoding="utf-8")

    table("more.jsonl", seed=1)
    assert invoke("score", "more.jsonl", "-o", "next").exit_code == 0
    told = results("next")
    jsonschema.validate(told[0], SCHEMA)
    assert all(one["confidence"]["calibrated"] for one in told)
    accepted = [one for one in told if one["auto_accept"]]
    assert len(accepted) > 30
    assert sum(mistakes(one) > 2 for one in accepted) <= 0.1 * len(accepted)
    manifest = json.loads(Path("next/run.json").read_bytes())
    assert manifest["calibration"]["accepted"] == len(accepted)
    assert manifest["notices"] == []
    assert "auto-accept" in invoke("show", "next", "--all").stdout
    invoke("report", "next")
    assert "reliabilityPlot" in Path("next/report.html").read_text(encoding="utf-8")

    table("hard.jsonl", seed=2, harder=True)
    done = invoke("score", "hard.jsonl", "-o", "hard")
    assert "drift" in done.stderr
    assert any(one["drifted"] for one in json.loads(Path("hard/run.json").read_bytes())["calibration"]["drift"])


@pytest.mark.parametrize("width", [1400, 360])
def test_the_reliability_plot_is_drawn(browser: Any, invoke: Invoke, width: int) -> None:
    table("table.jsonl")
    invoke("score", "table.jsonl", "-o", "run")
    reviewed("run", "labels.jsonl", error=lambda one: mistakes(one) > 2)
    invoke("calibrate", "run", "labels.jsonl")
    Path("mtqa.toml").write_text('[decide]\ncalibration = "calibration.json"\n', encoding="utf-8")
    invoke("score", "table.jsonl", "-o", "run")
    invoke("report", "run")
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(Path("run/report.html").absolute().as_uri())
    page.wait_for_selector("html[data-ready]")
    assert said == []
    assert page.locator("#calibration .reliability .dot").count() == 10
    assert "may be accepted unseen" in page.locator("#calibration").inner_text()
    assert "calibrated on 300 labels" in page.locator("#facts").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_a_run_over_files_states_calibrated_confidence(invoke: Invoke) -> None:
    table("table.jsonl", 120)
    rows = [json.loads(line) for line in Path("table.jsonl").read_text(encoding="utf-8").splitlines()]
    units = "".join(f'<trans-unit id="{row["id"]}"><source>{row["source"]}</source></trans-unit>' for row in rows)
    Path("in.xlf").write_text(
        '<?xml version="1.0"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a" '
        f'source-language="en" target-language="cs" datatype="plaintext"><body>{units}</body></file></xliff>',
        encoding="utf-8",
    )
    given = []
    for engine in ("a", "b", "c"):
        said = [{"unit": row["id"], "target": row["candidates"][engine]} for row in rows]
        Path(f"{engine}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said), encoding="utf-8")
        given += ["--candidates", f"{engine}={engine}.jsonl"]
    assert invoke("run", "in.xlf", *given, "-o", "run").exit_code == 0
    reviewed("run", "labels.jsonl", error=lambda one: mistakes(one) > 2)
    assert invoke("calibrate", "run", "labels.jsonl", "--by", "file").exit_code == 0
    Path("mtqa.toml").write_text('[decide]\ncalibration = "calibration.json"\n', encoding="utf-8")
    done = invoke("run", "in.xlf", *given, "-o", "again")
    assert done.exit_code == 0, done.output
    told = results("again")
    assert all(one["confidence"]["calibrated"] for one in told if "chosen" in one)
    assert all("auto_accept" in one for one in told)
    assert "drift" not in done.stderr
    assert json.loads(Path("again/run.json").read_bytes())["calibration"]["applied"] is True


def test_a_calibration_of_another_pool_is_not_applied(invoke: Invoke) -> None:
    table("table.jsonl")
    invoke("score", "table.jsonl", "-o", "run")
    reviewed("run", "labels.jsonl", error=lambda one: mistakes(one) > 2)
    invoke("calibrate", "run", "labels.jsonl")
    rows = [json.loads(line) for line in Path("table.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["candidates"]["d"] = row["candidates"].pop("c")
    Path("other.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    Path("mtqa.toml").write_text('[decide]\ncalibration = "calibration.json"\n', encoding="utf-8")
    done = invoke("score", "other.jsonl", "-o", "other")
    assert "not applied, confidence is uncalibrated: it is of the engines a, b, c, and these are a, b, d" in done.stderr
    assert not any(one["confidence"]["calibrated"] or "auto_accept" in one for one in results("other"))


def test_scores_of_reviewers_are_labels(invoke: Invoke) -> None:
    table("table.jsonl")
    invoke("score", "table.jsonl", "-o", "run")
    reviewed("run", "error.jsonl", error=lambda one: mistakes(one) > 2)
    reviewed("run", "esa.jsonl", esa=lambda one: 100 - 7 * mistakes(one), engine=lambda one: one["chosen"]["engine"])
    reviewed("run", "mqm.jsonl", mqm=lambda one: 2 * mistakes(one))
    with Path("error.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "error"])
        writer.writerows([[one["id"], mistakes(one) > 2] for one in results("run")])
    hashes = set()
    reviewed("run", "score.jsonl", score=lambda one: -mistakes(one))
    for name, *options in (
        ("error.jsonl",),
        ("score.jsonl", "--error-below", "-2"),
        ("esa.jsonl",),
        ("mqm.jsonl", "--mqm", "5"),
        ("error.csv",),
    ):
        done = invoke("calibrate", "run", name, *options, "--json")
        assert done.exit_code == 0, done.output
        hashes.add(json.loads(done.stdout)["data"]["sha256"])
    assert len(hashes) == 1
    reviewed("run", "others.jsonl", esa=lambda one: 50, engine=lambda one: "not the chosen one")
    assert "50 more are missing" in str(invoke("calibrate", "run", "others.jsonl").exception)


def test_what_cannot_be_a_label_is_said(invoke: Invoke) -> None:
    table("table.jsonl", 60)
    invoke("score", "table.jsonl", "-o", "run")
    for value, said in ((120, "is no score"), ("good", "is no score")):
        reviewed("run", "labels.jsonl", esa=lambda one, value=value: value)
        with pytest.raises(Exception, match=said):
            CliRunner().invoke(mtqa, ["calibrate", "run", "labels.jsonl"], catch_exceptions=False)
    Path("calibration.json").write_text("mine", encoding="utf-8")
    reviewed("run", "labels.jsonl", error=lambda one: False)
    with pytest.raises(Exception, match="is there and no calibration"):
        CliRunner().invoke(mtqa, ["calibrate", "run", "labels.jsonl"], catch_exceptions=False)
    assert Path("calibration.json").read_text(encoding="utf-8") == "mine"


@pytest.fixture
def sample(invoke: Invoke) -> list[dict[str, Any]]:
    done = invoke("run", SAMPLE, "-c", ROOT / "sample_files" / "mtqa.toml", "-o", "out")
    assert done.exit_code == 0, done.output
    return [one for one in results("out") if "chosen" in one and not one.get("kept")]


def labels_in(*paths: str, **rule: Any) -> dict[str, bool]:
    from mtqa.parts import build_formats
    from mtqa.review.labels import Right, read_labels

    return read_labels(Path("out"), [Path(path) for path in paths], Right(**rule), build_formats()).right


def test_a_calibration_may_go_to_stdout_and_be_of_odd_names(invoke: Invoke) -> None:
    languages = {"source_lang": "en", "target_lang": "de"}
    rows = [
        languages | {"id": f"{n}", "doc_id": f"{n // 3}\ud83d", "source": f"Take {n}"}
        | {"candidates": {"a\ud83d": f"Nimm {n}", "b": f"Nimm {n}", "c": f"Nimm die {n}"}}
        for n in range(90)
    ]  # fmt: skip
    Path("t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    invoke("score", "t.jsonl", "-o", "out")
    Path("labels.csv").write_text("id,error\n" + "".join(f"{n},{n % 9 == 0}\n" for n in range(90)), encoding="utf-8")
    for order in ("agreement", "learned"):
        done = invoke("calibrate", "out", "labels.csv", "-o", "kept.json", "--order", order)
        assert done.exit_code == 0, done.exception
        assert json.loads(Path("kept.json").read_text(encoding="utf-8"))["pool"]["engines"][0] == "a\ud83d"
    piped = invoke("calibrate", "out", "labels.csv", "-o", "-", "--by", "languages").stdout
    assert '"schema": 1' in piped
    assert not Path("-").exists()


def test_labels_of_another_run_are_told(invoke: Invoke) -> None:
    """They would otherwise read as labels that are missing."""
    table("t.jsonl")
    invoke("score", "t.jsonl", "-o", "out")
    Path("labels.csv").write_text("id,error\n" + "".join(f"other-{n},0\n" for n in range(70)), encoding="utf-8")
    done = invoke("calibrate", "out", "labels.csv")
    assert "notice: 70 labels are of no segment that this run has chosen a translation for" in done.stderr
    assert "50 more are missing" in str(done.exception)


def test_decisions_are_labels(sample: list[dict[str, Any]]) -> None:
    accepted, chosen, edited, ignored = sample[:4]
    other = next(c for c in chosen["candidates"] if c["target"] != chosen["chosen"]["target"])
    about = [{"id": one["id"], "source": one["source"]} for one in (accepted, chosen, edited, ignored)]
    decisions = [
        about[0] | {"action": "accept", **accepted["chosen"]},
        about[1] | {"action": "choose", "engine": other["engine"], "target": other["target"]},
        about[2] | {"action": "edit", "target": edited["chosen"]["target"] + "!"},
        about[3] | {"action": "ignore"},
    ]
    document = {"schema": 1, "run": "0" * 64, "decisions": decisions}
    Path("decisions.json").write_text(json.dumps(document), encoding="utf-8")
    expected = {accepted["id"]: True, chosen["id"]: False, edited["id"]: False}
    assert labels_in("decisions.json") == expected
    assert labels_in("decisions.json", tolerance=0.2)[edited["id"]] is True


def test_a_filled_in_sheet_is_labels(sample: list[dict[str, Any]], invoke: Invoke) -> None:
    invoke("report", "out", "--format", "xlsx")
    book = openpyxl.load_workbook("out/report.xlsx")
    rows = book["segments"]
    head = [cell.value for cell in rows[1]]
    places = {row[head.index("id")].value: row for row in rows.iter_rows(min_row=2)}
    places[sample[0]["id"]][head.index("decision")].value = "accept"
    places[sample[1]["id"]][head.index("your target")].value = "etwas anderes"
    book.save("filled.xlsx")
    assert labels_in("filled.xlsx") == {sample[0]["id"]: True, sample[1]["id"]: False}


def test_a_post_edited_file_is_labels(sample: list[dict[str, Any]]) -> None:
    text = (Path("out/files") / SAMPLE.name).read_text(encoding="utf-8")
    plain = next(one for one in sample if "codes" not in one and one["chosen"]["target"] in text)
    Path("edited.xlf").write_text(text.replace(plain["chosen"]["target"], "Etwas anderes"), encoding="utf-8")
    found = labels_in("edited.xlf")
    assert found[plain["id"]] is False
    assert sum(not right for right in found.values()) >= 1
    assert all(found[one["id"]] for one in sample if one["id"] != plain["id"] and one["id"] in found)
    assert len(found) == len(sample)
