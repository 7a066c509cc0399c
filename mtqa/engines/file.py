"""Translations made elsewhere: another bilingual file, a TMX, or JSONL."""

from __future__ import annotations

import glob
import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from mtqa.engines.jsonl import Row, read_rows
from mtqa.engines.matching import adapted, checked_rate, comparable, nearest
from mtqa.errors import ConfigError
from mtqa.inline import Markup, Text
from mtqa.languages import primary
from mtqa.model import Missing, Segment
from mtqa.ports import Answer, BilingualReader, Capabilities, NoAnswer, Outcome, Query


@dataclass(frozen=True, slots=True)
class _Entry:
    """One recorded translation: of the bilingual file `file`, or a row of JSONL, whose codes are tokens."""

    file: str
    unit: str
    target: Text | str
    source: Text | None = None

    def for_segment(self, segment: Segment) -> Text:
        """The target with the segment's own codes in place of those that stand for the same."""
        if isinstance(self.target, str):
            return Text.parse(self.target, Markup.TOKENS, segment.source)
        return adapted(self.target, self.source, segment.source)


class FileEngine:
    """Proposes the translations recorded in other files.

    `path` is a file or a pattern (`vendor/*.xlf`). A file whose name ends in .jsonl has one object a line:
    `target`, and what it translates: `unit` (the unit's id in the bilingual file), `id` (the segment's id in the
    run) or `source`, or several of them. Inline codes are written in both texts as the tokens of the source:
    `<g1>..</g1>` a pair, `<x2/>` a single code, numbered from 1 in the order of the source. Any other file is
    read as a bilingual file.

    A translation of the same unit with the same source comes first, from a file of the same name before others;
    then any of the same source. Where those differ, and where the unit has another source, the engine abstains.
    `min_rate`, 0..1, below 1 also takes the translation of the most similar source, down to that match rate.
    """

    capabilities = Capabilities(max_items=1000, max_chars=1_000_000, remote=False, peeled=False)

    def __init__(self, path: Path, read_bilingual: BilingualReader, min_rate: float = 1.0) -> None:
        self._paths = _matching(path)
        self._min_rate = checked_rate("file", min_rate)
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
        return f"file|{digest.hexdigest()[:16]}|{self._min_rate:g}"

    def translate(self, batch: Sequence[Query]) -> Iterable[Outcome]:
        """What is recorded for each query's segment. The files are read at the first call for a language pair."""
        recording = self._recording(batch[0].source_lang, batch[0].target_lang)
        for query in batch:
            yield recording.look_up(query, self._min_rate)

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
                recording.add(comparable(segment.source), _Entry(path.name, segment.unit, target, segment.source))


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
            self.add(comparable(row.source), _Entry(file, name, row.target))
        else:
            self._by_name[name].append(_Entry(file, name, row.target))

    def look_up(self, query: Query, min_rate: float) -> Outcome:
        """The translation of a segment, or why there is none."""
        segment, rate = query.segment, 1.0
        names = {segment.unit, segment.id} - {""}
        entries = self._exact(segment, names)
        if not entries and min_rate < 1:
            similar = nearest(comparable(segment.source), list(self._by_source), min_rate)
            entries, rate = (self._by_source[similar[0]], similar[1]) if similar else ([], rate)
        if not entries:
            reason = "the source differs" if self._units & names else "not in the file"
            return NoAnswer(query.id, Missing.ABSTAINED, reason)
        targets = {entry.for_segment(segment) for entry in entries}
        if len(targets) > 1:
            return NoAnswer(query.id, Missing.ABSTAINED, f"{len(targets)} different translations of this source")
        return Answer(query.id, targets.pop(), match=rate)

    def _exact(self, segment: Segment, names: set[str]) -> list[_Entry]:
        by_name = [entry for name in sorted(names) for entry in self._by_name.get(name, ())]
        tokens = comparable(segment.source.marked(Markup.TOKENS))
        same_source = self._by_source.get(comparable(segment.source), []) or self._by_source.get(tokens, [])
        same_unit = [entry for entry in same_source if entry.unit in names]
        same_file = [entry for entry in same_unit if entry.file == PurePosixPath(segment.file).name]
        return same_file or same_unit or by_name or same_source


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


def _compatible(one: str, other: str) -> bool:
    """Whether a file in language `one` serves for `other`: the same tag, or one of the two without a region."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return long == short or (short == primary(long) and short == primary(short))
