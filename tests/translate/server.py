"""A real HTTP server on loopback that speaks as LibreTranslate does, counts what it is asked, and fails on demand.

As a program (`python server.py`) it prints its port, upper-cases what it is asked, after a short while, and appends
each request's texts to the file named on its command line before it answers: what a killed client has asked for stays
countable.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

Respond = Callable[["Request"], None]


class Request(BaseHTTPRequestHandler):
    """One request, with small ways to answer it well or badly. `nth`: of its connection, counted from 1."""

    protocol_version = "HTTP/1.1"
    body: Any
    texts: list[str]
    nth = 0

    def setup(self) -> None:
        super().setup()
        server: Any = self.server
        with server.counting:
            server.connections += 1

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        form = "form" in self.headers["content-type"]
        self.body = {name: found[0] for name, found in parse_qs(sent).items()} if form else json.loads(sent)
        texts = self.body.get("q", []) if isinstance(self.body, dict) else []
        self.texts = texts if isinstance(texts, list) else [texts]
        self.nth += 1
        server: Any = self.server
        with server.counting:
            server.asked.append(self.texts)
            server.requests.append((self.path, dict(self.headers), self.body))
        server.respond(self)

    def good(self) -> None:
        self.json({"translatedText": [text.upper() for text in self.texts]})

    def json(self, value: object, status: int = 200, **headers: str) -> None:
        self.send(json.dumps(value).encode(), status, **headers)

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Underscores in the names of headers are hyphens."""
        self.send_response_only(status)
        for name, value in {"Date": self.date_time_string(), "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self, after: bytes = b"", *, reset: bool = False) -> None:
        """Close the connection, in the middle of an answer if `after` is given."""
        self.wfile.write(after)
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, *_: object) -> None:
        pass


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # connections of many calls at once

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that went away are what these tests are about."""

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without a farewell, so that a reset is one


class Listener6(Listener):
    address_family = socket.AF_INET6


class Server:
    """Serves until it is closed. `asked`: the texts of each request; `requests`: path, headers, body. In order."""

    def __init__(
        self, respond: Respond = Request.good, host: str = "127.0.0.1", port: int = 0, tls: Any = None
    ) -> None:
        self._server: Any = (Listener6 if ":" in host else Listener)((host, port), Request)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.asked, self._server.counting, self._server.respond = [], threading.Lock(), respond
        self._server.requests, self._server.connections = [], 0
        self._scheme, self._host = "https" if tls else "http", f"[{host}]" if ":" in host else host
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        found: int = self._server.server_address[1]
        return found

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self._host}:{self.port}"

    @property
    def asked(self) -> list[list[str]]:
        with self._server.counting:
            return list(self._server.asked)

    @property
    def requests(self) -> list[tuple[str, dict[str, str], Any]]:
        with self._server.counting:
            return list(self._server.requests)

    @property
    def connections(self) -> int:
        with self._server.counting:
            found: int = self._server.connections
            return found

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
