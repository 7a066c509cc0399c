"""COMET in whole runs: kept between runs, named in the manifest, and refused before an engine is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtqa.cli import mtqa

ROOT = Path(__file__).parent.parent
Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """A command in a folder with the sample files and a cache of its own; COLUMNS wide enough for every line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTQA_CACHE", str(tmp_path / "cache" / "answers.sqlite"))
    (tmp_path / "sample_files").symlink_to(ROOT / "sample_files")
    return lambda *arguments: CliRunner().invoke(mtqa, [str(argument) for argument in arguments])


def configure(folder: Path, more: str) -> None:
    sample = (ROOT / "sample_files" / "mtqa.toml").read_text(encoding="utf-8")
    text = sample.replace('path = "', 'path = "sample_files/')
    (folder / "mtqa.toml").write_text(text + more, encoding="utf-8")


def test_a_run_with_comet(comet_model: Callable[[str], Path], invoke: Invoke, tmp_path: Path) -> None:
    pairwise, free = comet_model("regression_metric"), comet_model("unified_metric")
    configure(
        tmp_path, f'[metrics.chrf]\n[metrics.comet]\nmodel = "{pairwise}"\n[checks.qe]\nmodel = "{free}"\nbelow = 9\n'
    )
    done = invoke("run", "sample_files/app_en-de.xlf", "-o", "out")
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert manifest["metrics"]["comet"].startswith("comet|model:regression_metric|weights:")
    assert manifest["check_signatures"]["qe"].startswith("qe|model:unified_metric|weights:")
    results = [
        json.loads(line) for line in (tmp_path / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    voted = [result for result in results if len(result["candidates"]) > 1]
    assert voted
    for result in voted:
        assert len(result["utilities"]["comet"]) == len(result["candidates"]) * (len(result["candidates"]) - 1)
        assert any(finding["check"] == "qe" for one in result["candidates"] for finding in one["findings"])
    kept = tmp_path / "cache" / "answers-encodings.sqlite"
    size = kept.stat().st_size
    again = invoke("run", "sample_files/app_en-de.xlf", "-o", "again")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again" / "segments.jsonl").read_bytes() == (tmp_path / "out" / "segments.jsonl").read_bytes()
    assert kept.stat().st_size == size


def test_only_the_divergent_in_a_run(comet_model: Callable[[str], Path], invoke: Invoke, tmp_path: Path) -> None:
    """The least agreeing third has COMET's utilities; all have a choice; the scale of COMET was measured."""
    comet = f'[metrics.comet]\nmodel = "{comet_model("regression_metric")}"\nonly = "divergent"\nshare = 0.34\n'
    configure(tmp_path, comet)
    done = invoke("run", "sample_files/app_en-de.xlf", "-o", "out")
    assert "no metric with a weight is asked about every segment" in str(done.exception)
    configure(tmp_path, f"[metrics.chrf]\n[metrics.tokens]\n{comet}")
    done = invoke("run", "sample_files/app_en-de.xlf", "-o", "out")
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "out" / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    voted = [one for one in map(json.loads, lines) if len(one["candidates"]) > 1]
    asked = [one for one in voted if one["utilities"].get("comet")]
    assert 0 < len(asked) <= 0.34 * len(voted) + 1
    manifest = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    scale = manifest["statistics"][0]["scales"]["comet"]
    assert 0 < scale["unrelated"] < scale["identical"] < 1
    assert "only:divergent|share:0.34|chrf-below:0." in manifest["metrics"]["comet"]


def test_a_missing_model_stops_before_anything_is_sent(
    comet_model: Callable[[str], Path], invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comet_model("regression_metric")  # the extra is there
    monkeypatch.setenv("MTQA_TEST_KEY", "secret")
    (tmp_path / "mtqa.toml").write_text(
        'target_lang = "de"\n[engines.remote]\nuse = "deepl"\nkey_env = "MTQA_TEST_KEY"\n'
        'base_url = "http://127.0.0.1:9"\n[metrics.comet]\nmodel = "somebody/model-that-is-nowhere"\n',
        encoding="utf-8",
    )
    for command in (
        ["run", "sample_files/app_en-de.xlf", "-o", "out"],
        ["run", "sample_files/app_en-de.xlf", "--dry-run"],
    ):
        done = invoke(*command)
        assert done.exit_code == 1
        assert "127.0.0.1:9" not in str(done.exception) + done.output
        assert "get it with `hf download somebody/model-that-is-nowhere`" in str(done.exception) + done.output
    assert not (tmp_path / "out").exists()


def test_doctor_tries_the_models(comet_model: Callable[[str], Path], invoke: Invoke, tmp_path: Path) -> None:
    configure(tmp_path, f'[metrics.comet]\nmodel = "{comet_model("regression_metric")}"\n')
    done = invoke("doctor")
    assert done.exit_code == 0, done.output
    assert "ok    metric comet: comet|model:regression_metric|weights:" in done.output
    assert "licence of the model: unknown" in done.output
    configure(tmp_path, '[metrics.comet]\nmodel = "nobody/nothing"\n')
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "FAIL  metric comet: metric comet: the model nobody/nothing is not on this machine" in done.output
