from typing import Any

import pytest

from mtqa.engines.azure import AzureEngine
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_KEY", "azure-key-3")


def engine(**options: Any) -> AzureEngine:
    return AzureEngine(key_env="AZURE_KEY", **options)


def v3(*texts: object) -> list[object]:
    return [{"translations": [{"to": "de", "text": text}]} for text in texts]


def test_the_request_of_3_0() -> None:
    one = engine(region="westeurope", category="my-model", price=10.0)
    with wired(one, [reply(200, v3("Eins &amp; a", "Zwei"))]) as wire:
        found = outcomes(one, queries("One & a", "Two", languages=("en", "zh-TW"), markup=Markup.HTML))
    request = wire.requests[0]
    assert request.url.host == "api.cognitive.microsofttranslator.com"
    assert request.url.path == "/translate"
    assert dict(request.url.params) == {
        "api-version": "3.0",
        "from": "en",
        "to": "zh-Hant",
        "textType": "Html",
        "category": "my-model",
        "allowFallback": "false",
    }
    assert request.headers["ocp-apim-subscription-key"] == "azure-key-3"
    assert request.headers["ocp-apim-subscription-region"] == "westeurope"
    assert len(request.headers["x-clienttraceid"]) == 36
    assert wire.body() == [{"text": "One &amp; a"}, {"text": "Two"}]
    answer = found["q1"]
    assert isinstance(answer, Answer)
    assert answer.text == "Eins &amp; a"
    assert answer.cost == pytest.approx(11 * 10 / 1e6)


def test_the_request_of_2026_06_06_never_allows_another_model() -> None:
    one = engine(version="2026-06-06", deployment="gpt-4o", tone="formal", price=10.0)
    body = {"value": [{"translations": [{"language": "de", "text": "Eins", "sourceCharacters": 3}]}]}
    with wired(one, [reply(200, body, {"x-mt-system": "gpt-4o-2026"})]) as wire:
        found = outcomes(one, queries("One"))["q1"]
    assert dict(wire.requests[0].url.params) == {"api-version": "2026-06-06"}
    target = {"language": "de", "deploymentName": "gpt-4o", "allowFallback": False, "tone": "formal"}
    assert wire.body() == {"inputs": [{"text": "One", "language": "en", "textType": "Html", "targets": [target]}]}
    assert isinstance(found, Answer)
    assert (found.text, found.model, found.usage and found.usage.characters) == ("Eins", "gpt-4o-2026", 3)


def test_codes_come_back() -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"), Code("2", "empty", "<n/>"))
    one = engine()
    back = 'Auf <g id="1">Speichern</g><x id="2"></x> klicken &amp; warten'
    with wired(one, [reply(200, v3(back))]):
        answer = outcomes(one, queries(source, markup=Markup.HTML))["q1"]
    assert isinstance(answer, Answer)
    assert isinstance(answer.text, str)
    text = Text.parse(answer.text, Markup.HTML, source)
    assert text.codes == source.codes
    assert text.plain == "Auf Speichern klicken & warten"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 400077, EngineReply),
        (400, 400050, EngineReply),
        (400, 400072, EngineReply),
        (401, 401000, EngineRefused),
        (403, 403001, EngineRefused),
        (408, 408001, EngineBusy),
        (429, 429000, EngineBusy),
        (429, 429001, EngineBusy),
        (503, 503000, EngineBusy),
    ],
)
def test_faults(status: int, code: int, kind: type[EngineError]) -> None:
    one = engine()
    with wired(one, [reply(status, {"error": {"code": code, "message": "no"}})]), pytest.raises(EngineError) as caught:
        outcomes(one, queries("One", "Two"))
    assert type(caught.value) is kind


@pytest.mark.parametrize("body", [v3("one"), v3("1", "2", "3"), {}, {"value": None}, "text"])
def test_an_answer_of_another_size_is_unusable(body: object) -> None:
    one = engine()
    with wired(one, [reply(200, body)]), pytest.raises(EngineReply):
        outcomes(one, queries("One", "Two"))


@pytest.mark.parametrize("item", [{}, None, {"translations": []}, {"translations": [{"text": None}]}])
def test_a_text_without_translation_fails_alone(item: object) -> None:
    one = engine()
    with wired(one, [reply(200, [item, *v3("Zwei")])]):
        found = outcomes(one, queries("One", "Two"))
    assert isinstance(found["q1"], NoAnswer)
    assert isinstance(found["q2"], Answer)


def test_a_pair_that_is_not_covered_is_an_abstention() -> None:
    one = engine()
    with wired(one, [reply(400, {"error": {"code": 400036, "message": "The target language is not valid."}})]):
        found = outcomes(one, queries("One", languages=("en", "la")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


@pytest.mark.parametrize(
    "options", [{"deployment": "gpt-4o"}, {"tone": "formal"}, {"version": "2026-06-06", "category": "x"}]
)
def test_options_of_the_other_version_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="is not of version"):
        engine(**options)


def test_the_signature_follows_version_and_model() -> None:
    variants: list[dict[str, Any]] = [
        {}, {"category": "x"}, {"version": "2026-06-06"}, {"version": "2026-06-06", "deployment": "gpt-4o"},
        {"version": "2026-06-06", "tone": "formal"},
    ]  # fmt: skip
    assert len({engine(**options).signature for options in variants}) == len(variants)


def test_what_is_billed_is_what_azure_metered() -> None:
    one = engine(price=10.0)
    with wired(one, [reply(200, v3("Eins", "Zwei"), {"x-metered-usage": "9", "x-mt-system": "Custom"})]):
        found = outcomes(one, queries("On", "Two th"))
    answers = [answer for answer in found.values() if isinstance(answer, Answer)]
    assert sum(answer.usage.characters or 0 for answer in answers if answer.usage) == 9
    assert sum(answer.cost or 0 for answer in answers) == pytest.approx(9 * 10 / 1e6)
    assert {answer.model for answer in answers} == {"Custom"}


def test_what_language_models_cost_is_not_known_from_a_price_of_characters() -> None:
    one = engine(version="2026-06-06", deployment="gpt-4o", price=10.0)
    counted = {"instructionTokens": 20, "sourceTokens": 5, "responseTokens": 7, "targetTokens": 6}
    with wired(one, [reply(200, {"value": [{"translations": [{"language": "de", "text": "Eins", **counted}]}]})]):
        found = outcomes(one, queries("One"))["q1"]
    assert isinstance(found, Answer)
    assert found.cost is None
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (25, 7)


@pytest.mark.parametrize(
    ("tag", "code"),
    [("sr", "sr-Cyrl"), ("sr-Latn", "sr-Latn"), ("pt-BR", "pt"), ("pt-PT", "pt-PT"), ("zh-Hant-HK", "zh-Hant")],
)
def test_languages(tag: str, code: str) -> None:
    one = engine()
    with wired(one, [reply(200, v3("x"))]) as wire:
        outcomes(one, queries("One", languages=("en", tag)))
    assert wire.requests[0].url.params["to"] == code


def test_a_text_that_is_too_long_is_not_sent() -> None:
    one = engine()
    with wired(one, [reply(200, v3("Zwei"))]) as wire:
        found = outcomes(one, queries("x" * 25_001, "Two"))
    assert wire.body() == [{"text": "Two"}]
    assert found["q1"] == NoAnswer("q1", Missing.ABSTAINED, "25001 characters; Azure takes 25000")
    assert isinstance(found["q2"], Answer)
