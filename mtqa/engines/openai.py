"""Any server of the Chat Completions interface: OpenAI, vLLM, Ollama, llama.cpp, OpenRouter and others."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mtqa.engines.chat import PROMPT, Numbered, request_document, response_format, salvage, shares
from mtqa.engines.common import read_key
from mtqa.engines.faults import Fault, excerpt
from mtqa.engines.http import Http
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing, Usage
from mtqa.ports import Answer, Capabilities, JsonObject, NoAnswer, Outcome, Query

# Out of money or over a spending limit: comes as 429 or 400, and waiting does not help.
_MONEY = ("insufficient_quota", "credit_balance", "spend_limit", "usage_limit_exceeded", "billing")
_OURS = ("model", "messages", "stream", "n", "response_format", "temperature")


class _RejectedParameter(EngineReply):
    """The server does not take one of the parameters that may be left out."""


class _Declined(EngineReply):
    """A content filter stopped the request."""


class OpenAIEngine:
    """Translates with a chat model.

    `instructions` are added to the prompt (register, terms, audience). `parameters` are further fields of the
    request, such as `seed` or `reasoning_effort`; a field that the server rejects is left out from then on.
    `price`: [input, output] per million tokens. `batch`: texts a request.
    """

    def __init__(  # noqa: PLR0913 - the parameters are the configuration
        self,
        *,
        model: str,
        base_url: str = "https://api.openai.com/v1",
        key_env: str | None = None,
        instructions: str = "",
        temperature: float | None = 0.0,
        parameters: dict[str, Any] | None = None,
        batch: int = 10,
        headers: dict[str, str] | None = None,
        timeout: float = 120,
        concurrency: int = 4,
        price: list[float] | None = None,
    ) -> None:
        key = read_key("openai", key_env)
        auth = {"authorization": f"Bearer {key}"} if key else None
        self.http = Http("openai", base_url, headers, timeout, concurrency, secret=key, auth=auth, judge=self._judge)
        self.capabilities = Capabilities(Markup.TOKENS, max_items=batch, max_chars=6000, concurrency=concurrency)
        if price is not None and (len(price) != 2 or min(price) < 0):
            raise ConfigError("openai price", f"{price} is not a pair", "write [input, output] per million tokens")
        for name in parameters or {}:
            if name in _OURS:
                raise ConfigError("openai parameters", f"{name} cannot be set here", "take it out of parameters")
        self.model, self.price = model, price
        self._system = PROMPT + (f"\n\n{instructions}" if instructions else "")
        self._optional: JsonObject = {
            **(parameters or {}),
            **({} if temperature is None else {"temperature": temperature}),
            "response_format": response_format(),
        }
        self._rejected: set[str] = set()
        self._lock = threading.Lock()

    @property
    def signature(self) -> str:
        """Server, model, parameters, and a digest of the prompt and the answer format."""
        prompt = hashlib.sha256(json.dumps([self._system, response_format()]).encode()).hexdigest()[:12]
        options = {name: value for name, value in self._optional.items() if name != "response_format"}
        return f"openai|{self.http.base_url}|{self.model}|{json.dumps(options, sort_keys=True)}|prompt:{prompt}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch. A refused or cut answer to several texts asks for a smaller batch."""
        numbered = Numbered(batch)
        try:
            reply = self._complete(request_document(numbered))
        except _Declined as error:
            return self._without_answer(batch, Missing.REFUSED, error.what)
        choice = _first(reply.get("choices"))
        message = choice.get("message")
        message = message if isinstance(message, dict) else {}
        refusal, reason = message.get("refusal"), choice.get("finish_reason")
        if refusal or reason == "content_filter":
            return self._without_answer(batch, Missing.REFUSED, self.http.redacted(str(refusal or reason)))
        if reason == "length":
            return self._without_answer(batch, Missing.TRUNCATED, "the answer was cut at the length limit")
        if reason == "error":
            raise EngineBusy(self.http.where, "the answer ended with an error", "it is asked again")
        texts = salvage(_content(message), numbered)
        if not texts:
            raise EngineReply(self.http.where, "the answer is not the JSON asked for", "use a more capable model")
        return self._outcomes(batch, texts, reply)

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    def _complete(self, document: str) -> JsonObject:
        """The reply; without what the server rejects, if it rejects something that can be left out."""
        messages = [{"role": "system", "content": self._system}, {"role": "user", "content": document}]
        while True:
            sent = {name: value for name, value in self._optional.items() if name not in self._rejected}
            try:
                reply = self.http.post_json("/chat/completions", {"model": self.model, "messages": messages, **sent})
                if reply.get("error"):  # with status 200, from servers that had begun to answer
                    raise self.http.fault(Fault.in_success(reply))
            except _RejectedParameter:
                if self._rejected.isdisjoint(sent):  # it was not sent: the fault is another one
                    raise
            else:
                return reply

    def _judge(self, fault: Fault) -> type[EngineError] | None:
        code = f"{fault.detail.get('code')} {fault.detail.get('type')}"
        if any(word in code for word in _MONEY):
            return EngineRefused
        if "content_filter" in code:
            return _Declined
        if fault.status not in (400, 422):
            return None
        with self._lock:
            for name in self._optional:
                if _rejects(fault, name):
                    self._rejected.add(name)
                    return _RejectedParameter
        return None

    def _without_answer(self, batch: Sequence[Query], kind: Missing, reason: str) -> list[Outcome]:
        if len(batch) > 1:  # one text spoils the batch; the others get their answer without it
            raise EngineReply(self.http.where, reason, "a smaller batch is tried")
        return [NoAnswer(query.id, kind, reason) for query in batch]

    def _outcomes(self, batch: Sequence[Query], texts: Mapping[str, str], reply: JsonObject) -> list[Outcome]:
        """Answers with their share of what the call consumed; what the model left out has failed."""
        answered = [query for query in batch if query.id in texts]
        model = reply.get("model")
        usages = shares(reply.get("usage"), [len(query.text) for query in answered])
        answers: dict[str, Outcome] = {
            query.id: Answer(
                query.id,
                texts[query.id],
                model=excerpt(model) if isinstance(model, str) else None,
                usage=usage,
                cost=self._cost(usage),
            )
            for query, usage in zip(answered, usages, strict=True)
        }
        left_out = "the model left this text out of its answer"
        return [answers.get(query.id) or NoAnswer(query.id, Missing.FAILED, left_out) for query in batch]

    def _cost(self, usage: Usage | None) -> float | None:
        if self.price is None or usage is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        return (usage.input_tokens * self.price[0] + usage.output_tokens * self.price[1]) / 1_000_000


def _rejects(fault: Fault, name: str) -> bool:
    """Whether a fault is about the field `name` of the request."""
    parameter = fault.detail.get("param")
    if isinstance(parameter, str):
        return parameter.split(".")[0] == name
    words = set(re.findall(r"\w+", fault.text))
    return name in words or (name == "response_format" and "json_schema" in words)


def _first(choices: object) -> JsonObject:
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}


def _content(message: JsonObject) -> str:
    """The text of a message; some servers send it in parts."""
    content = message.get("content")
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(text for text in texts if isinstance(text, str))
    return content if isinstance(content, str) else ""
