"""Google Cloud Translation: Basic (v2) with a key, Advanced (v3) with a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from mtqa.engines.common import code_of, no_text, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused
from mtqa.inline import Markup
from mtqa.ports import Capabilities, JsonObject, Outcome, Price, Query

_VARIANTS = {"pt-BR", "pt-PT", "fr-CA"}
_UNCOVERED = ("language pair", "target language", "source language")


class GoogleEngine(MachineEngine):
    """Translates with Google: Basic (v2) without `project`, Advanced (v3) with it.

    Advanced takes no key but a token that lives for an hour: set `key_command` to a program that prints one
    (`["gcloud", "auth", "print-access-token"]`). `model`: `general/nmt`, `general/translation-llm`, or the full name
    of one of your own; `glossary`: its id or full name. Both are of Advanced, and lie in `location`.
    """

    product, longest = "Google", 25_000  # Advanced takes 30,000 characters in all, Basic 100,000 bytes

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
            max_chars=5_000,  # as advised
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            glossary=bool(project),
            billed="characters",
            price=price,
        )

    @property
    def signature(self) -> str:
        """Host, project, model and glossary."""
        return f"google|{self.http.base_url}|{self._parent}|{self._model}|{self._glossary}|html"

    def _languages(self, query: Query) -> tuple[str, str]:
        return _code(query.source_lang), _code(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        texts = [query.text for query in batch]
        return self._advanced(texts, source, target) if self._parent else self._basic(texts, source, target)

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
            return no_text(query)
        return translated(query, text, self.capabilities.price, model=self.http.named(item.get("model")))

    def _full(self, name: str | None, kind: str) -> str:
        """The full name of a resource: `projects/p/locations/l/models/general/nmt`; empty for none."""
        if not name or name.startswith("projects/"):
            return name or ""
        return f"{self._parent}/{kind}/{name}"


def _judge(fault: Fault) -> type[EngineError] | None:
    """Spent quotas come as 403 or 429: those of a minute pass, that of the day does not. A bad key comes as 400."""
    said, reasons = fault.text.lower(), _reasons(fault)
    match fault.status:
        case 403 if "user rate limit" in said or reasons & {"rateLimitExceeded", "userRateLimitExceeded"}:
            return EngineBusy
        case 429 if "per day" in said or "daily limit" in said or "dailyLimitExceeded" in reasons:
            return EngineRefused
        case 400 if "api key" in said:
            return EngineRefused
        case 400 if any(words in said for words in _UNCOVERED) or _fields(fault) & {"source", "target"}:
            return Uncovered
        case _:
            return None


def _reasons(fault: Fault) -> set[object]:
    errors = fault.detail.get("errors")
    return {one.get("reason") for one in errors if isinstance(one, dict)} if isinstance(errors, list) else set()


def _fields(fault: Fault) -> set[object]:
    """The fields that google.rpc.BadRequest complains of."""
    found = [violation for detail in fault.details for violation in _listed(detail.get("fieldViolations"))]
    return {violation.get("field") for violation in found if isinstance(violation, dict)}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-CN", "zh-TW", {"nb": "no"})
