"""Amazon Translate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Unpack

from mtqa.engines.aws import SigV4, error_type
from mtqa.engines.common import code_of, translated, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.options import Machine, character_price
from mtqa.errors import EngineBusy, EngineError, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing
from mtqa.ports import Capabilities, JsonObject, NoAnswer, Outcome, Query

_LIMIT = 10_000  # bytes of UTF-8 in one text
_VARIANTS = {"zh-TW", "fr-CA", "es-MX", "pt-PT", "fa-AF"}
_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AWSShineFrontendService_20170701.TranslateText",
}


class AmazonEngine:
    """Translates with Amazon Translate, one text a call.

    `terminology`: the name of a custom terminology of the account. The key: see docs/engines.md.
    """

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

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for each query."""
        return [self._one(query) for query in batch]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _one(self, query: Query) -> Outcome:
        size = len(query.text.encode("utf-8", "replace"))
        if size > _LIMIT:
            return NoAnswer(query.id, Missing.ABSTAINED, f"{size} bytes; Amazon Translate takes {_LIMIT}")
        source, target = _code(query.source_lang), _code(query.target_lang)
        body = {"Text": query.text, "SourceLanguageCode": source, "TargetLanguageCode": target, **self.options}
        try:
            text = self.http.post_json("/", body, _HEADERS).get("TranslatedText")
        except Uncovered:
            return uncovered("Amazon Translate", [query], source, target)[0]
        if not isinstance(text, str):
            raise EngineReply(self.http.where, "the answer has no TranslatedText", "check base_url")
        return translated(query, text, self.capabilities.price)


def _judge(fault: Fault) -> type[EngineError] | None:
    """By name: throttling comes with status 400 as well."""
    match error_type(fault):
        case "UnsupportedLanguagePairException":
            return Uncovered
        case "ThrottlingException" | "TooManyRequestsException":
            return EngineBusy
        case _:
            return None


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh", "zh-TW")
