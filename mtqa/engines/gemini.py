"""Google Gemini, generateContent."""

from __future__ import annotations

from typing import Literal, Unpack
from urllib.parse import quote

from mtqa.engines.chat import Request, answer_schema
from mtqa.engines.chat_engine import ChatEngine, Completion, joined, tokens
from mtqa.engines.faults import Fault
from mtqa.engines.keys import Key
from mtqa.engines.options import Chat
from mtqa.engines.parameters import LIMIT, Form
from mtqa.errors import EngineError, EngineRefused
from mtqa.ports import JsonObject

_ENDINGS: dict[str, Literal["whole", "cut", "declined"]] = {
    "STOP": "whole",
    "FINISH_REASON_UNSPECIFIED": "whole",
    "MAX_TOKENS": "cut",
    **dict.fromkeys(("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"), "declined"),
    **dict.fromkeys(("LANGUAGE", "OTHER"), "declined"),  # it would end so again
}


class GeminiEngine(ChatEngine):
    """Translates with Gemini. Thinking is off where the model lets it be; it would count into `max_tokens`.

    `seed`: makes answers alike, as far as the model can.
    """

    reserved = ("systemInstruction", "contents")
    sampling = ("temperature", "seed")

    def __init__(
        self,
        *,
        model: str,
        base_url: str = "https://generativelanguage.googleapis.com/v1beta",
        seed: int | None = None,
        **options: Unpack[Chat],
    ) -> None:
        json_mode = (
            "responseJsonSchema",
            "response_json_schema",
            "JSON mode",
            "responseMimeType",
            "response_mime_type",
        )
        mime = {"responseMimeType": "application/json"}
        forms = {
            "temperature": [_config("temperature", value=options.get("temperature", 0.0))],
            "schema": [
                Form(json_mode, {"generationConfig": {**mime, "responseJsonSchema": answer_schema()}}),
                Form(json_mode, {"generationConfig": mime}),
            ],
            "limit": [Form((), {"generationConfig": {"maxOutputTokens": LIMIT}})],
            "thinking": [_config("thinkingConfig", "thinking_config", "thinking", value={"thinkingBudget": 0})],
            **({} if seed is None else {"seed": [_config("seed", value=seed)]}),
        }
        key = Key("gemini", options, header="x-goog-api-key", prefix="")
        super().__init__("gemini", base_url, key, model, options, forms)

    def _call(self, body: JsonObject) -> JsonObject:
        return self.http.post_json(f"/models/{quote(self.model, safe='')}:generateContent", body)

    def _body(self, request: Request) -> JsonObject:
        return {
            "systemInstruction": {"parts": [{"text": request.system}]},
            "contents": [{"role": "user", "parts": [{"text": request.document}]}],
        }

    def _completion(self, reply: JsonObject) -> Completion:
        candidates, feedback = reply.get("candidates"), reply.get("promptFeedback")
        first = candidates[0] if isinstance(candidates, list) and candidates else None
        first = first if isinstance(first, dict) else {}
        blocked = feedback.get("blockReason") if isinstance(feedback, dict) else None
        reason = str(first.get("finishReason", "STOP"))
        content, model = first.get("content"), reply.get("modelVersion")
        parts = content.get("parts") if isinstance(content, dict) else None
        return Completion(
            joined(parts),
            "declined" if blocked else _ENDINGS.get(reason, "broken"),
            str(blocked or reason),
            model if isinstance(model, str) else None,
            tokens(reply.get("usageMetadata"), ("promptTokenCount",), "candidatesTokenCount", "thoughtsTokenCount"),
        )

    def _judge(self, fault: Fault) -> type[EngineError] | None:
        """Also: quotas of a day come as 429; a bad key and a region that is not served as 400."""
        if fault.status == 429 and any("PerDay" in str(detail.get("violations")) for detail in fault.details):
            return EngineRefused
        if fault.status == 400 and ("API key" in fault.text or fault.detail.get("status") == "FAILED_PRECONDITION"):
            return EngineRefused
        return super()._judge(fault)


def _config(*names: str, value: object) -> Form:
    """A field of generationConfig, and other words for it in complaints."""
    return Form(names, {"generationConfig": {names[0]: value}})
