"""What all chat models have in common as engines; a provider adds how a request and an answer are written."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mtqa.engines.chat import Contract, Request, salvage, shares
from mtqa.engines.faults import Fault, Unfit, excerpt
from mtqa.engines.flaws import chatter, leaked, refused, wrong_language, wrong_script
from mtqa.engines.http import Http
from mtqa.engines.keys import Auth
from mtqa.engines.options import Chat, token_price
from mtqa.engines.parameters import Form, Parameters, form, merged, require_plain
from mtqa.errors import ConfigError, EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.inline import Markup
from mtqa.model import Missing, Usage, total
from mtqa.ports import Answer, Capabilities, JsonObject, NoAnswer, Outcome, Query

_ROOM, _ROOM_EACH, _ROOM_PER_BYTE = 1000, 64, 2  # tokens of an answer: in all, for each text, for each of its bytes
_CONTEXTS, _BYTES_A_TOKEN = frozenset(2**power for power in range(10, 21)), 5
# Out of money or over a spending limit: comes as 429 or 400, and waiting does not help. The sentence of a rate limit
# may speak of billing as well, so that a 429 is judged by its codes alone.
_MONEY = ("insufficient_quota", "credit_balance", "spend_limit", "usage_limit_exceeded", "billing")
_MONEY_SAID = ("credit balance", "spend limit", "spending limit")


class Declined(EngineReply):
    """A filter stopped the request."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered, and how its answer ended: `reason` in the words of the server."""

    text: str
    ending: Literal["whole", "cut", "declined", "broken"]
    reason: str
    model: str | None
    usage: Usage


class ChatEngine(ABC):
    """Asks a chat model about a batch in one call.

    `forms` say what may be left out of a request; the configured parameters join them, or take their place.
    """

    reserved: tuple[str, ...] = ("model", "messages", "stream")  # fields that `parameters` may not have
    sampling: tuple[str, ...] = ("temperature",)  # options that steer chance

    def __init__(
        self, name: str, base_url: str, auth: Auth, model: str, options: Chat, forms: dict[str, list[Form]]
    ) -> None:
        self.http = http = Http(name, base_url, options, auth, self._judge, timeout=120)
        self.model, self._name = model, name
        self._contract = Contract.of(name, options)
        given = options.get("parameters", {})
        require_plain(f"{name} parameters", given)
        for field in given:
            if field in self.reserved:
                raise ConfigError(f"{name} parameters", f"{field} cannot be set here", "take it out of parameters")
        self._parameters = Parameters({**forms, **{field: form(field, value) for field, value in given.items()}})
        self._max_tokens = options.get("max_tokens")
        self.capabilities = Capabilities(
            Markup.TOKENS,
            max_items=options.get("batch", 10),
            max_chars=6000,
            concurrency=http.concurrency,
            rate=http.rate,
            tokens_per_minute=options.get("tokens_per_minute"),
            context=options.get("context", False),
            glossary=True,
            formality=True,  # by `instructions`
            sampling=self.sampling,
            billed="tokens",
            price=token_price(name, options, self._contract.tokens),
            model=model,
        )
        seed = {"seed": forms["seed"][0].fields} if "seed" in forms else {}
        self._said = json.dumps({"temperature": options.get("temperature"), **seed, **given}, sort_keys=True)

    @property
    def signature(self) -> str:
        """Server, model, parameters, and a digest of the prompt, the glossary and the answer format."""
        return f"{self._name}|{self.http.base_url}|{self.model}|{self._said}|{self._contract.signature}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the run should know: parameters that the server did not take."""
        return tuple(f"{self.model} does not take {name}: left out" for name in self._parameters.left_out)

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """One request for the whole batch. A declined or cut answer to several texts asks for a smaller batch."""
        request = Request(self._contract, batch)
        try:
            completion = self._complete(request)
        except Declined as error:
            return self._without_answer(batch, Missing.REFUSED, error.what)
        if completion.ending == "declined":
            return self._without_answer(batch, Missing.REFUSED, completion.reason)
        if completion.ending == "cut":
            reason = f"the answer was cut ({completion.reason}); raise max_tokens"
            return self._without_answer(batch, Missing.TRUNCATED, reason)
        if room := _context_that_cut(completion.usage, request):
            reason = f"the server read {room} tokens of the request and dropped the rest; give it a larger context"
            return self._without_answer(batch, Missing.TRUNCATED, reason)
        if completion.ending == "broken":
            what = f"the answer broke off ({completion.reason})"
            raise EngineBusy(self.http.where, what, "it is asked again", billed=True)
        texts = salvage(completion.text, request)
        if not texts:
            raise EngineReply(self.http.where, "the answer is not the JSON asked for", "use a more capable model")
        return self._outcomes(request, batch, texts, completion)

    def open(self) -> None:
        """Load the HTTP client."""
        self.http.open()

    def close(self) -> None:
        """End calls under way."""
        self.http.close()

    @abstractmethod
    def _call(self, body: JsonObject) -> JsonObject:
        """Post a request, and return the answer of the server."""

    @abstractmethod
    def _body(self, request: Request) -> JsonObject:
        """A request without its parameters."""

    @abstractmethod
    def _completion(self, reply: JsonObject) -> Completion:
        """What an answer of the server says."""

    def _complete(self, request: Request) -> Completion:
        """The completion; a cut one is asked for once more, with twice the room."""
        limit = self._max_tokens
        if limit is None:
            limit = _ROOM + _ROOM_EACH * len(request.by_id) + _ROOM_PER_BYTE * request.bytes
        first = self._accepted(request, limit)
        if first.ending != "cut":
            return first
        second = self._accepted(request, 2 * limit)
        return replace(second, usage=total((first.usage, second.usage)) or Usage())

    def _accepted(self, request: Request, limit: int) -> Completion:
        """The completion; without what the server rejects, if it rejects something that can be left out."""
        body = self._body(request)
        while True:
            forms = self._parameters.forms
            try:
                reply = self._call(merged(body, forms, limit))
            except Unfit as error:
                if not self._parameters.reject(error.fault, forms):
                    raise
            else:
                return self._completion(reply)

    def _judge(self, fault: Fault) -> type[EngineError] | None:
        """What a fault means, for the connection of this engine."""
        codes, said = " ".join(_codes(fault)), fault.text.lower()
        if any(code in codes for code in _MONEY):
            return EngineRefused
        metadata = fault.detail.get("metadata")
        if fault.status == 403 and isinstance(metadata, dict) and "flagged_input" in metadata:
            return Declined  # by OpenRouter, which says so of one request
        if fault.status not in (400, 422):
            return None
        if any(words in said for words in _MONEY_SAID):
            return EngineRefused
        if "content_filter" in codes:
            return Declined
        too_long = "context_length" in codes or "context length" in said
        return None if too_long else Unfit

    def _without_answer(self, batch: Sequence[Query], kind: Missing, reason: str) -> list[Outcome]:
        reason = self.http.redacted(reason)
        if len(batch) > 1:  # one text spoils the batch; the others get their answer without it
            raise EngineReply(self.http.where, reason, "a smaller batch is tried")
        return [NoAnswer(query.id, kind, reason) for query in batch]

    def _outcomes(
        self, request: Request, batch: Sequence[Query], texts: dict[str, str], completion: Completion
    ) -> list[Outcome]:
        """Answers with their share of what the call consumed; what the model left out has failed."""
        answered = [query for query in batch if query.id in texts]
        usages = shares(completion.usage, [len(query.text) for query in answered])
        model = excerpt(completion.model) if completion.model else None
        outcomes: dict[str, Outcome] = {}
        for query, usage in zip(answered, usages, strict=True):
            text = texts[query.id]
            flawed = self._flaw(request, query, text)
            answer = Answer(query.id, text, model=model, usage=usage, cost=self._cost(usage))
            outcomes[query.id] = NoAnswer(query.id, flawed[0], self.http.redacted(flawed[1])) if flawed else answer
        left_out = "the model left this text out of its answer"
        return [outcomes.get(query.id) or NoAnswer(query.id, Missing.FAILED, left_out) for query in batch]

    def _flaw(self, request: Request, query: Query, text: str) -> tuple[Missing, str] | None:
        if declined := refused(query, text):
            return Missing.REFUSED, declined
        leak = leaked(text, request.canary, set(request.by_id))
        wrong = leak or chatter(query, text) or wrong_script(query, text) or wrong_language(query, text)
        return (Missing.FAILED, wrong) if wrong else None

    def _cost(self, usage: Usage | None) -> float | None:
        price = self.capabilities.price
        if price is None or usage is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        return (usage.input_tokens * price.input + usage.output_tokens * price.output) / 1_000_000


