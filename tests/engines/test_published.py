"""Whatever is translated with whatever settings: what goes out is what the providers publish, within their limits."""

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtqa.engines.apertium import ApertiumEngine
from mtqa.engines.azure import AzureEngine
from mtqa.engines.deepl import DeepLEngine
from mtqa.engines.gemini import GeminiEngine
from mtqa.engines.google import GoogleEngine
from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.engines.modernmt import ModernMTEngine
from mtqa.errors import EngineBusy
from mtqa.inline import Code, Text
from mtqa.model import Segment
from mtqa.translate.jobs import Job, batches
from tests.engines import published
from tests.engines.wire import reply, wired

TOKEN = [sys.executable, "-c", "print('t')"]
KEY = {"key_env": "MTQA_TEST_KEY"}
ENGINES: dict[str, Callable[[], Any]] = {
    "deepl": lambda: DeepLEngine(
        **KEY, formality="prefer_less", glossary_id="g", model_type="latency_optimized", context=True
    ),
    "deepl, batches": lambda: DeepLEngine(**KEY, tag_handling_version="v1"),
    "google 2": lambda: GoogleEngine(**KEY),
    "google 3": lambda: GoogleEngine(key_command=TOKEN, project="p", model="general/nmt", glossary="g"),
    "azure 3.0": lambda: AzureEngine(**KEY, region="westeurope", category="c"),
    "azure 2026": lambda: AzureEngine(**KEY, version="2026-06-06", deployment="gpt-4o", tone="formal"),
    "modernmt": lambda: ModernMTEngine(**KEY, memories=[1, 2], glossaries=[3]),
    "libretranslate": lambda: LibreTranslateEngine(base_url="http://lt.example", **KEY),
    "apertium": lambda: ApertiumEngine(base_url="http://apy.example"),
    "apertium, chain": lambda: ApertiumEngine(base_url="http://apy.example", via=["ca"]),
    "gemini": lambda: GeminiEngine(**KEY, model="gemini-3.5-flash", seed=3, temperature=0.4, context=True),
}
TAGS = (
    *("en", "en-GB", "de-AT", "pt", "pt-BR", "pt-PT", "es-419", "es-MX", "fr-CA", "zh", "zh-TW", "zh-Hant-HK", "nb"),
    *("sr", "sr-Latn", "sr-Cyrl-RS", "mn", "fil", "he", "ja", "de-DE-1996", "haw"),
)
LONG = st.builds(
    lambda character, count: character * count,
    st.sampled_from('aé中😀"\n<&\\'),
    st.sampled_from([1, 90, 4_900, 9_000, 26_000]),
)
PARTS = st.lists(LONG | st.builds(lambda n: Code(str(n), "empty", "<x/>"), st.integers(1, 3)), min_size=1, max_size=4)


@pytest.mark.parametrize("name", ENGINES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    texts=st.lists(PARTS, min_size=1, max_size=70), languages=st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS))
)
def test_every_request_is_one_that_the_provider_takes(
    monkeypatch: pytest.MonkeyPatch, name: str, texts: list[list[Any]], languages: tuple[str, str]
) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "key-1")
    engine = ENGINES[name]()
    around = ("b" * 40_000, "😀" * 40_000)
    segments = [Segment(f"f#{n}", "f", str(n), Text(*parts), *languages) for n, parts in enumerate(texts)]
    jobs = [Job.of(one, "s", engine.capabilities, around=around) for one in segments if not one.source.blank]
    with wired(engine, lambda _body: reply(500)):  # the wire complains of anything else
        for batch in batches(jobs, engine.capabilities):
            with contextlib.suppress(EngineBusy):  # the 500; all else escapes
                list(engine.translate([job.query for job in batch]))


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        (published.DEEPL, {"text": "One", "target_lang": "DE"}),
        (published.DEEPL, {"text": ["One"], "target_lang": "EN"}),
        (published.DEEPL, {"text": ["One"], "target_lang": "DE", "formalty": "more"}),
        (published.GOOGLE_2, {"q": ["One"] * 129, "target": "de"}),
        (published.MODERNMT, {"q": ["One"], "target": "de", "format": "text/sgml"}),
    ],
)
def test_the_schemas_do_reject(provider: published.Published, body: object) -> None:
    assert list(published.Draft202012Validator(provider.body).iter_errors(body))
