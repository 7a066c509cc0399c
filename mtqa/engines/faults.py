"""What a server reports when it does not translate, and what that means."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite

from mtqa.errors import EngineBusy, EngineError, EngineRefused, EngineReply
from mtqa.ports import JsonObject

PASSING = {408, 409, 424, 425, 498, *range(500, 600)}  # the server itself has a fault
_REPLY = {400, 413, 414, 422}  # this request: a smaller one may do

_REMEDIES = {
    400: "check this text and the options of the engine",
    401: "check the key that key_env names",
    402: "pay, or take the engine out of the configuration",
    403: "check the key and what it may do",
    404: "check base_url and the model",
    413: "a smaller batch is tried",
    429: "lower concurrency if this goes on",
    456: "the quota is used up: raise it, or take the engine out of the configuration",
}


class Uncovered(EngineReply):
    """The server does not translate between these languages."""


class Unfit(EngineReply):
    """The server does not take a request as it is; `fault` is what it reported, unredacted."""

    def __init__(self, where: str, what: str, todo: str, fault: Fault) -> None:
        super().__init__(where, what, todo)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a server reports it: status, JSON body (empty when there is none), the sentence for people.

    `headers`: those that came with it, names in lower case.
    """

    status: int
    body: JsonObject
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, body: bytes, headers: Mapping[str, str]) -> Fault:
        """The fault in an answer. HTML pages and empty bodies have no sentence."""
        try:
            parsed = json.loads(body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return cls(status, {}, "", headers)
        if isinstance(parsed, list) and len(parsed) == 1:  # as Google's streaming front end wraps it
            parsed = parsed[0]
        parsed = parsed if isinstance(parsed, dict) else {}
        return cls(status, parsed, _sentence(parsed), headers)

    @classmethod
    def in_success(cls, body: JsonObject) -> Fault:
        """The fault in an answer of status 200; its code, where it is a number, is the status that was meant."""
        error = body.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        try:
            status = int(str(code))
        except ValueError:
            status = 502
        return cls(status if 400 <= status < 600 else 502, body, _sentence(body))

    @property
    def detail(self) -> JsonObject:
        """The object under `error`, where servers put code and parameter; empty when there is none."""
        inner = self.body.get("error")
        return inner if isinstance(inner, dict) else {}

    @property
    def details(self) -> list[JsonObject]:
        """The objects under `error.details` (google.rpc.Status)."""
        details = self.detail.get("details")
        return [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []


def _sentence(body: JsonObject) -> str:
    error = body.get("error")
    inner = error if isinstance(error, dict) else {}
    for value in (
        inner.get("message"),
        error,
        body.get("explanation"),
        body.get("message"),
        body.get("Message"),
        body.get("detail"),
    ):
        if isinstance(value, str) and value.strip():
            return value
    lists = (body.get("detail"), body.get("message"), body.get("errors"))  # what was wrong with which field
    return next((json.dumps(found) for found in lists if isinstance(found, (list, dict)) and found), "")


def fault_class(status: int) -> type[EngineError]:
    """What an HTTP status means when nothing else is known."""
    if status in PASSING or status == 429:
        return EngineBusy
    return EngineReply if status in _REPLY else EngineRefused


def remedy(status: int) -> str:
    """What to do about an HTTP status."""
    if status in _REMEDIES:
        return _REMEDIES[status]
    return "it is asked again; check the server if this goes on" if status >= 500 else "check the options of the engine"


def retry_after(fault: Fault) -> float | None:
    """Seconds that the server asks for. None for nothing, or for nonsense.

    Retry-After (RFC 9110, 10.2.3), retry-after-ms, or google.rpc.RetryInfo in the body.
    """
    asked = _asked_in_headers(fault.headers)
    if asked is not None:
        return asked
    delays = [detail.get("retryDelay") for detail in fault.details]
    return next((_number(delay[:-1]) for delay in delays if isinstance(delay, str) and delay.endswith("s")), None)


def _asked_in_headers(headers: Mapping[str, str]) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        left = parsedate_to_datetime(value).timestamp() - _now(headers)
    except (ValueError, OverflowError):
        return None
    return left if left > 0 else None


def _now(headers: Mapping[str, str]) -> float:
    """The time by the clock of the server, which ours may be far from; by ours where the server tells none."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return time.time()


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def excerpt(text: str, limit: int = 200) -> str:
    """`text` as one line of at most `limit` characters, safe to print and to store."""
    visible = "".join(c if c.isprintable() else " " for c in text[: 4 * limit])
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
