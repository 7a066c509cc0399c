import pytest

from mtqa.engines.modernmt import ModernMTEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ModernMTEngine:
    monkeypatch.setenv("MMT_KEY", "0123-mmt-key")
    return ModernMTEngine(key_env="MMT_KEY", memories=[7, 8], glossaries=[9], price=15.0)


def data(*texts: object) -> dict[str, object]:
    return {"status": 200, "data": [{"translation": text, "billedCharacters": 4} for text in texts]}


def test_the_request(engine: ModernMTEngine) -> None:
    with wired(engine, [reply(200, data("Eins", "Zwei"))]) as wire:
        found = outcomes(engine, queries("One & a", "Two", languages=("en", "pt-BR")))
    request = wire.requests[0]
    assert str(request.url) == "https://api.modernmt.com/translate"
    assert request.headers["mmt-apikey"] == "0123-mmt-key"
    assert request.headers["x-http-method-override"] == "get"
    assert wire.body() == {
        "source": "en",
        "target": "pt-BR",
        "q": ["One &amp; a", "Two"],
        "format": "text/xml",
        "hints": "7,8",
        "glossaries": [9],
    }
    answer = found["q2"]
    assert isinstance(answer, Answer)
    assert answer.text == "Zwei"
    assert answer.cost == pytest.approx(4 * 15 / 1e6)


def test_one_text_may_come_back_without_a_list(engine: ModernMTEngine) -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"))
    with wired(engine, [reply(200, {"status": 200, "data": {"translation": '<g id="1">Sichern</g> &gt;'}})]):
        found = outcomes(engine, queries(source))["q1"]
    assert isinstance(found, Answer)
    assert isinstance(found.text, str)
    text = Text.parse(found.text, Markup.XML, source)
    assert text.codes == source.codes
    assert text.plain == "Sichern >"
    assert found.usage is not None
    assert found.usage.characters == len('Press <g id="1">Save</g>')


@pytest.mark.parametrize(
    ("status", "kind"), [(400, EngineReply), (401, EngineRefused), (403, EngineRefused), (429, EngineBusy)]
)
def test_faults(engine: ModernMTEngine, status: int, kind: type[EngineError]) -> None:
    body = {"status": status, "error": {"type": "ApiException", "message": "a sentence"}}
    with wired(engine, [reply(status, body)]), pytest.raises(EngineError, match="a sentence") as caught:
        outcomes(engine, queries("One", "Two"))
    assert type(caught.value) is kind


@pytest.mark.parametrize("body", [data("one"), data("1", "2", "3"), {"data": None}, {"data": {"translation": "x"}}])
def test_an_answer_of_another_size_is_unusable(engine: ModernMTEngine, body: object) -> None:
    with wired(engine, [reply(200, body)]), pytest.raises(EngineReply):
        outcomes(engine, queries("One", "Two"))


def test_a_text_without_translation_fails_alone(engine: ModernMTEngine) -> None:
    with wired(engine, [reply(200, data(None, "Zwei"))]):
        found = outcomes(engine, queries("One", "Two"))
    assert isinstance(found["q1"], NoAnswer)
    assert isinstance(found["q2"], Answer)


def test_a_pair_that_is_not_covered_is_an_abstention(engine: ModernMTEngine) -> None:
    body = {"status": 400, "error": {"type": "InvalidArgument", "message": "Language pair en > tlh not supported"}}
    with wired(engine, [reply(400, body)]):
        found = outcomes(engine, queries("One", languages=("en", "tlh")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED
