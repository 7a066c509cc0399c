"""Configuration: `mtqa.toml` to frozen settings. What is not understood is refused, with the nearest known key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mtqa.consensus.settings import DecideSettings
from mtqa.errors import ConfigError
from mtqa.languages import canonical
from mtqa.model import Severity
from mtqa.plugins import nearest

FILE_NAME = "mtqa.toml"
IGNORES = "mtqa-ignores.txt"  # beside the settings; read where it is there
DEFAULT_METRICS = ("chrf", "tokens")  # half and half: the choice that docs/consensus.md measures
_MAX_SAMPLES = 100


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """One configured plug-in: its own name, the plug-in that it uses, and the options of its constructor.

    `samples`: how often an engine is asked about each segment. `family`: engines of one are not independent voters.
    `weight`: of a metric among the metrics; 0 computes it and leaves it out of the choice.
    """

    name: str
    use: str
    options: Mapping[str, Any] = field(default_factory=dict)
    samples: int = 1
    family: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """One configured check. `severity` None: the default of the check."""

    severity: Severity | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteSettings:
    """How results go into the files.

    `profile`: for which tool (docs/formats.md); empty finds it from the file. `overwrite`: replace existing targets
    that nobody has confirmed. `alternatives`: add the other candidates. `notes`: say in a note why a segment is
    divergent. `scores`: say as a number how far the engines agree, where the format has a place for it.
    `issue_types`: say in the words of ITS 2.0 what is wrong, where it has.
    """

    profile: str = ""
    overwrite: bool = False
    alternatives: bool = False
    notes: bool = True
    scores: bool = False
    issue_types: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All of a run that is not its input. `where` names the file for errors; `folder` anchors relative paths."""

    where: str = "defaults"
    folder: Path = Path()
    source_lang: str | None = None
    target_lang: str | None = None
    engines: Mapping[str, PluginSettings] = field(default_factory=dict)
    metrics: Mapping[str, PluginSettings] = field(
        default_factory=lambda: {name: PluginSettings(name, name) for name in DEFAULT_METRICS}
    )
    decide: DecideSettings = field(default_factory=DecideSettings)
    off: frozenset[str] = frozenset()
    checks: Mapping[str, CheckSettings] = field(default_factory=dict)
    write: WriteSettings = field(default_factory=WriteSettings)
    currency: str = "EUR"
    max_cost: float | None = None
    cache: Path | None = None
    ignores: Path | None = None

    def only(self, engines: Iterable[str], metrics: Iterable[str]) -> Settings:
        """These settings with only the named engines and metrics, where any are named. Raises ConfigError."""
        chosen = _pick("engine", engines, self.engines)
        return replace(self, engines=chosen, metrics=_pick("metric", metrics, self.metrics))

    def with_candidates(self, name: str, path: Path) -> Settings:
        """These settings with one more `file` engine. Raises ConfigError for a name that is taken."""
        if name in self.engines:
            raise ConfigError(f"--candidates {name}", "there is an engine of this name", "choose another name")
        if name != name.encode(errors="replace").decode():
            raise ConfigError("--candidates", f"{name!a} is not in UTF-8", "choose another name")
        engine = PluginSettings(name, "file", {"path": str(path.absolute())})
        return replace(self, engines={**self.engines, name: engine})


def _pick(kind: str, names: Iterable[str], known: Mapping[str, PluginSettings]) -> Mapping[str, PluginSettings]:
    wanted = list(names)
    for name in wanted:
        if name not in known:
            what = f"no such {kind}{nearest(name, known)}"
            raise ConfigError(f"{kind} {name}", what, f"configured: {', '.join(known) or 'none'}")
    return {name: known[name] for name in known if name in wanted} if wanted else known


def load_settings(path: Path | None) -> Settings:
    """The settings of a file; of `mtqa.toml` here when `path` is None; the defaults when there is none."""
    if path is None:
        path = Path(FILE_NAME)
        if not path.is_file():
            return Settings(ignores=_ignores(Path(), None))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(str(path), "no such file", "name an existing configuration with -c") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), f"cannot be read ({error})", "correct the file") from error
    return parse_settings(table, path)


def parse_settings(table: Mapping[str, Any], path: Path) -> Settings:
    """The settings that a parsed table describes. Raises ConfigError naming the file and the key."""
    where = str(path)
    known = {
        "source_lang": str, "target_lang": str, "currency": str, "cache": str, "ignores": str,
        "engines": dict, "metrics": dict, "decide": dict, "checks": dict, "write": dict,
        "budget": dict,
    }  # fmt: skip
    _require(table, known, where)
    settings = Settings(where=where, folder=path.absolute().parent)
    off, checks = _checks(table.get("checks", {}), f"{where} [checks]")
    metrics = _plugins(table.get("metrics", {}), f"{where} [metrics")
    engines = _plugins(table.get("engines", {}), f"{where} [engines")
    budget = _require(table.get("budget", {}), {"max_cost": str}, f"{where} [budget]")
    currency = table.get("currency", settings.currency)
    cache = table.get("cache")
    return replace(
        settings,
        source_lang=_language(table.get("source_lang"), f"{where} source_lang"),
        target_lang=_language(table.get("target_lang"), f"{where} target_lang"),
        engines={name: _voter(one, f"{where} [engines.{name}]") for name, one in engines.items()},
        metrics=_weighed(metrics, f"{where} [metrics") or settings.metrics,
        decide=parse_decide(table.get("decide", {}), f"{where} [decide]"),
        off=off,
        checks=checks,
        write=WriteSettings(**_require(table.get("write", {}), _types(WriteSettings), f"{where} [write]")),
        currency=currency,
        max_cost=parse_money(budget["max_cost"], currency, f"{where} [budget] max_cost") if budget else None,
        cache=settings.folder / Path(cache).expanduser() if cache else None,
        ignores=_ignores(settings.folder, table.get("ignores")),
    )


def _ignores(folder: Path, named: str | None) -> Path | None:
    """The file of accepted findings: the named one, or the usual one where it is there."""
    usual = folder / IGNORES
    return folder / Path(named).expanduser() if named else usual if usual.is_file() else None


def _plugins(table: Mapping[str, Any], where: str) -> dict[str, PluginSettings]:
    found = {}
    for name, options in table.items():
        if not isinstance(options, dict):
            raise ConfigError(f"{where}.{name}]", "is not a table", f"write a table [...{name}] with its options")
        rest = {key: value for key, value in options.items() if key != "use"}
        use = options.get("use", name)
        if not isinstance(use, str):
            raise ConfigError(f"{where}.{name}] use", f"{use!r} is not a name", "name a plug-in")
        found[name] = PluginSettings(name, use, rest)
    return found


def _voter(chosen: PluginSettings, where: str) -> PluginSettings:
    """An engine, with its `samples` and `family` taken out of the options of its constructor."""
    rest = dict(chosen.options)
    samples, family = rest.pop("samples", 1), rest.pop("family", "")
    if not isinstance(samples, int) or isinstance(samples, bool) or not 1 <= samples <= _MAX_SAMPLES:
        raise ConfigError(f"{where} samples", f"{samples!r} is no number of samples", f"write 1 to {_MAX_SAMPLES}")
    if not isinstance(family, str):
        raise ConfigError(f"{where} family", f"{family!r} is not a name", "name the family in quotes")
    return replace(chosen, options=rest, samples=samples, family=family)


def _weighed(metrics: Mapping[str, PluginSettings], where: str) -> dict[str, PluginSettings]:
    """The metrics, with their `weight` taken out of the options of their constructors."""
    found = {}
    for name, chosen in metrics.items():
        rest = dict(chosen.options)
        weight = rest.pop("weight", 1.0)
        if not isinstance(weight, (int, float)) or isinstance(weight, bool) or not 0 <= weight < float("inf"):
            raise ConfigError(f"{where}.{name}] weight", f"{weight!r} is no weight", "write 0 or a positive number")
        found[name] = replace(chosen, options=rest, weight=float(weight))
    if found and not any(chosen.weight for chosen in found.values()):
        raise ConfigError(f"{where}.{next(iter(found))}] weight", "no metric has one above 0", "give one a weight")
    return found


def parse_money(text: str, currency: str, where: str) -> float:
    """The amount in "5 EUR" or "5". Raises ConfigError: no amount, or another currency than prices are in."""
    amount, _, named = text.strip().partition(" ")
    try:
        value = float(amount)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ConfigError(where, f"{text!r} is no amount of money", f'write "5 {currency}"')
    if named.strip() not in ("", currency):
        todo = f"write it in {currency}, or set currency to that of the prices"
        raise ConfigError(where, f"{text!r} is not in {currency}, the currency of the prices", todo)
    return value


def parse_decide(table: Mapping[str, Any], where: str, given: DecideSettings | None = None) -> DecideSettings:
    """`given`, or the defaults, with the keys of a `[decide]` table. Raises ConfigError."""
    settings = replace(given or DecideSettings(), **_require(table, _types(DecideSettings), where))
    for key in ("agree_at", "outlier_gap", "margin", "kin_vote"):
        if not 0 <= getattr(settings, key) <= 1:
            raise ConfigError(f"{where} {key}", f"{getattr(settings, key)} is no utility", "set it between 0 and 1")
    for key in ("prior", "length", "missing", "faults", "empty"):
        if not 0 <= getattr(settings, key) < float("inf"):
            raise ConfigError(
                f"{where} {key}", f"{getattr(settings, key)} is no weight", "write 0 or a positive number"
            )
    if settings.min_voters < 2:
        raise ConfigError(f"{where} min_voters", "one voter cannot be compared", "set 2 or more")
    return settings


def _checks(table: Mapping[str, Any], where: str) -> tuple[frozenset[str], dict[str, CheckSettings]]:
    """`name = "off|warning|error"`, or a table of options with `severity`."""
    off, checks = set(), {}
    for name, value in table.items():
        options = dict(value) if isinstance(value, dict) else {"severity": value}
        severity = options.pop("severity", None)
        if severity == "off":
            off.add(name)
            continue
        if severity not in (None, *Severity):
            raise ConfigError(f"{where} {name}", f"{severity!r} is no severity", 'write "off", "warning" or "error"')
        checks[name] = CheckSettings(None if severity is None else Severity(severity), options)
    return frozenset(off), checks


def _language(tag: str | None, where: str) -> str | None:
    return None if tag is None else canonical(tag, where)


def _types(settings: type[Any]) -> dict[str, type]:
    names = {"bool": bool, "int": int, "float": float, "str": str}
    return {entry.name: names[str(entry.type)] for entry in fields(settings)}


def _require(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> dict[str, Any]:
    """The table, when its keys are known and of the right type."""
    for key, value in table.items():
        if key not in known:
            raise ConfigError(where, f"unknown key {key!r}{nearest(key, known)}", f"known: {', '.join(known)}")
        wanted = (int, float) if known[key] is float else known[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and known[key] is not bool):
            raise ConfigError(where, f"{key} = {value!r} is not of type {known[key].__name__}", "correct the value")
    return dict(table)
