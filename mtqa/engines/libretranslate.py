"""LibreTranslate, hosted or one's own server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from mtqa.engines.common import no_text, traditional_chinese, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price, require_positive
from mtqa.errors import EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.ports import Capabilities, Outcome, Query


class LibreTranslateEngine(MachineEngine):
    """Translates with a LibreTranslate server.

    `batch`: texts a request; servers with --batch-limit take no more than that.
    """

    product = "the server"

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
            billed="characters" if options.get("price") else None,
            price=character_price("libretranslate", options),
        )

    @property
    def signature(self) -> str:
        """The server."""
        return f"libretranslate|{self.http.base_url}|html"

    def _languages(self, query: Query) -> tuple[str, str]:
        return _code(query.source_lang), _code(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        body = {"q": [query.text for query in batch], "source": source, "target": target, "format": "html"}
        key = self._key.value
        return self.http.post_json("/translate", {**body, "api_key": key} if key else body).get("translatedText")

    def _outcome(self, query: Query, item: object) -> Outcome:
        if not isinstance(item, str):
            return no_text(query)
        # The server takes the escapes out of what it translated (and gives the rest back as it came), so that only
        # "&" needs its escape again to be read as HTML once.
        marked = item if item == query.text else item.replace("&", "&amp;")
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
