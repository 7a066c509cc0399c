"""How the servers of several providers are spoken to: enough to answer each of them well, over real HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mtqa.engines.amazon import AmazonEngine
from mtqa.engines.anthropic import AnthropicEngine
from mtqa.engines.azure import AzureEngine
from mtqa.engines.deepl import DeepLEngine
from mtqa.engines.gemini import GeminiEngine
from mtqa.engines.google import GoogleEngine
from mtqa.engines.libretranslate import LibreTranslateEngine
from mtqa.engines.openai import OpenAIEngine
from tests.engines.chats import SERVERS, WHOLE
from tests.translate.server import Request

KEY = "MTQA_TEST_KEY"


@dataclass(frozen=True)
class Dialect:
    """`make`: the engine, given its base_url and further options. `texts` of a request; `answer` to it, given texts."""

    make: Callable[..., Any]
    texts: Callable[[Any], list[str]]
    answer: Callable[[Any, list[str]], Any]

    def good(self, request: Request) -> None:
        """The texts in capitals."""
        self.reply(request, [text.upper() for text in self.texts(request.body)])

    def reply(self, request: Request, texts: list[str]) -> None:
        request.json(self.answer(request.body, texts))


def _chat(name: str, make: Callable[..., Any]) -> Dialect:
    server = SERVERS[name]

    def answer(body: Any, texts: list[str]) -> Any:
        items = [{"id": item["id"], "text": text} for item, text in zip(server.items(body), texts, strict=True)]
        return server.answer(json.dumps({"items": items}), server.endings[WHOLE][0])

    return Dialect(make, lambda body: [item["text"] for item in server.items(body)], answer)


DIALECTS = {
    "libretranslate": Dialect(
        lambda url, **more: LibreTranslateEngine(base_url=url, **{"batch": 4, "concurrency": 1, **more}),
        lambda body: list(body["q"]),
        lambda _body, texts: {"translatedText": texts},
    ),
    "deepl": Dialect(
        lambda url, **more: DeepLEngine(base_url=url, key_env=KEY, **{"concurrency": 1, **more}),
        lambda body: list(body["text"]),
        lambda _body, texts: {"translations": [{"text": text} for text in texts]},
    ),
    "google": Dialect(
        lambda url, **more: GoogleEngine(base_url=url, key_env=KEY, **{"concurrency": 1, **more}),
        lambda body: list(body["q"]),
        lambda _body, texts: {"data": {"translations": [{"translatedText": text} for text in texts]}},
    ),
    "google v3": Dialect(
        lambda url, **more: GoogleEngine(base_url=url, key_env=KEY, project="p", **{"concurrency": 1, **more}),
        lambda body: list(body["contents"]),
        lambda _body, texts: {"translations": [{"translatedText": text} for text in texts]},
    ),
    "azure": Dialect(
        lambda url, **more: AzureEngine(base_url=url, key_env=KEY, **{"concurrency": 1, **more}),
        lambda body: [item["text"] for item in body],
        lambda _body, texts: [{"translations": [{"to": "de", "text": text}]} for text in texts],
    ),
    "amazon": Dialect(
        lambda url, **more: AmazonEngine(base_url=url, region="eu-west-1", **{"concurrency": 1, **more}),
        lambda body: [body["Text"]],
        lambda _body, texts: {"TranslatedText": texts[0], "SourceLanguageCode": "en", "TargetLanguageCode": "de"},
    ),
    "openai": _chat(
        "openai", lambda url, **more: OpenAIEngine(base_url=url, model="m-1", **{"concurrency": 1, **more})
    ),
    "anthropic": _chat(
        "anthropic",
        lambda url, **more: AnthropicEngine(base_url=url, model="m-1", key_env=KEY, **{"concurrency": 1, **more}),
    ),
    "gemini": _chat(
        "gemini",
        lambda url, **more: GeminiEngine(base_url=url, model="m-1", key_env=KEY, **{"concurrency": 1, **more}),
    ),
}
