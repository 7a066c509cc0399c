"""Votes that are already in files: alternatives of a segment, and translation memories with fuzzy lookup."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mtqa.engines.alternatives import AlternativesEngine
from mtqa.engines.file import FileEngine
from mtqa.engines.matching import adapted
from mtqa.errors import ConfigError
from mtqa.inline import Code, Text
from mtqa.model import Alternative, Missing, Segment
from mtqa.ports import Answer, NoAnswer, Outcome, Query
from tests.helpers import segment


def ask(engine: AlternativesEngine | FileEngine, one: Segment) -> Outcome:
    (outcome,) = engine.translate([Query("1", one.source.plain, one)])
    return outcome


def alternatives(*given: Alternative, engines: Sequence[str] = (), **options: object) -> Outcome:
    engine = AlternativesEngine(engines, **options)  # type: ignore[arg-type]
    return ask(engine, segment("The printer is offline.", target_lang="fr", alternatives=given))


def proposal(text: str, origin: str = "tm", **fields: object) -> Alternative:
    return Alternative(origin, Text(text), **fields)  # type: ignore[arg-type]


SAME, OTHER = Text("The printer is offline."), Text("The printer is online.")


@pytest.mark.parametrize(
    "excluded",
    [
        proposal("non", kind="rejected"),
        proposal("Abbrechen", kind="reference"),
        proposal("Tout annuler", kind="previous-version", source=OTHER),
        proposal("Abbrechen", lang="de"),
        proposal(" "),
        proposal("null"),
        proposal("de mtqa", origin="mtqa:deepl"),
        proposal("de DeepL", origin="MT DeepL v2"),
    ],
)
def test_what_does_not_vote(excluded: Alternative) -> None:
    assert alternatives(excluded, engines=["deepl"]) == NoAnswer("1", Missing.ABSTAINED, "no alternative in the file")


def test_the_closest_source_wins_then_quality_then_order() -> None:
    chosen = alternatives(
        proposal("fuzzy", source=OTHER, quality="99"),
        proposal("first", source=SAME, quality="80%"),
        proposal("better", source=SAME, quality="0.91"),
        proposal("as good", source=SAME, quality="91"),
    )
    assert chosen == Answer("1", Text("better"), match=1.0)


def test_fuzzy_proposals_vote_from_a_set_rate() -> None:
    fuzzy = proposal("L'imprimante est en ligne.", source=OTHER)
    assert alternatives(fuzzy) == NoAnswer("1", Missing.ABSTAINED, "best match 93%, 100% needed")
    found = alternatives(fuzzy, min_rate=0.9)
    assert isinstance(found, Answer)
    assert found.match == pytest.approx(42 / 45)


def test_rates_without_a_source() -> None:
    assert isinstance(alternatives(proposal("x", origin="machine-trans", quality="0.4")), Answer)
    assert isinstance(alternatives(proposal("x", quality="87%")), NoAnswer)
    assert isinstance(alternatives(proposal("x", similarity=0.87)), NoAnswer)
    assert isinstance(alternatives(proposal("x", similarity=1.0)), Answer)


def test_one_origin_can_be_named() -> None:
    both = (proposal("a", origin="TM main"), proposal("b", origin="TM second"))
    assert alternatives(*both, origin="second") == Answer("1", Text("b"), match=1.0)


def test_codes_of_another_format_are_exchanged_by_place() -> None:
    ours = Text("a ", Code("g1", "open", "<g>"), "b", Code("g1", "close", "</g>"))
    theirs = (Code("bpt1", "open", "<bpt/>"), Code("bpt1", "close", "<ept/>"))
    target = Text(theirs[0], "B", theirs[1], " A")
    assert adapted(target, Text("a ", theirs[0], "b", theirs[1]), ours) == Text(ours.parts[1], "B", ours.parts[3], " A")
    assert adapted(target, Text("a b"), ours) == target, "nothing is guessed"


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    (tmp_path / "tm.tmx").write_text("", encoding="utf-8")
    return tmp_path / "tm.tmx"


def read(path: Path, source_lang: str | None = None, target_lang: str | None = None) -> Iterator[Segment]:
    for source, target in (("The backup was complete.", "War fertig."), ("Save", "Sichern"), ("Save", "Speichern")):
        yield segment(source, target=Text(target), unit="")


def test_fuzzy_lookup(memory: Path) -> None:
    one = segment("The backup is complete.")
    assert ask(FileEngine(memory, read), one) == NoAnswer("1", Missing.ABSTAINED, "not in the file")
    found = ask(FileEngine(memory, read, min_rate=0.75), one)
    assert isinstance(found, Answer)
    assert found.text == Text("War fertig.")
    assert 0.85 < (found.match or 0) < 1
    assert isinstance(ask(FileEngine(memory, read, min_rate=0.75), segment("Something else entirely")), NoAnswer)


def test_two_translations_are_no_vote(memory: Path) -> None:
    found = ask(FileEngine(memory, read), segment("Save"))
    assert found == NoAnswer("1", Missing.ABSTAINED, "2 different translations of this source")


@pytest.mark.parametrize("rate", [0, 1.5, -1])
def test_rates_are_shares(rate: float, memory: Path) -> None:
    with pytest.raises(ConfigError, match="is no match rate"):
        FileEngine(memory, read, min_rate=rate)
    with pytest.raises(ConfigError, match="is no match rate"):
        AlternativesEngine([], min_rate=rate)
