"""What is in a bilingual file, counted, and whether it would come back as it is."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtqa.errors import FormatError
from mtqa.formats.base import XmlFormat
from mtqa.formats.copying import write_copy
from mtqa.formats.detection import detect
from mtqa.formats.profiles import Kind
from mtqa.formats.reading import Facts, Reading
from mtqa.model import BilingualFile, Notice
from mtqa.ports import Format

_UNDETERMINED = "und"  # ISO 639-2


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in a file. `languages`: (source, target) as written, sorted; a target may be empty.

    `segments` are as the tool shows them. `translatable`: those with text outside native code that are not marked
    translate="no"; of these, `has_target` have a target element and `translated` text in it. `protected`: approved,
    final, confirmed, locked or marked translate="no". `alternatives`: translations proposed beside the targets.
    """

    format: str
    dialect: str
    languages: tuple[tuple[str, str], ...]
    units: int
    segments: int
    translatable: int
    translated: int
    has_target: int
    protected: int
    alternatives: int
    warnings: tuple[Notice, ...]


def inspect(path: Path, formats: Mapping[str, Format]) -> Inspection:
    """Count what is in the file at `path`, in one pass. Raises FormatError.

    Languages that are missing, or none, are warned of.
    """
    name, chosen = _named(path, formats)
    warnings: list[Notice] = []
    reading = Reading(BilingualFile(path, path.name), warnings.append, lenient=True)
    counts = dict.fromkeys(("units", "segments", "translatable", "translated", "has_target", "protected"), 0)
    alternatives = 0
    for proposals, segments in _units(chosen, reading):
        alternatives += proposals
        counts["units"] += 1
        counts["segments"] += len(segments)
        for facts, protected in segments:
            counts["protected"] += protected
            counts["translatable"] += facts.translatable
            counts["has_target"] += facts.has_target
            counts["translated"] += facts.translated
    return Inspection(
        format=name,
        dialect=reading.dialect,
        languages=tuple(sorted(reading.pairs)),
        alternatives=alternatives,
        warnings=tuple(warnings),
        **counts,
    )


def kinds_of(chosen: Format) -> Sequence[Kind]:
    """The dialects of a format with their profiles; none for a format that tells of none."""
    return chosen.kinds() if isinstance(chosen, XmlFormat) else ()


def comes_back(path: Path, formats: Mapping[str, Format], destination: Path) -> bool:
    """Write the file with nothing to change to `destination`; whether that has the same bytes.

    Raises FormatError; also where another file is at `destination` already.
    """
    _, chosen = _named(path, formats)
    if destination.exists() and not (destination.is_file() and filecmp.cmp(path, destination, shallow=False)):
        raise FormatError(str(destination), "is there already, and is another file", "name an empty folder")
    file = BilingualFile(path, path.name, _UNDETERMINED, _UNDETERMINED)  # languages do not matter here
    write_copy(chosen, file, lambda _: None, destination)
    return filecmp.cmp(path, destination, shallow=False)


def _named(path: Path, formats: Mapping[str, Format]) -> tuple[str, Format]:
    chosen = detect(path, formats)
    return next(name for name, known in formats.items() if known is chosen), chosen


def _units(chosen: Format, reading: Reading) -> Iterator[tuple[int, list[tuple[Facts, bool]]]]:
    """For each unit: how many alternatives it has; of each segment, what is counted and whether it is protected.

    A format that knows no units is counted by its segments.
    """
    if isinstance(chosen, XmlFormat):
        for unit, places in chosen.passed(reading.file, reading):
            yield (
                chosen.proposals(unit),
                [(chosen.facts(unit, place), place.settled) for place in places if not place.segment.part_of],
            )
        return
    for segment in chosen.read(reading.file, reading.tell):
        reading.pairs.add((segment.source_lang, segment.target_lang))
        there, text = segment.target is not None, not segment.source.blank
        facts = Facts(text, text and there, text and segment.target is not None and not segment.target.blank)
        yield len(segment.alternatives), [(facts, bool(segment.protected) and text)]
