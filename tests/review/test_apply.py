"""Decisions back into files: what is written, in which words, and what is refused by name."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.errors import DecisionError

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "sample_files" / "app_en-de.xlf"
Record = dict[str, Any]
Run = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def out(invoke: Run) -> Path:
    """The folder of a run over the sample."""
    assert invoke("run", SAMPLE, "-c", ROOT / "sample_files" / "mtqa.toml", "-o", "out").exit_code == 0
    return Path("out")


def results(folder: Path) -> dict[str, Record]:
    lines = (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["unit"]: record for record in map(json.loads, lines)}


def decide(record: Record, action: str, **texts: str) -> Record:
    return {"id": record["id"], "action": action, "source": record["source"], **texts}


def choose(record: Record, engine: str) -> Record:
    target = next(c["target"] for c in record["candidates"] if c["engine"] == engine)
    return decide(record, "choose", engine=engine, target=target)


def save(*decisions: Record, path: str = "decisions.json") -> Path:
    document = {"schema": 1, "run": "0" * 64, "decisions": decisions}
    Path(path).write_text(json.dumps(document), encoding="utf-8")
    return Path(path)


def target_of(text: str, unit: str) -> str:
    found = re.search(rf'<trans-unit id="{unit}".*?(<target.*?</target>)', text, re.DOTALL)
    assert found
    return found[1]


def test_decisions_are_written_as_reviewed_and_nothing_else_changes(out: Path, invoke: Run) -> None:
    run, before = results(out), (out / "files" / SAMPLE.name).read_text(encoding="utf-8")
    box, charge, done, start = (run[unit] for unit in ("box", "charge", "done", "start"))
    edited = start["source"].replace("Press", "Bitte")
    decisions = (choose(box, "nmt_a"), decide(charge, "edit", target="Gebühr"), decide(done, "ignore", reason="fine"),
                 decide(start, "edit", target=edited))  # fmt: skip
    done_ = invoke("apply", out, save(*decisions))
    assert (done_.exit_code, done_.stdout) == (0, "3 written · 1 left as they are · 0 refused\n"), done_.stderr
    after = (out / "reviewed" / SAMPLE.name).read_text(encoding="utf-8")
    assert target_of(after, "box") == (
        '<target state="translated">Aktivieren Sie das Kontrollkästchen, um das Original zu behalten.</target>'
    )
    assert target_of(after, "charge") == '<target state="translated">Gebühr</target>'
    assert "Bitte" in target_of(after, "start")
    assert '<g id="1"' in target_of(after, "start")
    assert target_of(after, "done") == target_of(before, "done")
    for word in ("approved", "signed-off"):
        assert after.count(word) == before.count(word)
    rest = re.compile(r'<trans-unit id="(?:box|charge|start)".*?</trans-unit>', re.DOTALL)
    assert rest.sub("", after) == rest.sub("", before)
    assert "divergent" not in rest.findall(after)[0], "the note of the machine has served"


def test_stale_and_impossible_decisions_are_refused_by_name_and_the_rest_is_written(out: Path, invoke: Run) -> None:
    run = results(out)
    box, charge, done, start = (run[unit] for unit in ("box", "charge", "done", "start"))
    locked = next(record for record in run.values() if record["status"] == "protected")
    decisions = (
        choose(box, "nmt_a"),
        choose(charge, "nmt_b") | {"source": "Charges"},
        choose(done, "nmt_b") | {"target": "Das alte Backup."},
        decide(start, "edit", target="ohne Codes"),
        decide(locked, "edit", target="x"),
        {"id": "app_en-de.xlf#99", "action": "ignore", "source": "x"},
    )
    done_ = invoke("apply", out, save(*decisions))
    assert (done_.exit_code, done_.stdout) == (1, "1 written · 0 left as they are · 5 refused\n")
    refused = dict(re.findall(r"refused: (\S+): (.*?);", done_.stderr))
    assert "source has changed" in refused[charge["id"]]
    assert "candidate of nmt_b has changed" in refused[done["id"]]
    assert "inline code" in refused[start["id"]]
    assert "protected" in refused[locked["id"]]
    assert "no such segment" in refused["app_en-de.xlf#99"]
    after = (out / "reviewed" / SAMPLE.name).read_text(encoding="utf-8")
    before = (out / "files" / SAMPLE.name).read_text(encoding="utf-8")
    assert target_of(after, "box") != target_of(before, "box")
    for unit in ("charge", "done", "start"):
        assert target_of(after, unit) == target_of(before, unit)


def test_work_in_the_copy_is_not_lost(out: Path, invoke: Run) -> None:
    copy = out / "files" / SAMPLE.name
    copy.write_text(copy.read_text(encoding="utf-8").replace(">Aufpreis<", ">von Hand<"), encoding="utf-8")
    run = results(out)
    done = invoke("apply", out, save(choose(run["charge"], "nmt_b"), choose(run["box"], "nmt_a")))
    assert done.exit_code == 1
    assert "somebody has changed its target" in done.stderr
    assert "von Hand" in target_of((out / "reviewed" / SAMPLE.name).read_text(encoding="utf-8"), "charge")


def test_again_is_the_same_and_other_files_are_never_replaced(out: Path, invoke: Run) -> None:
    inputs = SAMPLE.read_bytes(), (out / "files" / SAMPLE.name).read_bytes()
    decisions = save(choose(results(out)["box"], "nmt_a"))
    assert invoke("apply", out, decisions).exit_code == 0
    once = (out / "reviewed" / SAMPLE.name).read_bytes()
    assert invoke("apply", out, decisions).exit_code == 0
    assert (out / "reviewed" / SAMPLE.name).read_bytes() == once
    Path("mine").mkdir()
    Path("mine", SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    for folder in ("mine", out / "files", SAMPLE.parent):
        done = invoke("apply", out, decisions, "-o", folder)
        assert "is there already" in str(done.exception)
    assert Path("mine", SAMPLE.name).read_bytes() == SAMPLE.read_bytes()
    (out / "reviewed" / SAMPLE.name).write_text("somebody's work", encoding="utf-8")
    assert "is there already" in str(invoke("apply", out, decisions).exception)
    assert (SAMPLE.read_bytes(), (out / "files" / SAMPLE.name).read_bytes()) == inputs


IGNORED = '{"id": "a", "action": "ignore", "source": ""}'


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("nonsense", "cannot be read"),
        ("[]", "holds no decisions"),
        ('{"schema": 9, "decisions": []}', "schema 9"),
        ('{"schema": 1, "decisions": [{"action": "accept"}]}', "without the id"),
        ('{"schema": 1, "decisions": [{"id": "a", "action": "approve"}]}', "'approve' is no action"),
        ('{"schema": 1, "decisions": [{"id": "a", "action": "accept", "source": 1}]}', "source is missing or no text"),
        ('{"schema": 1, "decisions": [{"id": "a", "action": "edit", "source": ""}]}', "edit without a target"),
        (f'{{"schema": 1, "decisions": [{IGNORED.replace("ignore", "choose")}]}}', "without a target"),
        (f'{{"schema": 1, "decisions": [{IGNORED}, {IGNORED}]}}', "two decisions"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_in_one_line(out: Path, invoke: Run, document: str, fault: str) -> None:
    Path("d.json").write_text(document, encoding="utf-8")
    error = str(invoke("apply", out, "d.json").exception)
    assert fault in error
    assert error.startswith("d.json")
    assert len(error.splitlines()) == 1
    assert not (out / "reviewed").exists()


def test_an_edit_with_what_no_xml_file_can_hold_is_refused(out: Path, invoke: Run) -> None:
    run = results(out)
    done = invoke("apply", out, save(decide(run["charge"], "edit", target="a\x00b"), choose(run["box"], "nmt_a")))
    assert (done.exit_code, done.stdout) == (1, "1 written · 0 left as they are · 1 refused\n")
    assert f"refused: {run['charge']['id']}: U+0000" in done.stderr


CORPUS = Path(os.environ.get("MTQA_CORPUS", ""))
MANIFEST = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["files"] if CORPUS.name else {}
WORDS = {
    "mqxliff": r'mq:status="PartiallyEdited"',
    "mxliff": r'm:trans-origin="null"',
    "sdlxliff": r'origin="interactive"',
    "xliff2": r'state="reviewed" subState="mtqa:reviewed"|subState="mtqa:reviewed" state="reviewed"',
    "tmx": r'<prop type="x-mtqa:status">reviewed</prop>',
}


@pytest.mark.skipif(not MANIFEST, reason="MTQA_CORPUS names no folder with a manifest.json")
@pytest.mark.parametrize("kind", WORDS)
def test_every_tool_is_told_in_its_own_words_and_nothing_is_confirmed(kind: str, invoke: Run) -> None:
    names = [name for name, one in MANIFEST.items() if kind in (one.get("flavour"), Path(name).suffix[1:])]
    told = 0
    for name in names[:25]:
        Path("c.jsonl").write_text('{"source": "Hello world", "target": "Hallo Welt"}\n', encoding="utf-8")
        folder = Path("runs", name.replace("/", "_"))
        options = ["--source-lang", "en", "--target-lang", "fr", "--candidates", "a=c.jsonl"]
        if invoke("run", CORPUS / name, *options, "-o", folder).exit_code:
            continue
        open_ = [r for r in results(folder).values() if r["status"] != "protected" and not r.get("kept")]
        if not open_:
            continue
        decisions = save(*(decide(r, "edit", target=r["source"]) for r in open_))
        done = invoke("apply", folder, decisions)
        written = (folder / "reviewed" / Path(name).name).read_bytes()
        before = (folder / "files" / Path(name).name).read_bytes()
        for word in (b"Approved", b'approved="yes"', b"ManuallyConfirmed", b'm:confirmed="1"', b"signed-off", b"final"):
            assert written.count(word) == before.count(word), name
        told += bool(re.search(WORDS[kind].encode(), written)) and "refused: " not in done.stderr
    assert told > 0, names


def test_a_workbook_that_was_filled_in_is_applied(out: Path, invoke: Run) -> None:
    run = results(out)
    assert invoke("report", out, "--format", "xlsx").exit_code == 0
    book = openpyxl.load_workbook(out / "report.xlsx")
    sheet = book["segments"]
    head = [cell.value for cell in sheet[1]]
    rows = {row[head.index("unit")].value: row for row in sheet.iter_rows(min_row=2)}

    def fill(unit: str, **values: str) -> None:
        for name, value in values.items():
            rows[unit][head.index(name.replace("_", " "))].value = value

    fill("box", decision="nmt_a")
    fill("charge", your_target="Gebühr")
    fill("done", decision="ignore", comment="fine")
    fill("start", decision="accept")
    fill("save", decision="nmt_b")
    rows["save"][head.index("source")].value = "Save all"
    book.save("filled.xlsx")
    done = invoke("apply", out, "filled.xlsx")
    assert (done.exit_code, done.stdout) == (1, "3 written · 1 left as they are · 1 refused\n"), done.stderr
    assert f"refused: {run['save']['id']}: the source has changed" in done.stderr
    after = (out / "reviewed" / SAMPLE.name).read_text(encoding="utf-8")
    assert target_of(after, "charge") == '<target state="translated">Gebühr</target>'
    assert "um das Original zu behalten" in target_of(after, "box")
    fill("box", decision="maybe")
    book.save("filled.xlsx")
    error = str(invoke("apply", out, "filled.xlsx").exception)
    assert "'maybe' is no decision" in error
    assert "filled.xlsx: row " in error


@pytest.mark.parametrize("form", ["=A1", "=ADRESSE"])
def test_a_text_that_became_a_formula_is_not_lost_in_silence(form: str, out: Path, invoke: Run) -> None:
    """A spreadsheet keeps "=..." as a formula; what it came to, or nothing, would stand for the reviewer's text."""
    invoke("report", out, "--format", "xlsx")
    book = openpyxl.load_workbook(out / "report.xlsx")
    sheet = book["segments"]
    sheet.cell(3, [cell.value for cell in sheet[1]].index("your target") + 1).value = form
    book.save("filled.xlsx")
    error = str(invoke("apply", out, "filled.xlsx").exception)
    assert error == "filled.xlsx: row 3: your target is a formula; write it as text, after an apostrophe"


