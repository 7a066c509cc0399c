"""The providers' own programs as oracles: what they send for the same question is what we send.

They are in the dev extra, and nothing of them is used at run time.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anthropic
import botocore.session
import deepl
import openai
import pytest
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from botocore.validate import ParamValidator
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import ConfigDict, TypeAdapter, ValidationError

from mtqa.engines.amazon import AmazonEngine
from mtqa.engines.anthropic import AnthropicEngine
from mtqa.engines.bedrock import BedrockEngine
from mtqa.engines.deepl import DeepLEngine
from mtqa.engines.openai import OpenAIEngine
from mtqa.errors import EngineError
from tests.engines.wire import outcomes, queries, reply, wired

KEY = "oracle-key-1"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MTQA_TEST_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, KEY)


class Recorder(BaseHTTPRequestHandler):
    """Keeps what it is sent and answers as told."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        answer = json.dumps(server.answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def recorder(answer: object) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads, server.seen, server.answer = True, [], answer
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ours(engine: Any) -> tuple[str, dict[str, str], Any]:
    """What one of our engines sends: path, headers, body."""
    with wired(engine, [reply(500)]) as wire, pytest.raises(EngineError):
        outcomes(engine, queries("One &amp; a", "Two"))
    request = wire.requests[0]
    return request.url.path, dict(request.headers), wire.body()


def test_deepl() -> None:
    path, headers, body = ours(DeepLEngine(key_env="MTQA_TEST_KEY", formality="prefer_more"))
    with recorder(
        {"translations": [{"detected_source_language": "EN", "text": "x", "billed_characters": 1}] * 2}
    ) as server:
        client = deepl.Translator(KEY, server_url=server.url)
        client.translate_text(
            body["text"],
            source_lang="EN",
            target_lang="DE",
            formality="prefer_more",
            tag_handling="xml",
            tag_handling_version="v2",
        )
        client.close()
    [(their_path, their_headers, their_body)] = server.seen
    assert (path, headers["authorization"]) == (their_path, their_headers["authorization"])
    assert body == {**their_body, "show_billed_characters": True}


@pytest.mark.parametrize(
    ("service", "operation", "engine", "named"),
    [
        ("translate", "TranslateText", lambda: AmazonEngine(region="r", formality="informal", terminology="t"), {}),
        ("bedrock-runtime", "Converse", lambda: BedrockEngine(model="m", region="r"), {"modelId": "m"}),
    ],
)
def test_aws_models(service: str, operation: str, engine: Any, named: dict[str, str]) -> None:
    """Our body has no member that the model of the service does not know, and none of another type."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    path, headers, body = ours(engine())
    report = ParamValidator().validate({**named, **body}, model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert path == model.http["requestUri"].replace("{modelId}", "m")
    if "x-amz-target" in headers:
        assert headers["x-amz-target"] == f"{model.service_model.metadata['targetPrefix']}.{operation}"


def strictly(fields: Any, body: Any) -> None:
    """`body` has no field that the type of an SDK does not have, at any depth, and none of another type."""
    # In a list, since the settings of an adapter hold for what is inside its type.
    TypeAdapter(list[fields], config=ConfigDict(extra="forbid", strict=True)).validate_python([body])


@pytest.mark.parametrize("base_url", ["https://api.openai.com/v1", "http://llm.example/v1"])
def test_openai(base_url: str) -> None:
    engine = OpenAIEngine(
        model="m", base_url=base_url, key_env="MTQA_TEST_KEY", seed=7, parameters={"reasoning_effort": "low"}
    )
    path, headers, body = ours(engine)
    strictly(CompletionCreateParamsNonStreaming, body)
    answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    with recorder(answer) as server, openai.OpenAI(api_key=KEY, base_url=f"{server.url}/v1") as client:
        client.chat.completions.create(**body)
    [(their_path, their_headers, their_body)] = server.seen
    assert (path, headers["authorization"], body) == (their_path, their_headers["authorization"], their_body)


def test_anthropic() -> None:
    path, headers, body = ours(AnthropicEngine(model="m", key_env="MTQA_TEST_KEY"))
    strictly(MessageCreateParamsNonStreaming, body)
    answer = {"id": "x", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": "end_turn"}
    with (
        recorder({**answer, "usage": {"input_tokens": 1, "output_tokens": 1}}) as server,
        anthropic.Anthropic(api_key=KEY, base_url=server.url) as client,
    ):
        client.messages.create(**body)
    [(their_path, their_headers, their_body)] = server.seen
    assert (path, body) == (their_path, their_body)
    assert KEY in (their_headers.get("x-api-key"), their_headers.get("authorization", "").removeprefix("Bearer "))
    assert headers["x-api-key"] == KEY
    assert headers["anthropic-version"] in ("2026-10-21", their_headers["anthropic-version"])


def test_the_types_of_the_sdks_do_reject() -> None:
    _, _, body = ours(OpenAIEngine(model="m"))
    inner = body["response_format"]["json_schema"]
    for wrong in (
        {**body, "temprature": 0},
        {**body, "seed": "7"},
        {**body, "response_format": {"type": "json_schema"}},
    ):
        with pytest.raises(ValidationError):
            strictly(CompletionCreateParamsNonStreaming, wrong)
    inner["shema"] = inner.pop("schema")
    with pytest.raises(ValidationError):
        strictly(CompletionCreateParamsNonStreaming, body)
