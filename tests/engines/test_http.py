"""Every fault of a server becomes one of three errors, whose text helps and tells no secret."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines import http as seam
from mtqa.engines.faults import Fault, excerpt, retry_after
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Connection
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from tests.engines.wire import Reply, reply

KEY = "key-4b1c77"


@pytest.fixture(autouse=True, params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two clients, where it is installed."""
    client = pytest.importorskip(request.param)
    monkeypatch.setattr(seam, "http_library", lambda: client)


def opened_with(url: str, **options: Any) -> Http:
    given: Connection = {"timeout": 5, "concurrency": 2, **options}  # type: ignore[typeddict-item]
    return Http("engine", url, given, Key("engine", given, required=False))


@contextmanager
def connection(
    url: str = "http://mt.example", respond: Callable[[Any], Reply] | None = None, **options: Any
) -> Iterator[Http]:
    opened = opened_with(url, **options)
    if respond:
        opened.transport = seam.http_library().MockTransport(lambda request: respond(request).response())
    try:
        yield opened
    finally:
        opened.close()


def fault(response: Reply, **options: Any) -> EngineError:
    with connection(respond=lambda _request: response, **options) as opened, pytest.raises(EngineError) as caught:
        opened.post_json("/x", {})
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, EngineReply), (401, EngineRefused), (402, EngineRefused), (403, EngineRefused), (404, EngineRefused),
        (408, EngineBusy), (413, EngineReply), (422, EngineReply), (424, EngineBusy), (429, EngineBusy),
        (456, EngineRefused), (500, EngineBusy), (502, EngineBusy), (503, EngineBusy), (504, EngineBusy),
        (529, EngineBusy),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [None, b"<html><body>Bad Gateway</body></html>", {"error": "a sentence"}])
def test_a_status_says_what_to_do(status: int, kind: type[EngineError], body: object) -> None:
    error = fault(reply(status, body))
    assert type(error) is kind
    assert f"HTTP {status}" in str(error)
    assert ("a sentence" in str(error)) == isinstance(body, dict)
    assert "html" not in str(error)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>sign in</html>", b'{"a": ', b"\xff\xfe{}", b'{"a": NaN}', b"[" * 100_000],
    ids=["empty", "portal", "cut", "not UTF-8", "NaN", "deep"],
)
def test_success_without_json_is_a_passing_fault(body: bytes) -> None:
    assert isinstance(fault(reply(200, body)), EngineBusy)


def test_broken_compression_is_a_passing_fault() -> None:
    assert isinstance(fault(reply(200, b"not gzip", {"content-encoding": "gzip"})), EngineBusy)


def test_json_with_a_byte_order_mark_and_a_wrong_charset_is_read() -> None:
    body = '\ufeff{"text": "žluťoučký"}'.encode()
    response = reply(200, body, {"content-type": "text/html; charset=iso-8859-2"})
    with connection(respond=lambda _request: response) as opened:
        assert opened.post_json("/x", {}) == {"text": "žluťoučký"}


def test_another_json_value_is_no_answer() -> None:
    assert isinstance(fault(reply(200, ["a"])), EngineReply)


def test_an_endless_answer_is_cut_off() -> None:
    error = fault(reply(200, b" " * (17 * 2**20)))
    assert isinstance(error, EngineReply)
    assert "16 MiB" in str(error)


def test_redirects_are_not_followed() -> None:
    seen = []

    def respond(request: Any) -> Reply:
        seen.append(request.url)
        return reply(307, None, {"location": "https://elsewhere.example/x?key=1"})

    with connection(respond=respond) as opened, pytest.raises(EngineRefused, match=r"redirects to elsewhere\.example"):
        opened.post_json("/x", {})
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "abc"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    error = fault(reply(429, None, headers))
    assert isinstance(error, EngineBusy)
    assert error.retry_after == seconds


def test_retry_after_as_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < (retry_after(Fault(429, {}, "", {"retry-after": date})) or 0) <= 3600


@given(st.text())
def test_retry_after_never_fails(value: str) -> None:
    body = {"error": {"details": [value, {"retryDelay": value}, {"retryDelay": f"{value}s"}]}}
    seconds = retry_after(Fault(429, body, "", {"retry-after": value, "retry-after-ms": value}))
    assert seconds is None or seconds >= 0


@given(st.text())
def test_excerpts_are_one_printable_line(text: str) -> None:
    line = excerpt(text)
    assert len(line) <= 200
    assert line.isprintable()
    line.encode()


def test_no_secret_in_any_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", KEY)
    secrets = {"key_env": "MTQA_TEST_KEY", "headers": {"x-team": "team-9917"}}
    for response in (
        reply(401, {"error": {"message": f"Incorrect key {KEY} of team-9917"}}),
        reply(500, {"error": f"{KEY} team-9917"}),
        reply(429, f"<h1>{KEY}".encode()),
    ):
        error = fault(response, **secrets)
        assert KEY not in f"{error!r}{error.__cause__!r}{error.__context__!r}"
        assert "team-9917" not in str(error)


@pytest.mark.parametrize("value", [f"{KEY}\nx: y", f"{KEY}é"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", value)
    with pytest.raises(ConfigError, match="cannot be sent") as caught:
        Key("engine", {"key_env": "MTQA_TEST_KEY"})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "mt.example", "ftp://mt.example", "http://", "http://[", "http://mt.example:99999"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        opened_with(url)


def test_secrets_in_the_configuration_are_refused() -> None:
    with pytest.raises(ConfigError, match="password") as caught:
        opened_with(f"https://me:{KEY}@mt.example")
    assert KEY not in str(caught.value)
    with pytest.raises(ConfigError, match="key_env") as caught:
        opened_with("https://mt.example", headers={"Authorization": KEY})
    assert KEY not in str(caught.value)


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A real socket on loopback; `behave` gets the one connection after the request has come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with listening.accept()[0] as accepted:
                accepted.recv(65536)
                behave(accepted)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)
        assert not thread.is_alive()


def unauthorised(accepted: socket.socket) -> None:
    body = f'{{"error": "{KEY} is no key"}}'.encode()
    accepted.sendall(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))


def test_no_secret_in_the_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", KEY)
    options = {"key_env": "MTQA_TEST_KEY"}
    refused = pytest.raises(EngineRefused, match=r"\*\*\* is no key")
    with caplog.at_level("DEBUG"), server(unauthorised) as url, connection(url, **options) as opened, refused:
        opened.post_json("/x", {})
    assert caplog.records
    assert KEY not in caplog.text


def test_a_proxy_that_cannot_be_used_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://proxy.example")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with connection("http://mt.example") as opened, pytest.raises(EngineRefused, match="variables for proxies"):
        opened.post_json("/x", {})


def wait_for_the_end(accepted: socket.socket) -> None:
    accepted.settimeout(10)
    while accepted.recv(1):
        pass


def drip(accepted: socket.socket) -> None:
    """One byte of a header after the other, for as long as somebody listens."""
    ended = threading.Event()
    accepted.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    try:
        while not ended.wait(0.02):
            accepted.sendall(b"a")
    except OSError:
        ended.set()


def half(accepted: socket.socket) -> None:
    accepted.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a": ')


@pytest.mark.parametrize("behave", [wait_for_the_end, drip], ids=["silent", "dripping"])
def test_a_call_ends_at_its_deadline(behave: Callable[[socket.socket], None]) -> None:
    late = pytest.raises(EngineBusy, match=r"no complete answer in 0\.3 s")
    with server(behave) as url, connection(url, timeout=0.3) as opened, late:
        opened.post_json("/x", {})


def test_a_connection_that_breaks_off_is_a_passing_fault() -> None:
    with server(half) as url, connection(url) as opened, pytest.raises(EngineBusy, match="no connection"):
        opened.post_json("/x", {})


def test_a_server_that_is_not_there_is_a_passing_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        connection(f"http://127.0.0.1:{port}") as opened,
        pytest.raises(EngineBusy, match="check that the server runs"),
    ):
        opened.post_json("/x", {})


def test_close_ends_calls_under_way() -> None:
    caught: list[BaseException] = []
    arrived = threading.Event()

    def behave(accepted: socket.socket) -> None:
        arrived.set()
        wait_for_the_end(accepted)

    def call() -> None:
        try:
            opened.post_json("/x", {})
        except EngineBusy as error:
            caught.append(error)

    with server(behave) as url, connection(url, timeout=60) as opened:
        thread = threading.Thread(target=call)
        thread.start()
        assert arrived.wait(10)
        opened.close()
        thread.join(10)
    assert len(caught) == 1
    with pytest.raises(EngineBusy, match="closed"):
        opened.post_json("/x", {})
