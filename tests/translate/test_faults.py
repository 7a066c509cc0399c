"""Faults of a real server over real HTTP, and what becomes of the texts."""

import time as real_time
from collections.abc import Callable
from email.utils import formatdate

import pytest

from mtqa.engines.libretranslate import LibreTranslateEngine
from tests.translate.server import Request, Server
from tests.translate.test_ask import FakeTime, Memory, run, segments

Fault = Callable[[Request], None]
Serve = Callable[..., Server]


def ask_through(server: Server, *texts: str, time: FakeTime | None = None, timeout: float = 10) -> Memory:
    engine = LibreTranslateEngine(base_url=server.url, batch=4, concurrency=1, timeout=timeout)
    try:
        return run(engine, segments(*texts), time=time)
    finally:
        engine.close()


def once(fault: Fault) -> Fault:
    """The fault at the first request, good answers afterwards."""
    happened = []

    def respond(request: Request) -> None:
        if happened:
            request.good()
        else:
            happened.append(True)
            fault(request)

    return respond


def busy(status: int, body: bytes = b"", **headers: str) -> Fault:
    return lambda request: request.send(body, status, **headers)


PASSING = {
    "429, empty": (busy(429), 0, 1),
    "429, seconds": (busy(429, Retry_After="3"), 3, 3),
    "429, milliseconds": (busy(429, retry_after_ms="2500"), 2.5, 2.5),
    "429, date in the past": (busy(429, Retry_After=formatdate(0, usegmt=True)), 0, 1),
    "429, infinite": (busy(429, Retry_After="inf"), 0, 1),
    "429, below zero": (busy(429, Retry_After="-1"), 0, 1),
    "429, nonsense": (busy(429, Retry_After="abc"), 0, 1),
    "500": (busy(500), 0, 1),
    "502, a page": (busy(502, b"<html>bad gateway</html>"), 0, 1),
    "503": (busy(503), 0, 1),
    "504": (busy(504), 0, 1),
    "529": (busy(529), 0, 1),
    "408": (busy(408), 0, 1),
    "424": (busy(424), 0, 1),
    "closed at once": (lambda request: request.hang_up(), 0, 1),
    "closed in the middle": (
        lambda request: request.hang_up(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"transl'), 0, 1,
    ),
    "a page with status 200": (busy(200, b"<html>Sign in to the hotel</html>"), 0, 1),
    "an empty body": (busy(200), 0, 1),
    "JSON cut short": (busy(200, b'{"translatedText": ["A"'), 0, 1),
    "NaN": (busy(200, b'{"translatedText": NaN}'), 0, 1),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "least", "most"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_waited_for_and_asked_again(serve: Serve, fault: Fault, least: float, most: float) -> None:
    server, time = serve(once(fault)), FakeTime()
    memory = ask_through(server, "a", "b", time=time)
    assert memory.said() == ["A", "B"]
    assert server.asked == [["a", "b"], ["a", "b"]]
    assert least <= time.at <= most
    assert not memory.asked.troubles


def test_a_date_to_come_is_waited_for(serve: Serve) -> None:
    time = FakeTime()
    memory = ask_through(serve(once(busy(429, Retry_After=formatdate(real_time.time() + 60)))), "a", time=time)
    assert memory.said() == ["A"]
    assert 55 < time.at <= 60


def test_a_byte_order_mark_is_read_over(serve: Serve) -> None:
    server = serve(lambda request: request.send(b'\xef\xbb\xbf{"translatedText": ["A"]}'))
    assert ask_through(server, "a").said() == ["A"]


def test_a_server_that_never_answers_runs_into_the_deadline(serve: Serve) -> None:
    server = serve(once(lambda _request: real_time.sleep(1)))
    assert ask_through(server, "a", timeout=0.2).said() == ["A"]


def test_a_connection_closed_between_two_calls_is_no_fault(serve: Serve) -> None:
    def respond(request: Request) -> None:
        request.good()
        request.close_connection = True  # without saying so in a header

    server = serve(respond)
    assert ask_through(server, *"abcdefgh").said() == list("ABCDEFGH")
    assert len(server.asked) <= 4


@pytest.mark.parametrize("status", [400, 413, 422])
def test_one_bad_text_does_not_take_the_batch_with_it(serve: Serve, status: int) -> None:
    def respond(request: Request) -> None:
        if "bad" in request.texts:
            request.json({"error": "cannot translate this"}, status)
        else:
            request.good()

    memory = ask_through(serve(respond), "a", "bad", "c", "d")
    assert memory.said() == ["A", "[failed]", "C", "D"]
    assert memory.asked.troubles[0].example == "f#2"


STOPPING = {
    "redirect": (busy(307, Location="http://other.invalid/"), "redirects to other.invalid"),
    "key": (busy(401), "check the key"),
    "money": (busy(402), "pay"),
    "forbidden": (busy(403, b'{"error": "banned"}'), "banned"),
    "quota": (busy(456), "quota"),
    "too long a pause": (busy(429, Retry_After="99999"), "run again later"),
}


@pytest.mark.parametrize(("fault", "reason"), STOPPING.values(), ids=STOPPING)
def test_what_stays_stops_the_engine_at_once(serve: Serve, fault: Fault, reason: str) -> None:
    server, time = serve(fault), FakeTime()
    memory = ask_through(server, *"abcdefgh", time=time)
    assert memory.said() == ["[refused]"] * 8
    assert len(server.asked) == 1
    assert time.at == 0
    [trouble] = memory.asked.troubles
    assert trouble.segments == 8
    assert reason in f"{trouble.reason}; {trouble.todo}"


def answering(change: Callable[[list[str]], object]) -> Fault:
    """Good answers to one text; for several, what `change` makes of the good answers."""

    def respond(request: Request) -> None:
        good = [text.upper() for text in request.texts]
        request.json({"translatedText": change(good) if len(good) > 1 else good})

    return respond


@pytest.mark.parametrize(
    "change",
    [
        lambda good: good[1:],
        lambda good: [*good, "MORE"],
        lambda good: [good[0], None, *good[2:]],
        lambda good: [good[0], "", *good[2:]],
        lambda good: [good[0], "a\x00b", *good[2:]],
        lambda _good: "one text",
        lambda _good: None,
    ],
    ids=["fewer", "more", "null", "empty", "not for XML", "no list", "nothing"],
)
def test_answers_that_do_not_fit_are_asked_for_in_smaller_batches(serve: Serve, change: Callable[..., object]) -> None:
    memory = ask_through(serve(answering(change)), *"abcd")
    assert memory.said() == list("ABCD")


def test_shifted_answers_are_asked_for_alone(serve: Serve) -> None:
    texts = ["send {name} mail", "call 555", "open the door", "wait 3 days"]
    memory = ask_through(serve(answering(lambda good: [*good[1:], good[0]])), *texts)
    assert memory.said() == [text.upper() for text in texts]


def test_damage_that_stays_is_named(serve: Serve) -> None:
    damaged = {
        "one. two. three. four.": "ONE.",
        "it is": "IT&#39;S",
        "a wug": "A *wug",
    }
    server = serve(lambda request: request.json({"translatedText": [damaged.get(t, t) for t in request.texts]}))
    memory = ask_through(server, *damaged)
    assert memory.said() == ["[truncated]", "[failed]", "[failed]"]
    assert "1 of 4 sentences" in memory.reason("f#1")
    assert "&#39;" in memory.reason("f#2")
    assert "*wug" in memory.reason("f#3")
    assert memory.kept == {}
