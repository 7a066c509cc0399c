"""Every file of the corpus: what is read, what is refused, and that nothing else changes in writing."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from mtqa.errors import MtqaError
from mtqa.formats import Inspection, comes_back, detect, inspect, kinds_of, write_copy
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Segment, Status
from mtqa.ports import Format
from tests.formats.bilingual import FORMATS, bare, folder
from tests.formats.schemas import CORES, MEMOQ_IS_YOUNGER, faults, memoq_faults

CORPUS = folder("MTQA_CORPUS")
SCHEMAS = folder("MTQA_SCHEMAS")
VENDORS = {"sdlxliff", "mqxliff", "mxliff"}
# The corpus expects a warning of repeated inline ids, and the ids of this file are all different.
SPOTLESS = {"real/okapi_x2_dup_tag_ids.xlf"}


def entries(*expected: str) -> list[Any]:
    if CORPUS is None:
        return [pytest.param("", {}, marks=pytest.mark.skip(reason="MTQA_CORPUS is not set"))]
    manifest = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["files"]
    return [pytest.param(name, entry, id=name) for name, entry in manifest.items() if entry["expect"] in expected]


ACCEPTED = ("accept", "accept-warn", "accept-no-network", "accept-opaque")


def opened(name: str) -> tuple[Format, BilingualFile]:
    assert CORPUS is not None
    path = CORPUS / name
    return detect(path, FORMATS), BilingualFile(path, name, "en", None)


def inspected(name: str) -> Inspection:
    assert CORPUS is not None
    return inspect(CORPUS / name, FORMATS)


def counts(found: Inspection) -> dict[str, int]:
    names = ("units", "segments", "translatable", "translated", "has_target", "protected")
    return {name: getattr(found, name) for name in names} | {"alts": found.alternatives}


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_counts_what_the_manifest_counts(name: str, entry: dict[str, Any]) -> None:
    found = inspected(name)
    assert counts(found) == entry["counts"]
    assert found.format == entry["format"].replace("-", "")
    assert found.dialect == entry["flavour"] or entry["flavour"] not in VENDORS
    if found.format == "tmx":
        assert {tag for pair in found.languages for tag in pair if tag} == {tag for tag, _ in entry["languages"]}
    else:
        assert sorted(set(found.languages)) == sorted({tuple(pair) for pair in entry["languages"]})
    if entry["expect"] == "accept-warn" and name not in SPOTLESS:
        assert found.warnings
        assert all(warning.where.startswith(Path(name).name) for warning in found.warnings)


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_reads_each_segment(name: str, entry: dict[str, Any]) -> None:
    reader, file = opened(name)
    segments = list(reader.read(file, lambda _: None))
    whole = [s.id for s in segments if not s.part_of]
    assert whole == [f"{name}#{n}" for n in range(1, entry["counts"]["segments"] + 1)]
    assert {s.part_of for s in segments} <= {"", *whole}
    assert all(s.protected or not s.source.blank for s in segments)


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_no_edit_gives_the_same_bytes(name: str, entry: dict[str, Any], tmp_path: Path) -> None:
    assert CORPUS is not None
    assert comes_back(CORPUS / name, FORMATS, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == (CORPUS / name).read_bytes()


def edits_for(segments: list[Segment], *, kept: bool) -> dict[str, Edit]:
    edits = {}
    for n, segment in enumerate(segments):
        if segment.protected or (segment.kept and not kept):
            continue
        target = Text(*(part if not isinstance(part, str) else "Žluť & <1>\t]]> 한" for part in segment.source.parts))
        alternatives = (("one", target + Text("!"), 87), ("two & 2", Text("…", *target.parts), 61))
        remark = "2,500 missing: 'one' < two" if n % 2 else None
        edits[segment.id] = Edit(
            (Status.DIVERGENT, Status.AGREED)[n % 3 == 2],
            target,
            remark,
            alternatives,
            agreement=0.25,
            issue="omission",
        )
    return edits


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_edits_read_back_are_repeatable_and_change_nothing_else(
    name: str, entry: dict[str, Any], tmp_path: Path
) -> None:
    reader, found = opened(name)
    file = dataclasses.replace(found, target_lang="fi" if entry["flavour"] == "tmx" else "de")
    segments = list(reader.read(file, lambda _: None))
    edits = edits_for(segments, kept=entry["flavour"] != "tmx")
    once, twice = tmp_path / "once", tmp_path / "twice"
    write_copy(reader, file, edits.get, once)
    written = dataclasses.replace(file, path=once)
    write_copy(reader, written, edits.get, twice)
    assert twice.read_bytes() == once.read_bytes()
    assert (once.read_bytes() != file.path.read_bytes()) == bool(edits)
    for old, new in zip(segments, reader.read(written, lambda _: None), strict=True):
        edit = edits.get(old.id)
        assert (new.target or Text()).plain == ((edit.target if edit else old.target) or Text()).plain
    assert bare(once.read_bytes()) == bare(file.path.read_bytes())


@pytest.mark.skipif(SCHEMAS is None, reason="MTQA_SCHEMAS is not set")
@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_what_was_valid_stays_valid(name: str, entry: dict[str, Any], tmp_path: Path) -> None:
    if not known_to_schemas(entry):
        pytest.skip("no schema for this version, or it cannot be read by the schema's parser")
    assert SCHEMAS is not None
    reader, found = opened(name)
    file = dataclasses.replace(found, target_lang="fi" if entry["flavour"] == "tmx" else "de")
    edits = edits_for(list(reader.read(file, lambda _: None)), kept=entry["flavour"] != "tmx")
    for profile in (None, *fitting(file)):
        write_copy(reader, dataclasses.replace(file, profile=profile), edits.get, tmp_path / "copy")
        before, after = (faults(SCHEMAS, path.read_bytes()) for path in (file.path, tmp_path / "copy"))
        assert not before or after
        assert before or not after, (profile, after)
        if entry["flavour"] == "mqxliff":
            before, after = (memoq_faults(SCHEMAS, path.read_bytes()) for path in (file.path, tmp_path / "copy"))
            assert {fault for fault in after if MEMOQ_IS_YOUNGER not in fault} <= set(before)


def fitting(file: BilingualFile) -> tuple[str, ...]:
    """The profiles that a file can be written with."""
    found = inspect(file.path, FORMATS)
    return next(kind.profiles for kind in kinds_of(FORMATS[found.format]) if kind.dialect == found.dialect)


def known_to_schemas(entry: dict[str, Any]) -> bool:
    versions = {"xliff-1": {"1.2"}, "xliff-2": set(CORES), "tmx": {"1.1", "1.4"}}[entry["format"]]
    return entry.get("version") in versions and entry.get("schema_valid") is not None


@pytest.mark.parametrize(("name", "entry"), entries("reject"))
def test_refuses_in_one_line(name: str, entry: dict[str, Any]) -> None:
    with pytest.raises(MtqaError) as caught:
        inspected(name)
    assert "\n" not in str(caught.value)
    assert Path(name).name in caught.value.where


@pytest.mark.parametrize(("name", "entry"), entries("accept-or-reject", "reject-or-warn"))
def test_doubtful_files_are_refused_or_told_of_or_read(name: str, entry: dict[str, Any]) -> None:
    try:
        found = inspected(name)
    except MtqaError:
        return
    assert counts(found) == entry["counts"]
    assert found.segments > 0
    assert found.warnings or entry["expect"] == "accept-or-reject"


@pytest.mark.skipif(CORPUS is None or SCHEMAS is None, reason="MTQA_CORPUS or MTQA_SCHEMAS is not set")
def test_the_schema_check_finds_faults() -> None:
    assert CORPUS is not None
    assert SCHEMAS is not None
    recipes = CORPUS / "recipes"
    assert not faults(SCHEMAS, (recipes / "r2.1.xlf").read_bytes())
    assert faults(SCHEMAS, (recipes / "r12_bad_order.xlf").read_bytes())
    assert faults(SCHEMAS, (recipes / "r_prop_after.tmx").read_bytes())
