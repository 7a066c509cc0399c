"""docs/engines.md names every engine with every setting, and what it shows works."""

import re
import tomllib
from pathlib import Path

import pytest

from mtqa.config import parse_settings
from mtqa.engines.chat import PROMPT, VERSION
from mtqa.engines.options import Chat, Machine
from mtqa.parts import build_engine
from mtqa.plugins import available, load, parameters_of
from tests.engines.test_contract import SERVERS, built

PAGE = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
COMMON = {"timeout", "concurrency", "rate", "price", "base_url"} | Machine.__annotations__.keys()
SERVICES = {"read_bilingual", "read_glossary", "other_engines"}


@pytest.mark.parametrize("name", available("engines"))
def test_every_engine_has_a_row_with_its_settings(name: str) -> None:
    parameters = parameters_of(load("engines", name))
    [row] = re.findall(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)
    shared = COMMON | (Chat.__annotations__.keys() if "prompt" in parameters else set())
    for option, one in parameters.items():
        if option not in shared | SERVICES:
            assert f"`{option}`" in row
            assert (f"**`{option}`**" in row) == one.required


@pytest.mark.parametrize("name", sorted(set(SERVERS)))
def test_what_an_engine_takes_is_what_its_record_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts, characters, markup, terms, register, context, sampling."""
    for variable in ("MTQA_TEST_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "some-key")
    more = {"google": {"project": "p"}, "azure": {"version": "2026-06-06"}}
    record = built(name, **more.get(name, {})).capabilities
    able = built(name, context=True).capabilities if "context" in parameters_of(load("engines", name)) else record
    [row] = re.findall(rf"^\| `{name}` \|(.*)\|$", PAGE, re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")]
    assert re.match(rf"{record.max_items:,} texts?, {record.max_chars:,} (characters|bytes)", cells[2])
    assert cells[3].split(",")[0] == record.markup
    said = {word.split(" (")[0] for word in cells[4].split(", ")}
    expected = {"terms": record.glossary, "register": record.formality, "context": able.context}
    assert said - {"–"} == {*(word for word, has in expected.items() if has), *record.sampling}
    assert (record.billed or "nothing") in cells[5]


@pytest.mark.parametrize("option", sorted((COMMON | Chat.__annotations__.keys()) - SERVICES))
def test_every_common_setting_is_explained(option: str) -> None:
    assert re.search(rf"^\| `{option}` \|", PAGE, re.MULTILINE)


def test_the_prompt_is_the_one_in_use() -> None:
    assert f"```text\n{PROMPT}\n```" in PAGE
    assert f"The prompt, version {VERSION};" in PAGE


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_the_settings_shown_build_their_engines(block: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "terms_en-de.csv").write_text("account,Konto\n", encoding="utf-8")
    (tmp_path / "translate.sh").touch(0o755)
    for folder in re.findall(r'path = "(models/[\w-]+)"', block):
        pytest.importorskip("ctranslate2")
        (tmp_path / folder).mkdir(parents=True)
        for file in ("model.bin", "spiece.model"):
            (tmp_path / folder / file).touch()
    monkeypatch.chdir(tmp_path)
    for variable in re.findall(r'key_env = "(\w+)"', block):
        monkeypatch.setenv(variable, "some-key")
    settings = parse_settings(tomllib.loads(block), tmp_path / "mtqa.toml")
    for engine in settings.engines.values():
        build_engine(engine, settings, {}).close()
