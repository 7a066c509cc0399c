"""What is particular to generateContent; the rest is in test_chat.py."""

from typing import Any

import pytest

from mtqa.engines.gemini import GeminiEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.chats import SERVERS
from tests.engines.wire import Reply, outcomes, queries, reply, wired

SERVER = SERVERS["gemini"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> GeminiEngine:
    monkeypatch.setenv("MTQA_TEST_KEY", "AIza-key-9")
    return GeminiEngine(model="gemini-3.5-flash", key_env="MTQA_TEST_KEY")


def test_the_request(engine: GeminiEngine) -> None:
    with wired(engine, SERVER.translation) as wire:
        found = outcomes(engine, queries("One"))["q1"]
    request, config = wire.requests[0], wire.body()["generationConfig"]
    assert request.url.host == "generativelanguage.googleapis.com"
    assert request.url.path == "/v1beta/models/gemini-3.5-flash:generateContent"
    assert request.headers["x-goog-api-key"] == "AIza-key-9"
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"]["required"] == ["items"]
    assert (config["temperature"], config["thinkingConfig"]) == (0, {"thinkingBudget": 0})
    assert isinstance(found, Answer)


@pytest.mark.parametrize(
    ("fault", "kind", "wait"),
    [
        (
            {"message": "quota", "status": "RESOURCE_EXHAUSTED", "details": [
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure",
                 "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]},
            EngineBusy, 37,
        ),
        (
            {"message": "quota", "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}]},
            EngineRefused, None,
        ),
        ({"message": "You exceeded your current quota, please check your plan and billing details."}, EngineBusy, None),
    ],
    ids=["minute", "day", "unsaid"],
)  # fmt: skip
def test_quotas(engine: GeminiEngine, fault: Any, kind: type[EngineError], wait: float | None) -> None:
    with wired(engine, [reply(429, {"error": fault})]), pytest.raises(EngineError) as caught:
        outcomes(engine, queries("One"))
    assert isinstance(caught.value, kind)
    assert getattr(caught.value, "retry_after", None) == wait


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}, EngineRefused),
        ({"message": "User location is not supported", "status": "FAILED_PRECONDITION"}, EngineRefused),
        ({"message": "The input token count exceeds the maximum", "status": "INVALID_ARGUMENT"}, EngineReply),
    ],
)
def test_bad_requests(engine: GeminiEngine, error: Any, kind: type[EngineError]) -> None:
    with wired(engine, [reply(400, {"error": error})]), pytest.raises(EngineError) as caught:
        outcomes(engine, queries("One"))
    assert isinstance(caught.value, kind)


def test_a_blocked_prompt_has_no_candidates(engine: GeminiEngine) -> None:
    with wired(engine, [reply(200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})]):
        found = outcomes(engine, queries("One"))["q1"]
    assert isinstance(found, NoAnswer)
    assert (found.kind, found.reason) == (Missing.REFUSED, "PROHIBITED_CONTENT")


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Thinking budget 0 is invalid. This model only works in thinking mode.", {"responseJsonSchema"}),
        ('Unknown name "responseJsonSchema" at "generation_config"', {"thinkingConfig"}),
    ],
)
def test_what_a_model_does_not_know_is_left_out(engine: GeminiEngine, message: str, left: set[str]) -> None:
    optional = {"responseJsonSchema", "thinkingConfig"}

    def respond(body: Any) -> Reply:
        whole = optional <= body["generationConfig"].keys()
        return reply(400, {"error": {"message": message}}) if whole else SERVER.translation(body)

    with wired(engine, respond) as wire:
        assert isinstance(outcomes(engine, queries("One"))["q1"], Answer)
    assert optional & wire.body(1)["generationConfig"].keys() == left


@pytest.mark.parametrize(
    "body",
    [
        {"candidates": [{"finishReason": "STOP"}]},
        {"candidates": [{"content": {"parts": "x"}}]},
        {"candidates": [{"content": []}]},
        {"candidates": ["x"]},
        {"candidates": {}},
    ],
)
def test_answers_without_text(engine: GeminiEngine, body: Any) -> None:
    with wired(engine, [reply(200, body)]), pytest.raises(EngineReply):
        outcomes(engine, queries("One"))


def test_the_seed_goes_with_the_settings_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "AIza-key-9")
    one = GeminiEngine(model="m-1", key_env="MTQA_TEST_KEY", seed=11)
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    assert wire.body()["generationConfig"]["seed"] == 11
