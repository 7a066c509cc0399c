"""Anthropic Messages."""

from __future__ import annotations

from typing import Literal, Unpack

from mtqa.engines.chat import Request, answer_schema
from mtqa.engines.chat_engine import ChatEngine, Completion, joined, tokens
from mtqa.engines.keys import Key
from mtqa.engines.options import Chat
from mtqa.engines.parameters import LIMIT, Form, form
from mtqa.ports import JsonObject

_ENDINGS: dict[str, Literal["cut", "declined", "broken"]] = {
    "max_tokens": "cut",
    "model_context_window_exceeded": "cut",
    "refusal": "declined",
    "pause_turn": "broken",
    "tool_use": "broken",
}


class AnthropicEngine(ChatEngine):
    """Translates with Claude.

    `version` of the interface: the later one takes no `temperature`. Thinking is off unless `parameters` say
    otherwise; it would count into `max_tokens`.
    """

    reserved = ("model", "messages", "system", "stream", "temperature", "max_tokens")

    def __init__(
        self,
        *,
        model: str,
        base_url: str = "https://api.anthropic.com",
        version: Literal["2026-10-21", "2023-06-01"] = "2026-10-21",
        **options: Unpack[Chat],
    ) -> None:
        schema = {"type": "json_schema", "schema": answer_schema()}
        forms = {
            "thinking": form("thinking", {"type": "disabled"}),
            "output_config.format": form("output_config", {"format": schema}),  # beside an effort of the user's
            "max_tokens": [Form((), {"max_tokens": LIMIT})],  # required
            **({"temperature": form("temperature", options["temperature"])} if "temperature" in options else {}),
        }
        self._headers = {"anthropic-version": version}
        key = Key("anthropic", options, header="x-api-key", prefix="")
        super().__init__("anthropic", base_url, key, model, options, forms)

    def _call(self, body: JsonObject) -> JsonObject:
        return self.http.post_json("/v1/messages", body, self._headers)

    def _body(self, request: Request) -> JsonObject:
        messages = [{"role": "user", "content": request.document}]
        return {"model": self.model, "system": request.system, "messages": messages}

    def _completion(self, reply: JsonObject) -> Completion:
        reason, model, counts = str(reply.get("stop_reason")), reply.get("model"), reply.get("usage")
        details = reply.get("stop_details")
        explained = details.get("explanation") if isinstance(details, dict) else None
        return Completion(
            joined(reply.get("content")),
            _ENDINGS.get(reason, "whole"),
            str(explained or reason),
            model if isinstance(model, str) else None,
            tokens(counts, ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), "output_tokens"),
        )
