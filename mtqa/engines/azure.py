"""Azure AI Translator, in its versions 3.0 and 2026-06-06."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, Unpack
from urllib.parse import urlencode

from mtqa.engines.common import code_of, divided, no_text, translated
from mtqa.engines.faults import Fault, Uncovered
from mtqa.engines.http import Http
from mtqa.engines.keys import Key
from mtqa.engines.machine import MachineEngine
from mtqa.engines.options import Machine, character_price
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineReply
from mtqa.inline import Markup
from mtqa.model import Usage
from mtqa.ports import Capabilities, JsonObject, Outcome, Query

_VARIANTS = {"pt-PT", "fr-CA", "sr-Cyrl", "sr-Latn", "mn-Cyrl", "mn-Mong", "iu-Latn"}


class AzureEngine(MachineEngine):
    """Translates with Azure AI Translator.

    `region`: of the resource, unless it is a global one. `category`: a custom model (3.0). `deployment`: the model to
    use, such as `general` or the name of a language model (2026-06-06); `tone` is of these. Where a model cannot be
    used, the call fails: another one never answers in its place.
    """

    product, longest = "Azure", 25_000  # a request takes 50,000 characters, of which some count twice

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
            max_chars=10_000,  # smaller calls lose less
            concurrency=self.http.concurrency,
            rate=self.http.rate,
            chars_per_minute=options.get("chars_per_minute"),
            formality=later,
            billed="characters",
            price=character_price("azure", options),
        )
        self._later, self._headers = later, {"ocp-apim-subscription-region": region} if region else {}
        self._version, self._category = version, category or "general"
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

    def _languages(self, query: Query) -> tuple[str, str]:
        return _code(query.source_lang), _code(query.target_lang)

    def _items(self, batch: Sequence[Query], source: str, target: str) -> object:
        """Each translation with the kind of model that made it, and the characters that are billed for it."""
        path, body = self._request([query.text for query in batch], source, target)
        reply = self.http.exchange(path, body, {**self._headers, "x-clienttraceid": str(uuid.uuid4())})
        items = reply.value.get("value") if isinstance(reply.value, dict) else reply.value
        if not isinstance(items, list) or len(items) != len(batch):
            return items
        metered = reply.headers.get("x-metered-usage", "")
        sizes = [len(query.text) for query in batch]
        shares = divided(int(metered), sizes) if metered.isdecimal() else sizes
        system = self.http.named(reply.headers.get("x-mt-system"))
        return [(item, system, share) for item, share in zip(items, shares, strict=True)]

    def _request(self, texts: Sequence[str], source: str, target: str) -> tuple[str, object]:
        query: dict[str, str] = {"api-version": self._version}
        if self._later:
            aim = {"language": target, **self._target}
            inputs = [{"text": text, "language": source, "textType": "Html", "targets": [aim]} for text in texts]
            return f"/translate?{urlencode(query)}", {"inputs": inputs}
        query |= {
            "from": source,
            "to": target,
            "textType": "Html",
            "category": self._category,
            "allowFallback": "false",
        }
        return f"/translate?{urlencode(query)}", [{"text": text} for text in texts]

    def _outcome(self, query: Query, item: object) -> Outcome:
        answered, system, share = item if isinstance(item, tuple) else (None, None, None)
        translations = answered.get("translations") if isinstance(answered, dict) else None
        first = translations[0] if isinstance(translations, list) and translations else None
        text = first.get("text") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(text, str):
            return no_text(query)
        counted = first.get("sourceCharacters")
        answer = translated(query, text, self.capabilities.price, share if counted is None else counted, system)
        spent = [first.get(name) for name in ("sourceTokens", "instructionTokens", "responseTokens")]
        sent, told, back = (count if isinstance(count, int) else 0 for count in spent)
        if not sent + told + back:
            return answer
        # Language models are billed by tokens, of which `price` says nothing.
        return replace(answer, usage=Usage(len(query.text), sent + told, back), cost=None)


def _judge(fault: Fault) -> type[EngineError] | None:
    """By the code of six digits: the status, and three more."""
    code = fault.detail.get("code")
    match int(str(code)) if str(code).isdecimal() else 0:
        case 400019 | 400023 | 400035 | 400036 | 400075 | 400079:  # languages, or no custom model for them
            return Uncovered
        case 400050 | 400072 | 400077:
            return EngineReply
        case 408001:
            return EngineBusy
        case _:
            return None


def _code(tag: str) -> str:
    return code_of(tag, _VARIANTS, "zh-Hans", "zh-Hant", {"sr": "sr-Cyrl", "mn": "mn-Cyrl"})
