"""Azure AI Translator, in its versions 3.0 and 2026-06-06."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Literal, Unpack
from urllib.parse import urlencode

from mtqa.engines.common import code_of, cost_of, in_order, uncovered
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.options import Machine, character_price
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, JsonObject, NoAnswer, Outcome, Query

_VARIANTS = {"pt-PT", "fr-CA", "sr-Cyrl", "sr-Latn", "mn-Cyrl", "mn-Mong"}


class AzureEngine:
    """Translates with Azure AI Translator.

    `region`: of the resource, unless it is a global one. `category`: a custom model (3.0). `deployment`: the model to
    use, such as `general` or the name of a language model (2026-06-06); `tone` is of these. Where a model cannot be
    used, the call fails: another one never answers in its place.
    """

    def __init__(
        self,
        *,
        base_url: str = "https://api.cognitive.microsofttranslator.com",
        version: Literal["3.0", "2026-06-06"] = "3.0",
        region: str | None = None,
        category: str | None = None,
        deployment: str | None = None,
        tone: Literal["neutral", "formal", "informal"] | None = None,
        **options: Unpack[Machine],
    ) -> None:
        later = version == "2026-06-06"
        foreign = {"category": category} if later else {"deployment": deployment, "tone": tone}
        for name, value in foreign.items():
            if value:
                raise ConfigError(f"azure {name}", f"is not of version {version}", "set the other version")
        key = Key("azure", options, header="ocp-apim-subscription-key", prefix="")
        self.http = Http("azure", base_url, options, key, _judge)
        self.capabilities = Capabilities(
            Markup.HTML,
            max_items=1000,
            max_chars=10_000,  # 50 000 are taken; smaller calls lose less
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            price=character_price("azure", options),
        )
        self._later, self._headers = later, {"ocp-apim-subscription-region": region} if region else {}
        self._version, self._category = version, category
        self._target: JsonObject = {
            "deploymentName": deployment or "general",
            "allowFallback": False,
            **({"tone": tone} if tone else {}),
        }

    @property
    def signature(self) -> str:
        """Host, version, and the model with its tone."""
        model = self._target if self._later else self._category
        return "|".join(["azure", self.http.base_url, self._version, str(model), "html"])

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch; the answers come in its order."""
        source, target = _code(batch[0].source_lang), _code(batch[0].target_lang)
        headers = {**self._headers, "x-clienttraceid": str(uuid.uuid4())}
        path, body = self._request([query.text for query in batch], source, target)
        try:
            reply = self.http.exchange(path, body, headers)
        except Uncovered:
            return uncovered("Azure", batch, source, target)
        items = reply.value.get("value") if isinstance(reply.value, dict) else reply.value
        system = reply.headers.get("x-mt-system")
        model = self.http.redacted(system) if system else None
        return [self._outcome(query, value, model) for query, value in in_order(self.http.where, batch, items)]

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _request(self, texts: Sequence[str], source: str, target: str) -> tuple[str, object]:
        query: dict[str, str] = {"api-version": self._version}
        if self._later:
            aim = {"language": target, **self._target}
            inputs = [{"text": text, "language": source, "textType": "Html", "targets": [aim]} for text in texts]
            return f"/translate?{urlencode(query)}", {"inputs": inputs}
        query |= {"from": source, "to": target, "textType": "html"}
        if self._category:
            query |= {"category": self._category, "allowFallback": "false"}
        return f"/translate?{urlencode(query)}", [{"Text": text} for text in texts]

    def _outcome(self, query: Query, item: object, model: str | None) -> Outcome:
        translations = item.get("translations") if isinstance(item, dict) else None
        first = translations[0] if isinstance(translations, list) and translations else None
        text = first.get("text") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(text, str):
            return NoAnswer(query.id, Missing.FAILED, "the answer has no translation of this text")
        counted = first.get("sourceCharacters")
        characters = counted if isinstance(counted, int) else len(query.text)
        cost = cost_of(characters, self.capabilities.price)
        return Answer(query.id, text, model=model, usage=Usage(characters=characters), cost=cost)


def _judge(fault: Fault) -> type[EngineError] | None:
    """By the code of six digits: the status, and three more."""
    code = fault.detail.get("code")
    match int(str(code)) if str(code).isdecimal() else 0:
        case 400035 | 400036:
            return Uncovered
        case 400077:
            return EngineReply
        case 403001:
            return EngineRefused
        case 408001:
            return EngineBusy
        case _:
            return None


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-Hans", "zh-Hant")
