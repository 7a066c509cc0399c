"""What an engine learns of its server on the way is in the manifest: a real server that rejects a parameter."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.cli import mtqa

SAMPLE = Path(__file__).parent.parent / "sample_files" / "app_en-de.xlf"


class Picky(BaseHTTPRequestHandler):
    """A chat server that knows no response_format, and answers every text in capitals."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "response_format" in request:
            message = "Unsupported parameter: 'response_format'"
            self._answer(
                400, {"error": {"message": message, "param": "response_format", "code": "unsupported_parameter"}}
            )
            return
        asked = json.loads(request["messages"][-1]["content"])
        items = [{"id": item["id"], "text": item["text"].upper()} for item in asked["items"]]
        message = {"role": "assistant", "content": json.dumps({"items": items})}
        self._answer(200, {"model": "m", "choices": [{"finish_reason": "stop", "message": message}]})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Picky)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_dropped_parameter_is_in_the_manifest(url: str, tmp_path: Path) -> None:
    config = tmp_path / "mtqa.toml"
    config.write_text(f'[engines.gpt]\nuse = "openai"\nmodel = "m"\nbase_url = "{url}"\n', encoding="utf-8")
    arguments = ["run", SAMPLE, "-c", config, "-o", tmp_path / "out", "--cache", tmp_path / "cache"]
    done = CliRunner().invoke(mtqa, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert manifest["engine_notes"] == {"gpt": ["m does not take response_format: left out"]}
    assert manifest["summary"]["engines"]["gpt"]["candidates"] > 0