def _context_that_cut(usage: Usage, request: Request) -> int:
    """The size of a context, in tokens, that a request was cut to before the model read it; 0 when it was not.

    Ollama does so with status 200. The sign: what was read, or it and the answer, fills a context to the last token,
    and it is far less than what was sent (five bytes a token; no tokenizer comes near with prompt and JSON).
    """
    read, answered = usage.input_tokens or 0, usage.output_tokens or 0
    sent = len((request.system + request.document).encode("utf-8", "replace"))
    full = next((count for count in (read, read + answered) if count in _CONTEXTS), 0)
    return full if 0 < _BYTES_A_TOKEN * read < sent else 0


def _codes(fault: Fault) -> list[str]:
    """The words for machines in a fault: `code` and `type` of the error, `error_code` of its details."""
    details = fault.detail.get("details")
    inner = details.get("error_code") if isinstance(details, dict) else None
    return [str(code) for code in (fault.detail.get("code"), fault.detail.get("type"), inner)]


def joined(parts: object) -> str:
    """The text of an answer that comes in parts; those with hidden thoughts are left out."""
    found = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    texts = [part.get("text") for part in found if not part.get("thought")]
    return "".join(text for text in texts if isinstance(text, str))


def tokens(counts: object, inputs: Sequence[str], *outputs: str) -> Usage:
    """Tokens as the server counted them, each the sum of the fields named; absent when none of them is there."""
    found = counts if isinstance(counts, dict) else {}

    def counted(names: Sequence[str]) -> int | None:
        numbers = [number for name in names if isinstance(number := found.get(name), int)]
        return sum(numbers) if numbers else None

    return Usage(input_tokens=counted(inputs), output_tokens=counted(outputs))
