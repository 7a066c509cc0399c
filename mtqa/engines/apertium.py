"""Apertium, through a server of its HTTP interface APy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Unpack

from mtqa.engines.common import translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError, EngineReply
from mtqa.inline import Markup
from mtqa.languages import primary
from mtqa.model import Missing
from mtqa.ports import Capabilities, NoAnswer, Outcome, Query

# APy cuts its input into at most 10 parts and drops the rest, with status 200. Under load a part is 1000 characters.
_LIMIT = 10_000
_MARKS = "*#@"  # unknown word, cannot be inflected, not in the bilingual dictionary


class ApertiumEngine(MachineEngine):
    """Translates with Apertium, directly or through the languages of `via` (`["cat"]`: English, Catalan, Spanish).

    A rule-based engine, run by the user: `price` is 0 unless set. APy has one pipeline per pair by default, so more
    `concurrency` only makes a queue.
    """

    product, longest = "Apertium", _LIMIT

    def __init__(
        self,
        *,
        base_url: str,
        via: list[str] | None = None,
        **options: Unpack[Machine],
    ) -> None:
        key = Key("apertium", options, required=False)  # for a proxy in front of it
        self.http = Http("apertium", base_url, options, key, _judge, concurrency=1)
        self.capabilities = Capabilities(
            Markup.HTML,
            max_items=1,
            max_chars=self.longest,
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            price=character_price("apertium", {"price": 0.0, **options}),
        )
        self.via = [primary(language) for language in via or []]

    @property
    def signature(self) -> str:
        """Server and path through the languages."""
        return f"apertium|{self.http.base_url}|via:{','.join(self.via)}|html"

    def _languages(self, query: Query) -> tuple[str, str]:
        return primary(query.source_lang), primary(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        path = "|".join([source, *self.via, target])
        way, named = ("/translateChain", "langpairs") if self.via else ("/translate", "langpair")
        form = {named: path, "markUnknown": "no", "format": "html"}
        return [self.http.post_form(way, {**form, "q": query.text}).get("responseData") for query in batch]

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("translatedText") if isinstance(item, dict) else None
        if not isinstance(text, str):
            raise EngineReply(self.http.where, "the answer has no translatedText", "check that base_url is an APy")
        if len(text) < len(query.text) / 2 and len(query.text) > 500:
            return NoAnswer(query.id, Missing.TRUNCATED, f"{len(query.text)} characters in, {len(text)} out")
        return translated(query, _without_marks(text, query.text), self.capabilities.price)


def _judge(fault: Fault) -> type[EngineError] | None:
    no_pair = "not installed" in fault.text or "No path found" in fault.text
    return Uncovered if fault.status == 400 and no_pair else None


def _without_marks(text: str, source: str) -> str:
    """`text` without marks in front of words. A mark that the source has itself is a character; `&#39;` is no mark."""
    marks = "".join(mark for mark in _MARKS if mark not in source)
    return re.sub(rf"(?<!&)[{marks}](?=\w)", "", text) if marks else text
