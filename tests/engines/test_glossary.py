import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqa.config import parse_settings
from mtqa.engines.glossary import Glossary
from mtqa.errors import FormatError
from mtqa.formats import read_glossary
from mtqa.parts import assemble
from mtqa.ports import Term
from tests.engines.chats import SERVERS
from tests.engines.wire import queries, wired

TBX = """<?xml version="1.0"?><martif type="TBX"><text><body>
<termEntry><langSet xml:lang="en"><tig><term>engine</term></tig></langSet>
<langSet xml:lang="de"><tig><term>Motor</term></tig><tig><term>Triebwerk</term></tig>
<tig><term>Maschine</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet>
<langSet xml:lang="cs"><tig><term>motor</term></tig></langSet></termEntry></body></text></martif>"""


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini", "bedrock"])
@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("g.csv", "source;target\nengine;Motor;of a car\n", {"target": "Motor", "remark": "of a car"}),
        ("g.csv", "engine,Motor|Triebwerk|!Maschine\n", {"target": ["Motor", "Triebwerk"], "avoid": ["Maschine"]}),
        ("g.tbx", TBX, {"target": ["Motor", "Triebwerk"], "avoid": ["Maschine"]}),
    ],
)
def test_a_model_is_told_what_any_glossary_says_of_its_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str, content: str, told: dict[str, object]
) -> None:
    monkeypatch.setenv("MTQA_TEST_KEY", "key-4711")
    (tmp_path / file).write_text(content, encoding="utf-8")
    table = {"model": "m-1", "key_env": "MTQA_TEST_KEY", "glossary": file}
    table |= {"region": "eu-west-1"} if name == "bedrock" else {}
    with assemble(parse_settings({"engines": {name: table}}, tmp_path / "mtqa.toml")) as parts:
        engine = parts.engines[name]
        with wired(engine, SERVERS[name].translation, strict=False) as wire:
            list(engine.translate(queries("Two engines")))
    document = json.loads(SERVERS[name].document(wire.body()))
    assert document["glossary"] == [{"source": "engine"} | told]


@pytest.mark.parametrize("content", [b"only one column\n", b"a,\n", b",b\n", b"\xff\xfe,b\n", b'"a,b\n' + b"x" * 2**28])
def test_what_is_no_glossary_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"terms\.csv"):
        read_glossary(path, lambda _path: iter(()))
    with pytest.raises(FormatError, match="cannot be read"):
        read_glossary(tmp_path / "none.csv", lambda _path: iter(()))


@pytest.mark.parametrize(
    ("term", "text", "occurs"),
    [
        ("engine", "Two Engines, one car", True),
        ("engine", "engineering", False),
        ("cat", "concatenate", False),
        ("log in", "Please log\nin", False),
        ("log in", "LOG IN now", True),
        ("C++", "in C++ and C", True),
        ("Straße", "die STRASSE", True),
        ("汽车", "红色汽车引擎", True),
        (".NET", "a .NET app", True),
    ],
)
def test_terms_occur_as_words(term: str, text: str, occurs: bool) -> None:
    assert bool(Glossary((Term(term, ("x",)),)).occurring([text])) is occurs


def test_terms_of_other_languages_are_not_told() -> None:
    glossary = Glossary((Term("engine", ("motor",), source_lang="en-GB", target_lang="cs"),))
    assert glossary.occurring(["an engine"], "en", "cs-CZ")
    assert not glossary.occurring(["an engine"], "en", "de")
    assert not glossary.occurring(["an engine"], "sv", "cs")


@given(st.text(min_size=1), st.text())
def test_looking_never_fails(term: str, text: str) -> None:
    assert len(Glossary((Term(term, ("x",)),)).occurring([text])) <= 1
