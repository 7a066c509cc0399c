"""A run on disk: `run.sqlite` while it works, then `segments.jsonl` and `run.json` for everyone.

The database holds segments in order, what each engine said, and what was decided, so that judging and writing
stream over it whatever the size of the input.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from mtqa.errors import StoreError
from mtqa.model import Candidate, CandidateSet, Failure, Segment, total
from mtqa.ports import JsonObject
from mtqa.store.database import Database
from mtqa.store.lines import decoded, encoded
from mtqa.store.records import answer_from_json, answer_to_json, segment_from_json, segment_to_json

SCHEMA_VERSION = 1
_WINDOW = 500  # segments in memory at once

_TABLES = """
CREATE TABLE segments (
    n INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, languages TEXT NOT NULL, segment BLOB NOT NULL
);
CREATE INDEX segments_by_languages ON segments (languages, n);
CREATE TABLE answers_given (
    id TEXT NOT NULL, engine TEXT NOT NULL, sample INTEGER NOT NULL, answer BLOB NOT NULL,
    PRIMARY KEY (id, engine, sample)
);
CREATE TABLE texts_given (engine TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY (engine, text)) WITHOUT ROWID;
CREATE TABLE results (
    n INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, languages TEXT NOT NULL, characters INTEGER NOT NULL,
    divergence REAL, result BLOB NOT NULL, edit TEXT
);
"""
_NAMES = ("segments", "answers_given", "texts_given", "results")
_FRESH = "".join(f"DROP TABLE IF EXISTS {name};" for name in _NAMES) + _TABLES


class RunStore:
    """The database of one run. Opening it starts the run anew; answers paid for are in the answer cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = Database(folder / "run.sqlite", _FRESH, exclusive=True)

    def add_segments(self, segments: Iterable[Segment]) -> int:
        """Append segments in order; returns how many."""
        rows = ((s.id, _languages(s), encoded(segment_to_json(s))) for s in segments)
        with self._database.transaction() as connection:
            before = connection.total_changes
            connection.executemany("INSERT INTO segments (id, languages, segment) VALUES (?, ?, ?)", rows)
            return connection.total_changes - before

    def segments(self) -> Iterator[Segment]:
        """All segments, in order."""
        for window in self._windows("segments", "segment"):
            for _, record in window:
                yield segment_from_json(decoded(record))

    def record(self, engine: str, answers: Sequence[tuple[str, Candidate | Failure]], sample: int = 0) -> None:
        """Keep what an engine said of segments (by id); durable when this returns."""
        rows = [(i, engine, sample, encoded(answer_to_json(a))) for i, a in answers]
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO answers_given VALUES (?, ?, ?, ?)", rows)

    def pending(self, engine: str, segments: Sequence[Segment], sample: int = 0) -> list[Segment]:
        """Those of the segments that the engine has said nothing about."""
        query = "SELECT id FROM answers_given WHERE id = ? AND engine = ? AND sample = ?"
        with self._database.transaction() as connection:
            answered = {
                row[0] for segment in segments for row in connection.execute(query, (segment.id, engine, sample))
            }
        return [segment for segment in segments if segment.id not in answered]

    def first_given(self, engine: str, keys: Iterable[str]) -> set[str]:
        """Those of the keys (hexadecimal) that are given here for the first time."""
        query = "INSERT OR IGNORE INTO texts_given VALUES (?, ?)"
        with self._database.transaction() as connection:
            return {key for key in keys if connection.execute(query, (engine, bytes.fromhex(key)[:16])).rowcount}

    def languages(self) -> list[str]:
        """The language pairs of the segments, `source>target`, in order of appearance."""
        query = "SELECT languages FROM segments GROUP BY languages ORDER BY MIN(n)"
        with self._database.transaction() as connection:
            return [row[0] for row in connection.execute(query)]

    def candidate_sets(self, engines: Sequence[str], languages: str) -> Iterator[list[CandidateSet]]:
        """Windows of segments of one language pair, with their candidates and failures in the order of `engines`."""
        for window in self._windows("segments", "segment", "languages = ? AND ", languages):
            segments = [segment_from_json(decoded(record)) for _, record in window]
            with self._database.transaction() as connection:
                query = "SELECT engine, answer FROM answers_given WHERE id = ? ORDER BY engine, sample"
                said = [connection.execute(query, (segment.id,)).fetchall() for segment in segments]
            yield [_candidate_set(segment, given, engines) for segment, given in zip(segments, said, strict=True)]

    def add_results(self, results: Iterable[tuple[str, JsonObject, JsonObject | None]]) -> None:
        """Keep decided segments: (id, line of segments.jsonl without risk, edit)."""
        rows = [
            (len(line["source"]), line.get("divergence"), encoded(line), None if edit is None else encoded(edit), i)
            for i, line, edit in results
        ]
        query = "INSERT INTO results SELECT n, id, languages, ?, ?, ?, ? FROM segments WHERE id = ?"
        with self._database.transaction() as connection:
            connection.executemany(query, rows)

    def results(self) -> Iterator[JsonObject]:
        """The decided segments, in the order of the segments."""
        for window in self._windows("results", "result"):
            for _, record in window:
                yield decoded(record)

    def standings(self) -> Iterator[tuple[str, int, float | None]]:
        """Of each decided segment, in order: its language pair, the length of its source, and its divergence."""
        for window in self._windows("results", "languages, characters, divergence"):
            yield from (tuple(standing) for _, *standing in window)

    def lines(self) -> Iterator[bytes]:
        """The decided segments as lines of `segments.jsonl` without risk, in the same order."""
        for window in self._windows("results", "result"):
            yield from (line for _, line in window)

    def edit(self, segment_id: str) -> JsonObject | None:
        """What is to be written for a segment, if anything."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT edit FROM results WHERE id = ?", (segment_id,)).fetchone()
        return json.loads(row[0]) if row and row[0] else None

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def discard(self) -> None:
        """Close the database and take it away, with the folder if nothing else is in it."""
        self.close()
        for path in self.folder.glob("run.sqlite*"):
            path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _windows(self, table: str, column: str, where: str = "", *given: str) -> Iterator[list[Any]]:
        last = 0
        while True:
            with self._database.transaction() as connection:
                query = f"SELECT n, {column} FROM {table} WHERE {where}n > ? ORDER BY n LIMIT {_WINDOW}"  # noqa: S608 - our own names
                window = connection.execute(query, (*given, last)).fetchall()
            if not window:
                return
            last = window[-1][0]
            yield window


def _languages(segment: Segment) -> str:
    return f"{segment.source_lang}>{segment.target_lang}"


def _candidate_set(segment: Segment, given: Iterable[tuple[str, str]], engines: Sequence[str]) -> CandidateSet:
    by_engine: dict[str, list[Candidate | Failure]] = {}
    for engine, answer in given:
        by_engine.setdefault(engine, []).append(answer_from_json(engine, decoded(answer)))
    answers = [_joined(by_engine[engine]) for engine in engines if engine in by_engine]
    return CandidateSet(
        segment,
        tuple(answer for answer in answers if isinstance(answer, Candidate)),
        tuple(answer for answer in answers if isinstance(answer, Failure)),
    )


def _joined(samples: Sequence[Candidate | Failure]) -> Candidate | Failure:
    """The first candidate, with the others as its samples and with what all of them consumed; else the failure."""
    candidates = [one for one in samples if isinstance(one, Candidate)]
    if len(candidates) < 2:
        return candidates[0] if candidates else samples[0]
    costs = [one.cost for one in candidates if one.cost is not None]
    return replace(
        candidates[0],
        samples=tuple(one.text for one in candidates[1:]),
        usage=total(one.usage for one in candidates),
        cost=sum(costs) if costs else None,
    )


@contextmanager
def stored_edits(folder: Path) -> Iterator[Callable[[str], JsonObject | None]]:
    """What a finished run wrote, as a function from the id of a segment to its edit. Changes nothing."""
    path = folder / "run.sqlite"
    if not path.is_file():
        raise StoreError(str(path), "is missing", "run again")
    uri = f"{path.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:

        def edit(segment_id: str) -> JsonObject | None:
            row = connection.execute("SELECT edit FROM results WHERE id = ?", (segment_id,)).fetchone()
            return json.loads(row[0]) if row and row[0] else None

        try:
            yield edit
        except sqlite3.Error as error:
            raise StoreError(str(path), f"cannot be read ({error})", "run again") from error


def fingerprint(folder: Path) -> str:
    """SHA-256 of `segments.jsonl` in hexadecimal: what a run found, whenever and wherever it ran."""
    path = folder / "segments.jsonl"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """A file of lines, which are given without their ends; whole or not at all."""
    with replacing(path) as out:
        out.writelines(line + b"\n" for line in lines)


def write_manifest(folder: Path, manifest: JsonObject) -> None:
    """`run.json`, whole or not at all. Written last: a folder that has it holds a complete run."""
    with replacing(folder / "run.json") as out:
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        out.write(text.encode("utf-8", "backslashreplace") + b"\n")  # of a lone surrogate, JSON's own escape


def read_manifest(folder: Path, needed: Sequence[str] = ()) -> JsonObject:
    """`run.json` of a run folder. Raises StoreError when it is no run, another version's, or without what is needed."""
    path = folder / "run.json"
    try:
        manifest: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(
            str(folder), "is not a finished run (no run.json)", "name a folder that `mtqa run` wrote"
        ) from error
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error
    if not isinstance(manifest, dict):
        raise StoreError(str(path), "is not the record of a run", "name a folder that `mtqa run` wrote")
    if manifest.get("schema") != SCHEMA_VERSION:
        raise StoreError(str(path), f"is of schema {manifest.get('schema')}, not {SCHEMA_VERSION}", "run again")
    if missing := [name for name in needed if name not in manifest]:
        raise StoreError(str(path), f"is damaged: it has no {missing[0]}", "run again")
    return manifest


def read_results(folder: Path) -> Iterator[JsonObject]:
    """The lines of `segments.jsonl`."""
    path = folder / "segments.jsonl"
    try:
        with path.open("rb") as lines:
            yield from map(_result, lines)
    except (OSError, ValueError) as error:
        raise StoreError(str(path), f"cannot be read ({error})", "run again") from error


def _result(line: bytes) -> JsonObject:
    result: object = decoded(line)
    if not isinstance(result, dict):
        raise ValueError(f"{line[:40]!r} is no result")  # noqa: TRY004 - a fault of the file, mapped by the caller
    return result


def reopen(folder: Path) -> None:
    """Take `run.json` away: from now on, and until it is written again, the folder holds no complete run."""
    path = folder / "run.json"
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(str(path), f"cannot be replaced ({error.strerror})", "check its rights") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when all of it is on the disk, and leaves no trace otherwise."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreError(str(path), f"cannot be written ({error.strerror})", "check the disk and its rights") from error
    finally:
        temporary.unlink(missing_ok=True)
