"""Scoring: the verification layer alone, over candidates that exist already. No files, no engines.

    for result in mtqa.score(rows):
        print(result["id"], result["status"], result["chosen"])

Rows are read once and kept in a temporary file; segments of one `group` and language pair share their statistics
(mtqa/judging). Results are the lines of `segments.jsonl`, in the order of the rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from mtqa.confidence import Confidence
from mtqa.config import Settings, load_settings, parse_decide
from mtqa.consensus.risk import Ranking
from mtqa.errors import ConfigError, FormatError, MtqaError, SeveralErrors
from mtqa.inline import Text
from mtqa.judging import Judge, Rules
from mtqa.languages import canonical
from mtqa.model import Candidate, CandidateSet, Failure, Missing, Segment, Severity
from mtqa.parts import build_checks, build_confidence, build_metrics
from mtqa.plugins import nearest
from mtqa.ports import Check, JsonObject
from mtqa.store.lines import decoded, encoded, extended
from mtqa.store.records import results_to_json
from mtqa.store.spool import Spool
from mtqa.store.tables import read_table

_WINDOW = 500  # segments in memory at once
_FAULTS = 20  # bad rows that are named at once
_NOT_SAID = Missing.ABSTAINED, "not in the table"


class Told(Protocol):
    """Told how far judging is."""

    def __call__(self, done: int) -> None:
        """So many more rows are judged."""
        ...


class Row(NamedTuple):
    """One segment of a table, checked."""

    id: str
    source: str
    source_lang: str
    target_lang: str
    candidates: dict[str, str | None]
    doc_id: str | None
    group: str | None
    primary: str | None


@dataclass(slots=True)
class _Group:
    """The rows that share their statistics: their numbers in the table, and what is known when they are judged."""

    number: int
    rows: array[int] = field(default_factory=lambda: array("Q"))
    engines: dict[str, None] = field(default_factory=dict)
    ranking: Ranking = field(default_factory=Ranking)

    def texts(self, candidates: Mapping[str, str | None]) -> tuple[str | None, ...]:
        """The candidates of one of its rows in the order of its engines, of which they may bring new ones."""
        if not candidates.keys() <= self.engines.keys():
            self.engines |= dict.fromkeys(candidates)
        return tuple([candidates.get(engine) for engine in self.engines])


def score(
    table: str | Path | Iterable[Mapping[str, Any]],
    *,
    config: str | Path | None = None,
    decide: Mapping[str, Any] | None = None,
) -> Iterator[JsonObject]:
    """Score a table of candidates: yields a result for every row, in order; the shape is `segment.schema.json`.

    `table`: the path of a JSONL, CSV or Parquet file, or rows with the same fields (mtqa/store/tables.py). All rows are
    read before the first result, because statistics are of the whole table. `config`: an `mtqa.toml`; without one the
    defaults hold, whatever lies in the current folder. `decide`: keys of its `[decide]`, such as `primary`. Checks
    run when the configuration has a `[checks]` table. Raises MtqaError, before the first result for a bad row.
    """
    settings = load_settings(Path(config)) if config else Settings()
    if decide:
        settings = replace(settings, decide=parse_decide(decide, "score decide", settings.decide))
    scored = Table(table, settings)
    try:
        for _ in scored.judge(settings):
            pass
        yield from map(decoded, scored.lines())
    finally:
        scored.close()


class Table:
    """A table of candidates: read when it is made, then judged, then given line by line."""

    def __init__(self, table: str | Path | Iterable[Mapping[str, Any]], settings: Settings) -> None:
        self._rows, self._results = Spool(), Spool()
        self._groups: dict[tuple[str, str, str], _Group] = {}
        # Row -> its group, and its result, all numbered from 0.
        self._group_of, self._result_of = array("L"), array("Q")
        self._ids = array("q")  # hashes
        self._primaries: dict[str, str] = {}  # engines that rows name, with the first place
        self._documents: dict[str | None, int] = {}  # the doc_id of rows, numbered
        self._document_of = array("L")
        self.statistics: list[JsonObject] = []
        self.checks: Mapping[str, tuple[Check, Severity]] = {}  # what `judge` checked by
        self.confidence = Confidence()
        self.label = Path(table).name if isinstance(table, (str, Path)) else "rows"
        try:
            self._read(table, settings)
            self._check_primary(settings)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def engines(self) -> list[str]:
        """All engines of the table, in order of appearance."""
        return list(dict.fromkeys(engine for group in self._groups.values() for engine in group.engines))

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The language pairs of the table."""
        return sorted({key[1:] for key in self._groups})

    @property
    def repeated(self) -> int:
        """How many rows have the id of an earlier one."""
        return len(self._ids) - len(set(self._ids))

    def close(self) -> None:
        """Give the disk space back."""
        self._rows.close()
        self._results.close()

    def judge(self, settings: Settings, told: Told | None = None) -> Iterator[JsonObject]:
        """Judge every row, group by group; yields results as they come, without what needs their whole group."""
        rules = rules_of(settings)
        self.checks = rules.checks
        self.confidence = build_confidence(settings, self.engines)
        self._result_of = array("Q", bytes(8 * len(self)))
        for (name, source_lang, target_lang), group in self._groups.items():
            languages = {"source_lang": source_lang, "target_lang": target_lang}
            judging = Judge(rules, partial(self._windows, group, **languages))
            numbers, documents = iter(group.rows), list(self._documents)
            for results in judging.results():
                spliced = not self.confidence.calibrated
                for result, record in zip(results, results_to_json(results, spliced=spliced), strict=True):
                    number = next(numbers)
                    record.update(self.confidence.of(record))
                    group.ranking.see(len(record["source"]), record.get("divergence"))
                    document = documents[self._document_of[number]]
                    about = {"doc_id": document, "group": name, "primary": result.candidates.primary}
                    more = {key: value for key, value in about.items() if value}
                    self._result_of[number] = self._results.add(extended(encoded(record), more))
                    yield record
                if told:
                    told(len(results))
            self.statistics.append(({"group": name} if name else {}) | languages | judging.statistics)

    def lines(self) -> Iterator[bytes]:
        """The results as JSON, in the order of the rows, without line ends."""
        groups = list(self._groups.values())
        for number, place in enumerate(self._result_of):
            yield extended(self._results[place], groups[self._group_of[number]].ranking.next())

    def _read(self, table: str | Path | Iterable[Mapping[str, Any]], settings: Settings) -> None:
        """All rows, checked. Raises what is wrong with them, up to so many at once."""
        faults: list[MtqaError] = []
        for where, given in _located(table):
            try:
                row = checked(given, where, settings)
            except MtqaError as error:
                faults.append(error)
                if len(faults) == _FAULTS:
                    break
                continue
            key = (row.group or "", row.source_lang, row.target_lang)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = _Group(len(self._groups))
            self._group_of.append(group.number)
            self._ids.append(hash(row.id))
            self._document_of.append(self._documents.setdefault(row.doc_id, len(self._documents)))
            kept = row.id, row.source, group.texts(row.candidates), row.primary or ""
            group.rows.append(self._rows.add(kept))
            if row.primary:
                self._primaries.setdefault(row.primary, where)
        if faults:
            raise faults[0] if len(faults) == 1 else SeveralErrors(faults)

    def _check_primary(self, settings: Settings) -> None:
        """A primary engine that no row has a candidate of is a mistake."""
        engines = self.engines
        named = {settings.decide.primary: "primary"} if settings.decide.primary and engines else {}
        for primary, where in (named | self._primaries).items():
            if primary not in engines:
                what = f"{self.label} has no engine {primary!r}{nearest(primary, engines)}"
                raise ConfigError(where, what, f"name one of: {', '.join(engines)}")

    def _windows(self, group: _Group, source_lang: str, target_lang: str) -> Iterator[list[CandidateSet]]:
        """The rows of a group as candidate sets."""
        engines = tuple(group.engines)
        absent = {engine: Failure(engine, *_NOT_SAID) for engine in engines}

        def candidate_set(number: int) -> CandidateSet:
            identity, source, texts, primary = self._rows[number]
            segment = Segment(identity, self.label, identity, Text(source), source_lang, target_lang)
            # A row has no text of an engine that came later.
            given = list(zip_longest(engines, texts))
            candidates = tuple([Candidate(engine, Text(text)) for engine, text in given if text is not None])
            missing = len(candidates) < len(engines)
            silent = tuple([absent[engine] for engine, text in given if text is None]) if missing else ()
            return CandidateSet(segment, candidates, silent, primary)

        numbers = iter(group.rows)
        while window := list(map(candidate_set, islice(numbers, _WINDOW))):
            yield window


