import os
from collections.abc import Iterator

import pytest

from mtqa.engines.apertium import ApertiumEngine
from mtqa.errors import EngineBusy, EngineReply
from mtqa.inline import Code, Markup, Text, well_nested
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries, reply, wired

SPANISH = ("en-GB", "es-MX")


def translated(text: str) -> dict[str, object]:
    return {"responseData": {"translatedText": text}, "responseDetails": None, "responseStatus": 200}


@pytest.fixture
def engine() -> ApertiumEngine:
    return ApertiumEngine(base_url="http://apy.example")


def test_the_request(engine: ApertiumEngine) -> None:
    with wired(engine, [reply(200, translated("uno")), reply(200, translated("dos"))]) as wire:
        found = outcomes(engine, queries("one & a", "two", languages=SPANISH))
    assert str(wire.requests[0].url) == "http://apy.example/translate"
    assert wire.body() == {"langpair": "en|es", "q": "one &amp; a", "markUnknown": "no", "format": "html"}
    assert [o.text for o in found.values() if isinstance(o, Answer)] == ["uno", "dos"]


def test_a_chain_of_pairs() -> None:
    engine = ApertiumEngine(base_url="http://apy.example", via=["cat"])
    with wired(engine, [reply(200, translated("uno"))]) as wire:
        outcomes(engine, queries("one", languages=SPANISH))
    assert wire.requests[0].url.path == "/translateChain"
    assert wire.body()["langpairs"] == "en|cat|es"


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [
        ("one frob", "uno *frob", "uno frob"),
        ("%s", "%*s #uno @dos", "%s uno dos"),
        ("press *now", "pulsa *ahora #ya", "pulsa *ahora ya"),
        ("5 stars", "5 * estrellas", "5 * estrellas"),
        ("it's", "es &#39;uno&#39;", "es &#39;uno&#39;"),
    ],
)
def test_marks_of_unknown_words_are_taken_out(engine: ApertiumEngine, source: str, answer: str, expected: str) -> None:
    with wired(engine, [reply(200, translated(answer))]):
        found = outcomes(engine, queries(source, languages=SPANISH))["q1"]
    assert isinstance(found, Answer)
    assert found.text == expected


def test_a_cut_answer_is_noticed(engine: ApertiumEngine) -> None:
    with wired(engine, [reply(200, translated("palabra " * 50))]):
        found = outcomes(engine, queries("word " * 400, languages=SPANISH))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.TRUNCATED


def test_what_would_be_cut_is_not_sent(engine: ApertiumEngine) -> None:
    with wired(engine, []) as wire:
        found = outcomes(engine, queries("a" * 10_001, languages=SPANISH))["q1"]
    assert isinstance(found, NoAnswer)
    assert "10001 characters" in found.reason
    assert not wire.requests


@pytest.mark.parametrize(
    "explanation", ["That pair is not installed", "Pair eng-deu is not installed", "No path found for eng-deu"]
)
def test_a_pair_that_is_not_covered_is_an_abstention(engine: ApertiumEngine, explanation: str) -> None:
    body = {"status": "error", "code": 400, "message": "Bad Request", "explanation": explanation}
    with wired(engine, [reply(400, body)]):
        found = outcomes(engine, queries("one"))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


def test_faults(engine: ApertiumEngine) -> None:
    with wired(engine, [reply(503, {"explanation": "internal error"}), reply(200, {"responseData": None})]):
        with pytest.raises(EngineBusy, match="internal error"):
            outcomes(engine, queries("one"))
        with pytest.raises(EngineReply):
            outcomes(engine, queries("one"))


@pytest.fixture(params=[[], ["cat"], ["gl"]], ids=["direct", "via cat", "via gl"])
def real(request: pytest.FixtureRequest) -> Iterator[ApertiumEngine]:
    url = os.environ.get("MTQA_APERTIUM_URL")
    if not url:
        pytest.skip("MTQA_APERTIUM_URL is not set (.ci/apertium starts a server)")
    engine = ApertiumEngine(base_url=url, via=request.param)
    yield engine
    engine.close()


def test_a_real_server_translates(real: ApertiumEngine) -> None:
    found = outcomes(real, queries("The house is big.", languages=SPANISH))["q1"]
    assert isinstance(found, Answer)
    assert isinstance(found.text, str)
    assert "casa" in found.text
    assert "grande" in found.text


def test_codes_survive_a_real_server(real: ApertiumEngine) -> None:
    source = Text(
        "Open the ", Code("b", "open", "<b>"), "big house", Code("b", "close", "</b>"), " & wait",
        Code("n", "empty", "<br/>"), " for the *flurb* < 5.",
    )  # fmt: skip
    found = outcomes(real, queries(source, languages=SPANISH, markup=Markup.HTML))["q1"]
    assert isinstance(found, Answer)
    assert isinstance(found.text, str)
    text = Text.parse(found.text, Markup.HTML, source)
    assert set(text.codes) == set(source.codes)
    assert well_nested(text)
    assert " & " in text.plain
    assert "< 5" in text.plain


def test_a_real_server_says_what_it_lacks(real: ApertiumEngine) -> None:
    found = outcomes(real, queries("The house", languages=("en", "de")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED
