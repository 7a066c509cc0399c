"""Inputs: from the paths of a command line to bilingual files with names, and the places of their copies."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtqa.errors import ConfigError, FormatError
from mtqa.formats import detect
from mtqa.model import BilingualFile, Notice, Segment
from mtqa.ports import Format


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a run may read. `named`: given by name, so that it must be a bilingual file."""

    file: BilingualFile
    named: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """An input with its format, and the SHA-256 of its bytes when it was read."""

    file: BilingualFile
    name: str
    format: Format
    sha256: str

    def segments(self, notify: Callable[[Notice], None]) -> Iterator[Segment]:
        """The segments. Raises FormatError, also where a target language is needed and unknown."""
        for segment in self.format.read(self.file, notify):
            if not segment.target_lang and not segment.protected:
                what = "does not say its target language"
                raise FormatError(str(self.file.path), what, "set target_lang, or give --target-lang")
            yield segment


def find(
    paths: Sequence[Path],
    source_lang: str | None,
    target_lang: str | None,
    out: Path | None = None,
    profile: str | None = None,
) -> list[Found]:
    """The files at `paths`, folders walked in name order; what lies below `out` is left out.

    Labels are file names; where two would be equal, paths below what all inputs have in common. A label leads nowhere
    outside, so copies can be put below a folder by it. Raises ConfigError: no such path, no file in any of them.
    """
    found = [(path, base, named) for given in paths for path, base, named in _walk(given, out)]
    if paths and not found:
        below = f", leaving out what is below {out}" if out else ""
        where = ", ".join(map(str, paths))
        raise ConfigError(where, f"there is no file{below}", "name bilingual files, or a folder that has some")
    labels = [path.relative_to(base).as_posix() for path, base, _ in found]
    if len(set(labels)) < len(labels):
        common = Path(os.path.commonpath([_plain(path).parent for path, _, _ in found]))
        labels = [_plain(path).relative_to(common).as_posix() for path, _, _ in found]
    unique = dict(zip(labels, found, strict=True))
    return [
        Found(BilingualFile(path, label, source_lang, target_lang, profile), named)
        for label, (path, _, named) in unique.items()
    ]


def _walk(given: Path, out: Path | None) -> Iterator[tuple[Path, Path, bool]]:
    """(file, what its label is relative to, named)."""
    if not given.exists():
        raise ConfigError(str(given), "no such file or folder", "correct the path")
    if not given.is_dir():
        yield given, given.parent, True
        return
    skipped = _plain(out) if out else None
    for path in _files(given):
        if not (skipped and _plain(path).is_relative_to(skipped)):
            yield path, given, False


def _files(folder: Path) -> Iterator[Path]:
    """What may be an input in a folder: every file that is not hidden, nor in a hidden folder."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _plain(path: Path) -> Path:
    """The whole path, without `..`: a label with one would lead out of the folder that copies go to."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay what they are called


def open_input(found: Found, formats: Mapping[str, Format]) -> Opened:
    """Find the format of a file. Raises UnknownFormat, UnsafeFile; FormatError for a name that no text can hold."""
    label = found.file.label.encode(errors="backslashreplace").decode()
    if label != found.file.label:  # the system gave bytes that are no UTF-8, as old archives have them
        raise FormatError(label, "the name of the file is not in UTF-8", "rename it")
    chosen = detect(found.file.path, formats)
    name = next(name for name, known in formats.items() if known is chosen)
    return Opened(found.file, name, chosen, digest(found.file.path))


def none_of(inputs: Sequence[Found]) -> ConfigError:
    """The error where not one of the inputs is a bilingual file that can be read: nothing done is no success."""
    what = f"none of {len(inputs)} files is a bilingual file that can be read"
    return ConfigError("inputs", what, "`mtqa inspect` says what each of them is")


def strangers(folder: Path, opened: Iterable[Opened]) -> list[Notice]:
    """A notice where a folder of copies has files that are not of this run: somebody may take all of them for its."""
    ours = {source.file.label for source in opened}
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    left = [label for label in found if label not in ours]
    return [Notice("files", f"{len(left)} in it that this run did not write, such as {left[0]}")] if left else []


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
