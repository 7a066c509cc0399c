"""Faults whose status does not say what they mean: keys, parameters, sizes, clocks, models, money."""

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from mtqa.engines.deepl import DeepLEngine
from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.model import Candidate
from mtqa.translate import Terms
from tests.translate.faults.asked import Ask, once, status
from tests.translate.faults.dialects import DIALECTS, KEY
from tests.translate.server import Request, Server
from tests.translate.test_ask import run, segments

Serve = Callable[..., Server]


def test_fault_06_a_spent_quota_stops_one_engine_and_others_finish(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "key-4711")
    spent, other = serve(status(456)), serve()
    engines = {
        "deepl": DeepLEngine(base_url=spent.url, key_env=KEY),
        "lt": LibreTranslateEngine(base_url=other.url, batch=2),
    }
    memory = run(dict(engines), segments(*"abcdef"))
    for engine in engines.values():
        engine.close()
    assert memory.said("deepl") == ["[refused]"] * 6
    assert memory.said("lt") == list("ABCDEF")
    [trouble] = memory.asked.troubles
    assert (trouble.engine, trouble.segments) == ("deepl", 6)
    assert "raise it" in trouble.todo


def test_fault_09_a_key_that_expires_is_asked_for_again(ask: Ask, tmp_path: Path) -> None:
    """The command prints another key from the third call on, when the server takes the old one no more."""
    key = tmp_path / "key"
    key.write_text("old-4711", encoding="utf-8")

    def respond(request: Request) -> None:
        if len(served) >= 2 and request.headers["authorization"] == "Bearer old-4711":
            key.write_text("new-4712", encoding="utf-8")
            return request.json({"error": {"message": "expired: old-4711"}}, 401)
        served.append(request.headers["authorization"])
        return DIALECTS["openai"].good(request)

    served: list[str] = []
    command = [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(key)]
    asked = ask(respond, *"abcd", dialect="openai", batch=1, key_command=command)
    assert asked.said == list("ABCD")
    assert served == ["Bearer old-4711"] * 2 + ["Bearer new-4712"] * 2
    assert (asked.time.waits, asked.trouble) == ([], "")


def test_fault_09_a_key_that_stays_wrong_is_refused_and_not_shown(ask: Ask, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("old-4711", encoding="utf-8")
    command = [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(key)]
    fault = status(401, {"error": {"message": "wrong key old-4711"}})
    asked = ask(fault, *"ab", dialect="openai", batch=1, key_command=command)
    assert asked.said == ["[refused]"] * 2
    assert len(asked.texts) == 1
    assert "4711" not in asked.trouble


REJECTED: dict[str, tuple[str, dict[str, Any], Callable[[Any], bool], object]] = {
    "anthropic": (
        "anthropic",
        {"temperature": 0.0},
        lambda body: "temperature" in body,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "temperature: Extra inputs are not permitted"},
        },
    ),
    "openai": (
        "openai",
        {},
        lambda body: "temperature" in body,
        {
            "error": {
                "message": "Unsupported parameter: 'temperature' is not supported with this model.",
                "type": "invalid_request_error",
                "param": "temperature",
                "code": "unsupported_parameter",
            }
        },
    ),
    "openai, JSON": (
        "openai",
        {},
        lambda body: body.get("response_format", {}).get("type") == "json_schema",
        {"error": {"message": "response_format json_schema is not supported", "param": "response_format"}},
    ),
}


@pytest.mark.parametrize(("dialect", "options", "has", "body"), REJECTED.values(), ids=REJECTED)
def test_fault_10_a_parameter_that_is_rejected_is_left_out_from_then_on(
    ask: Ask, dialect: str, options: dict[str, Any], has: Callable[[Any], bool], body: object
) -> None:
    def respond(request: Request) -> None:
        request.json(body, 400) if has(request.body) else DIALECTS[dialect].good(request)

    asked = ask(respond, *"abc", dialect=dialect, batch=1, **options)
    assert asked.said == list("ABC")
    assert [has(sent) for _, _, sent in asked.server.requests] == [True, False, False, False]
    assert (asked.time.waits, asked.trouble) == ([], "")


@pytest.mark.parametrize("code", [400, 422])
@pytest.mark.parametrize("dialect", ["deepl", "libretranslate", "azure", "google", "openai"])
def test_fault_11_one_bad_text_does_not_take_the_batch_with_it(ask: Ask, dialect: str, code: int) -> None:
    def respond(request: Request) -> None:
        if "bad" in DIALECTS[dialect].texts(request.body):
            request.json({"error": {"message": "cannot parse this"}}, code)
        else:
            DIALECTS[dialect].good(request)

    asked = ask(respond, "a", "bad", "c", "d", dialect=dialect)
    assert asked.said == ["A", "[failed]", "C", "D"]
    assert asked.memory.asked.troubles[0].example == "f#2"
    assert asked.time.waits == []


