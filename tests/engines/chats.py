"""The chat servers as tests see them: how each is asked, and how it answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mtqa.engines.anthropic import AnthropicEngine
from mtqa.engines.bedrock import BedrockEngine
from mtqa.engines.gemini import GeminiEngine
from mtqa.engines.openai import OpenAIEngine
from tests.engines.wire import Reply, reply

WHOLE, CUT, DECLINED, BROKEN = "whole", "cut", "declined", "broken"
Items = list[dict[str, Any]]


@dataclass(frozen=True)
class Server:
    """One provider. `endings`: the words of the server for each way that an answer can end."""

    make: Callable[..., Any]
    system: Callable[[Any], str]
    document: Callable[[Any], str]
    answer: Callable[[str, str], Any]
    limit: Callable[[Any], int]
    endings: dict[str, list[str]]

    def items(self, body: Any) -> Items:
        found: Items = json.loads(self.document(body))["items"]
        return found

    def reply(self, content: str, ending: str = WHOLE, word: int = 0) -> Reply:
        return reply(200, self.answer(content, self.endings[ending][word]))

    def translation(self, body: Any, change: Callable[[Items], Any] = lambda found: found) -> Reply:
        """The texts in capitals."""
        return self.reply(json.dumps({"items": change(capitals(self.items(body)))}))


def capitals(items: Items) -> Items:
    return [{"id": item["id"], "text": item["text"].upper()} for item in items]


def _openai(content: str, ending: str) -> Any:
    usage = {"prompt_tokens": 100, "completion_tokens": 40}
    return {
        "model": "m-1-2026",
        "choices": [{"finish_reason": ending, "message": {"role": "assistant", "content": content}}],
        "usage": usage,
    }


def _anthropic(content: str, ending: str) -> Any:
    usage = {"input_tokens": 60, "cache_read_input_tokens": 40, "output_tokens": 40}
    return {
        "type": "message",
        "model": "m-1-2026",
        "content": [{"type": "text", "text": content}],
        "stop_reason": ending,
        "usage": usage,
    }


def _gemini(content: str, ending: str) -> Any:
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 30, "thoughtsTokenCount": 10}
    parts = [{"thought": True, "text": "{hm}"}, {"text": content}] if content else []
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": ending}],
        "usageMetadata": usage,
        "modelVersion": "m-1-2026",
    }


def _bedrock(content: str, ending: str) -> Any:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": content}]}},
        "stopReason": ending,
        "usage": {"inputTokens": 100, "outputTokens": 40},
    }


SERVERS = {
    "openai": Server(
        lambda **more: OpenAIEngine(model="m-1", base_url="http://llm.example/v1", **more),
        lambda body: str(body["messages"][0]["content"]),
        lambda body: str(body["messages"][1]["content"]),
        _openai,
        lambda body: int(body["max_tokens"]),
        {WHOLE: ["stop"], CUT: ["length"], DECLINED: ["content_filter"], BROKEN: ["error"]},
    ),
    "anthropic": Server(
        lambda **more: AnthropicEngine(model="m-1", key_env="MTQA_TEST_KEY", **more),
        lambda body: str(body["system"]),
        lambda body: str(body["messages"][0]["content"]),
        _anthropic,
        lambda body: int(body["max_tokens"]),
        {
            WHOLE: ["end_turn", "stop_sequence"],
            CUT: ["max_tokens", "model_context_window_exceeded"],
            DECLINED: ["refusal"],
            BROKEN: ["pause_turn"],
        },
    ),
    "gemini": Server(
        lambda **more: GeminiEngine(model="m-1", key_env="MTQA_TEST_KEY", **more),
        lambda body: str(body["systemInstruction"]["parts"][0]["text"]),
        lambda body: str(body["contents"][0]["parts"][0]["text"]),
        _gemini,
        lambda body: int(body["generationConfig"]["maxOutputTokens"]),
        {
            WHOLE: ["STOP"],
            CUT: ["MAX_TOKENS"],
            DECLINED: ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "OTHER"],
            BROKEN: ["MALFORMED_RESPONSE"],
        },
    ),
    "bedrock": Server(
        lambda **more: BedrockEngine(model="m-1", region="eu-west-1", key_env="MTQA_TEST_KEY", **more),
        lambda body: str(body["system"][0]["text"]),
        lambda body: str(body["messages"][0]["content"][0]["text"]),
        _bedrock,
        lambda body: int(body["inferenceConfig"]["maxTokens"]),
        {
            WHOLE: ["end_turn"],
            CUT: ["max_tokens"],
            DECLINED: ["guardrail_intervened", "content_filtered"],
            BROKEN: ["malformed_model_output"],
        },
    ),
}
ENDINGS = [
    (name, ending, word)
    for name, server in SERVERS.items()
    for ending, words in server.endings.items()
    for word in range(len(words))
]
