"""Fields of a request that a server may reject, and what becomes of them then."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from mtqa.engines.faults import Fault
from mtqa.engines.keys import is_secret
from mtqa.errors import ConfigError
from mtqa.ports import JsonObject

LIMIT = object()  # in a form: the most tokens that the answer may have


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say something in a request: `fields` to merge into it.

    `names` are the words by which a server complains of it.
    """

    names: tuple[str, ...]
    fields: JsonObject


def require_plain(where: str, fields: object) -> None:
    """Refuse, at any depth, what no request should have: a key, which a signature would tell, and NaN. ConfigError."""
    if isinstance(fields, float) and not isfinite(fields):
        raise ConfigError(where, f"{fields} is no number that JSON has", "correct it, or leave it out")
    for name in fields if isinstance(fields, Mapping) else ():
        if is_secret(name):
            raise ConfigError(
                where, f"{name} is a secret", "put it into the environment and name its variable: key_env"
            )
    if isinstance(fields, (Mapping, list)):
        for value in fields.values() if isinstance(fields, Mapping) else fields:
            require_plain(where, value)


class Parameters:
    """What may be said in a request, each in forms to try in turn; when all are rejected it is left out.

    What is rejected once is remembered. Several calls may be under way, each with the forms of its time.
    """

    def __init__(self, forms: Mapping[str, Sequence[Form]]) -> None:
        self._forms = {name: list(some) for name, some in forms.items()}
        self._lock = threading.Lock()

    @property
    def forms(self) -> list[Form]:
        """The forms to use now, one for each parameter that is left."""
        with self._lock:
            return [some[0] for some in self._forms.values() if some]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the parameters of which every form was rejected."""
        with self._lock:
            return tuple(name for name, some in self._forms.items() if not some)

    def reject(self, fault: Fault, sent: Sequence[Form]) -> bool:
        """Whether a fault is about one of the forms that were sent, which is not used from now on."""
        rejected = next((one for one in sent if any(_is_about(fault, name) for name in one.names)), None)
        if rejected is None:
            return False
        with self._lock:
            for some in self._forms.values():
                if some and some[0] is rejected:  # else another call has done so meanwhile
                    some.pop(0)
        return True


def merged(body: JsonObject, forms: Iterable[Form], limit: int) -> JsonObject:
    """A copy of `body` with the forms in it; at most `limit` tokens are to come back."""
    for one in forms:
        body = _merged(body, one.fields, limit)
    return body


def form(name: str, value: Any) -> list[Form]:  # noqa: ANN401 - any JSON
    """One field, with whatever is in it, that is left out when it or something in it is rejected."""
    inside = tuple(value) if isinstance(value, dict) else ()
    return [Form((name, *inside), {name: value})]


def _is_about(fault: Fault, name: str) -> bool:
    parameter = fault.detail.get("param")
    if isinstance(parameter, str):
        return name in parameter.split(".")
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", fault.text, re.IGNORECASE) is not None


def _merged(body: JsonObject, fields: JsonObject, limit: int) -> JsonObject:
    merged = dict(body)
    for name, value in fields.items():
        if isinstance(value, dict):
            inner = merged.get(name)
            merged[name] = _merged(inner if isinstance(inner, dict) else {}, value, limit)
        else:
            merged[name] = limit if value is LIMIT else value
    return merged
