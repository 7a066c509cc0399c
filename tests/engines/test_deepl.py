from dataclasses import replace
from typing import Any

import pytest

from mtqa.engines.deepl import DeepLEngine
from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> DeepLEngine:
    monkeypatch.setenv("DEEPL_KEY", "paid-key-0011")
    return DeepLEngine(key_env="DEEPL_KEY", formality="prefer_more", price=20.0)


def translations(*texts: str) -> dict[str, Any]:
    return {"translations": [{"detected_source_language": "EN", "text": t, "billed_characters": 5} for t in texts]}


def test_the_request(engine: DeepLEngine) -> None:
    with wired(engine, [reply(200, translations("Eins", "Zwei"))]) as wire:
        found = outcomes(engine, queries("One & a", "Two", languages=("en-GB", "de")))
    request = wire.requests[0]
    assert str(request.url) == "https://api.deepl.com/v2/translate"
    assert request.headers["authorization"] == "DeepL-Auth-Key paid-key-0011"
    assert wire.body() == {
        "text": ["One &amp; a", "Two"],
        "source_lang": "EN",
        "target_lang": "DE",
        "tag_handling": "xml",
        "tag_handling_version": "v2",
        "formality": "prefer_more",
        "show_billed_characters": True,
    }
    answer = found["q1"]
    assert isinstance(answer, Answer)
    assert answer.text == "Eins"
    assert answer.cost == pytest.approx(5 * 20 / 1e6)


def test_codes_go_out_as_tags_and_come_back(engine: DeepLEngine) -> None:
    source = Text("Press ", Code("1", "open", "<b>"), "Save", Code("1", "close", "</b>"), Code("2", "empty", "<n/>"))
    back = 'Auf <g id="1">Speichern</g><x id="2"/> klicken &amp; warten'
    with wired(engine, [reply(200, translations(back))]) as wire:
        answer = outcomes(engine, queries(source))["q1"]
    assert wire.body()["text"] == ['Press <g id="1">Save</g><x id="2"/>']
    assert isinstance(answer, Answer)
    assert isinstance(answer.text, str)
    text = Text.parse(answer.text, Markup.XML, source)
    assert text.codes == source.codes
    assert text.plain == "Auf Speichern klicken & warten"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "EN-US"), ("en-US", "EN-US"), ("en-GB", "EN-GB"), ("en-AU", "EN-GB"), ("pt", "PT-BR"),
        ("pt-BR", "PT-BR"), ("pt-PT", "PT-PT"), ("pt-AO", "PT-PT"), ("zh", "ZH-HANS"), ("zh-TW", "ZH-HANT"),
        ("zh-Hant-HK", "ZH-HANT"), ("es-419", "ES-419"), ("es-MX", "ES"), ("de-AT", "DE"), ("nb", "NB"),
    ],
)  # fmt: skip
def test_target_languages(engine: DeepLEngine, tag: str, name: str) -> None:
    with wired(engine, [reply(200, translations("x"))]) as wire:
        outcomes(engine, queries("One", languages=("pt-BR", tag)))
    assert wire.body()["target_lang"] == name
    assert wire.body()["source_lang"] == "PT"


def test_a_free_key_goes_to_the_free_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_KEY", "free-key:fx")
    engine = DeepLEngine(key_env="DEEPL_KEY")
    with wired(engine, [reply(200, translations("x"))]) as wire:
        outcomes(engine, queries("One"))
    assert wire.requests[0].url.host == "api-free.deepl.com"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, None, EngineRefused),
        (456, {"message": "Quota exceeded"}, EngineRefused),
        (413, b"<html>413</html>", EngineReply),
        (429, None, EngineBusy),
        (529, None, EngineBusy),
        (400, {"message": "Tag handling parsing failed, please check input."}, EngineReply),
        (200, translations("only one"), EngineReply),
        (200, translations("one", "two", "three"), EngineReply),
        (200, {"translations": None}, EngineReply),
    ],
)
def test_faults(engine: DeepLEngine, status: int, body: object, kind: type[EngineError]) -> None:
    with wired(engine, [reply(status, body)]), pytest.raises(kind):
        outcomes(engine, queries("One", "Two"))


def test_an_item_without_text_fails_alone(engine: DeepLEngine) -> None:
    body = {"translations": [{"text": None}, {"text": "Zwei"}]}
    with wired(engine, [reply(200, body)]):
        found = outcomes(engine, queries("One", "Two"))
    assert isinstance(found["q1"], NoAnswer)
    assert isinstance(found["q2"], Answer)


def test_a_pair_that_is_not_covered_is_an_abstention(engine: DeepLEngine) -> None:
    with wired(engine, [reply(400, {"message": "Value for 'target_lang' not supported."})]):
        found = outcomes(engine, queries("One", languages=("en", "cy")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


def test_context_goes_with_one_text_and_is_not_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_KEY", "paid-key-0011")
    engine = DeepLEngine(key_env="DEEPL_KEY", context=True)
    assert (engine.capabilities.max_items, engine.capabilities.context) == (1, True)
    [query] = queries("One")
    with wired(engine, [reply(200, translations("Eins"))]) as wire:
        outcomes(engine, [replace(query, before="Zero", after="Two")])
    assert wire.body()["context"] == "Zero\nTwo"
    assert wire.body()["text"] == ["One"]


@pytest.mark.parametrize(
    "said", ["'formality' is not supported for given 'target_lang'.", "Glossary not found", "Invalid model_type"]
)
def test_a_setting_that_does_not_go_with_the_languages_stops_the_engine(engine: DeepLEngine, said: str) -> None:
    with wired(engine, [reply(400, {"message": said})]), pytest.raises(EngineRefused, match=said):
        outcomes(engine, queries("One"))


def test_long_neighbours_are_cut_so_that_the_request_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPL_KEY", "paid-key-0011")
    engine = DeepLEngine(key_env="DEEPL_KEY", context=True)
    [query] = queries("One")
    with wired(engine, [reply(200, translations("Eins"))]) as wire:
        outcomes(engine, [replace(query, before="a" * 5000 + "b", after="c" + "d" * 5000)])
    assert wire.body()["context"] == "a" * 999 + "b\nc" + "d" * 999
