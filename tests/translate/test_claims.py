"""Runs that share a cache: who may ask, and who has died."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mtqa.errors import StoreError
from mtqa.inline import Text
from mtqa.model import Candidate, Failure, Missing, Usage
from mtqa.store.answers import Answers
from mtqa.store.run import RunStore
from tests.helpers import segment


def test_a_question_is_claimed_by_one_run_until_it_is_answered_or_given_up(tmp_path: Path) -> None:
    one, two = Answers(tmp_path / "a.sqlite"), Answers(tmp_path / "a.sqlite")
    assert one.claim(["a", "b", "c"]) == {"a", "b", "c"}
    assert two.claim(["a", "b", "c", "d"]) == {"d"}
    one.put([("a", {"text": "A"})])
    one.release(["b"])
    two.release(["c"])
    assert two.claim(["a", "b", "c"]) == {"b"}, "answered; given up; still claimed"
    assert two.get(["a"]) == {"a": {"text": "A"}}
    one.close()
    assert two.claim(["c"]) == {"c"}, "claims end with their run"
    two.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]


def test_many_claims(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.sqlite")
    keys = [f"{n}" for n in range(1700)]
    assert answers.claim(keys) == set(keys)
    assert answers.claim([]) == set()
    answers.close()


def test_the_claims_of_a_killed_run_are_free(tmp_path: Path) -> None:
    child = (
        "import sys; from pathlib import Path; from mtqa.store.answers import Answers\n"
        "print(Answers(Path(sys.argv[1])).claim(['a']), flush=True); sys.stdin.read()\n"
    )
    path = tmp_path / "a.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", child, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "{'a'}\n"
    answers = Answers(path)
    assert answers.claim(["a"]) == set()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert answers.claim(["a"]) == {"a"}
    answers.close()
    assert [found.name for found in tmp_path.iterdir()] == ["a.sqlite"]


@pytest.mark.parametrize("failed_first", [False, True])
def test_samples_become_one_candidate_that_bears_what_all_of_them_cost(tmp_path: Path, failed_first: bool) -> None:
    store = RunStore(tmp_path)
    store.add_segments([segment("a")])
    answers: list[Candidate | Failure] = [
        Candidate("e", Text("x"), usage=Usage(3), cost=0.25),
        Candidate("e", Text("y"), usage=Usage(3, 4), cost=0.5),
        Candidate("e", Text("z")),
    ]
    if failed_first:
        answers.insert(0, Failure("e", Missing.FAILED, "no"))
    for sample, answer in enumerate(answers):
        store.record("e", [("f#1", answer)], sample)
    [[found]] = store.candidate_sets(["e"], "en>de")
    [candidate] = found.candidates
    assert (candidate.text, candidate.samples) == (Text("x"), (Text("y"), Text("z")))
    assert (candidate.usage, candidate.cost) == (Usage(6, 4), 0.75)
    assert not found.failures
    store.close()


def test_first_given_is_per_engine(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    key, other = "ab" * 32, "cd" * 32
    assert store.first_given("e", [key, other, key]) == {key, other}
    assert store.first_given("e", [key]) == set()
    assert store.first_given("g", [key]) == {key}
    store.close()


def test_a_cache_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID")
        connection.execute("INSERT INTO answers VALUES ('a', '{}')")
    with pytest.raises(StoreError, match=r"a\.sqlite: is of another version; name another file with --cache"):
        Answers(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT key FROM answers").fetchall() == [("a",)]
