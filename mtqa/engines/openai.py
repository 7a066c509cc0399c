"""Any server of the Chat Completions interface: OpenAI, Azure OpenAI, vLLM, Ollama, llama.cpp, OpenRouter, ..."""

from __future__ import annotations

from typing import Literal, Unpack
from urllib.parse import urlsplit

from mtqa.engines.chat import Request, answer_schema
from mtqa.engines.chat_engine import ChatEngine, Completion, joined, tokens
from mtqa.engines.keys import Key
from mtqa.engines.options import Chat
from mtqa.engines.parameters import LIMIT, Form, form
from mtqa.ports import JsonObject

_OWN = ("api.openai.com", ".openai.azure.com", ".services.ai.azure.com")  # where max_tokens is a name of the past
_ENDINGS: dict[str, Literal["cut", "declined", "broken"]] = {
    "length": "cut",
    "content_filter": "declined",
    "error": "broken",
}


class OpenAIEngine(ChatEngine):
    """Translates with a chat model behind /chat/completions.

    `key_header`: where the key goes; "api-key" for Azure OpenAI. `seed`: makes answers alike where the server can.
    What servers do not understand alike is found out: the limit of the answer and the seed have two names each, the
    JSON schema falls back to JSON mode, and that to nothing.
    """

    reserved = (
        *("model", "messages", "stream", "n", "response_format", "temperature"),
        *("max_tokens", "max_completion_tokens"),
    )
    sampling = ("temperature", "seed")

    def __init__(
        self,
        *,
        model: str,
        base_url: str = "https://api.openai.com/v1",
        key_header: str = "authorization",
        seed: int | None = None,
        **options: Unpack[Chat],
    ) -> None:
        prefix = "Bearer " if key_header.lower() == "authorization" else ""
        key = Key("openai", options, key_header.lower(), prefix, required=False)
        json_mode = ("response_format", "json_schema", "json_object")
        schema = {"name": "translations", "strict": True, "schema": answer_schema()}
        limits = [Form((name,), {name: LIMIT}) for name in ("max_tokens", "max_completion_tokens")]
        host = urlsplit(base_url).hostname or ""
        forms = {
            "temperature": form("temperature", options.get("temperature", 0.0)),
            "response_format": [
                Form(json_mode, {"response_format": {"type": "json_schema", "json_schema": schema}}),
                Form(json_mode, {"response_format": {"type": "json_object"}}),
            ],
            "max_tokens": limits[::-1] if host.endswith(_OWN) else limits,
            **({} if seed is None else {"seed": [*form("seed", seed), *form("random_seed", seed)]}),
        }
        super().__init__("openai", base_url, key, model, options, forms)

    def _call(self, body: JsonObject) -> JsonObject:
        return self.http.post_json("/chat/completions", body)

    def _body(self, request: Request) -> JsonObject:
        messages = [{"role": "system", "content": request.system}, {"role": "user", "content": request.document}]
        return {"model": self.model, "messages": messages}

    def _completion(self, reply: JsonObject) -> Completion:
        choices = reply.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = choice.get("message")
        message = message if isinstance(message, dict) else {}
        reason, refusal, model = str(choice.get("finish_reason")), message.get("refusal"), reply.get("model")
        content = message.get("content")
        return Completion(
            content if isinstance(content, str) else joined(content),  # some servers send it in parts
            "declined" if refusal else _ENDINGS.get(reason, "whole"),
            str(refusal or reason),
            model if isinstance(model, str) else None,
            tokens(reply.get("usage"), ("prompt_tokens",), "completion_tokens"),
        )
