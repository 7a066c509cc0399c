"""Every plain file of the corpus: what is read, what is refused, and that nothing else changes in writing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mtqa.errors import MtqaError, UnknownFormat
from mtqa.formats import detect, write_copy
from mtqa.inline import Text
from mtqa.model import BilingualFile, Edit, Notice, Segment, Status
from mtqa.ports import Format
from tests.formats.bilingual import FORMATS, folder
from tests.formats.schemas import CORES, faults

CORPUS = folder("MTQA_CORPUS")
SCHEMAS = folder("MTQA_SCHEMAS")
DIALECTS = {"sdlxliff": "Trados", "mqxliff": "memoQ", "mxliff": "Phrase"}
# The corpus expects a warning of repeated inline ids, and the ids of this file are all different.
SPOTLESS = {"real/okapi_x2_dup_tag_ids.xlf"}
# Its locks are counted by no column of the manifest.
UNCOUNTED_LOCKS = {"real/okapi_XTM_StatusSample.xlf"}


def entries(*expected: str, flavours: Any = FORMATS) -> list[Any]:
    if CORPUS is None:
        return [pytest.param("", {}, marks=pytest.mark.skip(reason="MTQA_CORPUS is not set"))]
    manifest = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["files"]
    return [
        pytest.param(name, entry, id=name)
        for name, entry in manifest.items()
        if entry["expect"] in expected and (flavours is None or entry.get("flavour") in flavours)
    ]


ACCEPTED = ("accept", "accept-warn", "accept-no-network", "accept-opaque")


def opened(name: str) -> tuple[Format, BilingualFile]:
    assert CORPUS is not None
    path = CORPUS / name
    return detect(path, FORMATS), BilingualFile(path, name, "en", None)


def read(name: str) -> tuple[list[Segment], list[Notice]]:
    reader, file = opened(name)
    notices: list[Notice] = []
    return list(reader.read(file, notices.append)), notices


def has_text(text: Text) -> bool:
    """The counting rule of the manifest: text in protected spans and sub-flows counts, native code does not."""
    if not text.blank:
        return True
    raw = "".join(code.raw for code in text.codes)
    raw = re.sub(r"<!--.*?-->|<\?.*?\?>", "", raw, flags=re.DOTALL)
    flows = "".join(re.findall(r"<sub\b[^>]*>(.*?)</sub>", raw, re.DOTALL))
    bare = re.sub(r"<(bpt|ept|it|ph|ut)\b[^>]*(/>|>.*?</\1\s*>)", "", raw, flags=re.DOTALL)
    return bool(re.sub(r"<[^>]*>", "", bare + flows).strip())


def counts(name: str, segments: list[Segment]) -> dict[str, int]:
    translatable = [s for s in segments if s.protected != 'translate="no"' and has_text(s.source)]
    reasons = (
        ("translate=", "approved", "state ")
        if name in UNCOUNTED_LOCKS
        else ("translate=", "approved", "state ", "locked")
    )
    return {
        "segments": len(segments),
        "translatable": len(translatable),
        "translated": sum(s.target is not None and has_text(s.target) for s in translatable),
        "protected": sum(s.protected.startswith(reasons) for s in segments),
        "alts": sum(len(s.alternatives) for s in segments),
    }


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_reads_what_the_manifest_counts(name: str, entry: dict[str, Any]) -> None:
    segments, notices = read(name)
    assert counts(name, segments) == {key: entry["counts"][key] for key in counts(name, segments)}
    assert [s.id for s in segments] == [f"{name}#{n}" for n in range(1, len(segments) + 1)]
    if entry["expect"] == "accept-warn" and name not in SPOTLESS:
        assert notices
        assert all(notice.where.startswith(name) for notice in notices)


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_no_edit_gives_the_same_bytes(name: str, entry: dict[str, Any], tmp_path: Path) -> None:
    reader, file = opened(name)
    write_copy(reader, file, lambda _: None, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == file.path.read_bytes()


def edits_for(segments: list[Segment], *, kept: bool) -> dict[str, Edit]:
    edits = {}
    for n, segment in enumerate(segments):
        if segment.protected or (segment.kept and not kept):
            continue
        target = Text(*(part if not isinstance(part, str) else "Žluť & <1>\t]]> 한" for part in segment.source.parts))
        alternatives = (("one", target + Text("!"), 87), ("two & 2", Text("…", *target.parts), 61))
        edits[segment.id] = Edit(
            Status.DIVERGENT, target, "2,500 missing: 'one' < two" if n % 2 else None, alternatives
        )
    return edits


@pytest.mark.parametrize(("name", "entry"), entries(*ACCEPTED))
def test_edits_are_verified_repeatable_and_valid(name: str, entry: dict[str, Any], tmp_path: Path) -> None:
    reader, found = opened(name)
    file = BilingualFile(found.path, name, "en", "fi" if entry["flavour"] == "tmx" else "de")
    edits = edits_for(list(reader.read(file, lambda _: None)), kept=entry["flavour"] != "tmx")
    once, twice = tmp_path / "once", tmp_path / "twice"
    write_copy(reader, file, edits.get, once)
    write_copy(reader, BilingualFile(once, name, "en", file.target_lang), edits.get, twice)
    assert twice.read_bytes() == once.read_bytes()
    assert (once.read_bytes() != file.path.read_bytes()) == bool(edits)
    if SCHEMAS is not None and known_to_schemas(entry):
        before = faults(SCHEMAS, file.path.read_bytes())
        after = faults(SCHEMAS, once.read_bytes())
        assert not before or after
        assert before or not after, after


def known_to_schemas(entry: dict[str, Any]) -> bool:
    versions = {"xliff1": {"1.2"}, "xliff2": set(CORES), "tmx": {"1.1", "1.4"}}[entry["flavour"]]
    return entry.get("version") in versions and entry.get("schema_valid") is not None


@pytest.mark.parametrize(("name", "entry"), entries("reject", flavours=None))
def test_refuses_in_one_line(name: str, entry: dict[str, Any]) -> None:
    with pytest.raises(MtqaError) as caught:
        read(name)
    assert "\n" not in str(caught.value)
    assert Path(name).name in caught.value.where


@pytest.mark.parametrize(("name", "entry"), entries("accept-or-reject", "reject-or-warn"))
def test_doubtful_files_are_refused_or_told_of_or_read(name: str, entry: dict[str, Any]) -> None:
    try:
        segments, notices = read(name)
    except MtqaError:
        return
    assert counts(name, segments)["segments"] == entry["counts"]["segments"] > 0
    assert notices or entry["expect"] == "accept-or-reject"


@pytest.mark.parametrize(("name", "entry"), entries("accept", flavours=DIALECTS))
def test_dialects_are_refused_by_name(name: str, entry: dict[str, Any], tmp_path: Path) -> None:
    reader, file = opened(name)
    with pytest.raises(UnknownFormat, match=DIALECTS[entry["flavour"]]):
        write_copy(reader, file, lambda _: None, tmp_path / "copy")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(CORPUS is None or SCHEMAS is None, reason="MTQA_CORPUS or MTQA_SCHEMAS is not set")
def test_the_schema_check_finds_faults() -> None:
    assert CORPUS is not None
    assert SCHEMAS is not None
    recipes = CORPUS / "recipes"
    assert not faults(SCHEMAS, (recipes / "r2.1.xlf").read_bytes())
    assert faults(SCHEMAS, (recipes / "r12_bad_order.xlf").read_bytes())
    assert faults(SCHEMAS, (recipes / "r_prop_after.tmx").read_bytes())
