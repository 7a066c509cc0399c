"""The one door to the network: JSON over HTTP with a deadline, and every fault as an EngineError.

The HTTP client is loaded by `open`, or at the first call. It runs on an event loop in a thread of its own: only
cancellation ends a call to a server that drips its answer byte by byte, or a call that is under way when the run is
stopped.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import json
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from mtqa.engines.faults import PASSING, Fault, Unfit, excerpt, fault_class, remedy, retry_after
from mtqa.engines.keys import Auth, is_secret
from mtqa.engines.options import Connection, require_positive
from mtqa.errors import Cause, ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.ports import JsonObject

_MAX_BODY = 16 * 2**20  # bytes; no translation of one batch comes near
_SHORT = 3  # characters; a shorter secret is none, and would be found everywhere
_CONNECT = 10.0  # seconds; a host that does not take a connection by then is down
_SECRET_HEADERS = {
    *("authorization", "proxy-authorization", "cookie", "api-key", "x-api-key", "x-goog-api-key", "mmt-apikey"),
    *("ocp-apim-subscription-key", "x-amz-security-token"),
}

Judge = Callable[[Fault], type[EngineError] | None]
_Result = TypeVar("_Result")


def http_library() -> Any:  # noqa: ANN401 - one of two packages with the same interface
    """The HTTP client package: httpx2, which is the maintained one, else httpx."""
    try:
        return importlib.import_module("httpx2")
    except ModuleNotFoundError:
        return importlib.import_module("httpx")


@dataclass(frozen=True, slots=True)
class Received:
    """The JSON that a server answered, and the headers that came with it (names in lower case)."""

    value: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """The connection of one engine to its server.

    `timeout` (seconds, for a whole call) and `concurrency` count where `connection` does not set them.
    What `auth` calls secret and the values of configured headers appear in no message. `judge` says what a reported
    fault means where the status alone does not; None leaves it to the status. `transport`, when set before the first
    call, replaces the network.
    """

    def __init__(
        self,
        engine: str,
        base_url: str,
        connection: Connection,
        auth: Auth,
        judge: Judge = lambda _fault: None,
        *,
        timeout: float = 30,
        concurrency: int = 4,
    ) -> None:
        require_positive(engine, connection)
        self.base_url = _checked_url(engine, base_url)
        self.where = f"{engine} ({urlsplit(self.base_url).netloc})"
        self.concurrency, self.rate = connection.get("concurrency", concurrency), connection.get("rate")
        self.transport: Any = None
        self._headers = _checked_headers(self.where, connection.get("headers", {}))
        self._timeout = connection.get("timeout", timeout)
        self._auth, self._judge = auth, judge
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._met = False  # whether the server has answered anything; connections to it may lie open since
        self._closed = False

    def post_json(self, path: str, body: JsonObject, headers: Mapping[str, str] | None = None) -> JsonObject:
        """The JSON object that the server answers to a JSON body."""
        return self._object(self.exchange(path, body, headers).value)

    def post_form(self, path: str, form: Mapping[str, str]) -> JsonObject:
        """The JSON object that the server answers to a form."""
        content = urlencode(form, errors="replace").encode("ascii")
        return self._object(self._call(path, content, "application/x-www-form-urlencoded", {}).value)

    def exchange(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Received:
        """Any JSON that the server answers to a JSON body, sent with further headers."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return self._call(path, content, "application/json", headers or {})

    def open(self) -> None:
        """Load the client."""
        with suppress(Exception):  # whatever it is, it happens at the first call as well, which tells of it
            self._run(self._opened())

    def close(self) -> None:
        """End calls under way and give back the connections."""
        with self._lock:
            self._closed, loop, thread = True, self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def fault(self, fault: Fault) -> EngineError:
        """The error to raise for a fault that the server reports."""
        kind = self._judge(fault) or fault_class(fault.status)
        what = f"HTTP {fault.status}" + (f": {self.redacted(fault.text).rstrip('.')}" if fault.text else "")
        if issubclass(kind, EngineBusy):
            # 429, or another status that `judge` reads so.
            cause = Cause.FAULT if fault.status in PASSING else Cause.LIMIT
            return kind(self.where, what, remedy(fault.status), retry_after(fault), cause=cause)
        if issubclass(kind, Unfit):
            return kind(self.where, what, remedy(fault.status), fault)
        return kind(self.where, what, remedy(fault.status))

    def redacted(self, text: str) -> str:
        """`text` from the server as one short line, without our secrets."""
        for secret in (*self._auth.secrets, *self._headers.values()):
            if len(secret) > _SHORT:
                text = text.replace(secret, "***")
        return excerpt(text)

    def named(self, model: object) -> str | None:
        """The name of a model as the server says it, safe to show; None when it says none."""
        return self.redacted(model) if isinstance(model, str) and model else None

    def _call(self, path: str, content: bytes, kind: str, headers: Mapping[str, str]) -> Received:
        reply = self._send(path, content, {"content-type": kind, **headers})
        try:
            value = json.loads(reply.body.decode("utf-8-sig"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            what = f"HTTP {reply.status} without JSON ({len(reply.body)} bytes)"
            raise EngineBusy(self.where, what, "check base_url and any proxy in between", billed=True) from None
        return Received(value, reply.headers)

    def _object(self, value: object) -> JsonObject:
        if not isinstance(value, dict):
            raise EngineReply(self.where, "the answer is not a JSON object", "check base_url")
        if value.get("error"):  # with status 200, from proxies and from servers that had begun to answer
            raise self.fault(Fault.in_success(value))
        return value

    def _send(self, path: str, content: bytes, headers: Mapping[str, str]) -> _Reply:
        for mend in (True, False):
            auth = self._auth.headers(self.base_url + path, content, headers)
            reply = self._answered(path, content, {**headers, **auth})
            if 200 <= reply.status < 300:
                break
            fault = Fault.of(reply.status, reply.body, reply.headers)
            if 300 <= reply.status < 400:
                # Followed, it would carry the key to a host that nobody configured.
                host = self.redacted(urlsplit(reply.headers.get("location", "")).netloc) or "another address"
                raise EngineRefused(self.where, f"HTTP {reply.status}: redirects to {host}", "correct base_url")
            if not (mend and self._auth.mended(fault, auth)):
                raise self.fault(fault)
        return reply

    def _answered(self, path: str, content: bytes, headers: Mapping[str, str]) -> _Reply:
        try:
            return self._run(self._exchange(path, content, headers))
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            raise EngineBusy(self.where, "the call was ended", "run again", billed=True) from None
        except TimeoutError:
            what = f"no complete answer in {self._timeout:g} s"
            raise EngineBusy(
                self.where, what, "raise timeout if the server is slow", billed=True, cause=Cause.SLOW
            ) from None

    def _run(self, exchange: Coroutine[Any, Any, _Result]) -> _Result:
        with self._lock:
            if self._closed:
                exchange.close()
                raise EngineBusy(self.where, "the connection is closed", "run again")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=self.where, daemon=True)
                self._thread.start()
            future = asyncio.run_coroutine_threadsafe(exchange, self._loop)
        return future.result()

    async def _exchange(self, path: str, content: bytes, headers: Mapping[str, str]) -> _Reply:
        library = http_library()
        began = False
        try:
            client = await self._opened()
            async with (
                asyncio.timeout(self._timeout),
                client.stream("POST", self.base_url + path, content=content, headers=headers) as response,
            ):
                began = self._met = True
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _MAX_BODY:
                        raise EngineReply(self.where, f"answers more than {_MAX_BODY >> 20} MiB", "check base_url")
                return _Reply(response.status_code, dict(response.headers), bytes(body))
        except TimeoutError:
            raise
        except (library.ReadTimeout, library.WriteTimeout):
            raise TimeoutError from None
        except (library.InvalidURL, library.LocalProtocolError, ValueError, ImportError, OSError):
            # The client's own text would quote the header, key and all. ImportError: a SOCKS proxy in the environment;
            # OSError: a file of certificates that is not there.
            todo = "check base_url, headers, key, and the variables for proxies and certificates"
            raise EngineRefused(self.where, "the request cannot be made", todo) from None
        except library.HTTPError as error:  # connection, protocol, broken compression
            hung_up = isinstance(error, (library.ReadError, library.WriteError, library.RemoteProtocolError))
            cause = Cause.STALE if hung_up and self._met and not began else Cause.FAULT
            what = self.redacted(f"no connection ({type(error).__name__}: {error})")
            arrived = not isinstance(error, (library.ConnectError, library.ConnectTimeout, library.PoolTimeout))
            todo = "check that the server runs and base_url is right"
            raise EngineBusy(self.where, what, todo, billed=arrived, cause=cause) from None

    async def _opened(self) -> Any:  # noqa: ANN401
        """The client, made when it is first needed."""
        if self._client is None:
            self._client = self._new_client(http_library())
        return self._client

    def _new_client(self, library: Any) -> Any:  # noqa: ANN401
        limits = library.Limits(max_connections=self.concurrency, max_keepalive_connections=self.concurrency)
        return library.AsyncClient(
            transport=self.transport,
            headers={"user-agent": "mtqa", **self._headers},
            timeout=library.Timeout(self._timeout, connect=min(self._timeout, _CONNECT)),
            limits=limits,
            follow_redirects=False,
        )

    async def _shut(self) -> None:
        calls = asyncio.all_tasks() - {asyncio.current_task()}
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259, 6)


def _checked_headers(where: str, headers: Mapping[str, object]) -> dict[str, str]:
    checked = {}
    for name, value in headers.items():
        if name.lower() in _SECRET_HEADERS or is_secret(name.lower().removeprefix("x-")):
            raise ConfigError(where, f"the header {name} is a secret", "name its variable with key_env")
        if not isinstance(value, str) or not (name + value).isascii() or not (name + value).isprintable():
            raise ConfigError(where, f"the header {excerpt(name)} cannot be sent", "use plain characters")
        checked[name] = value
    return checked


def _checked_url(engine: str, url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{engine} base_url", "is not an http(s) address", "write it as https://host/path")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(
            f"{engine} base_url", "carries a password or a query", "write the bare address; keys go into key_env"
        )
    return url.strip().rstrip("/")