def test_a_row_may_end_before_its_head_does(out: Path, invoke: Run) -> None:
    """Other programs leave out the empty cells at the end of a row, and say nowhere how wide the sheet is."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("segments")
    sheet.append(["id", "source", "chosen", "decision", "your target"])
    for row in (["x"], [], [None]):
        sheet.append(row)
    book.save("filled.xlsx")
    assert invoke("apply", out, "filled.xlsx").stdout == "0 written · 0 left as they are · 0 refused\n"


def test_a_damaged_workbook_is_told_in_one_line(out: Path, invoke: Run) -> None:
    invoke("report", out, "--format", "xlsx")
    with ZipFile(out / "report.xlsx") as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for victim in parts:
        if victim.startswith("xl/") or victim == "[Content_Types].xml":
            with ZipFile("damaged.xlsx", "w") as damaged:
                for name, data in parts.items():
                    damaged.writestr(name, data[: len(data) // 2] if name == victim else data)
            done = invoke("apply", out, "damaged.xlsx")
            assert done.exit_code == 0 or isinstance(done.exception, DecisionError), (victim, done.exception)


def test_decisions_about_a_table_have_no_file_to_go_to(invoke: Run) -> None:
    row = {"id": "1", "source": "Yes", "source_lang": "en", "target_lang": "de", "candidates": {"a": "Ja", "b": "Ja"}}
    Path("t.jsonl").write_text(json.dumps(row), encoding="utf-8")
    invoke("score", "t.jsonl", "-o", "scored")
    assert "is of a table" in str(invoke("apply", "scored", save()).exception)


def test_a_target_of_several_segments_is_reviewed_when_all_of_them_are(invoke: Run, tmp_path: Path) -> None:
    mark = '<mrk mtype="seg" mid="{}">{}</mrk>'
    two = mark.format(1, "One.") + " " + mark.format(2, "Two.")
    Path("two.xlf").write_text(
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" datatype="plaintext" '
        f'source-language="en" target-language="de"><body><trans-unit id="1"><source>One. Two.</source>'
        f"<seg-source>{two}</seg-source></trans-unit></body></file></xliff>",
        encoding="utf-8",
    )
    pairs = (("One.", "Eins."), ("Two.", "Zwei."))
    Path("c.jsonl").write_text("".join(json.dumps({"source": s, "target": t}) + "\n" for s, t in pairs), "utf-8")
    Path("d.jsonl").write_text("".join(json.dumps({"source": s, "target": t * 9}) + "\n" for s, t in pairs), "utf-8")
    Path("e.jsonl").write_text("".join(json.dumps({"source": s, "target": "Z" * 9}) + "\n" for s, t in pairs), "utf-8")
    engines = [option for name in "cde" for option in ("--candidates", f"{name}={name}.jsonl")]
    assert invoke("run", "two.xlf", *engines, "-o", "o").exit_code == 0
    one, other = results(Path("o")).values()
    before = Path("o/files/two.xlf").read_text(encoding="utf-8")
    assert before.count('<note from="mtqa"') == 2
    assert invoke("apply", "o", save(decide(one, "edit", target="Erstens."))).exit_code == 0
    half = Path("o/reviewed/two.xlf").read_text(encoding="utf-8")
    assert 'state="needs-review-translation"' in half
    assert half.count('<note from="mtqa"') == 1  # the other segment keeps its own
    assert "Erstens." in half
    assert other["chosen"]["target"] in half
    both = save(decide(one, "edit", target="Erstens."), decide(other, "edit", target="Zweitens."))
    assert invoke("apply", "o", both).exit_code == 0
    assert '<target state="translated">' in Path("o/reviewed/two.xlf").read_text(encoding="utf-8")
