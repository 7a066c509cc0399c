"""Reference-free estimates: comet's own numbers, told as findings; they cast no vote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mtqa.checks import run_checks
from mtqa.config import Settings, parse_settings
from mtqa.errors import ConfigError, MetricError
from mtqa.metrics.comet.qe import QualityEstimate
from mtqa.model import Severity
from mtqa.parts import build_checks
from tests.helpers import found

Models = Callable[[str], Path]
FREE = ["unified_metric", "referenceless_regression_metric"]
POOL = found("The house is old.", a="Das Haus ist alt.", b="ein Boot " * 9, c="", d="Das Haus ist alt.")


def predicted(folder: Path, samples: list[dict[str, str]]) -> list[float]:
    """What comet-score computes."""
    from mtqa.metrics.comet.loading import guarded

    with guarded():
        from comet import load_from_checkpoint

        network = load_from_checkpoint(str(folder / "checkpoints" / "model.ckpt"), local_files_only=True)
        scores: list[float] = network.predict(
            samples, batch_size=4, gpus=0, progress_bar=False, num_workers=0, accelerator="cpu"
        )["scores"]
    return scores


@pytest.mark.parametrize("family", FREE)
def test_the_numbers_are_those_of_comet(comet_model: Models, family: str) -> None:
    """Every candidate with text is told, above a bound that nothing reaches; an empty one is the affair of `empty`."""
    check = QualityEstimate(model=str(comet_model(family)), below=10.0)
    told = {one.engine: one for one in next(run_checks([POOL], {"qe": (check, Severity.WARNING)}))}
    assert list(told) == ["a", "b", "d"]
    texts = {candidate.engine: candidate.text.plain for candidate in POOL.candidates}
    samples = [{"src": POOL.segment.source.plain, "mt": texts[engine]} for engine in told]
    for finding, score in zip(told.values(), predicted(comet_model(family), samples), strict=True):
        assert finding.severity is Severity.WARNING
        assert finding.message == f"quality estimate {score:.3f}, below 10 ({family})"


def test_a_bound_parts_candidates(comet_model: Models) -> None:
    model = str(comet_model("unified_metric"))
    high = QualityEstimate(model=model, below=10.0)
    estimates = [
        float(one.message.split()[2].strip(",")) for one in next(run_checks([POOL], {"qe": (high, high.default)}))
    ]
    assert estimates[0] == estimates[2] != estimates[1]
    between = QualityEstimate(model=model, below=(estimates[0] + estimates[1]) / 2)
    told = [one.engine for one in next(run_checks([POOL], {"qe": (between, between.default)}))]
    assert told == (["a", "d"] if estimates[0] < estimates[1] else ["b"])


def test_candidates_of_a_segment_are_estimated_together(comet_model: Models) -> None:
    check = QualityEstimate(model=str(comet_model("unified_metric")), below=10.0)
    network = check._network()
    calls: list[int] = []
    predict = network.predict
    network.predict = lambda pairs: (calls.append(len(pairs)), predict(pairs))[1]  # type: ignore[method-assign]
    for _ in range(2):
        list(next(run_checks([POOL], {"qe": (check, check.default)})))
    assert calls == [2]  # two distinct texts


def test_it_runs_where_it_is_configured(comet_model: Models, tmp_path: Path) -> None:
    assert "qe" not in build_checks(Settings())
    table = {"checks": {"qe": {"model": str(comet_model("unified_metric")), "below": 0.5, "severity": "warning"}}}
    checks = build_checks(parse_settings(table, tmp_path / "mtqa.toml"))
    check, severity = checks["qe"]
    assert severity is Severity.WARNING
    assert isinstance(check, QualityEstimate)
    assert check.signature.startswith("qe|model:unified_metric|weights:")


def test_a_bound_must_be_given(comet_model: Models, tmp_path: Path) -> None:
    """None was measured, so there is no default."""
    table = {"checks": {"qe": {"model": str(comet_model("unified_metric"))}}}
    with pytest.raises(ConfigError, match="below is missing"):
        build_checks(parse_settings(table, tmp_path / "mtqa.toml"))


def test_a_model_that_needs_references_is_no_check(comet_model: Models) -> None:
    with pytest.raises(MetricError, match=r"\[metrics\.comet\]"):
        QualityEstimate(model=str(comet_model("regression_metric")), below=0.5)
