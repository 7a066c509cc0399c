"""The options that engines have in common; each engine adds its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from mtqa.errors import ConfigError
from mtqa.ports import GlossaryReader, Price

_LIMITS = {"timeout", "rate", "concurrency", "batch", "chars_per_minute", "tokens_per_minute", "max_tokens"}


class Connection(TypedDict, total=False):
    """How a server is reached.

    `key_env` names the environment variable that holds the key; `key_command` is a program with its arguments that
    prints it, run at the start and again when the server takes the key no more. `timeout`: seconds for a whole call.
    `rate`: calls a second. `concurrency`: calls at once.
    """

    key_env: str
    key_command: list[str]
    headers: dict[str, str]
    timeout: float
    rate: float
    concurrency: int


class Machine(Connection, total=False):
    """Options of engines that are made to translate. `price`: per million characters."""

    price: float
    chars_per_minute: int


class Chat(Connection, total=False):
    """Options of engines that are told to translate.

    `prompt`: a file with a prompt of one's own in place of ours. `instructions` are added to either (register, terms,
    audience). `glossary`: a CSV of source term, target term and, if wanted, a remark, a TBX or a TMX, which
    `read_glossary` reads; a call is told the terms that occur in it. `context`: send the neighbours of each text.
    `batch`: texts a call. `temperature` and the further `parameters` of the request are left out from then on when the
    server rejects them. `max_tokens`: of one answer, hidden reasoning included; without it, several times what a
    translation needs. `price`: [input, output] per million tokens.
    """

    prompt: Path
    instructions: str
    glossary: Path
    read_glossary: GlossaryReader
    context: bool
    batch: int
    temperature: float
    parameters: dict[str, Any]
    max_tokens: int
    tokens_per_minute: int
    price: list[float]


def require_positive(engine: str, options: Mapping[str, object]) -> None:
    """Raises ConfigError for a limit that is 0 or less: nothing would ever be sent."""
    for name in _LIMITS & options.keys():
        value = options[name]
        if isinstance(value, (int, float)) and value <= 0:
            raise ConfigError(f"{engine} {name}", f"{value} is not above 0", "correct it, or leave it out")


def character_price(engine: str, options: Machine) -> Price | None:
    """What characters cost; None when it is unknown. Raises ConfigError."""
    price = options.get("price")
    if price is None:
        return None
    if price < 0:
        raise ConfigError(f"{engine} price", f"{price} is below 0", "write the price of a million characters")
    return Price("characters", price)


def token_price(engine: str, options: Chat, prompt_tokens: int) -> Price | None:
    """What tokens cost; None when it is unknown. Raises ConfigError."""
    price, most = options.get("price"), options.get("max_tokens")
    if price is None:
        return None
    if len(price) != 2 or min(price) < 0:
        raise ConfigError(f"{engine} price", f"{price} is not a pair", "write [input, output] per million tokens")
    # A cut answer is asked for once more, with twice the room; both calls are paid for.
    return Price("tokens", price[0], price[1], prompt=prompt_tokens, most=most and 3 * most)
