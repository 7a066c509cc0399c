"""Google Cloud Translation: Basic (v2) with a key, Advanced (v3) with a token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Unpack

from mtqa.engines.common import code_of, cost_of, in_order, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Machine, character_price
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, JsonObject, NoAnswer, Outcome, Price, Query

_VARIANTS = {"pt-BR", "pt-PT", "fr-CA", "es-419", "es-ES"}
_UNCOVERED = ("Bad language pair", "language pair", "Target language is invalid", "Source language is invalid")


class GoogleEngine:
    """Translates with Google: Basic (v2) without `project`, Advanced (v3) with it.

    Advanced takes no key but a token that lives for an hour: set `key_command` to a program that prints one
    (`["gcloud", "auth", "print-access-token"]`). `model`: `general/nmt`, `general/translation-llm`, or the full name
    of one of your own; `glossary`: its id or full name. Both are of Advanced, and lie in `location`.
    """

    def __init__(
        self,
        *,
        base_url: str = "https://translation.googleapis.com",
        project: str | None = None,
        location: str = "global",
        model: str | None = None,
        glossary: str | None = None,
        **options: Unpack[Machine],
    ) -> None:
        if not project and (model or glossary):
            raise ConfigError("google project", "model and glossary are of Advanced (v3)", "set project")
        key = Key("google", options) if project else Key("google", options, header="x-goog-api-key", prefix="")
        self.http = Http("google", base_url, options, key, _judge)
        self._parent = f"projects/{project}/locations/{location}" if project else ""
        self._model = self._full(model, "models")
        self._glossary = self._full(glossary, "glossaries")
        price = character_price("google", options)
        if price and model and "translation-llm" in model:  # what comes back is billed as well
            price = Price("characters", price.input, price.input)
        self.capabilities = Capabilities(
            Markup.HTML,
            max_items=128,
            max_chars=5_000,  # as advised; 30 000 at most
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            price=price,
        )

    @property
    def signature(self) -> str:
        """Host, project, model and glossary."""
        return f"google|{self.http.base_url}|{self._parent}|{self._model}|{self._glossary}|html"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = _code(batch[0].source_lang), _code(batch[0].target_lang)
        texts = [query.text for query in batch]
        try:
            items = self._advanced(texts, source, target) if self._parent else self._basic(texts, source, target)
        except Uncovered:
            return uncovered("Google", batch, source, target)
        return [self._outcome(query, value) for query, value in in_order(self.http.where, batch, items)]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _basic(self, texts: list[str], source: str, target: str) -> object:
        body = {"q": texts, "source": source, "target": target, "format": "html"}
        data = self.http.post_json("/language/translate/v2", body).get("data")
        return data.get("translations") if isinstance(data, dict) else None

    def _advanced(self, texts: list[str], source: str, target: str) -> object:
        body: JsonObject = {
            "contents": texts,
            "sourceLanguageCode": source,
            "targetLanguageCode": target,
            "mimeType": "text/html",
            **({"model": self._model} if self._model else {}),
            **({"glossaryConfig": {"glossary": self._glossary}} if self._glossary else {}),
        }
        reply = self.http.post_json(f"/v3/{self._parent}:translateText", body)
        return reply.get("glossaryTranslations" if self._glossary else "translations")

    def _outcome(self, query: Query, item: object) -> Outcome:
        text = item.get("translatedText") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(text, str):  # one text may fail in an answer of status 200
            return NoAnswer(query.id, Missing.FAILED, "the answer has no translation of this text")
        price, model = self.capabilities.price, item.get("model")
        cost = cost_of(len(query.text), price)
        return Answer(
            query.id,
            text,
            model=self.http.redacted(model) if isinstance(model, str) else None,
            usage=Usage(characters=len(query.text)),
            cost=None if price is None or cost is None else cost + len(text) * price.output / 1_000_000,
        )

    def _full(self, name: str | None, kind: str) -> str:
        """The full name of a resource: `projects/p/locations/l/models/general/nmt`; empty for none."""
        if not name or name.startswith("projects/"):
            return name or ""
        return f"{self._parent}/{kind}/{name}"


def _judge(fault: Fault) -> type[EngineError] | None:
    """Spent quotas come as 403: those of a minute pass, that of the day does not. A bad key comes as 400."""
    if fault.status == 403 and ("User Rate Limit" in fault.text or "rateLimitExceeded" in _reasons(fault)):
        return EngineBusy
    if fault.status == 400 and "API key" in fault.text:
        return EngineRefused
    if fault.status == 400 and any(words in fault.text for words in _UNCOVERED):
        return Uncovered
    return None


def _reasons(fault: Fault) -> set[object]:
    errors = fault.detail.get("errors")
    return {one.get("reason") for one in errors if isinstance(one, dict)} if isinstance(errors, list) else set()


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-CN", "zh-TW")
