"""The tutorial of docs/plugins.md is a working package: it is installed into a place of its own and used."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs" / "plugins.md"
SAMPLE = Path(__file__).parent.parent / "sample_files" / "app_en-de.xlf"


def blocks() -> dict[str, str]:
    """File name -> content of the code block under it."""
    found = re.findall(r"`([\w.]+)`\n\n```\w+\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the tutorial's package is installed."""
    package, site = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("site")
    for name, content in blocks().items():
        (package / name).write_text(content, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*pip, str(package)], check=True, capture_output=True)
    return os.environ | {"PYTHONPATH": str(site)}


def test_the_plugin_is_listed(installed: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mtqa", "plugins"], env=installed, capture_output=True, text=True, check=True
    )
    assert re.search(r"engines +phrasebook +mtqa-phrasebook 1.0 +ok", done.stdout)
    assert re.search(r"metrics +blocks +mtqa-phrasebook 1.0 +ok", done.stdout)
    assert re.search(r"checks +ellipsis +mtqa-phrasebook 1.0 +ok", done.stdout)


def test_the_plugin_votes(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "phrases.csv").write_text("Save changes,Speichern …\n", encoding="utf-8")
    (tmp_path / "mtqa.toml").write_text('[engines.house]\nuse = "phrasebook"\npath = "phrases.csv"\n', encoding="utf-8")
    command = [sys.executable, "-m", "mtqa", "run", str(SAMPLE), "-o", "out", "--cache", "cache.sqlite"]
    done = subprocess.run(command, env=installed, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "16 segments · 0 agreed · 0 divergent · 14 undecided · 2 protected · 0 lost" in done.stdout
    assert "Speichern …" in (tmp_path / "out" / "segments.jsonl").read_text(encoding="utf-8")


def test_the_metric_takes_part(installed: dict[str, str], tmp_path: Path) -> None:
    config = "[metrics.chrf]\n[metrics.blocks]\nweight = 0.5\n"
    (tmp_path / "mtqa.toml").write_text(config, encoding="utf-8")
    texts = {"a": "Das ist gut", "b": "Das ist gut", "c": "Das war gut"}
    row = {"id": "1", "source": "x", "source_lang": "en", "target_lang": "de", "candidates": texts}
    (tmp_path / "table.jsonl").write_text(json.dumps(row), encoding="utf-8")
    command = [sys.executable, "-m", "mtqa", "score", "table.jsonl", "-o", "out.jsonl"]
    subprocess.run(command, env=installed, cwd=tmp_path, capture_output=True, text=True, check=True)
    result = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert list(result["utilities"]) == ["agreement", "chrf", "blocks"]
    assert result["candidates"][0]["parts"]["blocks"] > 0
