"""Amazon Bedrock, Converse."""

from __future__ import annotations

import json
from typing import Literal, Unpack
from urllib.parse import quote

from mtqa.engines.aws import SigV4, judge
from mtqa.engines.chat import Request, answer_schema
from mtqa.engines.chat_engine import ChatEngine, Completion, joined, tokens
from mtqa.engines.faults import Fault
from mtqa.engines.keys import Key
from mtqa.engines.options import Chat
from mtqa.engines.parameters import LIMIT, Form
from mtqa.errors import EngineError
from mtqa.ports import JsonObject

_ENDINGS: dict[str, Literal["cut", "declined", "broken"]] = {
    "max_tokens": "cut",
    "model_context_window_exceeded": "cut",
    "guardrail_intervened": "declined",
    "content_filtered": "declined",
    "malformed_model_output": "broken",
    "malformed_tool_use": "broken",
    "tool_use": "broken",
}


class BedrockEngine(ChatEngine):
    """Translates with a model on Bedrock.

    With `key_env`, by a Bedrock API key; without, by AWS credentials (docs/engines.md).
    """

    reserved = ("messages", "system")

    def __init__(
        self,
        *,
        model: str,
        region: str,
        base_url: str | None = None,
        **options: Unpack[Chat],
    ) -> None:
        auth = Key("bedrock", options) if "key_env" in options else SigV4("bedrock", region, "bedrock", options)
        schema = {"name": "translations", "schema": json.dumps(answer_schema())}
        structured = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}
        temperature = {"temperature": options.get("temperature", 0.0)}
        forms = {
            "temperature": [Form(("temperature",), {"inferenceConfig": temperature})],
            "limit": [Form(("maxTokens",), {"inferenceConfig": {"maxTokens": LIMIT}})],
            "schema": [
                Form(
                    ("outputConfig", "output_config", "textFormat", "json_schema", "structured output"),
                    {"outputConfig": structured},
                )
            ],
        }
        host = f"https://bedrock-runtime.{region}.amazonaws.com"
        super().__init__("bedrock", base_url or host, auth, model, options, forms)

    def _call(self, body: JsonObject) -> JsonObject:
        return self.http.post_json(f"/model/{quote(self.model, safe='')}/converse", body)

    def _body(self, request: Request) -> JsonObject:
        messages = [{"role": "user", "content": [{"text": request.document}]}]
        return {"system": [{"text": request.system}], "messages": messages}

    def _completion(self, reply: JsonObject) -> Completion:
        output, reason = reply.get("output"), str(reply.get("stopReason"))
        message = output.get("message") if isinstance(output, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        inputs = ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        usage = tokens(reply.get("usage"), inputs, "outputTokens")
        return Completion(joined(content), _ENDINGS.get(reason, "whole"), reason, None, usage)

    def _judge(self, fault: Fault) -> type[EngineError] | None:
        return judge(fault) or super()._judge(fault)
