"""`mtqa doctor`: whether everything that a run needs is there and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from mtqa.cli.terminal import printable
from mtqa.config import PluginSettings, Settings, load_settings
from mtqa.errors import ConfigError, MtqaError
from mtqa.facts import Case
from mtqa.inline import Text
from mtqa.languages import canonical
from mtqa.model import Candidate, Missing, Segment
from mtqa.parts import build_checks, build_engine, build_formats, build_metric
from mtqa.plugins import available, load
from mtqa.ports import Answer, Comparison, HasModel, NoAnswer, Query

_HARMLESS = "The house is big."


@click.command("doctor")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Settings; mtqa.toml here, if there is one.")
@click.option("--target-lang", envvar="MTQA_TARGET_LANG", metavar="TAG", help="To ask the engines for.")
def command(config: Path | None, target_lang: str | None) -> None:
    """Test the configuration, keys, engines, metrics and checks; each is asked about one harmless sentence.

    Models that metrics and checks can load are listed with their licences. Exit status 1 when anything is wrong;
    every fault comes with its remedy.
    """
    settings = load_settings(config)
    if target_lang:
        settings = replace(settings, target_lang=canonical(target_lang, "--target-lang"))
    click.echo(f"ok    configuration: {printable(settings.where)}")
    faults = [
        *(_tell(f"engine {name}", partial(_ask, chosen, settings)) for name, chosen in settings.engines.items()),
        *(_tell(f"metric {name}", partial(_compare, name, settings)) for name in settings.metrics),
        _tell("checks", partial(_check, settings)),
    ]
    for line in _models():
        click.echo(f"note  {line}")
    if not settings.engines:
        click.echo("note  engines: none is configured; write [engines.NAME], or give --candidates to run")
    if any(faults):
        raise click.exceptions.Exit(1)


def _tell(what: str, test: Callable[[], str]) -> bool:
    """Print the outcome of a test; returns whether it failed."""
    try:
        click.echo(f"ok    {what}: {printable(test())}")
    except MtqaError as error:
        click.echo(f"FAIL  {what}: {printable(str(error))}")
        return True
    return False


def _compare(name: str, settings: Settings) -> str:
    """The signature of a metric that has compared two candidates, and the licence of its model."""
    metric = build_metric(settings.metrics[name], settings)
    metric.utilities([Comparison(_HARMLESS, (_HARMLESS, _HARMLESS.lower()))])
    return _licensed(metric.signature, metric)


def _check(settings: Settings) -> str:
    """The names of the checks, each of which has looked at a candidate."""
    checks = build_checks(settings)
    segment = Segment("doctor#1", "doctor", "1", Text(_HARMLESS), "en", "en")
    case = Case(segment, [Candidate("doctor", Text(_HARMLESS))])
    for check, _ in checks.values():
        list(check.faults(case))
    return ", ".join(_licensed(name, check) for name, (check, _) in checks.items())


def _licensed(what: str, plugin: object) -> str:
    return f"{what}, licence of the model: {plugin.licence or 'unknown'}" if isinstance(plugin, HasModel) else what


def _models() -> Iterator[str]:
    """A line on every model that an installed metric or check knows."""
    families = {"metric": "metrics", "check": "checks"}
    for use, family in families.items():
        for name in available(family):
            plugin: object = load(family, name)
            known = plugin.known_models() if isinstance(plugin, HasModel) else ()  # the class has the parts of the port
            models = [f"{model.name} ({model.licence})" for model in known if model.use == use]
            if models:
                yield f"{use} {name} knows {', '.join(models)}"


def _ask(chosen: PluginSettings, settings: Settings) -> str:
    """The answer of an engine to one harmless sentence, or why it has none and need not."""
    engine = build_engine(chosen, settings, build_formats())
    try:
        if engine.capabilities.remote and not settings.target_lang:
            raise ConfigError(settings.where, "no target language to test with", "set target_lang, or --target-lang")
        target = settings.target_lang or "und"
        segment = Segment("doctor#1", "doctor", "1", Text(_HARMLESS), settings.source_lang or "en", target)
        outcomes = list(engine.translate([Query("1", _HARMLESS, segment)]))
    finally:
        engine.close()
    outcome = outcomes[0] if outcomes else NoAnswer("1", Missing.FAILED, "no outcome")
    if isinstance(outcome, Answer):
        return f"{_HARMLESS!r} -> {(outcome.text.plain if isinstance(outcome.text, Text) else outcome.text)!r}"
    if outcome.kind is Missing.ABSTAINED:
        return "ready"
    raise ConfigError(f"engine {chosen.name}", outcome.reason, "correct its settings")
