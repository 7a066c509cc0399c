import sys

import pytest

from mtqa.engines.google import GoogleEngine
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture
def basic(monkeypatch: pytest.MonkeyPatch) -> GoogleEngine:
    monkeypatch.setenv("GOOGLE_KEY", "AIza-key-7")
    return GoogleEngine(key_env="GOOGLE_KEY", price=20.0)


@pytest.fixture
def advanced() -> GoogleEngine:
    command = [sys.executable, "-c", "print('ya29.token')"]
    return GoogleEngine(key_command=command, project="p-1", location="us-central1", glossary="house", price=20.0)


def basic_reply(*texts: object) -> dict[str, object]:
    return {"data": {"translations": [{"translatedText": text} for text in texts]}}


def test_the_basic_request(basic: GoogleEngine) -> None:
    with wired(basic, [reply(200, basic_reply("Eins &amp; a", "Zwei"))]) as wire:
        found = outcomes(basic, queries("One & a", "Two", languages=("en-GB", "de-AT"), markup=Markup.HTML))
    request = wire.requests[0]
    assert str(request.url) == "https://translation.googleapis.com/language/translate/v2"
    assert request.headers["x-goog-api-key"] == "AIza-key-7"
    assert wire.body() == {"q": ["One &amp; a", "Two"], "source": "en", "target": "de", "format": "html"}
    answer = found["q1"]
    assert isinstance(answer, Answer)
    assert answer.text == "Eins &amp; a"
    assert answer.cost == pytest.approx(len("One &amp; a") * 20 / 1e6)


def test_the_advanced_request_and_the_list_with_the_glossary_applied(advanced: GoogleEngine) -> None:
    body = {
        "translations": [
            {"translatedText": "Ein Haus", "model": "projects/1/locations/us-central1/models/general/nmt"}
        ],
        "glossaryTranslations": [{"translatedText": "Ein Heim"}],
    }
    with wired(advanced, [reply(200, body)]) as wire:
        found = outcomes(advanced, queries("A house", languages=("en", "zh-TW"), markup=Markup.HTML))["q1"]
    request = wire.requests[0]
    parent = "projects/p-1/locations/us-central1"
    assert str(request.url) == f"https://translation.googleapis.com/v3/{parent}:translateText"
    assert request.headers["authorization"] == "Bearer ya29.token"
    assert wire.body() == {
        "contents": ["A house"],
        "sourceLanguageCode": "en",
        "targetLanguageCode": "zh-TW",
        "mimeType": "text/html",
        "glossaryConfig": {"glossary": f"{parent}/glossaries/house"},
    }
    assert isinstance(found, Answer)
    assert found.text == "Ein Heim"


def test_a_language_model_is_billed_for_what_comes_back_too() -> None:
    command = [sys.executable, "-c", "print('t')"]
    engine = GoogleEngine(key_command=command, project="p", model="general/translation-llm", price=10.0)
    with wired(engine, [reply(200, {"translations": [{"translatedText": "12345678"}]})]) as wire:
        found = outcomes(engine, queries("1234"))["q1"]
    assert wire.body()["model"] == "projects/p/locations/global/models/general/translation-llm"
    assert isinstance(found, Answer)
    assert found.cost == pytest.approx((4 + 8) * 10 / 1e6)


def test_codes_and_entities_are_read_once(basic: GoogleEngine) -> None:
    source = Text("Don't press ", Code("1", "open", "<b>"), "&lt; ", Code("1", "close", "</b>"))
    back = 'Dr&uuml;cken Sie nicht &#39;<g id="1">&amp;lt; </g>&#39;'
    with wired(basic, [reply(200, basic_reply(back))]):
        answer = outcomes(basic, queries(source, markup=Markup.HTML))["q1"]
    assert isinstance(answer, Answer)
    assert isinstance(answer.text, str)
    text = Text.parse(answer.text, Markup.HTML, source)
    assert text.codes == source.codes
    assert text.plain == "Drücken Sie nicht '&lt; '"


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (403, {"message": "User Rate Limit Exceeded"}, EngineBusy),
        (403, {"message": "Slow", "errors": [{"reason": "rateLimitExceeded"}]}, EngineBusy),
        (403, {"message": "Slow", "errors": [{"reason": "userRateLimitExceeded"}]}, EngineBusy),
        (403, {"message": "Daily Limit Exceeded"}, EngineRefused),
        (429, {"message": "Quota exceeded for limit 'v3 general model characters per day'"}, EngineRefused),
        (403, {"message": "Cloud Translation API has not been used in project 1"}, EngineRefused),
        (429, {"message": "Quota exceeded", "status": "RESOURCE_EXHAUSTED"}, EngineBusy),
        (400, {"message": "API key not valid. Please pass a valid API key."}, EngineRefused),
        (400, {"message": "Text is too long.", "status": "INVALID_ARGUMENT"}, EngineReply),
        (401, {"message": "Request had invalid authentication credentials."}, EngineRefused),
    ],
)
def test_faults(basic: GoogleEngine, status: int, error: object, kind: type[EngineError]) -> None:
    with wired(basic, [reply(status, {"error": error})]), pytest.raises(EngineError) as caught:
        outcomes(basic, queries("One", "Two"))
    assert type(caught.value) is kind


@pytest.mark.parametrize("body", [basic_reply("one"), basic_reply("1", "2", "3"), {"data": None}, {"data": {}}])
def test_an_answer_of_another_size_is_unusable(basic: GoogleEngine, body: object) -> None:
    with wired(basic, [reply(200, body)]), pytest.raises(EngineReply):
        outcomes(basic, queries("One", "Two"))


@pytest.mark.parametrize("item", [{}, {"translatedText": None}, None])
def test_a_text_that_failed_in_an_answer_of_status_200_fails_alone(advanced: GoogleEngine, item: object) -> None:
    with wired(advanced, [reply(200, {"glossaryTranslations": [item, {"translatedText": "Zwei"}]})]):
        found = outcomes(advanced, queries("One", "Two"))
    assert isinstance(found["q1"], NoAnswer)
    assert isinstance(found["q2"], Answer)


def test_a_pair_that_is_not_covered_is_an_abstention(basic: GoogleEngine) -> None:
    with wired(basic, [reply(400, {"error": {"message": "Bad language pair: en|xx"}})]):
        found = outcomes(basic, queries("One", languages=("en", "tlh")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


def test_models_and_glossaries_need_a_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_KEY", "x")
    with pytest.raises(ConfigError, match="set project"):
        GoogleEngine(key_env="GOOGLE_KEY", glossary="house")


@pytest.mark.parametrize(
    ("tag", "code"), [("nb", "no"), ("pt-BR", "pt-BR"), ("es-MX", "es"), ("zh", "zh-CN"), ("zh-Hant", "zh-TW")]
)
def test_languages(basic: GoogleEngine, tag: str, code: str) -> None:
    with wired(basic, [reply(200, basic_reply("x"))]) as wire:
        outcomes(basic, queries("One", languages=("en", tag)))
    assert wire.body()["target"] == code


def test_an_invalid_field_that_is_a_language_is_an_abstention(basic: GoogleEngine) -> None:
    violation = {"field": "target", "description": "Target language: xx"}
    error = {"message": "Invalid Value", "details": [{"fieldViolations": [violation]}, {"fieldViolations": None}]}
    with wired(basic, [reply(400, {"error": error})]):
        found = outcomes(basic, queries("One", languages=("en", "tlh")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED
