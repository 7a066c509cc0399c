"""Options that every HTTP engine has: the key, and the price."""

from __future__ import annotations

import os

from mtqa.errors import ConfigError


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
