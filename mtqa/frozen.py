"""Frozen: dataclasses that nobody can change, made in half the time.

What `dataclasses` writes for a frozen class sets each field through `object.__setattr__`, which looks it up by its
name. Here each is set through its own slot. The nouns are frozen, and judging makes some thirty of them a segment:
that was a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class that `dataclass(frozen=True, slots=True)` makes of one without `__post_init__`."""
    made = dataclass(frozen=True, slots=True)(cls)
    made.__init__ = _initialiser(made, fields(made))  # type: ignore[arg-type,method-assign]  # it is a dataclass
    return made


def _initialiser(made: type[Any], all_fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    """`__init__`, written out as `dataclasses` does: a loop over the fields would take longer than it saves."""
    known: dict[str, Any] = {"MISSING": MISSING}
    arguments, lines = [], []
    for one in all_fields:
        name, value = one.name, one.name
        known[f"set_{name}"] = getattr(made, name).__set__
        if one.default_factory is not MISSING:
            known[f"default_{name}"], known[f"make_{name}"] = MISSING, one.default_factory
            value = f"make_{name}() if {name} is MISSING else {name}"
        elif one.default is not MISSING:
            known[f"default_{name}"] = one.default
        arguments.append(f"{name}=default_{name}" if f"default_{name}" in known else name)
        lines.append(f" set_{name}(self, {value})\n")
    exec(f"def __init__(self, {', '.join(arguments)}):\n{''.join(lines)}", known)  # noqa: S102 - of the names of fields
    initialiser: Callable[..., None] = known["__init__"]
    initialiser.__qualname__ = f"{made.__qualname__}.__init__"
    initialiser.__annotations__ = made.__init__.__annotations__
    return initialiser
