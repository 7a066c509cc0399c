"""What every engine must be, whoever wrote it. No engine is known by name here."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup, Text
from mtqa.model import Segment
from mtqa.plugins import available, build, load, parameters_of
from mtqa.ports import NoAnswer, Query
from tests.engines.wire import Reply, outcomes, reply, wired

KEY = "secret-7f3a9c51d2"


def no_segments(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
    return iter(())


# What a required option gets, by its name; a new engine with a new required option adds it here.
VALUES = {
    "base_url": "http://127.0.0.1:9",
    "command": [sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.read())"],
    "key_env": "MTQA_TEST_KEY",
    "model": "some-model",
    "path": "recorded.xlf",
    "region": "eu-west-1",
}
SIGNED = ("amazon",)  # keys in two parts, which have variables of their own
EXTRAS = {"local": "ctranslate2"}  # engines that need a module; test_local.py has them translate
SERVERS = [name for name in available("engines") if "headers" in parameters_of(load("engines", name))]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("MTQA_TEST_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, KEY)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


@pytest.fixture(params=list(available("engines")))
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recorded.xlf").write_text("<xliff/>")
    if request.param in EXTRAS:
        pytest.importorskip(EXTRAS[request.param])
        (tmp_path / "recorded.xlf").unlink()
        (tmp_path / "recorded.xlf").mkdir()
        for file in ("model.bin", "spiece.model"):
            (tmp_path / "recorded.xlf" / file).touch()
    return str(request.param)


def options_of(name: str) -> dict[str, Any]:
    parameters = parameters_of(load("engines", name))
    wanted = {option for option, one in parameters.items() if one.required or option == "key_env"}
    return {option: VALUES[option] for option in wanted & VALUES.keys() if name not in SIGNED or option != "key_env"}


def built(name: str, **more: Any) -> Any:
    services = {"read_bilingual": no_segments, "other_engines": []}
    return build("engines", name, options_of(name) | more, f"[engines.{name}]", Path(), services)


def test_signature_is_stable_and_without_the_key(name: str) -> None:
    one, other = built(name), built(name)
    assert one.signature == other.signature != ""
    assert KEY not in one.signature
    assert KEY not in repr(one)


def test_capabilities_are_sane(name: str) -> None:
    capabilities = built(name).capabilities
    assert capabilities.markup is None or capabilities.markup in Markup
    assert capabilities.max_items >= 1
    assert capabilities.max_chars >= 100
    assert capabilities.concurrency >= 1


def test_options_reach_the_capabilities(name: str) -> None:
    parameters = parameters_of(load("engines", name))
    if "concurrency" in parameters:
        capabilities = built(name, concurrency=7, rate=2.5).capabilities
        assert (capabilities.concurrency, capabilities.rate) == (7, 2.5)
    limits = {"concurrency", "rate", "timeout", "batch", "chars_per_minute", "tokens_per_minute", "max_tokens"}
    for option in limits & parameters.keys():
        for wrong in (0, -1):
            with pytest.raises(ConfigError, match=option):
                built(name, **{option: wrong})
    if "price" in parameters:
        price = [3.0, 4.0] if "batch" in parameters and "prompt" in parameters else 3.0
        found = built(name, price=price).capabilities.price
        assert found is not None
        assert found.input == 3
        for nonsense in (-1.0, [1.0], [-1.0, 2.0]):
            with pytest.raises(ConfigError):
                built(name, price=nonsense)


@pytest.mark.parametrize("option", ["key", "api_key", "nonsense"])
def test_unknown_options_and_keys_are_refused(name: str, option: str) -> None:
    with pytest.raises(ConfigError) as caught:
        built(name, **{option: KEY})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-proj-4f8a", "AIzaSyD4f8a", "4f8a91c2d0e7", "secret-7f3a:fx"])
def test_a_key_in_the_place_of_its_variable_is_not_shown(name: str, key: str) -> None:
    if name in SIGNED or "key_env" not in parameters_of(load("engines", name)):
        pytest.skip("takes no key_env")
    with pytest.raises(ConfigError, match="key_env") as caught:
        built(name, key_env=key)
    assert key not in str(caught.value)


def test_a_missing_key_is_found_at_construction(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTQA_TEST_KEY")
    if name in SIGNED:
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with pytest.raises(ConfigError, match="AWS_SECRET_ACCESS_KEY is not set"):
            built(name)
    if "key_env" in options_of(name):
        with pytest.raises(ConfigError, match="MTQA_TEST_KEY is not set"):
            built(name)


def test_close_is_idempotent(name: str) -> None:
    engine = built(name)
    engine.close()
    engine.close()


@pytest.mark.parametrize(
    "name", [name for name in available("engines") if name not in {*SERVERS, *EXTRAS}], indirect=True
)
def test_engines_without_a_server_give_one_outcome_for_each_query(name: str) -> None:
    engine = built(name)
    batch = [Query(str(n), "a", Segment(f"f#{n}", "f", "1", Text("a"), "en", "de")) for n in range(3)]
    assert sorted(outcome.id for outcome in engine.translate(batch)) == ["0", "1", "2"]


def test_loading_an_engine_does_not_load_the_http_client(name: str) -> None:
    probe = (
        "import sys; from mtqa.plugins import load; load('engines', sys.argv[1]);"
        "print([m for m in ('httpx', 'httpx2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe, name], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, EngineRefused), (402, EngineRefused), (403, EngineRefused), (404, EngineRefused), (413, EngineReply),
        (408, EngineBusy), (429, EngineBusy), (500, EngineBusy), (502, EngineBusy), (503, EngineBusy),
        (529, EngineBusy), (200, EngineError),  # or no answer
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "body",
    [None, f"<html>{KEY}</html>".encode(), {"error": {"message": f"no {KEY}"}}, {"message": KEY}, [{"x": KEY}], {}],
    ids=["empty", "page", "nested", "flat", "list", "blank"],
)
def test_servers_that_do_not_translate(server: str, status: int, kind: type[EngineError], body: object) -> None:
    """Each status becomes its error, whatever comes with it; the key is in none."""
    engine = built(server)
    batch = [Query("q", "a", Segment("f#1", "f", "1", Text("a"), "en", "de"))]
    given = answer_or_error(engine, batch, reply(status, body))
    assert isinstance(given, kind) or (status == 200 and isinstance(given, NoAnswer))
    said = [given, getattr(given, "__cause__", None), getattr(given, "__context__", None)]
    assert KEY not in f"{given} {said}"


def answer_or_error(engine: Any, batch: list[Query], answer: Reply) -> object:
    with wired(engine, [answer]):
        try:
            return outcomes(engine, batch)["q"]
        except EngineError as error:
            return error


FIELDS = (
    *("translations", "text", "data", "translatedText", "translation", "responseData", "value", "TranslatedText"),
    *("choices", "message", "content", "finish_reason", "usage", "candidates", "parts", "finishReason", "output"),
    *("stopReason", "stop_reason", "items", "error", "code", "details", "promptFeedback", "usageMetadata", "model"),
)
ANSWERS = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 500) | st.sampled_from(["", "x", '{"items": [{"id": 1}]}', "stop"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("server", SERVERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 200, 400, 429]), body=ANSWERS)
def test_no_answer_whatever_is_a_crash(server: str, status: int, body: object) -> None:
    """Any JSON at all is an answer, no answer, or an error of an engine."""
    engine = built(server)
    batch = [Query("q", "a", Segment("f#1", "f", "1", Text("a"), "en", "de"))]
    with wired(engine, lambda _body: reply(status, body)):
        try:
            given_back = outcomes(engine, batch)
        except EngineError:
            return
    assert given_back.keys() == {"q"}
