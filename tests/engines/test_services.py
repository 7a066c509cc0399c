"""Real servers, where an environment variable has the address of one; CONTRIBUTING.md says how to start them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.engines.openai import OpenAIEngine
from mtqa.errors import EngineError, EngineRefused, EngineReply
from mtqa.inline import Code, Markup, Text, well_nested
from mtqa.model import Missing
from mtqa.ports import Answer, NoAnswer
from tests.engines.wire import outcomes, queries

pytestmark = pytest.mark.service
NOTICE = Path(__file__).parents[2] / "sample_files" / "notice_en-es.xlf"
SPANISH = ("en", "es")


def address(variable: str) -> str:
    url = os.environ.get(variable)
    if not url:
        pytest.skip(f"{variable} names no server (CONTRIBUTING.md)")
    return url


def run(folder: Path, config: str) -> tuple[subprocess.CompletedProcess[str], list[Any]]:
    (folder / "mtqa.toml").write_text(config, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mtqa",
        "run",
        str(NOTICE),
        "-c",
        str(folder / "mtqa.toml"),
        "-o",
        str(folder / "out"),
    ]
    command += ["--cache", str(folder / "cache.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (folder / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    return done, [json.loads(line) for line in lines]


@pytest.fixture
def libre() -> Iterator[LibreTranslateEngine]:
    engine = LibreTranslateEngine(base_url=address("MTQA_LIBRETRANSLATE_URL"))
    yield engine
    engine.close()


def test_libretranslate_translates_in_order(libre: LibreTranslateEngine) -> None:
    found = outcomes(libre, queries("The house is big.", "The dog eats.", "The house", languages=SPANISH))
    texts = [answer.text for answer in found.values() if isinstance(answer, Answer)]
    assert len(texts) == 3
    for text, word in zip(texts, ("grande", "perro", "casa"), strict=True):
        assert isinstance(text, str)
        assert word in text


def test_libretranslate_keeps_codes_and_reads_escapes_once(libre: LibreTranslateEngine) -> None:
    source = Text(
        "Open the ", Code("b", "open", "<b>"), "big house", Code("b", "close", "</b>"), Code("n", "empty", "<br/>")
    )
    escapes = Text("The dog & the house < 5, not &amp;")
    found = outcomes(libre, queries(source, escapes, languages=SPANISH, markup=Markup.HTML))
    texts = [
        Text.parse(answer.text, Markup.HTML, one)
        for answer, one in zip(found.values(), (source, escapes), strict=True)
        if isinstance(answer, Answer) and isinstance(answer.text, str)
    ]
    assert len(texts) == 2
    assert set(texts[0].codes) == set(source.codes)
    assert well_nested(texts[0])
    assert " & " in texts[1].plain
    assert "< 5" in texts[1].plain
    assert "&amp;" in texts[1].plain


def test_libretranslate_says_what_it_lacks(libre: LibreTranslateEngine) -> None:
    found = outcomes(libre, queries("The house", languages=("en", "de")))["q1"]
    assert isinstance(found, NoAnswer)
    assert found.kind is Missing.ABSTAINED


def test_libretranslate_refuses_what_is_too_much(libre: LibreTranslateEngine) -> None:
    """The server is to be started with --char-limit and --batch-limit."""
    with pytest.raises(EngineReply, match="limit"):
        outcomes(libre, queries("house " * 100_000, languages=SPANISH))
    with pytest.raises(EngineReply, match="limit"):
        outcomes(libre, queries(*["house"] * 1000, languages=SPANISH))


def test_a_run_with_libretranslate_loses_nothing(tmp_path: Path) -> None:
    config = f'[engines.libre]\nuse = "libretranslate"\nbase_url = "{address("MTQA_LIBRETRANSLATE_URL")}"\n'
    done, results = run(tmp_path, config)
    assert done.returncode == 0, done.stderr
    wanted = [result for result in results if result["status"] != "protected"]
    assert all(len(result["candidates"]) == 1 for result in wanted), done.stderr
    assert any("biblioteca" in result["candidates"][0]["target"] for result in wanted)
    assert "0 lost" in done.stdout


@pytest.fixture
def chat() -> Iterator[Any]:
    """Engines that ask the server; it answers noise, and by a limit that it chooses itself."""
    made: list[OpenAIEngine] = []

    def make(**options: Any) -> OpenAIEngine:
        model = os.environ.get("MTQA_OPENAI_MODEL", "")
        made.append(
            OpenAIEngine(**{"base_url": address("MTQA_OPENAI_URL"), "model": model, "max_tokens": 40} | options)
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_noise_from_a_real_model_is_no_translation(chat: Any) -> None:
    engine = chat()
    for _ in range(3):
        try:
            found = outcomes(engine, queries("The house is big."))["q1"]
        except EngineReply as error:
            assert "JSON" in error.what  # noqa: PT017 - either is right, and it is chance which one comes
        else:
            assert isinstance(found, NoAnswer)
            assert found.kind is Missing.TRUNCATED
    with pytest.raises(EngineReply):  # several texts: smaller batches are asked for
        outcomes(engine, queries("The house is big.", "The dog eats."))


def test_a_real_server_that_rejects_a_parameter_is_asked_without_it(chat: Any) -> None:
    engine = chat(parameters={"nonsense_field": 1})
    with pytest.raises(EngineReply):
        outcomes(engine, queries("The house is big.", "The dog eats."))
    assert engine.notes == (f"{engine.model} does not take nonsense_field: left out",)


def test_a_model_that_a_real_server_does_not_have_is_told(chat: Any) -> None:
    with pytest.raises(EngineError) as caught:
        outcomes(chat(model="no-such-model"), queries("The house is big."))
    assert isinstance(caught.value, EngineRefused | EngineReply)
    assert "no-such-model" in str(caught.value) or "model" in caught.value.what


def test_a_run_with_a_model_that_answers_noise_ends_and_says_so(chat: Any, tmp_path: Path) -> None:
    engine = chat()
    config = (
        f'[engines.noise]\nuse = "openai"\nbase_url = "{engine.http.base_url}"\nmodel = "{engine.model}"\n'
        "max_tokens = 40\nconcurrency = 1\nprice = [0, 0]\n"
    )
    done, results = run(tmp_path, config)
    assert "noise" in done.stderr
    wanted = [result for result in results if result["status"] != "protected"]
    assert all(result["failures"] for result in wanted if not result["candidates"])
