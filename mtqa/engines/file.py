"""Translations made elsewhere: another bilingual file, a TMX, or JSONL."""

from __future__ import annotations

import glob
import hashlib
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from mtqa.engines.jsonl import Row, read_rows
from mtqa.errors import ConfigError
from mtqa.inline import Code, Markup, Text
from mtqa.languages import primary
from mtqa.model import Missing, Segment
from mtqa.ports import Answer, BilingualReader, Capabilities, NoAnswer, Outcome, Query


@dataclass(frozen=True, slots=True)
class _Entry:
    """One recorded translation: of the bilingual file `file`, or a row of JSONL, whose codes are tokens."""

    file: str
    unit: str
    target: Text | str

    def for_segment(self, segment: Segment) -> Text:
        """The target with the segment's own codes in place of those that stand for the same."""
        if isinstance(self.target, str):
            return Text.parse(self.target, Markup.TOKENS, segment.source)
        own = {(code.kind, code.id): code for code in reversed(segment.source.codes)}
        return Text(*(own.get((p.kind, p.id), p) if isinstance(p, Code) else p for p in self.target.parts))


class FileEngine:
    """Proposes the translations recorded in other files.

    `path` is a file or a pattern (`vendor/*.xlf`). A file whose name ends in .jsonl has one object a line:
    `target`, and what it translates: `unit` (the unit's id in the bilingual file), `id` (the segment's id in the
    run) or `source`, or several of them. Inline codes are written in both texts as the tokens of the source:
    `<g1>..</g1>` a pair, `<x2/>` a single code, numbered from 1 in the order of the source. Any other file is
    read as a bilingual file.

    A translation of the same unit with the same source comes first, from a file of the same name before others;
    then any of the same source. Where those differ, and where the unit has another source, the engine abstains.
    """

    capabilities = Capabilities(max_items=1000, max_chars=1_000_000, remote=False, peeled=False)

    def __init__(self, path: Path, read_bilingual: BilingualReader) -> None:
        self._paths = _matching(path)
        self._read = read_bilingual
        self._lock = threading.Lock()
        self._recordings: dict[tuple[str, str], _Recording] = {}

    @cached_property
    def signature(self) -> str:
        """A digest of the files' names and contents."""
        digest = hashlib.sha256()
        for path in self._paths:
            digest.update(f"{path.name}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(_content(path)).digest())
        return f"file|{digest.hexdigest()[:16]}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """What is recorded for each query's segment. The files are read at the first call for a language pair."""
        recording = self._recording(batch[0].source_lang, batch[0].target_lang)
        for query in batch:
            found = recording.look_up(query.segment)
            yield NoAnswer(query.id, Missing.ABSTAINED, found) if isinstance(found, str) else Answer(query.id, found)

    def close(self) -> None:
        """Nothing to give back."""

    def _recording(self, source_lang: str, target_lang: str) -> _Recording:
        with self._lock:
            languages = (source_lang, target_lang)
            if languages not in self._recordings:
                recording = _Recording()
                for path in self._paths:
                    self._record(path, source_lang, target_lang, recording)
                self._recordings[languages] = recording
            return self._recordings[languages]

    def _record(self, path: Path, source_lang: str, target_lang: str, recording: _Recording) -> None:
        if path.suffix.lower() == ".jsonl":
            for row in read_rows(path, _content(path)):
                recording.add_row(row, path.name)
            return
        for segment in self._read(path, source_lang, target_lang):
            target = segment.target
            if target is not None and not target.blank and _compatible(segment.target_lang, target_lang):
                recording.add(_key(segment.source), _Entry(path.name, segment.unit, target))


class _Recording:
    """The translations of one language pair, by source text."""

    def __init__(self) -> None:
        self._by_source: dict[str, list[_Entry]] = defaultdict(list)
        self._by_name: dict[str, list[_Entry]] = defaultdict(list)  # rows of JSONL that say no source
        self._units: set[str] = set()

    def add(self, key: str, entry: _Entry) -> None:
        self._by_source[key].append(entry)
        self._units.add(entry.unit)

    def add_row(self, row: Row, file: str) -> None:
        name = row.unit or row.id
        if row.source is not None:
            self.add(_key(row.source), _Entry(file, name, row.target))
        else:
            self._by_name[name].append(_Entry(file, name, row.target))

    def look_up(self, segment: Segment) -> Text | str:
        """The translation of a segment, or why there is none."""
        names = {segment.unit, segment.id} - {""}
        by_name = [entry for name in sorted(names) for entry in self._by_name.get(name, ())]
        same_source = self._by_source.get(_key(segment.source), []) or self._by_source.get(
            _key(segment.source.marked(Markup.TOKENS)), []
        )
        same_unit = [entry for entry in same_source if entry.unit in names]
        same_file = [entry for entry in same_unit if entry.file == PurePosixPath(segment.file).name]
        entries = same_file or same_unit or by_name or same_source
        if not entries:
            return "the source differs" if self._units & names else "not in the file"
        targets = {entry.for_segment(segment) for entry in entries}
        return targets.pop() if len(targets) == 1 else f"{len(targets)} different translations of this source"


def _matching(path: Path) -> list[Path]:
    """The files that a path or pattern names, sorted. A file that exists is itself, whatever its name contains."""
    paths = [path] if path.is_file() else sorted(Path(p) for p in glob.glob(str(path), recursive=True))  # noqa: PTH207
    files = [path for path in paths if path.is_file()]
    if not files:
        todo = f"write {path}/*.xlf for the files in it" if path.is_dir() else "correct path"
        raise ConfigError(f"file engine, path {path}", "no file has this name", todo)
    return files


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})", "correct path or permissions") from error


def _key(source: Text | str) -> str:
    """A source text for comparison: NFC, white space evened out, codes left out (ids differ between tools)."""
    parts = [source] if isinstance(source, str) else [part for part in source.parts if isinstance(part, str)]
    return " ".join(unicodedata.normalize("NFC", "".join(parts)).split())


def _compatible(one: str, other: str) -> bool:
    """Whether a file in language `one` serves for `other`: the same tag, or one of the two without a region."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return long == short or (short == primary(long) and short == primary(short))
