import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.chat import Numbered, salvage, shares
from mtqa.engines.openai import OpenAIEngine
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import Reply, outcomes, queries, reply, wired


def engine(**options: Any) -> OpenAIEngine:
    return OpenAIEngine(**{"model": "m-1", "base_url": "http://llm.example/v1"} | options)


def asked(body: Any) -> list[dict[str, str]]:
    items: list[dict[str, str]] = json.loads(body["messages"][1]["content"])["items"]
    return items


def completion(content: object, finish: str = "stop", **message: Any) -> Reply:
    usage = {"prompt_tokens": 100, "completion_tokens": 40}
    choice = {"finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    return reply(200, {"model": "m-1-2026", "choices": [choice], "usage": usage})


def items(body: Any, change: Callable[[list[dict[str, Any]]], Any] = lambda found: found) -> str:
    return json.dumps({"items": change([{"id": i["id"], "text": i["text"].upper()} for i in asked(body)])})


def test_the_request() -> None:
    one = engine(instructions="Address the reader formally.", parameters={"seed": 7})
    with wired(one, lambda body: completion(items(body))) as wire:
        outcomes(one, queries("One < 2", "Two", markup=Markup.TOKENS))
    body = wire.body()
    assert str(wire.requests[0].url) == "http://llm.example/v1/chat/completions"
    assert "authorization" not in wire.requests[0].headers
    assert (body["model"], body["temperature"], body["seed"]) == ("m-1", 0, 7)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["messages"][0]["content"].endswith("Address the reader formally.")
    data = json.loads(body["messages"][1]["content"])
    assert (data["from"], data["to"]) == ("en", "de")
    assert [item["text"] for item in data["items"]] == ["One < 2", "Two"]
    assert len({item["id"] for item in data["items"]} | {"q1", "q2"}) == 4


def test_answers_carry_model_usage_and_cost() -> None:
    one = engine(price=[2.0, 10.0])
    with wired(one, lambda body: completion(items(body))):
        found = outcomes(one, queries("One", "Two and more"))
    answers = [answer for answer in found.values() if isinstance(answer, Answer)]
    assert [answer.text for answer in answers] == ["ONE", "TWO AND MORE"]
    assert {answer.model for answer in answers} == {"m-1-2026"}
    assert sum(a.usage.input_tokens or 0 for a in answers if a.usage) == 100
    assert sum(a.usage.output_tokens or 0 for a in answers if a.usage) == 40
    assert sum(answer.cost or 0 for answer in answers) == pytest.approx((100 * 2 + 40 * 10) / 1e6)


def test_codes_go_out_as_tokens_and_come_back() -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"))
    one = engine()
    with wired(
        one, lambda body: completion(items(body, lambda found: [found[0] | {"text": "<g1>Sichern</g1>"}]))
    ) as wire:
        found = outcomes(one, queries(source, markup=Markup.TOKENS))["q1"]
    assert asked(wire.body())[0]["text"] == "Press <g1>Save</g1>"
    assert isinstance(found, Answer)
    assert isinstance(found.text, str)
    assert Text.parse(found.text, Markup.TOKENS, source).codes == source.codes


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
    "change",
    [
        lambda found: found[:1] + found[2:],
        lambda found: [found[0], found[1] | {"id": "zzz"}, found[2]],
        lambda found: [*found, found[1] | {"text": "another"}],
        lambda found: [found[2], found[0], {"id": found[1]["id"], "text": None}, "noise", {"id": 5, "text": "x"}],
        lambda found: [found[0] | {"note": "extra"}, found[1] | {"text": 3}, found[2]],
    ],
    ids=["left out", "id changed", "doubled", "shuffled and null", "extra key and number"],
)
def test_what_matches_is_used_and_the_rest_fails(change: Callable[[list[dict[str, Any]]], Any]) -> None:
    one = engine()
    with wired(one, lambda body: completion(items(body, change))):
        found = outcomes(one, queries("One", "Two", "Three"))
    assert [found[name].text for name in ("q1", "q3") if isinstance(found[name], Answer)] == ["ONE", "THREE"]  # type: ignore[union-attr]
    lost = found["q2"]
    assert isinstance(lost, NoAnswer)
    assert lost.kind is Missing.FAILED


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (completion("", refusal="I cannot help with that."), Missing.REFUSED),
        (completion("", "content_filter"), Missing.REFUSED),
        (completion('{"items": [{"id": "', "length"), Missing.TRUNCATED),
        (reply(400, {"error": {"code": "content_filter", "message": "filtered"}}), Missing.REFUSED),
    ],
    ids=["refusal", "filter", "length", "filter as 400"],
)
def test_a_spoilt_batch_is_made_smaller_and_a_single_text_has_no_answer(answer: Reply, kind: Missing) -> None:
    one = engine()
    with wired(one, lambda _body: answer), pytest.raises(EngineReply):
        outcomes(one, queries("One", "Two"))
    two = engine()
    with wired(two, lambda _body: answer):
        found = outcomes(two, queries("One"))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(429, {"error": {"code": "insufficient_quota", "message": "check your plan"}}), EngineRefused),
        (reply(429, {"error": {"code": "credit_balance_exhausted"}}), EngineRefused),
        (reply(429, {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}), EngineBusy),
        (reply(401, {"error": {"code": "invalid_api_key", "message": "Incorrect API key"}}), EngineRefused),
        (reply(404, {"error": {"code": "model_not_found"}}), EngineRefused),
        (reply(400, {"error": {"code": "context_length_exceeded", "message": "too long"}}), EngineReply),
        (reply(422, {"detail": [{"loc": ["body", "messages"]}]}), EngineReply),
        (reply(200, {"error": {"code": 402, "message": "Insufficient credits"}}), EngineRefused),
        (reply(200, {"error": {"code": 429, "message": "Rate limited"}}), EngineBusy),
        (reply(200, {"error": {"code": "server_error", "message": "upstream"}}), EngineBusy),
        (reply(200, {"error": "upstream"}), EngineBusy),
        (completion("", "error"), EngineBusy),
        (completion("Hallo!"), EngineReply),
        (completion(None), EngineReply),
        (completion('{"items": {"id": "x"}}'), EngineReply),
        (reply(200, {"choices": []}), EngineReply),
        (reply(200, {"choices": ["text"]}), EngineReply),
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
        ("temperature", {"message": "temperature: Extra inputs are not permitted"}),
        ("seed", {"message": "Unrecognized request argument supplied: seed"}),
        ("response_format", {"message": "json_schema is not supported by this model"}),
    ],
)
def test_a_rejected_parameter_is_left_out_from_then_on(name: str, error: dict[str, str]) -> None:
    one = engine(parameters={"seed": 1})

    def respond(body: Any) -> Reply:
        return reply(400, {"error": error}) if name in body else completion(items(body))

    with wired(one, respond) as wire:
        first, second = outcomes(one, queries("One")), outcomes(one, queries("Two"))
    assert isinstance(first["q1"], Answer)
    assert isinstance(second["q1"], Answer)
    assert [name in wire.body(n) for n in range(len(wire.requests))] == [True, False, False]


