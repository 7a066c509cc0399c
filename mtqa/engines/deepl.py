"""DeepL API v2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack

from mtqa.engines.common import no_text, traditional_chinese, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.ports import Capabilities, JsonObject, Outcome, Query

_PAID, _FREE = "https://api.deepl.com", "https://api-free.deepl.com"
_CONTEXT = 1000  # characters of each neighbour; with a text of the longest, the body stays within its 128 KiB
_BRITISH = {"GB", "IE", "AU", "NZ", "ZA", "IN"}
_UNCOVERED = ("target_lang' not supported", "source_lang' not supported")
_OPTIONS = ("formality", "glossary", "model_type")


class DeepLEngine(MachineEngine):
    """Translates with DeepL; a free key (ending in `:fx`) goes to the free host.

    `formality` as DeepL names it; the `prefer_` values never fail. `context`: send the neighbours of each text, which
    are not billed; DeepL takes one text a call then.
    """

    product, longest = "DeepL", 30_000

    def __init__(
        self,
        *,
        base_url: str | None = None,
        formality: Literal["default", "more", "less", "prefer_more", "prefer_less"] | None = None,
        glossary_id: str | None = None,
        model_type: Literal["quality_optimized", "prefer_quality_optimized", "latency_optimized"] | None = None,
        tag_handling_version: Literal["v1", "v2"] = "v2",
        context: bool = False,
        **options: Unpack[Machine],
    ) -> None:
        key = Key("deepl", options, prefix="DeepL-Auth-Key ")
        host = _FREE if (key.value or "").endswith(":fx") else _PAID
        self.http = Http("deepl", base_url or host, options, key, _judge)
        self.capabilities = Capabilities(
            Markup.XML,
            max_items=1 if context else 50,
            max_chars=self.longest,
            max_bytes=100_000,  # the body may have 128 KiB
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            context=context,
            glossary=True,
            formality=True,
            billed="characters",
            price=character_price("deepl", options),
        )
        given = {"formality": formality, "glossary_id": glossary_id, "model_type": model_type}
        # The version of tag handling differs between accounts unless it is said.
        tags = {"tag_handling": "xml", "tag_handling_version": tag_handling_version}
        self.options: JsonObject = {**tags, **{name: value for name, value in given.items() if value is not None}}

    @property
    def signature(self) -> str:
        """Host and options."""
        return "|".join(["deepl", self.http.base_url, *(f"{k}:{v}" for k, v in sorted(self.options.items()))])

    def _languages(self, query: Query) -> tuple[str, str]:
        return primary(query.source_lang).upper(), _target(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        texts = [query.text for query in batch]
        body = {"text": texts, "source_lang": source, "target_lang": target, "show_billed_characters": True}
        before, after = (batch[0].before or "")[-_CONTEXT:], (batch[0].after or "")[:_CONTEXT]
        around = "\n".join(text for text in (before, after) if text)
        context = {"context": around} if around else {}
        return self.http.post_json("/v2/translate", {**body, **context, **self.options}).get("translations")

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("text") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(text, str):
            return no_text(query)
        billed, model = item.get("billed_characters"), item.get("model_type_used")
        return translated(query, text, self.capabilities.price, billed, self.http.named(model))


def _judge(fault: Fault) -> type[EngineError] | None:
    if fault.status != 400:
        return None
    if any(words in fault.text for words in _UNCOVERED):
        return Uncovered
    # What is configured does not go with these languages: so it is for every text.
    return EngineRefused if any(name in fault.text.lower() for name in _OPTIONS) else None


def _target(tag: str) -> str:
    """DeepL's name of a target language. Where it wants a variant and the tag has none, the most spoken one."""
    subtags = set(tag.split("-")[1:])
    match primary(tag):
        case "en":
            return "EN-GB" if subtags & _BRITISH else "EN-US"
        case "pt":
            return "PT-BR" if subtags <= {"BR"} else "PT-PT"
        case "zh":
            return "ZH-HANT" if traditional_chinese(tag) else "ZH-HANS"
        case "es" if "419" in subtags:
            return "ES-419"
        case language:
            return language.upper()