def rules_of(settings: Settings) -> Rules:
    """What the rows of a table are judged by: checks only where the configuration speaks of them."""
    families = {name: one.family for name, one in settings.engines.items() if one.family}
    weights = {name: one.weight for name, one in settings.metrics.items()}
    checks = build_checks(settings) if settings.checks or settings.off else {}
    return Rules(build_metrics(settings, settings.cache), weights, checks, settings.decide, families, sampled=False)


def checked(given: object, where: str, settings: Settings) -> Row:
    """A row, when it is one. Raises FormatError naming where it stands."""
    if not isinstance(given, Mapping):
        raise FormatError(where, "is not an object", "write one with id, source, source_lang, target_lang, candidates")
    candidates = given.get("candidates")
    if not isinstance(candidates, Mapping):
        raise FormatError(where, "has no candidates", 'write "candidates": {"engine": "text", ...}')
    for engine, text in candidates.items():
        if not isinstance(engine, str) or not engine:
            raise FormatError(where, f"{engine!r} is no name of an engine", "name every candidate")
        if not (text is None or isinstance(text, str)):
            raise FormatError(
                where, f"the candidate of {engine} is not text ({text!r:.40})", "write text, or null for none"
            )
    primary = _text(given, "primary", where)
    number = given.get("id")
    identity = str(number) if isinstance(number, int) and not isinstance(number, bool) else _text(given, "id", where)
    source = given.get("source")
    if not identity or not isinstance(source, str):
        missing = "source" if identity else "id"
        raise FormatError(where, f"has no {missing}", f"give every row its {missing}")
    source_lang, target_lang = (_language(given, key, where, settings) for key in ("source_lang", "target_lang"))
    doc_id, group = (_text(given, key, where) for key in ("doc_id", "group"))
    return Row(identity, source, source_lang, target_lang, dict(candidates), doc_id, group, primary)


def _located(table: str | Path | Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, object]]:
    if isinstance(table, (str, Path)):
        return read_table(Path(table))
    return ((f"row {number}", row) for number, row in enumerate(table, start=1))


def _text(row: Mapping[str, Any], key: str, where: str) -> str | None:
    """A text, a whole number as text, or None where there is none."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not (value is None or isinstance(value, str)):
        raise FormatError(where, f"{key} is not text ({value!r:.40})", f"write {key} as text")
    return value or None


@lru_cache(maxsize=1 << 10)
def _canonical(tag: str) -> str:
    return canonical(tag, "")


def _language(row: Mapping[str, Any], key: str, where: str, settings: Settings) -> str:
    tag = _text(row, key, where) or getattr(settings, key)
    if not tag:
        raise FormatError(where, f"has no {key}", f"add it to the row, or {key} to the configuration")
    try:
        return _canonical(tag)
    except ConfigError as error:
        raise FormatError(where, f"{key}: {error.what}", "write a tag such as en or pt-BR") from error
