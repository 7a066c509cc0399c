"""Parts: the plug-ins of a run, constructed from settings. All of them, before the first segment is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mtqa.confidence import Calibration, Confidence, pool_of
from mtqa.config import PluginSettings, Settings
from mtqa.errors import ConfigError
from mtqa.formats import detect, read_glossary
from mtqa.model import BilingualFile, Segment, Severity
from mtqa.plugins import available, build, load, nearest, parameters_of
from mtqa.ports import Check, Engine, Format, HasModel, JsonObject, Metric, Term
from mtqa.store.encodings import FileEncodings


@dataclass(frozen=True, slots=True)
class Parts:
    """Plug-ins by name, in configured order."""

    formats: Mapping[str, Format]
    engines: Mapping[str, Engine]
    metrics: Mapping[str, Metric]
    checks: Mapping[str, tuple[Check, Severity]]


@contextmanager
def assemble(settings: Settings, cache: Path | None = None) -> Iterator[Parts]:
    """The parts that `settings` describe; engines are closed at the end. Raises ConfigError and PluginError.

    `cache`: the file of the answer cache; what metrics keep lies beside it. Without it they keep nothing.
    """
    primary = settings.decide.primary
    if primary and primary not in settings.engines:
        what = f"no engine {primary!r}{nearest(primary, settings.engines)}"
        raise ConfigError(f"{settings.where} [decide] primary", what, f"name one of: {', '.join(settings.engines)}")
    formats = build_formats()
    engines: dict[str, Engine] = {}
    try:
        for name, chosen in settings.engines.items():
            engines[name] = build_engine(chosen, settings, formats)
        yield Parts(formats, engines, build_metrics(settings, cache), build_checks(settings))
    finally:
        for engine in engines.values():
            engine.close()


def build_formats() -> dict[str, Format]:
    """Every installed format."""
    return {name: build("formats", name, {}, f"format {name}") for name in available("formats")}


def build_engine(chosen: PluginSettings, settings: Settings, formats: Mapping[str, Format]) -> Engine:
    """One engine."""

    def read_bilingual(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
        file = BilingualFile(path, path.name, source_lang, target_lang)
        yield from detect(path, formats).read(file, lambda _notice: None)

    others = {name for one in settings.engines.values() if one.name != chosen.name for name in (one.name, one.use)}
    services = {
        "read_bilingual": read_bilingual,
        "read_glossary": _glossary,
        "other_engines": sorted(others - {"file", "existing", "alternatives"}),
    }
    engine: Engine = _build("engines", chosen, settings, services)
    return engine


def build_metrics(settings: Settings, cache: Path | None = None) -> dict[str, Metric]:
    """The configured metrics. What they keep lies beside `cache`, the file of the answer cache; nowhere without it.

    Raises ConfigError where every metric leaves segments to others.
    """
    if all(one.options.get("only") for one in settings.metrics.values() if one.weight):
        what = "no metric with a weight is asked about every segment: each has `only`"
        raise ConfigError(f"{settings.where} [metrics]", what, "add [metrics.chrf] and [metrics.tokens]")
    return {name: build_metric(chosen, settings, cache) for name, chosen in settings.metrics.items()}


def build_metric(chosen: PluginSettings, settings: Settings, cache: Path | None = None) -> Metric:
    """One metric."""
    services = {
        "encodings": FileEncodings(cache.with_name(f"{cache.stem}-encodings.sqlite")) if cache else None,
        "cache_folder": cache.parent if cache else None,
        "folder": settings.folder,
    }
    metric: Metric = _build("metrics", chosen, settings, services)
    return metric


def build_confidence(settings: Settings, engines: Iterable[str]) -> Confidence:
    """What states the confidence of results of these engines: calibrated, where the settings name a calibration.

    Raises ConfigError for a file that is none.
    """
    name = settings.decide.calibration
    if not name:
        return Confidence()
    pool = pool_of(list(engines), list(settings.metrics), asdict(settings.decide))
    return Confidence(Calibration.read(settings.folder / Path(name).expanduser(), name), pool)


def told_checks(checks: Mapping[str, tuple[Check, Severity]]) -> JsonObject:
    """What a manifest says of the checks that ran."""
    signatures = {name: check.signature for name, (check, _) in checks.items() if isinstance(check, HasModel)}
    return {
        "checks": {name: severity.value for name, (_, severity) in checks.items()},
        "check_signatures": signatures,
    }


def build_checks(settings: Settings) -> dict[str, tuple[Check, Severity]]:
    """Every installed check that is not off, with the most that its findings may count.

    A check with a setting that has no default runs where it is configured.
    """
    known = available("checks")
    for name in (*settings.checks, *settings.off):
        if name not in known:
            what = f"no such check {name!r}{nearest(name, known)}"
            raise ConfigError(f"{settings.where} [checks]", what, f"known: {', '.join(known)}")

    checks = {}
    for name in known:
        if name in settings.off:
            continue
        chosen = settings.checks.get(name)
        if chosen is None and any(one.required for one in parameters_of(load("checks", name)).values()):
            continue
        options, where = chosen.options if chosen else {}, f"{settings.where} [checks.{name}]"
        check: Check = build(
            "checks", name, options, where, settings.folder, {"folder": settings.folder, "read_glossary": _glossary}
        )
        checks[name] = (check, (chosen and chosen.severity) or check.default)
    return checks


def _glossary(path: Path) -> list[Term]:
    """What is given to parameters named `read_glossary`."""
    formats = build_formats()
    return read_glossary(path, lambda file: detect(file, formats).read(BilingualFile(file, file.name), _heard))


def _heard(_notice: object) -> None:
    """Notices about a glossary are nobody's."""


def _build(family: str, chosen: PluginSettings, settings: Settings, services: Mapping[str, object] | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the family decides the type
    where = f"{settings.where} [{family}.{chosen.name}]"
    return build(family, chosen.use, chosen.options, where, settings.folder, services)
