"""Other forms of a run: read back by the programs they are for, whatever a run says."""

import csv
import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from mtqa.plugins import build
from mtqa.report.plain import CELL, cell_text
from tests.report.runs import ENGINES, Record, make_run, segment, texts_of

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "<script>alert(1)</script>]]>&amp;",
    "::error ::pwned\n::stop-commands::x\r\n%0A::warning::",
    "\u202eoverride\u2066 \x00\x1b[31m\x85\u2028",
    "half \ud800 and \udfff",
    "_x0041_ _x005F_",
    "x" * 200_000,
    "😀" * 20_000,
]
FORMS = ("csv", "xlsx", "parquet", "sarif", "junit", "github", "jsonl", "html")


def rendered(folder: Path, name: str) -> bytes:
    out = io.BytesIO()
    build("reports", name, {}, "test").render(folder, out)
    return out.getvalue()


def hostile(n: int, text: str) -> Record:
    record = segment(n, f"{text[:40]}.xlf", text, text, {"deepl": text, "nllb": f"{text} {text}", "vendor": "x"})
    record |= {"note": text, "existing": text, "state": text, "status": "divergent" if n % 2 else "undecided"}
    record["reasons"] = [{"code": text, "engines": ["deepl"], "evidence": text}]
    record["failures"] = [{"engine": "mistral", "kind": "failed", "reason": text}]
    for candidate in record["candidates"]:
        candidate["findings"] = [{"check": text, "severity": "error", "message": text}]
    return record


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evil")
    records = [hostile(n, text) for n, text in enumerate(HOSTILE)]
    make_run(folder, [])
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    make_run(folder, list(texts_of(1)))
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "segments.jsonl").write_text(lines, encoding="utf-8")
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("run"), texts_of(40))


def results(folder: Path) -> list[Record]:
    return [json.loads(line) for line in (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_takes_every_text_and_is_the_same_again(evil: Path, name: str) -> None:
    assert rendered(evil, name) == rendered(evil, name)


def test_a_workbook_says_what_the_run_says(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(rendered(folder, "xlsx")))
    assert book.sheetnames[:4] == ["summary", "segments", "findings", "lists"] or book.sheetnames[0] == "summary"
    assert {"summary", "segments", "engines", "findings"} <= set(book.sheetnames)
    sheet = book["segments"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(rows) == 40
    for row, result in zip(rows, results(folder), strict=True):
        assert (row["id"], row["source"], row["status"]) == (result["id"], result["source"], result["status"])
        assert row["chosen"] == result.get("chosen", {}).get("target")
        assert {e: row[f"candidate {e}"] for e in ENGINES if row[f"candidate {e}"]} == {
            c["engine"]: c["target"] for c in result["candidates"]
        }
    for name in ("segments", "findings", "engines"):
        assert book[name].freeze_panes == "B2"
    for name in ("segments", "findings"):
        assert book[name].auto_filter.ref
    (offered,) = sheet.data_validations.dataValidation
    assert offered.formula1.startswith("lists!")
    assert book["lists"].sheet_state == "hidden"
    arabic = next(row for row in sheet.iter_rows(min_row=2) if "ar.xlf" in row[0].value)
    assert arabic[head.index("chosen")].alignment.readingOrder == 2
    summary = dict(book["summary"].iter_rows(values_only=True))
    assert summary["segments"] == 40
    assert summary["made"] == "2026-05-04T09:30:00+00:00 in 4 h 12 min with mtqa 0.1.0"


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(evil: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(rendered(evil, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    sources = [unescape(row[6].value) for row in book["segments"].iter_rows(min_row=2)]
    assert sources == [cell_text(text) for text in HOSTILE]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_any_text_comes_back_from_a_cell(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = make_run(tmp_path_factory.mktemp("x"), [])
    lines = "".join(json.dumps(segment(n, "f", "u", text, {"deepl": text})) + "\n" for n, text in enumerate(texts))
    (folder / "segments.jsonl").write_text(lines, encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO(rendered(folder, "xlsx")), read_only=True)
    read = [unescape(row[6] or "") for row in book["segments"].iter_rows(min_row=2, values_only=True)]
    assert read == [cell_text(text) for text in texts]


def test_a_cell_holds_what_it_can() -> None:
    for text in ("x" * 200_000, "😀" * 40_000, "x" + "😀" * 40_000):
        cell = cell_text(text)
        assert len(cell.encode("utf-16-le")) // 2 <= CELL
        assert cell.endswith("[…]")
        assert text.startswith(cell.removesuffix(" […]"))


@pytest.mark.office
def test_libreoffice_opens_the_workbook(evil: Path, folder: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("no LibreOffice: install libreoffice-calc")
    for number, run in enumerate((folder, evil)):
        path = tmp_path / f"report{number}.xlsx"
        path.write_bytes(rendered(run, "xlsx"))
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        # 44,34: comma, quotation mark; 76: UTF-8; then the second sheet.
        convert = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
        command = [office, profile, "--headless", "--convert-to", convert, "--outdir", str(tmp_path), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        (written,) = tmp_path.glob(f"report{number}*.csv")
        rows = list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8"), newline="")))
        assert [row["source"] for row in rows] == [cell_text(result["source"]) for result in results(run)]


def test_columns_for_analysis(folder: Path) -> None:
    frame = pl.read_parquet(io.BytesIO(rendered(folder, "parquet")))
    assert frame["id"].to_list() == [result["id"] for result in results(folder)]
    counted = frame.explode("candidates", empty_as_null=True, keep_nulls=False)
    counted = counted.with_columns(pl.col("candidates").struct.field("engine"))
    for engine in ENGINES:
        total = sum(c["engine"] == engine for r in results(folder) for c in r["candidates"])
        assert counted.filter(pl.col("engine") == engine).height == total
    assert frame["risk"].null_count() == sum("risk" not in r for r in results(folder))


def test_sarif_names_every_problem_with_its_place(folder: Path) -> None:
    log: dict[str, Any] = json.loads(rendered(folder, "sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        for taxon in result["taxa"]:
            (taxonomy,) = [one for one in run["taxonomies"] if one["name"] == taxon["toolComponent"]["name"]]
            assert {"id": taxon["id"]} in taxonomy["taxa"]
    taxa = [taxon["id"] for taxonomy in run["taxonomies"] for taxon in taxonomy["taxa"]]
    assert {"addition", "uncategorized", "Accuracy: addition"} <= set(taxa)
    told = [(r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], r["ruleId"]) for r in run["results"]]
    for status in ("divergent", "undecided"):
        assert [i for i, rule in told if rule == status] == [r["id"] for r in results(folder) if r["status"] == status]


def test_junit_counts_what_it_holds(folder: Path, evil: Path) -> None:
    for run in (folder, evil):
        suites = ET.fromstring(rendered(run, "junit"))  # noqa: S314 - ours
        assert sum(int(suite.attrib["tests"]) for suite in suites) == len(results(run))
        for suite in suites:
            assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
            assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
            assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
        failed = {case.attrib["name"].split()[0] for case in suites.iterfind("testsuite/testcase[failure]")}
        if run == folder:
            assert failed == {r["id"] for r in results(run) if r["status"] == "divergent"}


def test_annotations_cannot_become_commands(evil: Path, folder: Path) -> None:
    lines = rendered(evil, "github").decode().splitlines()
    assert all(line.startswith(("::error file=", "::warning file=")) for line in lines)
    assert not [line for line in lines if any(not character.isprintable() for character in line)]
    levels = [line.split()[0] for line in rendered(folder, "github").decode().splitlines()]
    assert levels == sorted(levels)  # errors first
