"""Probes of engines whose faults are known: each is found, and a function of its input has none."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa
from mtqa.evidence.probe import Probed, measure, move, numbers_of
from mtqa.evidence.variants import KINDS, variants
from mtqa.report.evidence.probe import diff

Invoke = Callable[..., Result]


@pytest.mark.parametrize(
    ("text", "kind", "other"),
    [
        ("The file is saved.", "case", "the file is saved."),
        ("save the file", "case", "Save the file"),
        ("The file is saved.", "punctuation", "The file is saved"),
        ("Save the file", "punctuation", "Save the file."),
        ('Choose "Save" now', "quotes", "Choose “Save” now"),
        ("Choose “Save” now", "quotes", 'Choose "Save" now'),
        ("Save it", "whitespace", "Save  it"),
        ("Don’t save", "contractions", "Do not save"),
        ("We do not save", "contractions", "We don't save"),
        ("We sold 12,500 of them", "numbers", "We sold 12500 of them"),
        ("We sold 12500 of them", "numbers", "We sold 12,500 of them"),
        ("Cats sleep. Dogs eat.", "order", "Dogs eat. Cats sleep."),
        ("Delete the picture", "synonyms", "Remove the image"),
    ],
)
def test_a_variant(text: str, kind: str, other: str) -> None:
    assert variants(text, "en", {"delete": "remove", "picture": "image"})[kind] == other


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Scottish tenants pay", "case"),  # a name keeps its capital
        ("PDF files", "case"),
        ("Wait... now", "punctuation"),
        ("Version 1.2.3", "punctuation"),
        ('A 19" screen and a 21" one', "quotes"),  # inches
        ("In 2024", "numbers"),
        ("Code 12-34567", "numbers"),
        ("Open the file. Then close it.", "order"),  # what comes first matters
        ("The pictures", "synonyms"),
    ],
)
def test_no_variant_where_the_meaning_could_change(text: str, kind: str) -> None:
    assert kind not in variants(text, "en", {"picture": "image"})


def test_other_languages_have_the_variants_that_need_no_english() -> None:
    found = variants("das Haus ist nicht 12,500 wert.", "de", {})
    assert set(found) == {"case", "punctuation", "whitespace"}


def test_moves() -> None:
    assert move("The file is saved.", "the FILE is  saved", "en") == 0
    assert move("a b c d", "a b c e", "en") == 0.25
    assert move("a b. c d.", "c d. a b.", "en", bag=True) == 0
    assert move("", "", "en") == 0
    assert move("保存文件", "保存文档", "zh") == 0.25
    assert numbers_of("1,000 and 2.5") == numbers_of("2.5 and 1000")
    assert numbers_of("1,000") != numbers_of("10,000")


def simulated(answer: Callable[[np.random.Generator, str], str], n: int = 200, times: int = 5) -> dict[str, Any]:
    """What a probe finds of an engine; its sources are five words, and each has a variant with another full stop."""
    rng = np.random.default_rng(0)
    probed = []
    for number in range(n):
        source = " ".join(f"w{place}" for place in rng.integers(1000, 9000, size=5))
        repeats = {"e": [answer(rng, source) for _ in range(times)]}
        varied = {"e": {"punctuation": answer(rng, source + ".")}}
        one = Probed(
            f"s{number}", f"d{number // 5}", source, "en", "es", {"punctuation": source + "."}, repeats, varied
        )
        probed.append(one)
    (found,) = measure(probed, ["e"])
    return found


def test_a_function_of_its_input_has_no_faults() -> None:
    found = simulated(lambda _, source: source.rstrip(".").upper())
    assert found["repeats"]["distinct"]["value"] == found["repeats"]["self_agreement"]["value"] == 1
    assert found["repeats"]["unstable"]["value"] == 0
    assert found["repeats"]["worst"] == []
    (varied,) = found["variations"]
    assert varied["excess"]["value"] == varied["beyond_chance"]["value"] == 0


def test_chance_is_found_and_taken_off() -> None:
    """An engine that changes one word in ten answers, whatever it is asked."""
    found = simulated(lambda rng, s: s.rstrip(".") if rng.random() < 0.9 else "other " + s.rstrip(".").split(" ", 1)[1])
    unstable = 1 - 0.9**5 - 0.1**5
    assert found["repeats"]["unstable"]["low"] < unstable < found["repeats"]["unstable"]["high"]
    (varied,) = found["variations"]
    assert varied["excess"]["value"] > 0
    assert varied["beyond_chance"]["low"] < 0 < varied["beyond_chance"]["high"]


def test_what_a_full_stop_moves_is_found() -> None:
    found = simulated(lambda _, s: s if not s.endswith(".") else " ".join([*s.rstrip(".").split()[:4], "planted"]))
    assert found["repeats"]["unstable"]["value"] == 0
    (varied,) = found["variations"]
    assert varied["excess"]["value"] == varied["beyond_chance"]["value"] == pytest.approx(0.2)
    assert varied["worst"][0]["after"].endswith("planted")


def test_numbers_and_rewritings_are_found() -> None:
    numbers = simulated(lambda rng, s: f"{s} {rng.integers(2)}")
    assert numbers["repeats"]["numbers"]["low"] > 0.85
    assert numbers["repeats"]["rewritten"]["value"] == 0
    rewritten = simulated(lambda rng, s: s if rng.random() < 0.5 else "something else")
    assert rewritten["repeats"]["rewritten"]["low"] > 0.85


FILE = """<?xml version="1.0"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a" source-language="en" target-language="es" datatype="plaintext"><body>{units}</body></file></xliff>
"""
# Capitals; forgets the last word of every tenth answer, and swaps the first two words where a dot ends it.
ENGINE = """
import json, pathlib, sys
given = json.load(sys.stdin)
path = pathlib.Path("asked")
n = int(path.read_text()) if path.exists() else 0
items = []
for item in given["items"]:
    n += 1
    words = item["text"].rstrip(".").upper().split()
    if item["text"].endswith("."):
        words[:2] = words[1::-1]
    if n % 10 == 0:
        words.pop()
    items.append({"id": item["id"], "text": " ".join(words)})