def test_a_server_that_goes_on_rejecting_is_not_asked_for_ever() -> None:
    one = engine()
    with (
        wired(one, lambda _body: reply(400, {"error": {"message": "temperature!"}})) as wire,
        pytest.raises(EngineReply),
    ):
        outcomes(one, queries("One"))
    assert len(wire.requests) == 2


def test_the_signature_follows_the_prompt_and_the_parameters() -> None:
    signatures = {
        engine().signature,
        engine(instructions="Be brief.").signature,
        engine(temperature=None).signature,
        engine(parameters={"seed": 1}).signature,
        engine(model="m-2").signature,
        engine(base_url="http://other.example/v1").signature,
    }
    assert len(signatures) == 6
    assert engine(price=[1, 2], concurrency=9, timeout=3).signature == engine().signature


@pytest.mark.parametrize("options", [{"price": [1.0]}, {"price": [-1.0, 2.0]}, {"parameters": {"stream": True}}])
def test_wrong_options(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        engine(**options)


@given(st.text())
def test_salvage_never_fails(content: str) -> None:
    assert salvage(content, Numbered(queries("One"))) == {}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(0, 500), min_size=1))
def test_shares_add_up(inputs: int, outputs: int, sizes: list[int]) -> None:
    divided = [usage for usage in shares({"prompt_tokens": inputs, "completion_tokens": outputs}, sizes) if usage]
    if sum(sizes):
        assert sum(usage.input_tokens or 0 for usage in divided) == inputs
        assert sum(usage.output_tokens or 0 for usage in divided) == outputs
    assert all((usage.input_tokens or 0) >= 0 for usage in divided)
