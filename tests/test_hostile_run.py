"""Every file of the corpus through the whole command: results, or one clear line and nothing written."""

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.cli import mtqa
from mtqa.errors import MtqaError

CORPUS = Path(os.environ.get("MTQA_CORPUS", ""))
MANIFEST = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["files"] if CORPUS.name else {}

pytestmark = pytest.mark.skipif(not MANIFEST, reason="MTQA_CORPUS names no folder with a manifest.json")


@pytest.mark.parametrize("name", MANIFEST or [""])
def test_no_file_of_the_corpus_brings_a_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"source": "Hello world", "target": "Hallo Welt"}\n', encoding="utf-8")
    out = tmp_path / "out"
    options = [o for n in "abc" for o in ("--candidates", f"{n}={tmp_path / 'c.jsonl'}")]
    languages = ["--source-lang", "en", "--target-lang", "fr"]
    arguments = ["run", str(CORPUS / name), *options, *languages, "-o", str(out), "--cache", str(tmp_path / "cache")]
    done = CliRunner().invoke(mtqa, arguments)
    if done.exit_code == 0:
        assert re.match(r"\d+ segments · ", done.stdout)
        assert (out / "files" / Path(name).name).is_file()
    else:
        assert isinstance(done.exception, MtqaError), done.exception
        assert len(str(done.exception).splitlines()) == 1
        assert not out.exists()
    if MANIFEST[name]["expect"] == "reject":
        assert done.exit_code == 1
    if MANIFEST[name]["expect"] == "accept" and MANIFEST[name]["flavour"] in ("xliff1", "xliff2", "tmx"):
        assert done.exit_code == 0, done.exception
