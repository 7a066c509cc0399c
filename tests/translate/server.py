"""A real HTTP server on loopback that speaks as LibreTranslate does, counts what it is asked, and fails on demand.

As a program (`python server.py`) it prints its port, upper-cases what it is asked, after a short while, and appends
each request's texts to the file named on its command line before it answers: what a killed client has asked for stays
countable.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Respond = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request, with small ways to answer it well or badly."""

    protocol_version = "HTTP/1.1"
    texts: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.texts = json.loads(body).get("q", [])
        server: Any = self.server
        with server.counting:
            server.asked.append(self.texts)
        server.respond(self)

    def good(self) -> None:
        self.json({"translatedText": [text.upper() for text in self.texts]})

    def json(self, value: object, status: int = 200, **headers: str) -> None:
        self.send(json.dumps(value).encode(), status, **headers)

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self, after: bytes = b"") -> None:
        """Close the connection, in the middle of an answer if `after` is given."""
        self.wfile.write(after)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server:
    """Serves until it is closed. `asked`: the texts of each request, in order."""

    def __init__(self, respond: Respond = Request.good) -> None:
        self._server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Request)
        self._server.daemon_threads = True
        self._server.asked, self._server.counting, self._server.respond = [], threading.Lock(), respond
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def asked(self) -> list[list[str]]:
        with self._server.counting:
            return list(self._server.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def main() -> None:
    log, lock = Path(sys.argv[1]), threading.Lock()

    def respond(request: Request) -> None:
        with lock, log.open("a", encoding="utf-8") as out:
            out.write(json.dumps(request.texts) + "\n")
        time.sleep(0.003)
        request.good()

    server = Server(respond)
    print(server.url, flush=True)  # noqa: T201 - for who started it
    sys.stdin.read()
    server.close()


if __name__ == "__main__":
    main()
