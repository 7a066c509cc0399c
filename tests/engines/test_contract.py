"""What every engine must be, whoever wrote it. No engine is known by name here."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtqa.errors import ConfigError
from mtqa.inline import Markup, Text
from mtqa.model import Segment
from mtqa.plugins import available, build, load
from mtqa.ports import Query

KEY = "secret-7f3a9c51d2"


def no_segments(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
    return iter(())


# What a required option gets, by its name; a new engine with a new required option adds it here.
VALUES = {"base_url": "http://127.0.0.1:9", "model": "some-model", "key_env": "MTQA_TEST_KEY", "path": "recorded.xlf"}


@pytest.fixture(params=list(available("engines")))
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("MTQA_TEST_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recorded.xlf").write_text("<xliff/>")
    return str(request.param)


def options_of(name: str) -> dict[str, Any]:
    parameters = inspect.signature(load("engines", name)).parameters
    required = {p.name for p in parameters.values() if p.default is p.empty}
    wanted = required | ({"key_env"} & parameters.keys())
    return {option: VALUES[option] for option in wanted if option in VALUES}


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
    if "concurrency" in inspect.signature(load("engines", name)).parameters:
        assert built(name, concurrency=7).capabilities.concurrency == 7


@pytest.mark.parametrize("option", ["key", "api_key", "nonsense"])
def test_unknown_options_and_keys_are_refused(name: str, option: str) -> None:
    with pytest.raises(ConfigError) as caught:
        built(name, **{option: KEY})
    assert KEY not in str(caught.value)


def test_a_missing_key_is_found_at_construction(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MTQA_TEST_KEY")
    if "key_env" in options_of(name):
        with pytest.raises(ConfigError, match="MTQA_TEST_KEY is not set"):
            built(name)


def test_close_is_idempotent(name: str) -> None:
    engine = built(name)
    engine.close()
    engine.close()


def test_local_engines_give_one_outcome_for_each_query(name: str) -> None:
    engine = built(name)
    if engine.capabilities.remote:
        pytest.skip("asks a server")
    batch = [Query(str(n), "a", Segment(f"f#{n}", "f", "1", Text("a"), "en", "de")) for n in range(3)]
    assert sorted(outcome.id for outcome in engine.translate(batch)) == ["0", "1", "2"]


def test_loading_an_engine_does_not_load_the_http_client(name: str) -> None:
    probe = (
        "import sys; from mtqa.plugins import load; load('engines', sys.argv[1]);"
        "print([m for m in ('httpx', 'httpx2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe, name], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
