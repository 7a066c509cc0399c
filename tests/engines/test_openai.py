"""What is particular to Chat Completions and its many servers; the rest is in test_chat.py."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.chat import Contract, Request, salvage, shares
from mtqa.engines.openai import OpenAIEngine
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, NoAnswer
from tests.engines.chats import SERVERS, capitals
from tests.engines.wire import Reply, outcomes, queries, reply, wired

SERVER = SERVERS["openai"]


def engine(**options: Any) -> OpenAIEngine:
    return OpenAIEngine(**{"model": "m-1", "base_url": "http://llm.example/v1"} | options)


def completion(content: object, finish: str = "stop", **message: Any) -> Reply:
    choice = {"finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    return reply(200, {"model": "m-1-2026", "choices": [choice]})


def items(body: Any) -> str:
    return json.dumps({"items": capitals(SERVER.items(body))})


def test_the_request() -> None:
    one = engine(parameters={"seed": 7})
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    body = wire.body()
    assert str(wire.requests[0].url) == "http://llm.example/v1/chat/completions"
    assert "authorization" not in wire.requests[0].headers
    assert (body["model"], body["temperature"], body["seed"]) == ("m-1", 0, 7)
    assert body["response_format"]["json_schema"]["strict"] is True


def test_azure_has_the_key_in_a_header_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "azure-key-1")
    one = engine(base_url="https://x.openai.azure.com/openai/v1", key_env="MTQA_TEST_KEY", key_header="api-key")
    with wired(one, SERVER.translation) as wire:
        outcomes(one, queries("One"))
    assert wire.requests[0].headers["api-key"] == "azure-key-1"
    assert "authorization" not in wire.requests[0].headers


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: f"```json\n{text}\n```",
        lambda text: f"<think>the set {{x}} is</think>Here you are:\n{text}\nLet me know!",
        lambda text: [{"type": "text", "text": text[:9]}, {"type": "text", "text": text[9:]}],
        lambda text: f"\n\n\n{text}",
    ],
    ids=["fence", "chatter", "parts", "blank lines"],
)
def test_json_is_found_in_what_surrounds_it(wrap: Callable[[str], Any]) -> None:
    one = engine()
    with wired(one, lambda body: completion(wrap(items(body)))):
        found = outcomes(one, queries("One", "Two"))
    assert [answer.text for answer in found.values() if isinstance(answer, Answer)] == ["ONE", "TWO"]


@pytest.mark.parametrize(
    "answer",
    [
        completion("", refusal="I cannot help with that."),
        reply(400, {"error": {"code": "content_filter", "message": "filtered"}}),
    ],
    ids=["refusal", "filter as 400"],
)
def test_what_is_declined_has_no_answer(answer: Reply) -> None:
    one = engine()
    with wired(one, lambda _body: answer):
        found = outcomes(one, queries("One"))["q1"]
        with pytest.raises(EngineReply):
            outcomes(one, queries("One", "Two"))
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.REFUSED


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(429, {"error": {"code": "credit_balance_exhausted"}}), EngineRefused),
        (reply(401, {"error": {"code": "invalid_api_key", "message": "Incorrect API key"}}), EngineRefused),
        (reply(404, {"error": {"code": "model_not_found"}}), EngineRefused),
        (reply(400, {"error": {"code": "context_length_exceeded", "message": "too long"}}), EngineReply),
        (reply(422, {"detail": [{"loc": ["body", "messages"]}]}), EngineReply),
        (reply(200, {"error": "upstream"}), EngineBusy),
        (completion("Hallo!"), EngineReply),
        (completion(None), EngineReply),
        (completion('{"items": {"id": "x"}}'), EngineReply),
        (reply(200, {"choices": []}), EngineReply),
        (reply(200, {"choices": ["text"]}), EngineReply),
        (reply(200, {"choices": [{"finish_reason": ["a"], "message": []}], "usage": 3}), EngineReply),
    ],
)
def test_faults(answer: Reply, kind: type[EngineError]) -> None:
    one = engine()
    with wired(one, [answer]), pytest.raises(EngineError) as caught:
        outcomes(one, queries("One"))
    assert isinstance(caught.value, kind)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("temperature", {"param": "temperature", "message": "Unsupported value", "code": "unsupported_value"}),
        ("seed", {"message": "Unrecognized request argument supplied: seed"}),
        ("provider", {"param": "provider.allow_fallbacks", "message": "unknown"}),
    ],
)
def test_a_rejected_parameter_is_left_out_from_then_on(name: str, error: dict[str, str]) -> None:
    one = engine(parameters={"seed": 1, "provider": {"allow_fallbacks": False}})

    def respond(body: Any) -> Reply:
        return reply(400, {"error": error}) if name in body else SERVER.translation(body)

    with wired(one, respond) as wire:
        first, second = outcomes(one, queries("One")), outcomes(one, queries("Two"))
    assert isinstance(first["q1"], Answer)
    assert isinstance(second["q1"], Answer)
    assert [name in wire.body(n) for n in range(len(wire.requests))] == [True, False, False]


def test_the_answer_format_falls_back_to_json_mode_and_to_nothing() -> None:
    one = engine()

    def respond(body: Any) -> Reply:
        if "response_format" in body:
            kind = body["response_format"]["type"]
            return reply(400, {"error": {"message": f"{kind} is not supported by this model"}})
        return SERVER.translation(body)

    with wired(one, respond) as wire:
        assert isinstance(outcomes(one, queries("One"))["q1"], Answer)
    formats = [wire.body(n).get("response_format", {}).get("type") for n in range(len(wire.requests))]
    assert formats == ["json_schema", "json_object", None]
    assert one.notes == ("m-1 does not take response_format: left out",)


def test_the_limit_of_the_answer_has_two_names() -> None:
    one = engine()
    told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    def respond(body: Any) -> Reply:
        return reply(400, {"error": {"message": told}}) if "max_tokens" in body else SERVER.translation(body)

    with wired(one, respond) as wire:
        assert isinstance(outcomes(one, queries("One"))["q1"], Answer)
    assert wire.body(1)["max_completion_tokens"] == wire.body(0)["max_tokens"] > 1000
    assert one.notes == ()


def test_a_context_that_is_too_small_for_the_limit_is_not_a_rejected_parameter() -> None:
    one = engine()
    told = "'max_tokens' is too large: 5000. This model's maximum context length is 4096 tokens"
    with wired(one, [reply(400, {"error": {"message": told}})]), pytest.raises(EngineReply):
        outcomes(one, queries("One", "Two"))
    assert one.notes == ()


@pytest.mark.parametrize("options", [{"price": [1.0]}, {"price": [-1.0, 2.0]}, {"parameters": {"stream": True}}])
def test_wrong_options(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        engine(**options)


@given(st.text())
def test_salvage_never_fails(content: str) -> None:
    assert salvage(content, Request(Contract.of("x", {}), queries("One"))) == {}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(0, 500), min_size=1))
def test_shares_add_up(inputs: int, outputs: int, sizes: list[int]) -> None:
    divided = [usage for usage in shares(Usage(None, inputs, outputs), sizes) if usage]
    if sum(sizes):
        assert sum(usage.input_tokens or 0 for usage in divided) == inputs
        assert sum(usage.output_tokens or 0 for usage in divided) == outputs
    assert all((usage.input_tokens or 0) >= 0 for usage in divided)


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://x.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("http://127.0.0.1:11434/v1", "max_tokens"),
    ],
)
def test_openai_itself_is_asked_by_the_name_of_today(base_url: str, name: str) -> None:
    one = engine(base_url=base_url)
    with wired(one, [reply(200, {"choices": []})]) as wire, pytest.raises(EngineReply):
        outcomes(one, queries("One"))
    assert name in wire.body()


def test_the_seed_has_two_names() -> None:
    """Mistral: it knows `random_seed` alone, and says so in a sentence or in a list."""
    told = {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"]}]}}
    one = engine(seed=5)

    def respond(body: Any) -> Reply:
        return reply(422, told) if "seed" in body else SERVER.translation(body)

    with wired(one, respond) as wire:
        assert isinstance(outcomes(one, queries("One"))["q1"], Answer)
    assert [(wire.body(n).get("seed"), wire.body(n).get("random_seed")) for n in (0, 1)] == [(5, None), (None, 5)]
    assert one.notes == ()
    assert engine(seed=5).signature != engine(seed=6).signature != engine().signature


def test_one_request_that_is_flagged_does_not_stop_the_engine() -> None:
    """OpenRouter, whose status 403 means this text as well as this key."""
    flagged = {"code": 403, "message": "input was flagged", "metadata": {"reasons": ["x"], "flagged_input": "One"}}
    one = engine()
    with wired(one, [reply(403, {"error": flagged}), reply(403, {"error": {"code": 403, "message": "no"}})]):
        found = outcomes(one, queries("One"))["q1"]
        with pytest.raises(EngineRefused):
            outcomes(one, queries("One"))
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.REFUSED


@pytest.mark.parametrize(
    ("read", "answered", "cut"),
    [
        (4096, 50, True),
        (4000, 96, True),
        (4096 * 2, 1, False),
        (4095, 50, False),
        (None, None, False),
        (0, 1024, False),
    ],
)
def test_a_request_that_the_server_cut_is_noticed(read: int | None, answered: int | None, cut: bool) -> None:
    """Ollama fills its context and drops the rest, with status 200; what it then answers is not to be trusted."""
    one, texts = engine(), [f"{n} " + "word " * 400 for n in range(14)]

    def respond(body: Any) -> Reply:
        usage = {"prompt_tokens": read, "completion_tokens": answered}
        whole = json.loads(SERVER.translation(body).content)
        return reply(200, {**whole, "usage": usage})

    with wired(one, respond):
        if cut:
            with pytest.raises(EngineReply, match="read 4096 tokens"):
                outcomes(one, queries(*texts))
        assert all(isinstance(found, Answer) for found in outcomes(one, queries("One")).values())
        if not cut:
            assert all(isinstance(found, Answer) for found in outcomes(one, queries(*texts)).values())
