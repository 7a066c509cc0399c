"""What is particular to Converse; the rest is in test_chat.py, signing in test_aws.py."""

import json
from typing import Any

import pytest

from mtqa.engines.bedrock import BedrockEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.ports import Answer
from tests.engines.chats import SERVERS
from tests.engines.wire import Reply, outcomes, queries, reply, wired

SERVER = SERVERS["bedrock"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> BedrockEngine:
    monkeypatch.setenv("MTQA_TEST_KEY", "bedrock-key")
    return BedrockEngine(model="eu.amazon.nova-lite-v1:0", region="eu-west-1", key_env="MTQA_TEST_KEY")


def test_the_request(engine: BedrockEngine) -> None:
    with wired(engine, SERVER.translation) as wire:
        outcomes(engine, queries("One"))
    request, body = wire.requests[0], wire.body()
    assert request.url.host == "bedrock-runtime.eu-west-1.amazonaws.com"
    assert request.url.raw_path == b"/model/eu.amazon.nova-lite-v1%3A0/converse"
    structure = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert json.loads(structure["schema"])["required"] == ["items"]


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (429, "ThrottlingException", EngineBusy),
        (400, "ThrottlingException", EngineBusy),
        (429, "ModelNotReadyException", EngineBusy),
        (408, "ModelTimeoutException", EngineBusy),
        (424, "ModelErrorException", EngineBusy),
        (403, "AccessDeniedException", EngineRefused),
        (404, "ResourceNotFoundException", EngineRefused),
        (400, "ValidationException", EngineReply),
    ],
)
def test_faults(engine: BedrockEngine, status: int, name: str, kind: type[EngineError]) -> None:
    answer = reply(status, {"message": "a sentence"}, {"x-amzn-ErrorType": f"{name}:http://internal"})
    with wired(engine, [answer]), pytest.raises(EngineError, match="a sentence") as caught:
        outcomes(engine, queries("One"))
    assert isinstance(caught.value, kind)


def test_a_model_without_structured_output_is_asked_without(engine: BedrockEngine) -> None:
    said = {"message": "The model doesn't support the outputConfig field. Remove outputConfig and try again."}

    def respond(body: Any) -> Reply:
        return reply(400, said) if "outputConfig" in body else SERVER.translation(body)

    with wired(engine, respond) as wire:
        assert isinstance(outcomes(engine, queries("One"))["q1"], Answer)
    assert wire.body(1)["inferenceConfig"].keys() == {"temperature", "maxTokens"}
