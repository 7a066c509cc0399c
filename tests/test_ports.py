"""One contract per port, for every installed member, known by no name: metrics, reports, formats.

Engines and checks have theirs in tests/engines/test_contract.py and tests/checks/test_port.py.
"""

import io
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mtqa.cli import mtqa
from mtqa.model import BilingualFile
from mtqa.plugins import available, build
from mtqa.ports import Comparison, Format, Metric, Report, RunMetric

Member = Callable[[str, str], Any]

SAMPLES = Path(__file__).parent.parent / "sample_files"
words = st.lists(st.sampled_from(["Haus", "die", "2.500", "é", "中文", "👍", " "]), max_size=6).map(" ".join)


@pytest.mark.parametrize("name", available("metrics"))
@given(batch=st.lists(st.tuples(words, st.lists(words, max_size=4)), max_size=4))
def test_metric(name: str, member: Member, batch: list[tuple[str, list[str]]]) -> None:
    """Every ordered pair of two, the same whether asked alone or together."""
    metric: Metric = member("metrics", name)
    comparisons = [Comparison(source, tuple(texts)) for source, texts in batch]
    assert metric.signature == member("metrics", name).signature
    holds(metric, comparisons)
    if isinstance(metric, RunMetric):
        in_run = metric.for_run(iter(comparisons))
        assert in_run.signature == metric.for_run(comparisons).signature
        assert in_run is metric or in_run.signature != metric.signature
        holds(in_run, comparisons)


def holds(metric: Metric, comparisons: list[Comparison]) -> None:
    together = metric.utilities(comparisons)
    assert len(together) == len(comparisons)
    for comparison, values in zip(comparisons, together, strict=True):
        size = len(comparison.texts)
        assert set(values) == {(h, r) for h in range(size) for r in range(size) if h != r}
        assert all(map(math.isfinite, values.values()))
        assert metric.utilities([comparison]) == [pytest.approx(values, abs=5e-6)]  # of what float32 can tell


@pytest.mark.parametrize("name", available("metrics"))
def test_metric_prefers_the_same_text(name: str, member: Member) -> None:
    metric: Metric = member("metrics", name)
    (values,) = metric.utilities([Comparison("a house", ("das Haus ist alt", "das Haus ist alt", "ein Boot"))])
    assert values[0, 2] < values[0, 1] == values[1, 0]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ports") / "out"
    arguments = [
        "run",
        SAMPLES / "app_en-de.xlf",
        "-c",
        SAMPLES / "mtqa.toml",
        "-o",
        folder,
        "--cache",
        folder / "../c",
    ]
    assert CliRunner().invoke(mtqa, [str(argument) for argument in arguments]).exit_code == 0
    return folder


@pytest.mark.parametrize("name", available("reports"))
def test_report(name: str, run_folder: Path, tmp_path: Path) -> None:
    """Needs nothing but run.json and segments.jsonl, is the same each time, and renders an empty run."""
    report: Report = build("reports", name, {}, name)
    for file in ("run.json", "segments.jsonl"):
        shutil.copy(run_folder / file, tmp_path)

    def rendered() -> bytes:
        out = io.BytesIO()
        report.render(tmp_path, out)
        return out.getvalue()

    whole = rendered()
    assert whole == rendered()
    (tmp_path / "segments.jsonl").write_bytes(b"")
    assert len(rendered()) < len(whole)


@pytest.mark.parametrize("name", available("formats"))
def test_format(name: str, tmp_path: Path) -> None:
    """Claims its own samples and nobody else's, and writes them back unchanged."""
    formats: dict[str, Format] = {other: build("formats", other, {}, other) for other in available("formats")}
    own = 0
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            claims = [other for other, one in formats.items() if one.claims(path.read_bytes()[: 1 << 16])]
            assert len(claims) <= 1
            if claims == [name]:
                own += 1
                out = io.BytesIO()
                file = BilingualFile(path, path.name)
                formats[name].write(file, lambda _: None, out)
                assert out.getvalue() == path.read_bytes()
                segments = list(formats[name].read(file, lambda _: None))
                assert [segment.id for segment in segments] == [f"{path.name}#{n + 1}" for n in range(len(segments))]
    assert own, f"sample_files has no file of format {name}"
