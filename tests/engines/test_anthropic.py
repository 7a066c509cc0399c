"""What is particular to Messages; the rest is in test_chat.py."""

from typing import Any

import pytest

from mtqa.engines.anthropic import AnthropicEngine
from mtqa.errors import EngineReply
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.chats import SERVERS
from tests.engines.wire import Reply, outcomes, queries, reply, wired

SERVER = SERVERS["anthropic"]


def engine(**options: Any) -> AnthropicEngine:
    return AnthropicEngine(model="claude-haiku-5-5", key_env="MTQA_TEST_KEY", **options)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "sk-ant-1")


def test_the_request_has_no_sampling_parameters() -> None:
    one = engine()
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    request, body = wire.requests[0], wire.body()
    assert str(request.url) == "https://api.anthropic.com/v1/messages"
    assert request.headers["x-api-key"] == "sk-ant-1"
    assert request.headers["anthropic-version"] == "2026-10-21"
    assert {"temperature", "top_p", "top_k"}.isdisjoint(body)
    assert body["thinking"] == {"type": "disabled"}
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert [message["role"] for message in body["messages"]] == ["user"]  # no prefill


def test_thinking_can_be_configured() -> None:
    one = engine(parameters={"thinking": {"type": "adaptive"}}, version="2023-06-01", temperature=0.2)
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    assert wire.body()["thinking"] == {"type": "adaptive"}
    assert wire.body()["temperature"] == 0.2
    assert wire.requests[0].headers["anthropic-version"] == "2023-06-01"


def test_effort_goes_beside_the_answer_schema() -> None:
    one = engine(parameters={"output_config": {"effort": "low"}})
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    assert wire.body()["output_config"].keys() == {"format", "effort"}


@pytest.mark.parametrize(("name", "told"), [("thinking", "thinking"), ("output_config", "output_config.format")])
def test_what_a_model_does_not_know_is_left_out(name: str, told: str) -> None:
    one = engine()
    said = {"type": "invalid_request_error", "message": f"{name}: Extra inputs are not permitted"}

    def respond(body: Any) -> Reply:
        return reply(400, {"type": "error", "error": said}) if name in body else SERVER.translation(body)

    with wired(one, respond) as wire:
        assert isinstance(outcomes(one, queries("One"))["q1"], Answer)
    assert len(wire.requests) == 2
    assert one.notes == (f"claude-haiku-5-5 does not take {told}: left out",)


def test_max_tokens_is_never_left_out() -> None:
    one = engine(max_tokens=99_999)
    said = {"type": "invalid_request_error", "message": "max_tokens: 99999 > 64000, which is the maximum allowed"}
    with wired(one, [reply(400, {"type": "error", "error": said})]), pytest.raises(EngineReply, match="64000"):
        outcomes(one, queries("One"))


def test_a_refusal_is_explained() -> None:
    one = engine()
    details = {"category": "cyber", "explanation": "The text asks for malware."}
    body = {"content": [], "stop_reason": "refusal", "stop_details": details}
    with wired(one, [reply(200, body)]):
        found = outcomes(one, queries("One"))["q1"]
    assert isinstance(found, NoAnswer)
    assert (found.kind, found.reason) == (Missing.REFUSED, "The text asks for malware.")


def test_what_was_read_from_the_providers_cache_is_counted() -> None:
    one = engine(price=[1.0, 0.0])
    with wired(one, SERVER.translation):
        found = outcomes(one, queries("One"))["q1"]
    assert isinstance(found, Answer)
    assert found.usage is not None
    assert found.usage.input_tokens == 100