path.write_text(str(n))
json.dump({"items": items}, sys.stdout)
"""


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache.sqlite"))
    Path("engine.py").write_text(ENGINE, encoding="utf-8")
    command = json.dumps([sys.executable, "engine.py"])
    Path("mtqa.toml").write_text(
        f'[engines.odd]\nuse = "command"\ncommand = {command}\nprotocol = "json"\nprice = 100.0\nbatch = 7\n',
        encoding="utf-8",
    )
    sources = [f"open window {number} and wait {'' if number % 2 else 'there'}".strip() for number in range(30)]
    units = "".join(f'<trans-unit id="{n}"><source>{text}</source></trans-unit>' for n, text in enumerate(sources))
    coded = '<trans-unit id="c"><source>Press <g id="1">here</g> now</source></trans-unit>'
    Path("in.xlf").write_text(FILE.format(units=units + coded), encoding="utf-8")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(mtqa, [str(argument) for argument in arguments])

    return run


def test_an_engine_that_forgets_and_minds_full_stops(invoke: Invoke) -> None:
    done = invoke("probe", "in.xlf", "-e", "odd", "--vary", "--repeat", "4")
    assert done.exit_code == 0, done.output
    record = json.loads(Path("mtqa-evidence/probe.json").read_bytes())
    assert record["segments"] == 31
    (engine,) = record["engines"]
    assert engine["repeats"]["times"] == 4
    assert 0.2 < engine["repeats"]["unstable"]["value"] < 0.6  # twelve of 124 answers are cut
    found = {one["kind"]: one for one in engine["variations"]}
    assert set(found) <= set(KINDS)
    assert found["punctuation"]["excess"]["low"] > found["whitespace"]["excess"]["high"]
    assert "[-" in done.stdout
    assert "1 segments with inline codes were not varied" in done.stderr
    page = Path("mtqa-evidence/probe.html").read_text(encoding="utf-8")
    assert "<ins>" in page
    asked = Path("asked").read_text(encoding="utf-8")
    assert invoke("probe", "in.xlf", "-e", "odd", "--vary", "--repeat", "4").exit_code == 0
    assert Path("asked").read_text(encoding="utf-8") == asked  # all of it was in the cache


def test_costs_come_first_and_are_capped(invoke: Invoke) -> None:
    done = invoke("probe", "in.xlf", "--dry-run")
    assert "odd: 155 texts to send" in done.stderr
    assert not Path("asked").exists()
    done = invoke("probe", "in.xlf", "--max-cost", "0.1")
    assert "estimated to cost" in str(done.exception)
    assert not Path("asked").exists()
    record = json.loads(invoke("probe", "in.xlf", "--max-cost", "5", "--format", "json", "-o", "-").stdout)
    assert 0 < record["spent"] <= 5


def test_paraphrases_come_from_the_engine_that_is_named(invoke: Invoke) -> None:
    with Path("mtqa.toml").open("a", encoding="utf-8") as out:
        command = json.dumps([sys.executable, "-c", "import sys\nfor l in sys.stdin: print('please', l, end='')"])
        out.write(f'[engines.writer]\nuse = "command"\ncommand = {command}\n')
    done = invoke("probe", "in.xlf", "-e", "odd", "--paraphrase", "writer", "--repeat", "2", "--limit", "10")
    assert done.exit_code == 0, done.output
    (engine,) = json.loads(Path("mtqa-evidence/probe.json").read_bytes())["engines"]
    assert engine["engine"] == "odd"
    found = {one["kind"]: one for one in engine["variations"]}
    assert found["paraphrases"]["source"]["value"] > 0.1


def test_what_an_answer_says_does_not_act_on_the_page(invoke: Invoke) -> None:
    hostile = ENGINE.replace('" ".join(words)', '"<script>alert(1)</script> " + str(n)')
    Path("engine.py").write_text(hostile, encoding="utf-8")
    assert invoke("probe", "in.xlf", "--repeat", "2").exit_code == 0
    page = Path("mtqa-evidence/probe.html").read_text(encoding="utf-8")
    assert "<script" not in page


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    """An Apertium server that nobody has asked anything."""
    script = str(Path(__file__).parent.parent.parent / ".ci" / "apertium")
    environment = os.environ | {"MTQA_APERTIUM_STATE": str(tmp_path / "server")}
    environment.pop("MTQA_APERTIUM_PORT", None)
    try:
        started = subprocess.run([script, "start"], env=environment, capture_output=True, text=True, check=True)
        yield started.stdout.strip()
    finally:
        subprocess.run([script, "stop"], env=environment, check=True, capture_output=True)


@pytest.mark.service
@pytest.mark.skipif(not os.environ.get("MTQA_APERTIUM_URL"), reason="MTQA_APERTIUM_URL names no server")
def test_a_server_that_remembers_is_found(invoke: Invoke, fresh_server: str) -> None:
    """Apertium translates the first text otherwise once it has seen the last one; without that one, always alike."""
    texts = ["@anna heard this song was good", "Open the window.", "You should've known better, said the baker."]
    Path("mtqa.toml").write_text(f'[engines.apertium]\nbase_url = "{fresh_server}"\n', encoding="utf-8")
    unstable = {}
    for name, some in (("alone", texts[:2]), ("together", texts)):
        units = "".join(f'<trans-unit id="{n}"><source>{text}</source></trans-unit>' for n, text in enumerate(some))
        Path(f"{name}.xlf").write_text(FILE.format(units=units), encoding="utf-8")
        done = invoke("probe", f"{name}.xlf", "--repeat", "3", "-o", name, "--cache", f"{name}.sqlite")
        assert done.exit_code == 0, done.output
        (engine,) = json.loads((Path(name) / "probe.json").read_bytes())["engines"]
        unstable[name] = [one["source"] for one in engine["repeats"]["worst"]]
    assert unstable == {"alone": [], "together": [texts[0]]}


def test_a_page_shows_which_characters_have_changed_where_words_are_not_spaced() -> None:
    assert diff("請打開視窗", "請關閉視窗", "zh-Hant") == "請<del>打開</del><ins>關閉</ins>視窗"
    assert diff("Open it <b>", "open it <b>", "en") == "<del>Open</del><ins>open</ins> it &lt;b&gt;"