@pytest.mark.parametrize("dialect", ["deepl", "google", "azure"])
def test_fault_12_a_body_that_is_too_large_is_split(ask: Ask, dialect: str) -> None:
    """A proxy takes no more than 400 bytes, and says so with a page."""

    def respond(request: Request) -> None:
        if int(request.headers["content-length"]) > 400:
            request.send(b"<html>413 Request Entity Too Large</html>", 413)
        else:
            DIALECTS[dialect].good(request)

    texts = [f"a text of some length, number {n}" for n in range(20)]
    asked = ask(respond, *texts, dialect=dialect)
    assert asked.said == [text.upper() for text in texts]
    assert asked.trouble == ""


def test_fault_12_one_text_that_is_too_large_fails_alone(ask: Ask) -> None:
    def respond(request: Request) -> None:
        request.send(b"", 413) if "x" * 900 in request.texts else request.good()

    assert ask(respond, "a", "x" * 900, "c").said == ["A", "[failed]", "C"]


def test_fault_13_throttling_that_comes_as_400_passes(ask: Ask) -> None:
    fault = status(400, {"__type": "com.amazonaws.translate#ThrottlingException", "message": "Rate exceeded"})
    asked = ask(once(fault, "amazon"), "a", dialect="amazon")
    assert asked.said == ["A"]
    assert len(asked.texts) == 2


def test_fault_14_a_clock_that_is_wrong_is_corrected_by_the_servers(ask: Ask) -> None:
    there = datetime.now(UTC) + timedelta(hours=5)
    error = {"__type": "InvalidSignatureException", "message": "Signature expired: 1 is now earlier than 2"}
    fault = status(403, error, Date=format_datetime(there, usegmt=True))
    asked = ask(once(fault, "amazon"), *"ab", dialect="amazon")
    assert asked.said == ["A", "B"]
    stamps = [headers["X-Amz-Date" if "X-Amz-Date" in headers else "x-amz-date"] for _, headers, _ in
              asked.server.requests]  # fmt: skip
    signed = [datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for stamp in stamps]
    assert signed[0] < there - timedelta(hours=4)
    assert all(abs(at - there) < timedelta(minutes=5) for at in signed[1:])
    assert asked.time.waits == []


@pytest.mark.parametrize("code", [429, "429", "rate_limit_exceeded"])
def test_fault_19_an_error_with_status_200_means_what_its_code_means(ask: Ask, code: object) -> None:
    fault = status(200, {"error": {"code": code, "message": "slow down"}})
    asked = ask(once(fault, "openai"), "a", dialect="openai")
    assert asked.said == ["A"]
    assert len(asked.time.waits) == 1


def test_fault_19_an_answer_that_ended_in_an_error_is_asked_for_again(ask: Ask) -> None:
    broken = {"choices": [{"finish_reason": "error", "message": {"content": '{"items": ['}}]}
    asked = ask(once(status(200, broken), "openai"), "a", dialect="openai")
    assert asked.said == ["A"]


def test_fault_31_another_model_than_the_one_asked_is_told(ask: Ask) -> None:
    def respond(request: Request) -> None:
        answer = DIALECTS["openai"].answer(request.body, ["A"])
        request.json({**answer, "model": "cheap-9"})

    asked = ask(respond, "a", dialect="openai")
    assert asked.said == ["A"]
    candidate = asked.memory.outcomes["e", "f#1"]
    assert isinstance(candidate, Candidate)
    assert candidate.model == "cheap-9"
    assert "cheap-9 answered where m-1 was asked" in asked.trouble


def test_fault_34_what_is_not_known_is_absent(ask: Ask) -> None:
    """No price, and no count of tokens in the answer."""

    def respond(request: Request) -> None:
        answer = DIALECTS["openai"].answer(request.body, ["A"])
        request.json({name: value for name, value in answer.items() if name != "usage"})

    asked = ask(respond, "a", dialect="openai")
    candidate = asked.memory.outcomes["e", "f#1"]
    assert isinstance(candidate, Candidate)
    assert candidate.cost is None
    assert asked.memory.asked.spent == {}
    priced = ask(respond, "a", dialect="openai", price=[1000.0, 1000.0])
    assert priced.memory.asked.spent["e"] > 0, "without a count, all that was put aside counts as spent"


def test_fault_35_the_budget_holds_with_sixteen_calls_at_once(serve: Serve) -> None:
    """The server charges one for each character, also for those that it then fails on."""
    lock, charged = threading.Lock(), [0, 0]

    def respond(request: Request) -> None:
        with lock:
            charged[0] += sum(map(len, request.texts))
            charged[1] += 1
            nth = charged[1]
        if nth % 7 == 0:
            request.hang_up(b"HTTP/1.1 200 OK\r\n")
        else:
            request.good()

    engine = LibreTranslateEngine(base_url=serve(respond).url, batch=3, concurrency=16, price=1_000_000.0)
    memory = run(engine, segments(*(f"text {n:05}" for n in range(400))), terms=Terms({}, 2000.0))
    engine.close()
    # A call whose connection broke before the server saw it counts as spent: the sum errs on the safe side.
    assert charged[0] <= memory.asked.spent["e"] <= 2000
    assert memory.asked.spent["e"] >= 1900
    assert "[refused]" in memory.said()
    assert len(memory.outcomes) == 400
