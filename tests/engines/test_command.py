"""Real programs: what they are given, and what becomes of what they print."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from mtqa.engines.command import CommandEngine
from mtqa.errors import ConfigError, EngineBusy, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries


def python(program: str, *arguments: str, **options: Any) -> CommandEngine:
    return CommandEngine(command=[sys.executable, "-X", "utf8", "-c", program, *arguments], **options)


UPPER = "import sys; sys.stdout.write(sys.stdin.read().upper())"
BY_ID = """
import json, sys
asked = json.load(sys.stdin)
items = [{"id": i["id"], "text": asked["from"] + ">" + asked["to"] + " " + i["text"].upper()} for i in asked["items"]]
"""


def test_a_text_a_line() -> None:
    engine = python(UPPER)
    found = outcomes(engine, queries("One", "žluť", "Three", markup=Markup.TOKENS))
    assert [one.text for one in found.values() if isinstance(one, Answer)] == ["ONE", "ŽLUŤ", "THREE"]


def test_codes_come_back() -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"))
    found = outcomes(python("import sys; sys.stdout.write(sys.stdin.read())"), queries(source, markup=Markup.TOKENS))
    answer = found["q1"]
    assert isinstance(answer, Answer)
    assert isinstance(answer.text, str)
    assert Text.parse(answer.text, Markup.TOKENS, source) == source


def test_languages_are_arguments() -> None:
    engine = python("import sys; print(sys.argv[1:])", "{source}-{target}", "--to={target}")
    found = outcomes(engine, queries("One", languages=("en-GB", "pt-BR")))["q1"]
    assert isinstance(found, Answer)
    assert found.text == "['en-GB-pt-BR', '--to=pt-BR']"


def test_a_text_of_several_lines_needs_json() -> None:
    found = outcomes(python(UPPER), queries("One\ntwo", "Three", "\u2028"))
    assert [isinstance(found[name], Answer) for name in ("q1", "q2", "q3")] == [False, True, False]
    lost = found["q1"]
    assert isinstance(lost, NoAnswer)
    assert lost.kind is Missing.ABSTAINED
    found = outcomes(python(BY_ID + "print(json.dumps({'items': items}))", protocol="json"), queries("One\ntwo"))
    assert isinstance(found["q1"], Answer)
    assert found["q1"].text == "en>de ONE\nTWO"


@pytest.mark.parametrize(
    ("change", "answered"),
    [
        ("items.reverse()", ["q1", "q2", "q3"]),
        ("items.pop(1)", ["q1", "q3"]),
        ("items[1]['text'] = None", ["q1", "q3"]),
        ("items[1] = 5", ["q1", "q3"]),
        ("items[1]['id'] = 'q9'", ["q1", "q3"]),
        ("items[1]['id'] = ['q2']", ["q1", "q3"]),
        ("items[1] = items[0]", ["q1", "q1", "q3"]),  # which fails where outcomes are counted
    ],
)
def test_json_is_matched_by_id(change: str, answered: list[str]) -> None:
    engine = python(BY_ID + f"{change}; print(json.dumps({{'items': items}}))", protocol="json")
    assert sorted(outcome.id for outcome in engine.translate(queries("One", "Two", "Three"))) == answered


@pytest.mark.parametrize(
    ("program", "options", "said"),
    [
        ("print('one'); print('two'); print('three')", {}, "3 translations for 2 texts"),
        ("print('only one')", {}, "1 translations for 2 texts"),
        ("import sys; sys.exit('no model\\nhere')", {}, "status 1: no model here"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\n\\xff\\n')", {}, "not UTF-8"),
        ("print('{')", {"protocol": "json"}, "not JSON"),
        ("print('[1]')", {"protocol": "json"}, "no items"),
        ("print('{\"items\": 3}')", {"protocol": "json"}, "no items"),
        ("print('[' * 100000)", {"protocol": "json"}, "not JSON"),
    ],
)
def test_what_cannot_be_used(program: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineReply, match=said):
        outcomes(python(program, **options), queries("One", "Two"))


def test_a_program_that_reads_nothing_is_fine() -> None:
    found = outcomes(python("print('x')"), queries("a" * 200_000))
    assert isinstance(found["q1"], Answer)


SLOW = (
    "import pathlib, subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "pathlib.Path(sys.argv[1]).write_text(f'{child.pid}.'); child.wait()"
)
in_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")


def child_of(path: Path) -> int:
    """The process that SLOW has started; 0 when it has not come to that."""
    written = path.read_text() if path.exists() else ""
    return int(written[:-1]) if written.endswith(".") else 0


def ended(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    for _ in range(1000):
        try:
            if state.read_text().rsplit(")", 1)[-1].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


@in_proc
def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    for timeout in (0.5, 2, 8, 32):  # a busy machine may need longer to start it at all
        with pytest.raises(EngineBusy, match="did not end"):
            outcomes(python(SLOW, str(tmp_path / "child"), timeout=timeout), queries("One"))
        if child := child_of(tmp_path / "child"):
            break
    assert child
    assert ended(child)


@in_proc
def test_close_ends_what_runs(tmp_path: Path) -> None:
    engine = python(SLOW, str(tmp_path / "child"), timeout=50)
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            outcomes(engine, queries("One"))
        except EngineBusy as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive() and not child_of(tmp_path / "child"):
        time.sleep(0.01)
    engine.close()
    thread.join(20)
    assert "was ended" in str(caught)
    assert ended(child_of(tmp_path / "child"))
    with pytest.raises(EngineBusy, match="closed"):
        outcomes(engine, queries("One"))


@pytest.mark.parametrize(
    "options",
    [
        {"command": []},
        {"command": ["no-such-program-mtqa"]},
        {"command": [sys.executable, 3]},
        {"command": [sys.executable], "timeout": 0.0},
        {"command": [sys.executable], "batch": 0},
        {"command": [sys.executable], "rate": 0.0},
    ],
)
def test_wrong_options(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="command"):
        CommandEngine(**options)


def test_the_signature_follows_command_protocol_markup_and_version() -> None:
    variants: list[dict[str, Any]] = [{}, {"protocol": "json"}, {"markup": "none"}, {"version": "2"}]
    signatures = {python(UPPER, **options).signature for options in variants} | {python(BY_ID).signature}
    assert len(signatures) == 5
    assert json.dumps(UPPER) in python(UPPER).signature
