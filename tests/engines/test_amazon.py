import pytest

from mtqa.engines.amazon import AmazonEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> AmazonEngine:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-access-key")
    return AmazonEngine(region="eu-west-1", formality="formal", terminology="house", price=15.0)


def test_the_request(engine: AmazonEngine) -> None:
    with wired(engine, [reply(200, {"TranslatedText": "Eins"})]) as wire:
        found = outcomes(engine, queries("One & a", languages=("en-GB", "fr-CA"), markup=Markup.TOKENS))["q1"]
    request = wire.requests[0]
    assert str(request.url) == "https://translate.eu-west-1.amazonaws.com/"
    assert request.headers["content-type"] == "application/x-amz-json-1.1"
    assert request.headers["x-amz-target"] == "AWSShineFrontendService_20170701.TranslateText"
    assert "content-type;host;x-amz-date;x-amz-target" in request.headers["authorization"]
    assert wire.body() == {
        "Text": "One & a",
        "SourceLanguageCode": "en",
        "TargetLanguageCode": "fr-CA",
        "TerminologyNames": ["house"],
        "Settings": {"Formality": "FORMAL"},
    }
    assert isinstance(found, Answer)
    assert found.text == "Eins"
    assert found.cost == pytest.approx(7 * 15 / 1e6)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("nb", "no"),
        ("fil", "tl"),
        ("zh-CN", "zh"),
        ("zh-Hant", "zh-TW"),
        ("pt-PT", "pt-PT"),
        ("pt-BR", "pt"),
        ("de-AT", "de"),
    ],
)
def test_target_languages(engine: AmazonEngine, tag: str, code: str) -> None:
    with wired(engine, [reply(200, {"TranslatedText": "x"})]) as wire:
        outcomes(engine, queries("One", languages=("en", tag)))
    assert wire.body()["TargetLanguageCode"] == code


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "ThrottlingException", EngineBusy),
        (429, "TooManyRequestsException", EngineBusy),
        (400, "TextSizeLimitExceededException", EngineReply),
        (400, "InvalidRequestException", EngineReply),
        (403, "AccessDeniedException", EngineRefused),
        (400, "AccessDeniedException", EngineRefused),
        (400, "UnrecognizedClientException", EngineRefused),
        (400, "ResourceNotFoundException", EngineRefused),
        (500, "InternalServerException", EngineBusy),
        (503, "ServiceUnavailableException", EngineBusy),
    ],
)
@pytest.mark.parametrize("in_header", [True, False])
def test_faults_are_told_by_name(
    engine: AmazonEngine, status: int, name: str, kind: type[EngineError], in_header: bool
) -> None:
    told = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/"} if in_header else {}
    body = {"message": "no"} if in_header else {"__type": f"com.amazonaws.translate#{name}", "message": "no"}
    with wired(engine, [reply(status, body, told)]), pytest.raises(EngineError) as caught:
        outcomes(engine, queries("One"))
    assert type(caught.value) is kind


def test_a_pair_that_is_not_covered_is_an_abstention(engine: AmazonEngine) -> None:
    with wired(engine, [reply(400, {"__type": "UnsupportedLanguagePairException", "message": "no"})]):
        found = outcomes(engine, queries("One", languages=("en", "cy")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


def test_a_text_that_is_too_long_is_not_sent(engine: AmazonEngine) -> None:
    with wired(engine, []) as wire:
        found = outcomes(engine, queries("ž" * 5001))["q1"]
    assert isinstance(found, NoAnswer)
    assert "10002 bytes" in found.reason
    assert not wire.requests


def test_an_answer_without_text_is_none(engine: AmazonEngine) -> None:
    with wired(engine, [reply(200, {"TranslatedText": None})]), pytest.raises(EngineReply):
        outcomes(engine, queries("One"))
