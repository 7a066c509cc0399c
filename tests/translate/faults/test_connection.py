"""Faults of connections: servers that are not there, hang up, drip, redirect or cannot be trusted."""

import gzip
import socket
import ssl
import time as real_time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.translate import Terms
from mtqa.translate.pace import Clock
from tests.translate.faults.asked import Ask, once, status
from tests.translate.faults.dialects import DIALECTS
from tests.translate.server import Request, Server
from tests.translate.test_ask import FakeTime, Memory, run, segments

Serve = Callable[..., Server]
CERTIFICATE = Path(__file__).with_name("certificate.pem")  # for 127.0.0.1, signed by itself, for a hundred years


def asked_at(url: str, *texts: str, time: FakeTime | None = None, **options: Any) -> Memory:
    engine = LibreTranslateEngine(base_url=url, **{"batch": 1, "concurrency": 1, **options})
    try:
        return run(engine, segments(*texts), time=time)
    finally:
        engine.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_fault_15_a_server_that_comes_up_late_is_waited_for(serve: Serve) -> None:
    port, time, servers = free_port(), FakeTime(), []
    wait = time.wait

    def and_start(stop: Any, seconds: float) -> bool:
        if len(time.waits) == 2:
            servers.append(serve(Request.good, "127.0.0.1", port))
        return wait(stop, seconds)

    time.wait = and_start  # type: ignore[method-assign]
    assert asked_at(f"http://127.0.0.1:{port}", "a", "b", time=time).said() == ["A", "B"]
    assert servers[0].asked == [["a"], ["b"]]


@pytest.mark.parametrize("url", [f"http://127.0.0.1:{free_port()}", "http://mt.invalid", "https://mt.invalid"])
def test_fault_15_a_server_that_is_not_there_is_given_up(url: str) -> None:
    memory = asked_at(url, *"abc", time=FakeTime())
    assert memory.said() == ["[refused]"] * 3
    [trouble] = memory.asked.troubles
    assert "no connection" in trouble.reason
    assert "base_url" in trouble.todo


def test_fault_15_a_server_without_tls_is_named(serve: Serve) -> None:
    memory = asked_at(serve().url.replace("http:", "https:"), "a", time=FakeTime())
    assert memory.said() == ["[refused]"]
    assert "SSL" in memory.reason("f#1")


def test_fault_15_what_may_have_been_billed_counts_as_spent(ask: Ask) -> None:
    """Ten characters at a million each: sent twice, answered once."""
    hang_up = once(lambda request: request.hang_up(b"HTTP/1.1 200 OK\r\n"))
    asked = ask(hang_up, "0123456789", price=1_000_000.0)
    assert asked.said == ["0123456789"]
    assert asked.memory.asked.spent == {"e": 20.0}


def test_fault_15_what_was_never_sent_costs_nothing() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    engine = LibreTranslateEngine(base_url=url, price=1.0)
    memory = run(engine, segments("a"), time=FakeTime(), terms=Terms({}, 100.0))
    engine.close()
    assert memory.asked.spent == {}


def test_fault_16_a_server_that_does_not_answer_is_asked_once_more(ask: Ask) -> None:
    assert ask(once(lambda _request: real_time.sleep(1)), "a", timeout=0.3).said == ["A"]


