"""The whole flow over a real Apertium server: three ways from English to Spanish."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qs

import pytest

SAMPLES = Path(__file__).parent.parent / "sample_files"
URL = os.environ.get("MTQA_APERTIUM_URL", "")

pytestmark = pytest.mark.skipif(not URL, reason="MTQA_APERTIUM_URL names no server (see .ci/apertium)")


class Counter:
    """A server in front of the real one that writes down what is asked, and can hold an answer back."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.hold_at = 0
        self.held, self.go_on = Event(), Event()
        counter = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                counter.asked.append((self.path, parse_qs(body.decode())["q"][0]))
                if counter.hold_at and len(counter.asked) >= counter.hold_at:
                    counter.held.set()
                    counter.go_on.wait()
                    return
                with urllib.request.urlopen(urllib.request.Request(URL + self.path, body)) as reply:  # noqa: S310 - loopback
                    answer = reply.read()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def counter() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.close()


@pytest.fixture
def command(counter: Counter, tmp_path: Path) -> list[str]:
    """A run over the sample through the counting server."""
    config = (SAMPLES / "apertium.toml").read_text(encoding="utf-8").replace("http://127.0.0.1:2737", counter.url)
    (tmp_path / "mtqa.toml").write_text(config, encoding="utf-8")
    return [
        *(sys.executable, "-m", "mtqa", "run", str(SAMPLES / "notice_en-es.xlf")),
        *("-c", str(tmp_path / "mtqa.toml"), "--cache", str(tmp_path / "cache.sqlite"), "-o"),
    ]


def test_three_ways(command: list[str], counter: Counter, tmp_path: Path) -> None:
    done = subprocess.run([*command, str(tmp_path / "one")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in (tmp_path / "one" / "segments.jsonl").read_text().splitlines()]
    by_unit = {result["unit"]: result for result in results}
    assert done.stdout.strip().endswith("0 lost · 0.00 EUR")
    assert len(results) == 8
    assert [r["status"] for r in results if r["unit"] == "code"] == ["protected"]
    assert all(len(r["candidates"]) == 3 for r in results if r["status"] != "protected")
    assert "biblioteca" in by_unit["opening/s1"]["chosen"]["target"]
    assert all("<g1>" in c["target"] for c in by_unit["loan"]["candidates"])
    copy = (tmp_path / "one" / "files" / "notice_en-es.xlf").read_text(encoding="utf-8")
    assert '<pc id="1">' in copy.split('id="loan"')[1].split("<target>")[1].split("</target>")[0]

    asked = len(counter.asked)
    assert asked == 3 * 7
    done = subprocess.run([*command, str(tmp_path / "two")], capture_output=True, text=True, check=True)
    assert len(counter.asked) == asked, "the second run asks nobody"
    assert (tmp_path / "two" / "segments.jsonl").read_bytes() == (tmp_path / "one" / "segments.jsonl").read_bytes()


def test_killed_and_run_again(command: list[str], counter: Counter, tmp_path: Path) -> None:
    """SIGKILL while an answer is awaited: what was answered before is not asked again."""
    only = [*command, str(tmp_path / "out"), "-e", "direct"]
    counter.hold_at = 4
    process = subprocess.Popen(only, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert counter.held.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = list(counter.asked)
    counter.hold_at = 0
    counter.asked.clear()
    done = subprocess.run(only, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # With one call at a time, the first three were answered, and kept before the fourth was sent.
    assert not set(before[:3]) & set(counter.asked)
    assert len(counter.asked) == 7 - 3
