"""DeepL API v2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Unpack

from mtqa.engines.common import cost_of, in_order, traditional_chinese, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, JsonObject, NoAnswer, Outcome, Query

_PAID, _FREE = "https://api.deepl.com", "https://api-free.deepl.com"
_BRITISH = {"GB", "IE", "AU", "NZ", "ZA", "IN"}
_UNCOVERED = ("target_lang' not supported", "source_lang' not supported")


class DeepLEngine:
    """Translates with DeepL; a free key (ending in `:fx`) goes to the free host.

    `formality` as DeepL names it; the `prefer_` values never fail. `context`: send the neighbours of each text, which
    are not billed; DeepL takes one text a call then.
    """

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
            max_chars=30_000,
            max_bytes=100_000,  # the body may have 128 KiB
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            context=context,
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

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = primary(batch[0].source_lang).upper(), _target(batch[0].target_lang)
        texts = [query.text for query in batch]
        body = {"text": texts, "source_lang": source, "target_lang": target, "show_billed_characters": True}
        around = "\n".join(text for text in (batch[0].before, batch[0].after) if text)
        try:
            reply = self.http.post_json(
                "/v2/translate", {**body, **({"context": around} if around else {}), **self.options}
            )
        except Uncovered:
            return uncovered("DeepL", batch, source, target)
        items = reply.get("translations")
        return [self._outcome(query, value) for query, value in in_order(self.http.where, batch, items)]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("text") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(text, str):
            return NoAnswer(query.id, Missing.FAILED, "the translation is not a text")
        billed, model = item.get("billed_characters"), item.get("model_type_used")
        characters = billed if isinstance(billed, int) else len(query.text)
        return Answer(
            query.id,
            text,
            model=self.http.redacted(model) if isinstance(model, str) else None,
            usage=Usage(characters=characters),
            cost=cost_of(characters, self.capabilities.price),
        )


def _judge(fault: Fault) -> type[EngineError] | None:
    return Uncovered if fault.status == 400 and any(words in fault.text for words in _UNCOVERED) else None


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
