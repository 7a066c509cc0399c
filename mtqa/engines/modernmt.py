"""ModernMT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from mtqa.engines.common import code_of, in_order, translated, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError
from mtqa.inline import Markup
from mtqa.model import Missing
from mtqa.ports import Capabilities, JsonObject, NoAnswer, Outcome, Query

_VARIANTS = {"pt-BR", "pt-PT", "es-419", "es-ES", "es-MX", "fr-CA", "fr-FR", "en-GB", "en-US"}


class ModernMTEngine:
    """Translates with ModernMT.

    `memories`: ids of translation memories to adapt to, the most important first; `glossaries`: ids of glossaries.
    """

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
            max_chars=10_000,
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            price=character_price("modernmt", options),
        )
        given = {"hints": ",".join(map(str, memories or [])), "glossaries": glossaries or []}
        self.options: JsonObject = {"format": "text/xml", **{name: value for name, value in given.items() if value}}

    @property
    def signature(self) -> str:
        """Host and options."""
        return "|".join(["modernmt", self.http.base_url, *(f"{k}:{v}" for k, v in sorted(self.options.items()))])

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = _code(batch[0].source_lang), _code(batch[0].target_lang)
        body = {"source": source, "target": target, "q": [query.text for query in batch], **self.options}
        try:
            # The server's own way to send the body of what is a GET request to it.
            reply = self.http.post_json("/translate", body, {"x-http-method-override": "get"})
        except Uncovered:
            return uncovered("ModernMT", batch, source, target)
        items = reply.get("data")
        items = [items] if isinstance(items, dict) else items
        return [self._outcome(query, value) for query, value in in_order(self.http.where, batch, items)]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("translation") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(text, str):
            return NoAnswer(query.id, Missing.FAILED, "the answer has no translation of this text")
        billed = item.get("billedCharacters")
        return translated(query, text, self.capabilities.price, billed if isinstance(billed, int) else None)


def _judge(fault: Fault) -> type[EngineError] | None:
    return Uncovered if fault.status == 400 and "not supported" in fault.text else None


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-CN", "zh-TW")
