"""Amazon Translate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack

from mtqa.engines.aws import SigV4, error_type, judge
from mtqa.engines.common import code_of, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineError, EngineReply
from mtqa.inline import Markup
from mtqa.ports import Capabilities, JsonObject, Outcome, Query

_LIMIT = 10_000  # bytes of UTF-8 in one text
_VARIANTS = {"zh-TW", "fr-CA", "es-MX", "pt-PT", "fa-AF"}
_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSShineFrontendService_20170701.TranslateText",
}


class AmazonEngine(MachineEngine):
    """Translates with Amazon Translate, one text a call.

    `terminology`: the name of a custom terminology of the account. The key: see docs/engines.md.
    """

    product = "Amazon Translate"

    def __init__(
        self,
        *,
        region: str,
        base_url: str | None = None,
        formality: Literal["formal", "informal"] | None = None,
        terminology: str | None = None,
        **options: Unpack[Machine],
    ) -> None:
        auth = SigV4("amazon", region, "translate", options)
        host = f"https://translate.{region}.amazonaws.com"
        self.http = Http("amazon", base_url or host, options, auth, _judge)
        self.capabilities = Capabilities(
            Markup.TOKENS,  # TranslateText has no mode for markup
            max_items=1,
            max_chars=_LIMIT,
            max_bytes=_LIMIT,
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            glossary=True,
            formality=True,
            billed="characters",
            price=character_price("amazon", options),
        )
        self.options: JsonObject = {
            **({"TerminologyNames": [terminology]} if terminology else {}),
            **({"Settings": {"Formality": formality.upper()}} if formality else {}),
        }

    @property
    def signature(self) -> str:
        """Host and options."""
        return "|".join(["amazon", self.http.base_url, *(f"{k}:{v}" for k, v in sorted(self.options.items()))])

    def _excess(self, query: Query) -> str:
        size = len(query.text.encode("utf-8", "replace"))
        return f"{size} bytes; {self.product} takes {_LIMIT}" if size > _LIMIT else ""

    def _languages(self, query: Query) -> tuple[str, str]:
        return _code(query.source_lang), _code(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        languages = {"SourceLanguageCode": source, "TargetLanguageCode": target}
        return [self.http.post_json("/", {"Text": one.text, **languages, **self.options}, _HEADERS) for one in batch]

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("TranslatedText") if isinstance(item, dict) else None
        if not isinstance(text, str):
            raise EngineReply(self.http.where, "the answer has no TranslatedText", "check base_url")
        return translated(query, text, self.capabilities.price)


def _judge(fault: Fault) -> type[EngineError] | None:
    return Uncovered if error_type(fault) == "UnsupportedLanguagePairException" else judge(fault)


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh", "zh-TW", {"nb": "no", "fil": "tl"})
