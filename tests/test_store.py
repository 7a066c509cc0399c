"""The store: nothing that was kept is lost, by threads, by a second process, or by a killed one."""

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from unittest.mock import MagicMock, patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.errors import StoreError
from mtqa.inline import Code, Text
from mtqa.model import Alternative, Candidate, Edit, Failure, Missing, Status, Usage
from mtqa.ports import JsonObject
from mtqa.store.answers import Answers
from mtqa.store.lines import decoded, encoded, extended, numbers, rounded
from mtqa.store.records import (
    answer_from_json,
    answer_to_json,
    edit_from_json,
    edit_to_json,
    segment_from_json,
    segment_to_json,
)
from mtqa.store.run import RunStore, read_manifest, read_results, write_lines, write_manifest
from mtqa.store.spool import Spool
from tests.helpers import segment

CODED = Text("a ", Code("1", "open", "<g>"), "b", Code("1", "close", "</g>", equiv="\n"))


@pytest.mark.parametrize(
    "one",
    [
        segment("plain"),
        segment("nothing in it", target=Text()),
        segment(CODED, target=CODED, state="new", note="n", kept=True, protected="approved", unit=""),
        segment("flow", part_of="file.xlf#1"),
        segment("x", alternatives=(Alternative("tm", CODED, Text("y"), "87%"), Alternative("mt", Text("z")))),
    ],
)
def test_segments_come_back(one: object) -> None:
    assert segment_from_json(json.loads(json.dumps(segment_to_json(one)))) == one  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        Candidate("e", CODED, "m", Usage(1, 2, 3), 0.5, 12, cached=True),
        Candidate("e", Text()),
        Failure("e", Missing.TRUNCATED, "cut"),
    ],
)
def test_answers_come_back(answer: Candidate | Failure) -> None:
    assert answer_from_json("e", json.loads(json.dumps(answer_to_json(answer)))) == answer


def test_edits_come_back() -> None:
    for edit in (
        Edit(Status.DIVERGENT, CODED, "why", (("e", CODED, 87),), agreement=0.25, issue="numbers"),
        Edit(Status.AGREED),
    ):
        assert edit_from_json(json.loads(json.dumps(edit_to_json(edit)))) == edit


def test_a_run_keeps_order_and_answers(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    many = [segment(str(n), id=f"f#{n}") for n in range(1, 1200)]
    assert store.add_segments(iter(many)) == len(many)
    assert list(store.segments()) == many
    threads = [
        Thread(target=store.record, args=(name, [(s.id, Candidate(name, s.source)) for s in many])) for name in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sets = [one for window in store.candidate_sets(["c", "a"], "en>de") for one in window]
    assert [one.segment for one in sets] == many
    assert all([c.engine for c in one.candidates] == ["c", "a"] for one in sets)
    store.close()


def test_two_runs_cannot_share_a_folder(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(StoreError, match="in use by another run"):
        RunStore(tmp_path)
    store.close()


def test_a_damaged_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").write_bytes(b"this is no database, and never was one" * 100)
    with pytest.raises(StoreError, match="is damaged"):
        RunStore(tmp_path)


def test_the_first_answer_is_the_record(tmp_path: Path) -> None:
    one, other = Answers(tmp_path / "a.sqlite"), Answers(tmp_path / "a.sqlite")
    one.put([("k", {"text": "first"})])
    other.put([("k", {"text": "second"}), ("l", {"text": "third"})])
    assert one.get(["k", "l", "m"]) == {"k": {"text": "first"}, "l": {"text": "third"}}
    assert len(one.get([str(n) for n in range(2000)])) == 0
    one.close()
    other.close()


def test_a_killed_process_loses_no_answer(tmp_path: Path) -> None:
    """What `put` returned from is there after SIGKILL."""
    child = (
        "import sys; from pathlib import Path; from mtqa.store.answers import Answers\n"
        "answers = Answers(Path(sys.argv[1]))\n"
        "for n in range(10**9):\n"
        "    answers.put([(str(n), {'text': 'x' * 200})]); print(n, flush=True)\n"
    )
    path = tmp_path / "a.sqlite"
    process = subprocess.Popen([sys.executable, "-c", child, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    told = [process.stdout.readline() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    last = int([line for line in told if line.endswith("\n")][-1])
    answers = Answers(path)
    assert len(answers.get([str(n) for n in range(last + 1)])) == last + 1
    answers.close()


def test_files_are_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    write_lines(tmp_path / "x.jsonl", [encoded({"a": 1})])
    with pytest.raises(TypeError):
        write_lines(tmp_path / "x.jsonl", map(encoded, [{"a": 2}, {"b": object()}]))
    assert (tmp_path / "x.jsonl").read_bytes() == b'{"a":1}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]


_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(-1e300, 1e300)
_texts = st.text(st.characters(), max_size=5)  # lone surrogates too
_records = st.dictionaries(_texts, _scalars | _texts | st.lists(_scalars | _texts, max_size=3), min_size=1, max_size=3)


@given(_records, _records)
def test_a_line_of_json_is_what_was_written(record: JsonObject, more: JsonObject) -> None:
    line = encoded(record)
    whole = json.loads(json.dumps(record))  # which joins the halves of a surrogate pair
    assert decoded(line) == json.loads(line) == whole
    assert b"\n" not in line
    assert decoded(extended(line, more)) == json.loads(json.dumps(record | more))


def test_reading_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a finished run"):
        read_manifest(tmp_path)
    write_manifest(tmp_path, {"schema": 99})
    with pytest.raises(StoreError, match="schema 99, not 1"):
        read_manifest(tmp_path)
    with pytest.raises(StoreError, match="cannot be read"):
        list(read_results(tmp_path))


halves = st.integers(-3_000_000, 3_000_000).map(
    lambda n: n / 2e6
)  # what lies between two of the numbers that are written
figures = st.lists(st.one_of(st.floats(-1e12, 1e12), st.floats(-1, 1), halves))


@given(figures)
def test_numbers_are_rounded_as_python_rounds(values: list[float]) -> None:
    expected = [round(value, 6) + 0.0 for value in values]
    assert list(map(repr, rounded(values))) == list(map(repr, expected))
    assert numbers(values) == [encoded({"": value})[4:-1] for value in expected]


@given(st.lists(st.tuples(st.binary(max_size=50), st.integers(0, 99))))
def test_a_spool_gives_back_what_was_added(asked: list[tuple[bytes, int]]) -> None:
    records = [record for record, _ in asked]
    with patch("mtqa.store.spool._CHUNK", 64), closing(Spool()) as spool:
        for number, (record, another) in enumerate(asked):
            assert spool.add(record) == number
            assert spool[another % len(spool)] == records[another % len(spool)]
        assert len(spool) == len(records)
        assert list(spool) == list(spool) == records


def test_a_spool_without_room_says_so() -> None:
    full = MagicMock()
    full.write.side_effect = OSError(28, "No space left on device")
    with patch("tempfile.TemporaryFile", return_value=full):
        spool = Spool()
    spool.add("x")
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\)"):
        spool[0]
