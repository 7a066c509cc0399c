"""A planted key, servers that repeat it after each kind of failure, and a search of everything that was written."""

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.cli import mtqa
from mtqa.translate import all_engines
from tests.translate.server import Request, Server
from tests.translate.test_ask import FakeTime

CANARY = "canary-5f0c7e21-key"
SAMPLE = Path(__file__).parent.parent.parent / "sample_files" / "app_en-de.xlf"
TELLING = json.dumps({"error": f"the key {CANARY} is not welcome"}).encode()

FAILURES: dict[str, Callable[[Request], None]] = {
    "none": Request.good,
    "bad request": lambda request: request.send(TELLING, 400),
    "wrong key": lambda request: request.send(TELLING, 401),
    "forbidden": lambda request: request.send(TELLING, 403),
    "too many": lambda request: request.send(TELLING, 429, Retry_After="1"),
    "quota": lambda request: request.send(TELLING, 456),
    "down": lambda request: request.send(f"<html>{CANARY}</html>".encode(), 503),
    "redirect": lambda request: request.send(b"", 307, Location=f"http://x.invalid/?key={CANARY}"),
    "error with status 200": lambda request: request.send(TELLING),
    "header": lambda request: request.send(TELLING, 500, X_Key=CANARY),
    "broken JSON": lambda request: request.send(TELLING[:-3]),
    "closed": lambda request: request.hang_up(f"HTTP/1.1 200 OK\r\n{CANARY}".encode()),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_the_key_is_nowhere(
    failure: str, serve: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(FAILURES[failure])
    monkeypatch.setenv("MTQA_TEST_KEY", CANARY)
    monkeypatch.setattr(all_engines, "Clock", lambda: FakeTime().clock)
    settings = f'key_env = "MTQA_TEST_KEY"\nbase_url = "{server.url}"\n'
    (tmp_path / "mtqa.toml").write_text(
        f'[engines.libretranslate]\n{settings}batch = 4\n[engines.openai]\nmodel = "m"\n{settings}', encoding="utf-8"
    )
    shutil.copy(SAMPLE, tmp_path / "x.xlf")
    arguments = [*("run", tmp_path / "x.xlf", "-c", tmp_path / "mtqa.toml"), "--cache", tmp_path / "cache.sqlite"]
    log = logging.getLogger("mtqa")
    before = list(log.handlers), log.level, log.propagate
    try:
        done = CliRunner().invoke(mtqa, ["--debug", *map(str, arguments), "-o", str(tmp_path / "out")])
    finally:
        log.handlers[:], log.level, log.propagate = before
    assert "debug: libretranslate: attempt 1, " in done.output
    assert done.exit_code == 0, done.output
    assert CANARY not in done.output
    failures = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["failures"]
    assert ("libretranslate" in {one["engine"] for one in failures}) == (failure != "none")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"run.json", "segments.jsonl", "report.html"} <= {path.name for path in written}
    assert not [path.name for path in written if CANARY.encode() in path.read_bytes()]
