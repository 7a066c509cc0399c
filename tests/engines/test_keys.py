"""Keys come from the environment or from a command, and are renewed when they expire."""

import sys
from pathlib import Path

import pytest

from mtqa.engines import http as seam
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Connection
from mtqa.errors import ConfigError, EngineRefused
from tests.engines.wire import Reply, reply


def counting(tmp_path: Path) -> list[str]:
    """A program that prints key-1, then key-2, ..."""
    program = (
        "import pathlib, sys; log = pathlib.Path(sys.argv[1]); log.open('a').write('x');"
        "print(f'key-{len(log.read_text())}')"
    )
    return [sys.executable, "-c", program, str(tmp_path / "count")]


def connection(options: Connection, *replies: Reply) -> tuple[Http, list[str]]:
    sent: list[str] = []
    waiting = list(replies)

    def respond(request: object) -> object:
        sent.append(request.headers["authorization"])  # type: ignore[attr-defined]
        return waiting.pop(0).response()

    opened = Http("engine", "http://mt.example", options, Key("engine", options))
    opened.transport = seam.http_library().MockTransport(respond)
    return opened, sent


def test_a_command_prints_the_key_and_a_new_one_when_it_has_expired(tmp_path: Path) -> None:
    opened, sent = connection({"key_command": counting(tmp_path)}, reply(401), reply(200, {"a": 1}), reply(200, {}))
    try:
        assert opened.post_json("/x", {}) == {"a": 1}
        opened.post_json("/x", {})
    finally:
        opened.close()
    assert sent == ["Bearer key-1", "Bearer key-2", "Bearer key-2"]


def test_a_new_key_that_is_refused_as_well_stops_the_engine_and_neither_is_shown(tmp_path: Path) -> None:
    said = {"error": "neither key-1 nor key-2"}
    opened, sent = connection({"key_command": counting(tmp_path)}, reply(401, said), reply(401, said))
    try:
        with pytest.raises(EngineRefused, match=r"neither \*\*\* nor \*\*\*"):
            opened.post_json("/x", {})
    finally:
        opened.close()
    assert len(sent) == 2


def test_a_key_from_the_environment_is_not_tried_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", " key-0 \n")
    opened, sent = connection({"key_env": "MTQA_TEST_KEY"}, reply(401))
    try:
        with pytest.raises(EngineRefused):
            opened.post_json("/x", {})
    finally:
        opened.close()
    assert sent == ["Bearer key-0"]


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "print('half-a-key'); raise SystemExit(3)"],
        [sys.executable, "-c", "pass"],
        [sys.executable, "-c", "print('half-a-key', 'x', sep=chr(10))"],
        [sys.executable, "-c", "print('half-a-keyé')"],
        ["no-such-program-mtqa", "half-a-key"],
        ["nul\0", "half-a-key"],
        [],
    ],
    ids=["fails", "prints nothing", "prints two lines", "prints letters", "is not there", "cannot be", "is empty"],
)
def test_a_command_that_gives_no_key_is_refused_without_its_output(command: list[str]) -> None:
    with pytest.raises(ConfigError, match="engine key") as caught:
        Key("engine", {"key_command": command})
    assert "half-a-key" not in str(caught.value)


def test_one_source_of_a_key_is_enough() -> None:
    with pytest.raises(ConfigError, match="leave one of the two"):
        Key("engine", {"key_env": "A", "key_command": ["b"]})
    with pytest.raises(ConfigError, match="no key"):
        Key("engine", {})
    assert Key("engine", {}, required=False).headers("", b"", {}) == {}
