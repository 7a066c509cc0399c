"""Faults that pass, and those that look like them. Numbers are those of the list in docs/asking.md."""

import threading
import time as real_time
from email.utils import formatdate
from itertools import pairwise

import pytest

from tests.translate.faults.asked import Ask, Fault, once, status
from tests.translate.faults.dialects import DIALECTS
from tests.translate.server import Request
from tests.translate.test_ask import FakeTime


def test_fault_01_a_pause_holds_for_the_whole_engine(ask: Ask, paused: threading.Event) -> None:
    """Three calls are under way, one of them is told to wait: none starts before that time is over."""
    time, three, lock = FakeTime(), threading.Barrier(3, timeout=60), threading.Lock()
    began: list[float] = []

    def respond(request: Request) -> None:
        with lock:
            began.append(time.at)
            nth = len(began)
        if 2 <= nth <= 4:
            three.wait()
            if nth == 2:
                return request.json({}, 429, Retry_After="3")
            paused.wait(60)
        return request.good()

    asked = ask(respond, *"abcdefgh", time=time, batch=1, concurrency=3)
    assert asked.said == list("ABCDEFGH")
    assert min(began[4:]) >= 3


WAITS: dict[str, tuple[Fault, float, float]] = {
    "01 seconds": (status(429, Retry_After="3"), 3, 3),
    "02 milliseconds": (status(429, retry_after_ms="2500"), 2.5, 2.5),
    "02 date in the past": (status(429, Retry_After=formatdate(0, usegmt=True)), 0, 1),
    "02 infinite": (status(429, Retry_After="inf"), 0, 1),
    "02 below zero": (status(429, Retry_After="-1"), 0, 1),
    "02 no number": (status(429, Retry_After="abc"), 0, 1),
    "03 nothing said": (status(429), 0, 1),
    "08 500": (status(500), 0, 1),
    "08 502 with a page": (status(502, b"<html>bad gateway</html>"), 0, 1),
    "08 503": (status(503, Retry_After="7"), 7, 7),
    "08 504": (status(504), 0, 1),
    "08 529": (status(529), 0, 1),
    "08 408": (status(408), 0, 1),
    "08 424": (status(424), 0, 1),
    "15 closed at once": (lambda request: request.hang_up(), 0, 1),
    "15 reset": (lambda request: request.hang_up(reset=True), 0, 1),
    "15 closed in the middle": (
        lambda request: request.hang_up(b'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"transl'), 0, 1,
    ),
    "18 a page": (status(200, b"<html>Sign in to the hotel</html>"), 0, 1),
    "18 empty": (status(200), 0, 1),
    "18 cut": (status(200, b'{"translatedText": ["A"'), 0, 1),
    "18 NaN": (status(200, b'{"translatedText": NaN}'), 0, 1),
    "18 not UTF-8": (status(200, b'{"translatedText": ["\xff"]}'), 0, 1),
    "18 broken gzip": (status(200, b"no gzip", Content_Encoding="gzip"), 0, 1),
    "19 error without a code": (status(200, {"error": "upstream has gone"}), 0, 1),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "least", "most"), WAITS.values(), ids=[f"fault {name}" for name in WAITS])
def test_what_may_pass_is_waited_for_and_asked_again(ask: Ask, fault: Fault, least: float, most: float) -> None:
    asked = ask(once(fault), "a", "b")
    assert asked.said == ["A", "B"]
    assert asked.texts == [["a", "b"], ["a", "b"]]
    assert least <= asked.time.at <= most
    assert not asked.trouble


def test_fault_02_a_date_to_come_is_waited_for_by_the_clock_of_the_server(ask: Ask) -> None:
    """Its clock is a day ahead of ours."""
    there = real_time.time() + 86_400
    dates = {"Date": formatdate(there, usegmt=True), "Retry_After": formatdate(there + 60, usegmt=True)}
    asked = ask(once(status(429, **dates)), "a")
    assert asked.said == ["A"]
    assert asked.time.at == 60


def test_fault_02_too_long_a_pause_is_not_slept(ask: Ask) -> None:
    asked = ask(status(429, Retry_After="99999"), *"abcdefgh")
    assert asked.said == ["[refused]"] * 8
    assert "run again later" in asked.trouble
    assert (len(asked.texts), asked.time.at) == (1, 0)


