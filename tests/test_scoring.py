"""`mtqa score` and `mtqa.score`: tables of candidates in, result lines out."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import mtqa
from mtqa.cli import mtqa as command
from mtqa.consensus.settings import DecideSettings
from mtqa.errors import ConfigError, FormatError, MtqaError, SeveralErrors
from mtqa.judging import Judge, Rules
from mtqa.metrics.chrf import Chrf
from mtqa.metrics.tokens import Tokens
from mtqa.store import tables
from mtqa.store.lines import encoded
from mtqa.store.records import results_to_json
from tests.helpers import found

SCHEMA = json.loads((Path(mtqa.__file__).parent / "store" / "segment.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
Invoke = Callable[..., Result]
Row = dict[str, Any]


def row(number: int, texts: dict[str, str | None], **more: Any) -> Row:
    known = {"id": f"s{number}", "source": f"Sentence {number}", "source_lang": "en", "target_lang": "de"}
    return known | {"candidates": texts} | more


GOOD, OTHER, BAD = "Der Hund schläft im Garten", "Der Hund schläft in dem Garten", "Das Auto fährt"
ROWS = [
    row(1, {"a": GOOD, "b": GOOD, "c": OTHER, "d": BAD}, doc_id="one"),
    row(2, {"a": "Ja", "b": None, "c": "Ja"}),
    row(3, {"a": "", "b": "Nein danke", "c": "Nein danke"}),
    row(4, {"d": "allein"}),
    row(5, {}),
]


SETS = [
    found("Hello 100%", **{"a": "Hallo", "b%b": "Hallo 100%", 'c"': "Guten Tag"}),
    found("Hello again", a="Noch einmal", b="\ud800 noch einmal"),
    found("Hello"),
]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(command, list(map(str, arguments)))


def written(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def test_a_result_for_every_row() -> None:
    results = list(mtqa.score(ROWS))
    for result in results:
        VALIDATOR.validate(result)
    assert [r["id"] for r in results] == [r["id"] for r in ROWS]
    assert [r["status"] for r in results] == ["agreed", "undecided", "agreed", "undecided", "undecided"]
    assert results[0]["chosen"]["target"] == GOOD
    assert results[0]["doc_id"] == "one"
    assert [c["engine"] for c in results[0]["candidates"] if c["outlier"]] == ["d"]
    assert results[2]["chosen"]["target"] == "Nein danke"
    assert {f["engine"]: f["kind"] for f in results[1]["failures"]} == dict.fromkeys("bd", "abstained")
    evidence = [r["reasons"][0]["evidence"] for r in results if r["status"] == "undecided"]
    assert "elect nobody" in evidence[0]
    assert "without evidence" in evidence[1]


def test_parts_add_up_to_the_score() -> None:
    for result in mtqa.score(ROWS):
        for candidate in result["candidates"]:
            if "score" in candidate:
                assert candidate["score"] == pytest.approx(sum(candidate["parts"].values()), abs=1e-5)
                assert set(candidate["parts"]) == {"chrf", "tokens", "prior", "length", "checks"}


def test_weights_switch_parts_off() -> None:
    off = dict.fromkeys(("prior", "length", "missing", "faults", "empty"), 0)
    for result in mtqa.score(ROWS, decide=off):
        for candidate in result["candidates"]:
            assert not any(candidate.get("parts", {}).get(name) for name in ("prior", "length", "checks"))


def test_a_primary_engine_is_kept_or_overruled() -> None:
    results = list(mtqa.score(ROWS, decide={"primary": "d"}))
    assert results[0]["overruled"]["engine"] == "d"
    assert results[0]["overruled"]["lead"] >= 0.1
    assert results[0]["overruled"]["evidence"].startswith("d overruled by ")
    assert results[3]["chosen"]["engine"] == "d"
    assert "prior" not in results[0]["candidates"][0]["parts"]
    kept = list(mtqa.score(ROWS, decide={"primary": "d", "margin": 1}))
    assert kept[0]["chosen"]["engine"] == "d"
    assert "overruled" not in kept[0]
    own = [one | {"primary": "c"} if one["id"] == "s1" else one for one in ROWS]
    assert next(mtqa.score(own))["chosen"]["engine"] == "c"


def test_groups_and_language_pairs_have_statistics_of_their_own() -> None:
    """A group is judged as if it were alone, wherever its rows stand."""
    one = [row(n, {"a": f"{n} Hunde", "b": f"{n} Hund", "c": f"{n} Katzen schlafen"}, group="x") for n in range(8)]
    two = [row(n, {"a": f"drei {n}", "b": f"vier {n}", "c": f"vier mal {n}"}, group="y") for n in range(8)]
    three = [r | {"target_lang": "nl"} for r in two]
    mixed = list(mtqa.score([r for rows in zip(one, two, three, strict=True) for r in rows]))
    assert mixed[0::3] == list(mtqa.score(one))
    assert mixed[1::3] == list(mtqa.score(two))
    assert mixed[2::3] == list(mtqa.score(three))


def test_copies_of_an_engine_do_not_elect_themselves() -> None:
    run = [
        row(n, {"a": f"Das ist Satz {n} hier", "b": f"Das ist der Satz {n} hier", "c": f"Es gibt etwas {n} Unfug"})
        for n in range(40)
    ]
    for one in run:
        one["candidates"]["c2"] = one["candidates"]["c3"] = one["candidates"]["c"]
    found = list(mtqa.score(run))
    assert {r["chosen"]["engine"] for r in found} <= {"a", "b"}
    assert found[0]["candidates"][2]["vote"] == pytest.approx(1 / 3, abs=1e-6)
    naive = list(mtqa.score(run, decide={"kin_vote": 1}))
    assert {r["chosen"]["engine"] for r in naive} <= {"c", "c2", "c3"}


texts = st.none() | st.text(max_size=20) | st.text(st.characters(), max_size=4)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), texts, max_size=8), max_size=5), st.text(max_size=20))
def test_any_text_gives_valid_lines(run: list[dict[str, str | None]], source: str) -> None:
    for result in mtqa.score([row(n, one) | {"source": source} for n, one in enumerate(run)]):
        VALIDATOR.validate(result)


def test_every_kind_of_table_says_the_same(tmp_path: Path) -> None:
    rows = [row(n, {"a": f"Satz, {n}", "b": f'Satz\n"{n}"', "c": None if n % 2 else "x"}, doc_id="d") for n in range(5)]
    expected = list(mtqa.score(rows))
    flat = [
        {k: v for k, v in r.items() if k != "candidates"} | {f"candidates.{e}": t for e, t in r["candidates"].items()}
        for r in rows
    ]
    written(tmp_path / "t.jsonl", rows)
    written(tmp_path / "flat.jsonl", rows)
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)
    pl.DataFrame(flat).write_csv(tmp_path / "t.tsv", separator="\t", include_bom=True)
    pl.DataFrame(flat).write_csv(tmp_path / "semicolons.csv", separator=";", include_bom=True)
    pl.DataFrame(rows).write_parquet(tmp_path / "t.parquet")
    pl.DataFrame(flat).write_parquet(tmp_path / "flat.parquet")
    for name in ("t.jsonl", "t.csv", "t.tsv", "semicolons.csv", "t.parquet", "flat.parquet"):
        found = list(mtqa.score(tmp_path / name))
        assert [r | {"file": "rows"} for r in found] == expected, name


def test_parquet_is_read_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_BATCH", 2)
    for count in (1, 2, 5):
        pl.DataFrame([row(n, {"a": "x"}) for n in range(count)]).write_parquet(tmp_path / "t.parquet")
        assert [r["id"] for _, r in tables.read_table(tmp_path / "t.parquet")] == [f"s{n}" for n in range(count)]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"id": None}, "has no id"),
        ({"source": None}, "has no source"),
        ({"source": 3}, "has no source"),
        ({"target_lang": ""}, "has no target_lang"),
        ({"source_lang": "english!"}, "source_lang: 'english!' is not a language tag"),
        ({"candidates": None}, "has no candidates"),
        ({"candidates": ["x"]}, "has no candidates"),
        ({"candidates": {"a": 1}}, "the candidate of a is not text (1)"),
        ({"candidates": {"": "x"}}, "'' is no name of an engine"),
        ({"group": ["x"]}, "group is not text"),
    ],
)
def test_a_bad_row_is_named(bad: Row, said: str, tmp_path: Path) -> None:
    rows = [row(1, {"a": "x"}), row(2, {"a": "x"}) | bad]
    with pytest.raises(FormatError) as caught:
        list(mtqa.score(rows))
    assert str(caught.value).startswith("row 2: ")
    assert said in str(caught.value)
    with pytest.raises(FormatError, match=r"t\.jsonl:2: "):
        list(mtqa.score(written(tmp_path / "t.jsonl", rows)))


def test_all_bad_rows_are_named_at_once() -> None:
    with pytest.raises(SeveralErrors) as caught:
        list(mtqa.score([{}, row(1, {"a": "x"}), 7]))  # type: ignore[list-item]
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["row 1", "row 3"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.xlsx", b"x", "t.xlsx: .xlsx is no table; known: .jsonl"),
        ("t.jsonl", b'{"id": ', "t.jsonl:1: is not JSON in UTF-8"),
        ("t.jsonl", b"\xff\xfe", "t.jsonl:1: is not JSON in UTF-8"),
        ("t.csv", b"id,id\n1,2\n", "t.csv:1: has the column 'id' twice"),
        ("t.csv", b"id,source\n1\n", "t.csv:2: has 1 cells, the header has 2"),
        ("t.csv", b'id,source\n1,"x\n', "t.csv:2: is not CSV in UTF-8"),
        ("t.csv", b"id,source\n1,\xff\n", "is not CSV in UTF-8"),
        ("t.parquet", b"PAR1 no", "t.parquet: is not Parquet"),
        ("none.csv", None, "none.csv: no such file"),
        ("none.parquet", None, "none.parquet: no such file"),
    ],
)
def test_what_is_no_table_is_refused(name: str, content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError) as caught:
        list(mtqa.score(tmp_path / name))
    assert said in str(caught.value)


def test_a_primary_engine_may_be_missing_in_a_row_and_not_in_the_table() -> None:
    found = list(mtqa.score([one | {"primary": "d"} for one in ROWS]))
    assert found[2]["overruled"] == {"engine": "d", "why": "absent", "evidence": found[2]["overruled"]["evidence"]}
    assert found[2]["chosen"]["target"] == "Nein danke"
    with pytest.raises(ConfigError, match="row 2: rows has no engine 'aa', did you mean 'a'"):
        list(mtqa.score([ROWS[0], ROWS[1] | {"primary": "aa"}]))


def test_a_wrong_setting_is_refused_before_anything_is_judged() -> None:
    with pytest.raises(ConfigError, match="no engine 'claude'"):
        list(mtqa.score(ROWS, decide={"primary": "claude"}))
    with pytest.raises(MtqaError, match="did you mean 'margin'"):
        list(mtqa.score(ROWS, decide={"margn": 0.2}))


def test_the_command_writes_a_run_that_other_commands_read(invoke: Invoke, tmp_path: Path) -> None:
    table = written(tmp_path / "t.jsonl", ROWS)
    done = invoke("score", table, "-o", "out", "--primary", "d")
    assert done.exit_code == 0, done.output
    assert done.stdout == "5 segments · 2 agreed · 0 divergent · 3 undecided · 0 protected · 0 lost · 2 overruled\n"
    lines = (tmp_path / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        r | {"file": "t.jsonl"} for r in mtqa.score(ROWS, decide={"primary": "d"})
    ]
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert manifest["metrics"]["agreement"].startswith("agreement|chrf:1@")
    assert set(manifest["statistics"][0]["priors"]) == set("abcd")
    assert "d overruled by " in invoke("show", "out").stdout
    assert invoke("report", "out", "--format", "html,csv").exit_code == 0
    assert invoke("score", table, "-o", "out").exit_code == 0, "a run may be done again"


def test_rows_with_one_id_are_told(invoke: Invoke, tmp_path: Path) -> None:
    table = written(tmp_path / "t.jsonl", [*ROWS, ROWS[0], ROWS[1]])
    done = invoke("score", table, "-o", "out")
    assert done.exit_code == 0
    assert "t.jsonl: 2 rows have the id of an earlier one" in done.stderr
    (told,) = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["notices"]
    assert told["where"] == "t.jsonl"


def test_the_command_writes_lines_alone(invoke: Invoke, tmp_path: Path) -> None:
    table = written(tmp_path / "t.jsonl", [*ROWS, row(9, {"a": "\ud800", "b": "b", "c": "c"})])
    assert invoke("score", table, "-o", "lines.jsonl", "-m", "chrf").exit_code == 0
    results = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text(encoding="utf-8").splitlines()]
    assert list(results[0]["utilities"]) == ["agreement", "chrf"]
    assert results[-1]["candidates"][0]["target"] == "\ud800"


def test_nothing_of_the_users_is_overwritten(invoke: Invoke, tmp_path: Path) -> None:
    table = written(tmp_path / "t.jsonl", ROWS)
    before = table.read_bytes()
    assert "is the table itself" in str(invoke("score", table, "-o", table).exception)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x", encoding="utf-8")
    assert "is there and no run" in str(invoke("score", table, "-o", "mine").exception)
    written(tmp_path / "bad.jsonl", [{}])
    assert invoke("score", "bad.jsonl", "-o", "never").exit_code == 1
    assert not (tmp_path / "never").exists()
    assert table.read_bytes() == before


def test_checks_run_where_the_configuration_speaks_of_them(tmp_path: Path) -> None:
    run = [row(1, {"a": "Hallo", "b": "Hallo {name}", "c": "Hallo {name}"}) | {"source": "Hello {name}"}]
    (tmp_path / "mtqa.toml").write_text('[checks]\nplaceholders = "error"\n', encoding="utf-8")
    (plain,), (with_checks,) = mtqa.score(run), mtqa.score(run, config=tmp_path / "mtqa.toml")
    assert [c["findings"] for c in plain["candidates"]] == [[], [], []]
    assert "{name} missing" in [f["message"] for f in with_checks["candidates"][0]["findings"]]


def test_the_manifest_names_the_checks_that_ran(invoke: Invoke, tmp_path: Path) -> None:
    table = written(tmp_path / "table.jsonl", ROWS)
    for text, expected in (("", {}), ('[checks]\nplaceholders = "error"\n', {"placeholders": "error"})):
        (tmp_path / "mtqa.toml").write_text(text, encoding="utf-8")
        assert invoke("score", table, "-o", "out").exit_code == 0
        told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["checks"]
        assert expected.items() <= told.items()
        assert bool(told) == bool(expected)


def test_a_number_of_any_length_is_an_id(tmp_path: Path) -> None:
    table = tmp_path / "table.jsonl"
    table.write_text(json.dumps(row(1, {"a": GOOD}) | {"id": 10**30, "group": 2**64}), encoding="utf-8")
    (result,) = mtqa.score(table)
    assert (result["id"], result["group"]) == (str(10**30), str(2**64))


def test_lines_are_the_same_however_they_are_made(tmp_path: Path) -> None:
    """Utilities are written as JSON at once where nobody looks at them, as with a calibration somebody does."""
    judge = Judge(Rules({"chrf": Chrf(), "tokens": Tokens()}, {}, {}, DecideSettings(), {}), lambda: iter([SETS]))
    (results,) = judge.results()
    at_once, one_by_one = results_to_json(results, spliced=True), results_to_json(results)
    assert list(map(encoded, at_once)) == list(map(encoded, one_by_one))
    assert one_by_one[0]["utilities"]["chrf"][0].keys() == {"hypothesis", "reference", "value"}
