"""Plug-ins: from a name to an object, through entry points, loaded when they are used.

Ours and theirs are found in the same way. The keyword parameters of the constructor are the configuration.
"""

from __future__ import annotations

import difflib
import inspect
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from math import isfinite
from pathlib import Path
from typing import Any

from mtqa.errors import ConfigError, MtqaError, PluginError

FAMILIES = ("formats", "engines", "metrics", "checks", "reports")


@cache
def available(family: str) -> Mapping[str, EntryPoint]:
    """Name -> entry point of one family, sorted by name. Nothing is imported; looked for once in a process."""
    return {point.name: point for point in sorted(entry_points(group=f"mtqa.{family}"), key=lambda p: p.name)}


def load(family: str, name: str) -> type[Any]:
    """The class behind a name. Raises PluginError: unknown, broken, or an extra that is not installed."""
    points = available(family)
    if name not in points:
        raise PluginError(f"mtqa.{family}", f"no plug-in {name!r}{nearest(name, points)}", "see `mtqa plugins`")
    point = points[name]
    try:
        loaded: type[Any] = point.load()
    except ModuleNotFoundError as error:
        package = point.dist.name if point.dist else "mtqa"
        extra = f"[{','.join(point.extras)}]" if point.extras else ""
        raise PluginError(
            f"{family[:-1]} {name}", f"needs the module {error.name}", f'pip install "{package}{extra}"'
        ) from error
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{family[:-1]} {name}", f"cannot be loaded ({error})", "reinstall its package") from error
    return loaded


class Parameter(typing.NamedTuple):
    """One keyword parameter of a constructor: its type, and whether it must be given."""

    hint: Any
    required: bool


def parameters_of(plugin: type[Any]) -> dict[str, Parameter]:
    """The keyword parameters of a constructor by name; those of `**options: Unpack[...]` are parameters like others."""
    hints = typing.get_type_hints(plugin.__init__)
    found: dict[str, Parameter] = {}
    for name, one in inspect.signature(plugin).parameters.items():
        hint = hints.get(name, Any)
        if one.kind is not one.VAR_KEYWORD:
            found[name] = Parameter(hint, one.default is one.empty)
        elif typing.get_origin(hint) is typing.Unpack:
            (table,) = typing.get_args(hint)
            entries = typing.get_type_hints(table)
            found |= {key: Parameter(entry, key in table.__required_keys__) for key, entry in entries.items()}
    return found


def build(
    family: str,
    use: str,
    options: Mapping[str, Any],
    where: str,
    folder: Path | None = None,
    services: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - the family decides the type
    """An object of a plug-in, from its options.

    `where` names the configuration table for errors; `folder` is what relative paths are relative to; `services`
    are given to constructor parameters of the same name and cannot be configured.
    """
    plugin = load(family, use)
    services = services or {}
    parameters = parameters_of(plugin)
    known = [name for name in parameters if name not in services]
    for key in options:
        if key in ("key", "api_key"):
            raise ConfigError(where, f"{key} is a secret", "put it into the environment and name the variable: key_env")
        if key not in known:
            raise ConfigError(
                where, f"unknown key {key!r}{nearest(key, known)}", f"known: {', '.join(known) or 'none'}"
            )
    for name in known:
        if parameters[name].required and name not in options:
            raise ConfigError(where, f"{name} is missing", f"set {name}")
    arguments = {k: _converted(v, parameters[k].hint, f"{where}.{k}", folder) for k, v in options.items()}
    given = {name: service for name, service in services.items() if name in parameters}
    try:
        return plugin(**arguments, **given)
    except MtqaError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(where, str(error), "correct the option") from error


def nearest(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` or nothing."""
    match = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {match[0]!r}?" if match else ""


def _converted(value: object, hint: Any, where: str, folder: Path | None) -> object:  # noqa: ANN401
    """`value`, checked against the annotation; paths resolved. Raises ConfigError."""
    choices = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    if Path in choices and isinstance(value, str):
        return (folder or Path()) / Path(value).expanduser()
    if not any(_fits(value, choice) for choice in choices):
        expected = " or ".join(
            str(choice).removeprefix("typing.") if typing.get_args(choice) else getattr(choice, "__name__", str(choice))
            for choice in choices
        )
        raise ConfigError(where, f"{value!r} is not of type {expected}", "correct the value")
    return value


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401
    origin = typing.get_origin(hint) or hint
    if origin is Any:
        return True
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is list and typing.get_args(hint):
        return isinstance(value, list) and all(_fits(one, typing.get_args(hint)[0]) for one in value)
    return isinstance(value, origin) if isinstance(origin, type) else True
