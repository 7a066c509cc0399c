"""LibreTranslate, hosted or one's own server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtqa.engines.common import checked_price, cost_of, in_order, read_key, traditional_chinese
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.errors import EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, NoAnswer, Outcome, Query


class LibreTranslateEngine:
    """Translates with a LibreTranslate server.

    `price`: per million characters. `batch`: texts a request; servers with --batch-limit take no more than that.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key_env: str | None = None,
        batch: int = 20,
        headers: dict[str, str] | None = None,
        timeout: float = 60,
        concurrency: int = 2,
        price: float | None = None,
    ) -> None:
        self._key = read_key("libretranslate", key_env)
        self.http = Http("libretranslate", base_url, headers, timeout, concurrency, secret=self._key, judge=_judge)
        self.capabilities = Capabilities(Markup.HTML, max_items=batch, max_chars=5000, concurrency=concurrency)
        self.price = checked_price("libretranslate", price)

    @property
    def signature(self) -> str:
        """The server."""
        return f"libretranslate|{self.http.base_url}|html"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = _code(batch[0].source_lang), _code(batch[0].target_lang)
        body = {"q": [query.text for query in batch], "source": source, "target": target, "format": "html"}
        try:
            reply = self.http.post_json("/translate", {**body, "api_key": self._key} if self._key else body)
        except Uncovered:
            reason = f"the server has no {source} to {target}"
            return [NoAnswer(query.id, Missing.ABSTAINED, reason) for query in batch]
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
        characters = len(query.text)
        return Answer(query.id, marked, usage=Usage(characters=characters), cost=cost_of(characters, self.price))


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