@pytest.mark.parametrize("dialect", ["deepl", "libretranslate"])
def test_fault_03_pauses_of_our_own_double_up_to_a_bound(ask: Ask, dialect: str) -> None:
    left = [status(429)] * 4

    def respond(request: Request) -> None:
        (left.pop() if left else DIALECTS[dialect].good)(request)

    asked = ask(respond, "a", dialect=dialect)
    assert asked.said == ["A"]
    assert all(wait <= most for wait, most in zip(asked.time.waits, (1, 2, 4, 8), strict=False))


STOPS: dict[str, tuple[str, Fault, str]] = {
    "04 no quota": (
        "openai",
        status(429, {"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": None}}),
        "exceeded your quota",
    ),
    "04 no credit": ("openai", status(429, {"error": {"message": "no", "code": "credit_balance_exhausted"}}), "429"),
    "04 spend limit of a project": (
        "openai", status(429, {"error": {"message": "no", "code": "project_spend_limit_exceeded"}}), "429",
    ),
    "05 enforced spend limit": (
        "anthropic",
        status(
            429,
            {
                "type": "error",
                "error": {
                    "type": "rate_limit_error",
                    "message": "limit reached",
                    "details": {"error_code": "enforced_spend_limit_reached"},
                },
            },
        ),
        "limit reached",
    ),
    "05 own spend limit": (
        "anthropic",
        status(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "over your spend limit"}}),
        "spend limit",
    ),
    "05 payment": ("openai", status(402, {"error": {"message": "Insufficient credits", "code": 402}}), "pay"),
    "05 prepaid": ("gemini", status(402, {"error": {"code": 402, "message": "Prepaid credit is used up"}}), "pay"),
    "06 quota": ("deepl", status(456), "quota"),
    "07 of the day": ("google", status(403, {"error": {"code": 403, "message": "Daily Limit Exceeded"}}), "Daily"),
    "07 forbidden": ("google", status(403, {"error": {"code": 403, "message": "No access"}}), "No access"),
    "09 key": ("deepl", status(401), "check the key"),
    "09 forbidden": ("libretranslate", status(403, {"error": "banned"}), "banned"),
    "19 money, with status 200": (
        "openai", status(200, {"error": {"code": 402, "message": "Insufficient credits"}}), "Insufficient",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "fault", "reason"), STOPS.values(), ids=[f"fault {name}" for name in STOPS])
def test_what_stays_stops_the_engine_at_once(ask: Ask, dialect: str, fault: Fault, reason: str) -> None:
    asked = ask(fault, *(f"text {n}" for n in range(60)), dialect=dialect)
    assert asked.said == ["[refused]"] * 60
    assert (len(asked.texts), asked.time.at) == (1, 0)
    assert reason in asked.trouble
    assert "4711" not in asked.trouble


@pytest.mark.parametrize("message", ["User Rate Limit Exceeded", "x"])
def test_fault_07_a_rate_that_comes_as_403_passes(ask: Ask, message: str) -> None:
    errors = [{"reason": "userRateLimitExceeded"}] if message == "x" else []
    fault = status(403, {"error": {"code": 403, "message": message, "errors": errors}})
    assert ask(once(fault, "google"), "a", dialect="google").said == ["A"]


def test_fault_08_a_text_that_the_server_fails_on_is_given_up_and_others_are_answered(ask: Ask) -> None:
    def respond(request: Request) -> None:
        request.send(b"", 500) if "bad" in request.texts else request.good()

    asked = ask(respond, "a", "bad", "c", "d", batch=1, concurrency=1)
    assert asked.said == ["A", "[failed]", "C", "D"]
    assert asked.texts.count(["bad"]) <= 10, "five times, and five at the end"


def test_fault_08_the_breaker_opens_and_probes_with_one_call(ask: Ask) -> None:
    time, began = FakeTime(), []

    def respond(request: Request) -> None:
        began.append(time.at)
        request.send(b"", 503) if len(began) > 1 and time.at < 100 else request.good()

    asked = ask(respond, *"abcdef", time=time, batch=1)
    assert asked.said == list("ABCDEF")
    down = [at for at in began[1:] if at < 100]
    assert len(down) <= 7
    gaps = [round(later - earlier) for earlier, later in pairwise(began) if later - earlier > 20]
    assert gaps in ([30, 60], [30, 60, 120])
