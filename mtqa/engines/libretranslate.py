"""LibreTranslate, hosted or one's own server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from mtqa.engines.common import in_order, traditional_chinese, translated, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Machine, character_price, require_positive
from mtqa.errors import EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.model import Missing
from mtqa.ports import Capabilities, NoAnswer, Outcome, Query


class LibreTranslateEngine:
    """Translates with a LibreTranslate server.

    `batch`: texts a request; servers with --batch-limit take no more than that.
    """

    def __init__(self, *, base_url: str, batch: int = 20, **options: Unpack[Machine]) -> None:
        require_positive("libretranslate", {"batch": batch})
        self._key = Key("libretranslate", options, header="", required=False)
        self.http = Http("libretranslate", base_url, options, self._key, _judge, timeout=60, concurrency=2)
        self.capabilities = Capabilities(
            Markup.HTML,
            max_items=batch,
            max_chars=5000,
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            price=character_price("libretranslate", options),
        )

    @property
    def signature(self) -> str:
        """The server."""
        return f"libretranslate|{self.http.base_url}|html"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = _code(batch[0].source_lang), _code(batch[0].target_lang)
        body = {"q": [query.text for query in batch], "source": source, "target": target, "format": "html"}
        try:
            key = self._key.value
            reply = self.http.post_json("/translate", {**body, "api_key": key} if key else body)
        except Uncovered:
            return uncovered("the server", batch, source, target)
        texts = reply.get("translatedText")
        return [self._outcome(query, value) for query, value in in_order(self.http.where, batch, texts)]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _outcome(self, query: Query, text: object) -> Outcome:
        if not isinstance(text, str):
            return NoAnswer(query.id, Missing.FAILED, "the translation is not a text")
        # The server takes the escapes out of what it translated (and gives the rest back as it came), so that only
        # "&" needs its escape again to be read as HTML once.
        marked = text if text == query.text else text.replace("&", "&amp;")
        return translated(query, marked, self.capabilities.price)


def _judge(fault: Fault) -> type[EngineError] | None:
    """The server says 400 for nearly everything; the sentence tells the faults apart."""
    if fault.status != 400:
        return None
    if "API key" in fault.text:
        return EngineRefused
    if "is not supported" in fault.text or "not available as a target" in fault.text:
        return Uncovered
    return None


def _code(tag: str) -> str:
    """The language alone, but for two names of LibreTranslate's own that all its versions understand."""
    match primary(tag):
        case "zh" if traditional_chinese(tag):
            return "zt"
        case "pt" if tag.endswith("BR"):
            return "pb"
        case language:
            return language
