"""Server: the report on loopback, keeping decisions as they are made.

Other pages in the same browser can send requests here, and a hostile name server can make a foreign name mean this
machine (DNS rebinding). So a request must name this very host and port, must not come from another origin, and must
carry a secret that only the printed address has. Nothing but the page and the decisions is served.
"""

from __future__ import annotations

import hmac
import json
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import BinaryIO
from urllib.parse import urlsplit

from mtqa.errors import DecisionError, StoreError
from mtqa.ports import JsonObject
from mtqa.report.html import write_page
from mtqa.report.html.pack import parsed
from mtqa.review.apply import require_fresh
from mtqa.review.decisions import document_of, parse_decision, parse_decisions
from mtqa.store.run import fingerprint, read_manifest, read_results, replacing

FILE = "decisions.json"
_LARGEST = 8_000_000  # bytes of one decision: two texts and what was reported of them
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",  # the page brings the rest itself
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_QUIET = 60.0  # seconds after which a connection that says nothing is closed


class Kept:
    """The decisions of a run, in `decisions.json` of its folder: on the disk before anybody is told that they are."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._run = fingerprint(folder)
        self._results = {result["id"]: result for result in read_results(folder)}
        self._lock = Lock()
        self._records = {record["id"]: record for record in self._read()}

    def document(self) -> JsonObject:
        """The content of the file."""
        with self._lock:
            return document_of(self._run, self._records.values())

    def put(self, identity: str, record: JsonObject | None) -> None:
        """Keep a decision, or take it away. Raises DecisionError: unknown, stale, or no decision."""
        if identity not in self._results:
            raise DecisionError(identity, "the run has no such segment", "load the page again")
        if record is not None:
            decision = parse_decision(record, "request")
            if decision.id != identity:
                raise DecisionError(identity, f"the decision is about {decision.id}", "load the page again")
            require_fresh(decision, self._results[identity])
        with self._lock:
            records = {key: value for key, value in self._records.items() if key != identity}
            if record is not None:
                records[identity] = record
            with replacing(self.path) as out:
                content = json.dumps(document_of(self._run, records.values()), indent=1)
                out.write(content.encode() + b"\n")
            self._records = records

    def _read(self) -> list[JsonObject]:
        if not self.path.exists():
            return []
        try:
            document = json.loads(self.path.read_bytes())
        except (OSError, ValueError) as error:
            raise StoreError(str(self.path), f"cannot be read ({error})", "move it away") from error
        parse_decisions(document, str(self.path))
        records: list[JsonObject] = document["decisions"]
        return records


class ReviewServer(ThreadingHTTPServer):
    """Serves one run on 127.0.0.1. `port` 0 takes a free one. Close it after use."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, folder: Path, port: int = 0) -> None:
        read_manifest(folder)
        self.kept = Kept(folder)
        self.page: BinaryIO = TemporaryFile()  # noqa: SIM115 - closed with the server
        write_page(folder, self.page, served=True)
        self.page_size = self.page.tell()
        self.page_lock = Lock()
        self.token = secrets.token_urlsafe(32)
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            self.page.close()
            raise StoreError(
                f"127.0.0.1:{port}", f"cannot be listened on ({error.strerror})", "give another --port"
            ) from error

    @property
    def origin(self) -> str:
        """Scheme, host and port of the page."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        """The address to open, with the secret."""
        return f"{self.origin}/{self.token}/"

    def server_close(self) -> None:
        """Stop listening and let the page go."""
        super().server_close()
        self.page.close()


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "mtqa", ""
    timeout = _QUIET

    def do_GET(self) -> None:
        """The page, or the decisions."""
        place = self._admitted()
        if place == "":
            self._send_page()
        elif place == "decisions":
            self._send(HTTPStatus.OK, self.server.kept.document())
        elif place is not None:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")

    def do_POST(self) -> None:
        """One decision: {"id": ..., "decision": {...} or null}."""
        place = self._admitted(changing=True)
        if place is None:
            return
        if place != "decisions":
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
            return
        try:
            request = self._body()
            self.server.kept.put(request["id"], request.get("decision"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST, "no decision")
        except (DecisionError, StoreError) as error:
            self._refuse(HTTPStatus.CONFLICT, str(error))
        else:
            self._send(HTTPStatus.OK, {"kept": True})

    def _admitted(self, *, changing: bool = False) -> str | None:
        """The path below the secret, or None when the request was refused."""
        empty, token, *rest = f"{self.path.partition('?')[0]}/".split("/", 2)
        refusal = self._foreign(changing=changing)
        if not refusal and (empty or not hmac.compare_digest(token.encode(), self.server.token.encode())):
            refusal = (HTTPStatus.NOT_FOUND, "there is nothing here")
        if not refusal and changing and self.headers.get_content_type() != "application/json":
            refusal = (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not JSON")
        if refusal:
            self._refuse(*refusal)
            return None
        return rest[0].rstrip("/")

    def _foreign(self, *, changing: bool) -> tuple[HTTPStatus, str] | None:
        """Why the request is not from the page; None when it may be. What changes something must name its origin."""
        own = self.server.origin
        if self.headers.get_all("Host") != [urlsplit(own).netloc]:
            return HTTPStatus.MISDIRECTED_REQUEST, "another host name"
        origins = self.headers.get_all("Origin") or []
        if origins not in ([own], []) or (changing and not origins):
            return HTTPStatus.FORBIDDEN, "another origin"
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return HTTPStatus.FORBIDDEN, "another site"
        return None

    def _body(self) -> JsonObject:
        length = int(self.headers.get("Content-Length", "-1"))
        if not 0 <= length <= _LARGEST:
            self.close_connection = True
            raise ValueError("no length, or too long")
        return parsed(self.rfile.read(length))

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # what else was sent is not read
        self._send(status, {"error": why})

    def _send(self, status: HTTPStatus, content: JsonObject) -> None:
        body = json.dumps(content).encode()
        self._head(status, "application/json", len(body))
        self.wfile.write(body)

    def _send_page(self) -> None:
        self._head(HTTPStatus.OK, "text/html; charset=utf-8", self.server.page_size)
        position = 0
        while position < self.server.page_size:
            with self.server.page_lock:
                self.server.page.seek(position)
                part = self.server.page.read(1 << 20)
            position += len(part)
            self.wfile.write(part)

    def _head(self, status: HTTPStatus, kind: str, length: int) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nothing: the secret is in every line."""