def drip(request: Request) -> None:
    """One byte after the other, for longer than anybody waits; each comes in time by itself."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(20):
        request.wfile.write(b" ")
        real_time.sleep(0.05)
    request.close_connection = True


def test_fault_16_a_server_that_drips_meets_the_deadline_twice_and_then_fails_that_text(ask: Ask) -> None:
    asked = ask(lambda request: drip(request) if "slow" in request.texts else request.good(), "a", "slow", "c", batch=1,
                concurrency=2, timeout=0.4)  # fmt: skip
    assert asked.said == ["A", "[failed]", "C"]
    assert "no complete answer in 0.4 s" in asked.trouble
    assert asked.texts.count(["slow"]) <= 4, "twice, and twice at the end"


def test_fault_17_a_connection_that_was_closed_between_calls_is_no_fault(ask: Ask) -> None:
    def respond(request: Request) -> None:
        request.good()
        request.close_connection = True  # without saying so in a header

    asked = ask(respond, *"abcdefgh")
    assert asked.said == list("ABCDEFGH")
    assert (asked.time.waits, asked.trouble) == ([], "")


@pytest.mark.parametrize("reset", [False, True])
def test_fault_17_a_connection_that_is_closed_when_it_is_used_again_is_tried_at_once(ask: Ask, reset: bool) -> None:
    asked = ask(lambda request: request.hang_up(reset=reset) if request.nth == 2 else request.good(), *"abcdefgh")
    assert asked.said == list("ABCDEFGH")
    assert asked.texts == [list("abcd"), list("efgh"), list("efgh")]
    assert (asked.time.waits, asked.trouble) == ([], "")


def test_fault_18_a_byte_order_mark_and_a_wrong_charset_are_read_over(ask: Ask) -> None:
    body = '\ufeff{"translatedText": ["ÄÖ"]}'.encode()
    assert ask(status(200, body, Content_Type="text/html; charset=iso-8859-1"), "a").said == ["ÄÖ"]


def test_fault_18_compressed_answers_are_read(ask: Ask) -> None:
    body = gzip.compress(b'{"translatedText": ["A"]}')
    assert ask(status(200, body, Content_Encoding="gzip"), "a").said == ["A"]


def test_fault_18_an_answer_that_unpacks_without_end_is_cut_off(ask: Ask) -> None:
    """64 MiB of blanks in 64 KiB."""
    bomb = gzip.compress(b" " * 2**26, 9)
    asked = ask(status(200, bomb, Content_Encoding="gzip"), "a")
    assert asked.said == ["[failed]"]
    assert "more than 16 MiB" in asked.trouble


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_fault_32_a_redirect_is_not_followed(ask: Ask, serve: Serve, code: int) -> None:
    elsewhere = serve()
    asked = ask(status(code, Location=f"{elsewhere.url}/translate"), *"abcdefgh", dialect="deepl")
    assert asked.said == ["[refused]"] * 8
    assert len(asked.texts) == 1
    assert elsewhere.requests == []
    assert f"redirects to 127.0.0.1:{elsewhere.port}" in asked.trouble


def test_fault_33_a_proxy_of_the_environment_is_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve()
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert asked_at("http://mt.invalid:5000", "a").said() == ["A"]
    assert proxy.requests[0][0] == "http://mt.invalid:5000/translate"
    direct = serve()
    assert asked_at(direct.url, "b").said() == ["B"]
    assert direct.asked == [["b"]]


def secured(serve: Serve) -> Server:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    return serve(Request.good, "127.0.0.1", 0, tls)


def test_fault_33_an_authority_of_ones_own_is_trusted(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert asked_at(secured(serve).url, "a").said() == ["A"]


def test_fault_33_a_file_of_certificates_that_is_not_there_is_said(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    memory = asked_at(serve().url, "a", time=FakeTime())
    assert memory.said() == ["[refused]"]
    assert "certificates" in memory.reason("f#1")


def test_fault_15_a_certificate_that_nobody_trusts_is_refused(serve: Serve) -> None:
    server = secured(serve)
    memory = asked_at(server.url, "a", time=FakeTime())
    assert memory.said() == ["[refused]"]
    assert "certificate" in memory.reason("f#1").lower()
    assert server.requests == []


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_fault_33_a_server_with_ipv6_alone(serve: Serve) -> None:
    assert asked_at(serve(Request.good, "::1").url, "a").said() == ["A"]


def test_fault_37_waiting_does_not_look_at_the_clock_on_the_wall(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It jumps by an hour, forth and back, with each look."""
    wall, jumps = real_time.time, [0]

    def jumping() -> float:
        jumps[0] += 1
        return wall() + (3600 if jumps[0] % 2 else -3600)

    monkeypatch.setattr(real_time, "time", jumping)
    server = serve(once(status(429, Retry_After="0.2")))
    engine = LibreTranslateEngine(base_url=server.url, batch=1, concurrency=2, rate=50)
    memory = Memory()
    began = real_time.monotonic()
    from mtqa.translate import ask as ask_all

    ask_all({"e": engine}, lambda: iter(segments(*"abcd")), memory, memory, lambda *_: None, clock=Clock())
    engine.close()
    assert memory.said() == list("ABCD")
    assert 0.2 <= real_time.monotonic() - began < 600
    assert all(o.latency_ms is None or 0 <= o.latency_ms < 600_000 for o in memory.outcomes.values())  # type: ignore[union-attr]


def test_fault_38_connections_are_used_again(ask: Ask) -> None:
    asked = ask(Request.good, *(f"text {n}" for n in range(60)), batch=1, concurrency=3)
    assert len(asked.texts) == 60
    assert asked.server.connections <= 3


def test_fault_39_the_cache_is_the_record_of_an_engine_that_says_something_else_each_time(serve: Serve) -> None:
    asked: list[int] = []

    def respond(request: Request) -> None:
        asked.append(len(asked))
        DIALECTS["libretranslate"].reply(request, [f"{text} {len(asked)}" for text in request.texts])

    server = serve(respond)
    engine = LibreTranslateEngine(base_url=server.url, batch=1)
    first = run(engine, segments("a", "b"))
    second = run(engine, segments("a", "b"), Memory(kept=first.kept))
    engine.close()
    assert first.said() == second.said() == ["a 1", "b 2"]
    assert len(asked) == 2
