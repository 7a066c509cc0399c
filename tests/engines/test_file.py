import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.engines.existing import ExistingEngine
from mtqa.engines.file import FileEngine
from mtqa.errors import ConfigError, FormatError, MtqaError
from mtqa.inline import Code, Text
from mtqa.model import Missing, Segment
from mtqa.ports import Answer, NoAnswer, Query


def ours(source: str | Text, unit: str = "1", **fields: Any) -> Segment:
    text = source if isinstance(source, Text) else Text(source)
    return Segment(**{"id": "in/a.xlf#1", "file": "in/a.xlf", "unit": unit, "source": text, "source_lang": "en",
                      "target_lang": "de"} | fields)  # fmt: skip


class Recorded:
    """Stands for the readers of bilingual files: path -> segments."""

    def __init__(self, folder: Path, **files: list[tuple[str, str | Text, str | Text | None]]) -> None:
        self.files, self.reads = files, 0
        for name in files:
            (folder / f"{name}.xlf").write_text(name)

    def __call__(self, path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
        self.reads += 1
        for unit, source, target in self.files[path.stem]:
            text = target if target is None or isinstance(target, Text) else Text(target)
            yield ours(source, unit, target=text, target_lang=target_lang)


def said(engine: Any, segment: Segment) -> Text | str | tuple[Missing, str]:
    [outcome] = engine.translate([Query("q", "", segment)])
    return outcome.text if isinstance(outcome, Answer) else (outcome.kind, outcome.reason)


def abstains(reason: str) -> tuple[Missing, str]:
    return Missing.ABSTAINED, reason


def test_the_same_unit_with_the_same_source_comes_first(tmp_path: Path) -> None:
    read = Recorded(tmp_path, v=[("1", "Open", "Öffnen"), ("2", "Open", "Offen"), ("3", "Shut", "Zu")])
    engine = FileEngine(tmp_path / "v.xlf", read)
    assert said(engine, ours("Open", "1")) == Text("Öffnen")
    assert said(engine, ours("Open", "2")) == Text("Offen")
    assert said(engine, ours("Open", "9")) == abstains("2 different translations of this source")
    assert said(engine, ours("Shut", "9")) == Text("Zu")
    assert said(engine, ours("Shut down", "3")) == abstains("the source differs")
    assert said(engine, ours("Nowhere", "9")) == abstains("not in the file")
    assert read.reads == 1


def test_a_file_of_the_same_name_comes_before_others(tmp_path: Path) -> None:
    read = Recorded(tmp_path, a=[("1", "Open", "Öffnen")], b=[("1", "Open", "Offen")])
    engine = FileEngine(tmp_path / "*.xlf", read)
    assert said(engine, ours("Open")) == Text("Öffnen")
    assert said(engine, ours("Open", file="in/b.xlf")) == Text("Offen")
    assert said(engine, ours("Open", file="in/c.xlf")) == abstains("2 different translations of this source")


def test_sources_are_compared_in_nfc_and_without_codes(tmp_path: Path) -> None:
    read = Recorded(tmp_path, v=[("7", Text(Code("9", "empty", "<ph/>"), " Cafe\u0301  bar"), "Kaffee")])
    engine = FileEngine(tmp_path / "v.xlf", read)
    assert said(engine, ours(Text("Caf\u00e9 bar", Code("1", "empty", "<x/>")))) == Text("Kaffee")


def test_codes_become_our_own(tmp_path: Path) -> None:
    theirs = Text(Code("b", "open", "<g x='1'>"), "Rot", Code("b", "close", "</g>"), Code("z", "empty", "<other/>"))
    engine = FileEngine(tmp_path / "v.xlf", Recorded(tmp_path, v=[("1", "Red", theirs)]))
    source = Text(Code("b", "open", "<bpt>"), "Red", Code("b", "close", "<ept>"))
    expected = Text(source.parts[0], "Rot", source.parts[2], Code("z", "empty", "<other/>"))
    assert said(engine, ours(source)) == expected


def test_empty_targets_and_other_languages_are_not_recorded(tmp_path: Path) -> None:
    read = Recorded(tmp_path, v=[("1", "a", None), ("2", "b", " "), ("3", "c", "C")])
    engine = FileEngine(tmp_path / "v.xlf", read)
    assert said(engine, ours("a", "1")) == abstains("not in the file")
    assert said(engine, ours("b", "2")) == abstains("not in the file")

    def swiss(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
        yield ours("c", target=Text("C"), target_lang="de-CH")

    assert said(FileEngine(tmp_path / "v.xlf", swiss), ours("c", target_lang="de-AT")) == abstains("not in the file")
    assert said(FileEngine(tmp_path / "v.xlf", swiss), ours("c", target_lang="de")) == Text("C")


def never(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
    raise AssertionError(path)


def jsonl(folder: Path, *rows: object) -> FileEngine:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return FileEngine(path, never)


def test_jsonl_by_source_unit_and_id(tmp_path: Path) -> None:
    engine = jsonl(
        tmp_path,
        {"source": "Open", "target": "Öffnen", "comment": "any other key"},
        {"unit": "u2", "target": "Zwei"},
        {"id": "in/a.xlf#3", "target": "Drei"},
        {"unit": "u4", "source": "Four", "target": "Vier"},
        {"source": "Empty", "target": ""},
    )
    assert said(engine, ours("Open", "u1")) == Text("Öffnen")
    assert said(engine, ours("Anything", "u2")) == Text("Zwei")
    assert said(engine, ours("Anything", "u3", id="in/a.xlf#3")) == Text("Drei")
    assert said(engine, ours("Four", "u4")) == Text("Vier")
    assert said(engine, ours("Other", "u4")) == abstains("the source differs")
    assert said(engine, ours("Empty", "u5")) == abstains("not in the file")


def test_jsonl_has_tokens_for_codes(tmp_path: Path) -> None:
    source = Text("Press ", Code("i", "open", "<b>"), "Save", Code("i", "close", "</b>"), Code("j", "empty", "<n/>"))
    engine = jsonl(tmp_path, {"source": "Press <g1>Save</g1><x2/>", "target": "<x2/><g1>Sichern</g1> & <x9/>"})
    assert said(engine, ours(source)) == Text(
        source.parts[4], source.parts[1], "Sichern", source.parts[3], " & <x9/>"
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", '{"target": "x"}', '{"source": "x"}', '{"source": 1, "target": "x"}', "[" * 100_000, "\ud800"],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"source": "a", "target": "b"}\n\n' + line.encode("utf-8", "surrogatepass"))
    with pytest.raises(FormatError, match=r"rows\.jsonl:3"):
        said(FileEngine(path, never), ours("a"))


@given(st.binary())
def test_jsonl_never_fails_otherwise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content)
    try:
        said(FileEngine(path, never), ours("a"))
    except MtqaError as error:
        assert "any.jsonl" in str(error)  # noqa: PT017 - either outcome is right


def test_a_pattern_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("nothing.xlf", "*.tmx", "folder"):
        with pytest.raises(ConfigError, match="no file has this name"):
            FileEngine(tmp_path / name, never)


def test_a_name_with_brackets_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "v[1].jsonl").write_text('{"source": "a", "target": "b"}')
    assert said(FileEngine(tmp_path / "v[1].jsonl", never), ours("a")) == Text("b")


def test_the_signature_follows_the_content(tmp_path: Path) -> None:
    one = jsonl(tmp_path, {"source": "a", "target": "b"}).signature
    assert jsonl(tmp_path, {"source": "a", "target": "b"}).signature == one
    assert jsonl(tmp_path, {"source": "a", "target": "c"}).signature != one


def test_the_existing_target_votes() -> None:
    engine = ExistingEngine()
    assert said(engine, ours("a", target=Text("b"))) == Text("b")
    assert said(engine, ours("a")) == abstains("no target in the file")
    assert said(engine, ours("a", target=Text(" "))) == abstains("no target in the file")
    assert isinstance(next(iter(engine.translate([Query("q", "", ours("a"))]))), NoAnswer)
