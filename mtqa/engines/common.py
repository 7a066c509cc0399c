"""What several HTTP engines need alike: the key, the price, lists of answers, names of languages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from mtqa.errors import ConfigError, EngineReply
from mtqa.ports import Query


def read_key(engine: str, key_env: str | None) -> str | None:
    """The key in the environment variable `key_env`; None without one. Raises ConfigError when it is not set."""
    if key_env is None:
        return None
    key = os.environ.get(key_env, "").strip()
    if not key:
        raise ConfigError(f"{engine} key_env", f"the environment variable {key_env} is not set", "set it to the key")
    return key


def checked_price(engine: str, price: float | None) -> float | None:
    """`price`, when it can be one. Raises ConfigError."""
    if price is not None and price < 0:
        raise ConfigError(f"{engine} price", f"{price} is below 0", "write the price of a million characters")
    return price


def cost_of(characters: int, price: float | None) -> float | None:
    """What `characters` cost at `price` per million; None when the price is unknown."""
    return None if price is None else characters * price / 1_000_000


def in_order(where: str, batch: Sequence[Query], values: object) -> Iterator[tuple[Query, object]]:
    """Each query with its value from a list in the order of the batch. Raises EngineReply unless it is one."""
    if not isinstance(values, list) or len(values) != len(batch):
        count = len(values) if isinstance(values, list) else "no list of"
        raise EngineReply(where, f"{count} translations for {len(batch)} texts", "a smaller batch is tried")
    return zip(batch, values, strict=True)


def traditional_chinese(tag: str) -> bool:
    """Whether a Chinese tag means the traditional script, by its script or by its region."""
    return not {"Hant", "TW", "HK", "MO"}.isdisjoint(tag.split("-"))
