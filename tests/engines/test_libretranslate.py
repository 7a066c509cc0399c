import pytest

from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture
def engine() -> LibreTranslateEngine:
    return LibreTranslateEngine(base_url="http://lt.example/")


def test_the_request(engine: LibreTranslateEngine) -> None:
    with wired(engine, [reply(200, {"translatedText": ["Eins", "Zwei"]})]) as wire:
        found = outcomes(engine, queries("One < 2", "Two", languages=("en-US", "de-AT")))
    assert str(wire.requests[0].url) == "http://lt.example/translate"
    assert wire.body() == {"q": ["One &lt; 2", "Two"], "source": "en", "target": "de", "format": "html"}
    assert [answer.text for answer in found.values() if isinstance(answer, Answer)] == ["Eins", "Zwei"]


def test_the_key_goes_into_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LT_KEY", "lt-key-55")
    engine = LibreTranslateEngine(base_url="http://lt.example", key_env="LT_KEY")
    with wired(engine, [reply(403, {"error": "Invalid API key lt-key-55"})]) as wire, pytest.raises(EngineRefused) as e:
        outcomes(engine, queries("One"))
    assert wire.body()["api_key"] == "lt-key-55"
    assert "lt-key-55" not in str(e.value)


@pytest.mark.parametrize(
    ("tag", "name"), [("zh-CN", "zh"), ("zh-TW", "zt"), ("zh-Hant", "zt"), ("pt-BR", "pb"), ("pt", "pt"), ("nb", "nb")]
)
def test_target_languages(engine: LibreTranslateEngine, tag: str, name: str) -> None:
    with wired(engine, [reply(200, {"translatedText": ["x"]})]) as wire:
        outcomes(engine, queries("One", languages=("en", tag)))
    assert wire.body()["target"] == name


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [("a & b", "A & B", "A & B"), ("&lt; & <", "&lt; & <", "&lt; & <"), ("& 🙂", "&amp; 🙂", "& 🙂")],
    ids=["plain", "an escape is the text", "given back untranslated"],
)
def test_escapes_are_undone_exactly_once(engine: LibreTranslateEngine, source: str, answer: str, expected: str) -> None:
    with wired(engine, [reply(200, {"translatedText": [answer]})]):
        [query] = queries(source, markup=Markup.HTML)
        found = outcomes(engine, [query])["q1"]
    assert isinstance(found, Answer)
    assert isinstance(found.text, str)
    assert Text.parse(found.text, Markup.HTML, query.segment.source) == Text(expected)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "Please contact the server operator to get an API key"}, EngineRefused),
        (400, {"error": "Visit https://portal.example to get an API key"}, EngineRefused),
        (400, {"error": "Invalid request: request (600) exceeds text limit (500)"}, EngineReply),
        (403, {"error": "Too many request limits violations"}, EngineRefused),
        (429, {"error": "Slowdown: 3 per 1 minute"}, EngineBusy),
        (500, {"error": "Cannot translate text: ..."}, EngineBusy),
        (200, {"translatedText": "not a list"}, EngineReply),
        (200, {"translatedText": ["one of two"]}, EngineReply),
        (200, {}, EngineReply),
    ],
)
def test_faults(engine: LibreTranslateEngine, status: int, body: object, kind: type[EngineError]) -> None:
    with wired(engine, [reply(status, body)]), pytest.raises(kind):
        outcomes(engine, queries("One", "Two"))


@pytest.mark.parametrize(
    "text", ["cy is not supported", "Welsh (cy) is not available as a target language from English (en)"]
)
def test_a_pair_that_is_not_covered_is_an_abstention(engine: LibreTranslateEngine, text: str) -> None:
    with wired(engine, [reply(400, {"error": text})]):
        found = outcomes(engine, queries("One", "Two", languages=("en", "cy")))
    assert [o.kind for o in found.values() if isinstance(o, NoAnswer)] == [Missing.ABSTAINED] * 2


@pytest.mark.parametrize("answer", ["One", "🤖"], ids=["the source itself", "what it gives to bots"])
def test_a_bad_translation_is_still_a_candidate(engine: LibreTranslateEngine, answer: str) -> None:
    with wired(engine, [reply(200, {"translatedText": [answer]})]):
        found = outcomes(engine, queries("One"))["q1"]
    assert isinstance(found, Answer)
