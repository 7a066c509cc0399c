"""ModernMT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from mtqa.engines.common import code_of, no_text, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError
from mtqa.inline import Markup
from mtqa.ports import Capabilities, JsonObject, Outcome, Query

_VARIANTS = {"pt-BR", "pt-PT", "es-419", "es-ES", "es-MX", "fr-CA", "fr-FR", "en-GB", "en-US"}


class ModernMTEngine(MachineEngine):
    """Translates with ModernMT.

    `memories`: ids of translation memories to adapt to, the most important first; `glossaries`: ids of glossaries.
    """

    product, longest = "ModernMT", 10_000

    def __init__(
        self,
        *,
        base_url: str = "https://api.modernmt.com",
        memories: list[int] | None = None,
        glossaries: list[int] | None = None,
        **options: Unpack[Machine],
    ) -> None:
        key = Key("modernmt", options, header="mmt-apikey", prefix="")
        self.http = Http("modernmt", base_url, options, key, _judge)
        self.capabilities = Capabilities(
            Markup.XML,
            max_items=100,
            max_chars=self.longest,
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            glossary=True,
            billed="characters",
            price=character_price("modernmt", options),
        )
        given = {"hints": ",".join(map(str, memories or [])), "glossaries": glossaries or []}
        self.options: JsonObject = {"format": "text/xml", **{name: value for name, value in given.items() if value}}

    @property
    def signature(self) -> str:
        """Host and options."""
        return "|".join(["modernmt", self.http.base_url, *(f"{k}:{v}" for k, v in sorted(self.options.items()))])

    def _languages(self, query: Query) -> tuple[str, str]:
        return _code(query.source_lang), _code(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        body = {"source": source, "target": target, "q": [query.text for query in batch], **self.options}
        # The server's own way to send the body of what is a GET request to it.
        items = self.http.post_json("/translate", body, {"x-http-method-override": "get"}).get("data")
        return [items] if isinstance(items, dict) else items

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("translation") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(text, str):
            return no_text(query)
        return translated(query, text, self.capabilities.price, item.get("billedCharacters"))


def _judge(fault: Fault) -> type[EngineError] | None:
    return Uncovered if fault.status == 400 and "not supported" in fault.text else None


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-CN", "zh-TW")
