"""Ignores: silent while everything is the same, back when anything changes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mtqa.checks import Ignores, run_checks
from mtqa.cli import mtqa
from mtqa.errors import ConfigError
from mtqa.inline import Text
from mtqa.model import Candidate, CandidateSet, Finding
from mtqa.plugins import build
from tests.helpers import segment

SAMPLES = Path(__file__).parent.parent.parent / "sample_files"


def told(source: str, target: str, check: str = "numbers", ignores: Ignores | None = None) -> tuple[Finding, ...]:
    one = build("checks", check, {}, check)
    here = CandidateSet(segment(source), (Candidate("a", Text(target)),))
    return next(run_checks([here], {check: (one, one.default)}, ignores))


def test_a_finding_lapses_when_source_target_or_rule_change() -> None:
    (finding,) = told("100 eggs", "Eier")
    ignores = Ignores([finding.fingerprint])
    assert told("100 eggs", "Eier", ignores=ignores) == ()
    assert ignores.silenced == 1
    assert ignores.lapsed == 0
    assert told("100 big eggs", "Eier", ignores=ignores)
    assert told("100 eggs", "viele Eier", ignores=ignores)
    assert told("200 eggs", "Eier", ignores=ignores)
    assert told("100 eggs.", "Eier", "end_punctuation", ignores)


def test_the_others_do_not_change_the_fingerprint() -> None:
    one = build("checks", "numbers", {}, "numbers")
    alone, among = (
        next(run_checks([CandidateSet(segment("100 eggs"), pool)], {"numbers": (one, one.default)}))[0]
        for pool in (
            (Candidate("a", Text("Eier")),),
            (Candidate("a", Text("Eier")), Candidate("b", Text("100 Eier")), Candidate("c", Text("100 Eier"))),
        )
    )
    assert alone.fingerprint == among.fingerprint
    assert alone.message != among.message


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mtqa-ignores.txt"
    path.write_text("# ours\n\n0123456789abcdef  numbers\nnonsense\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mtqa-ignores.txt:4: does not begin with a fingerprint"):
        Ignores.read(path)


def run(folder: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(mtqa, [*arguments], env={"MTQA_CACHE": str(folder / "cache.sqlite")})
    assert done.exit_code in (0, 3), done.output
    return done


@pytest.fixture
def in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    (tmp_path / "sample_files").symlink_to(SAMPLES)
    config = (SAMPLES / "mtqa.toml").read_text(encoding="utf-8").replace('"candidates/', '"sample_files/candidates/')
    (tmp_path / "mtqa.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run(tmp_path, *arguments)


def test_accepted_findings_are_silent_and_lapsed_lines_are_told(in_a_copy: Callable[..., Result]) -> None:
    """The flow of a person: run, accept, run again; what was accepted bars nobody any more."""
    in_a_copy("run", "sample_files/app_en-de.xlf", "-o", "out")
    before = Path("out/segments.jsonl").read_text(encoding="utf-8")
    assert '"check":"numbers"' in before
    in_a_copy("ignore", "out", "--check", "numbers", "--note", "the price is new")
    lines = Path("mtqa-ignores.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert all("numbers" in line and line.endswith("# the price is new") for line in lines)
    in_a_copy("run", "sample_files/app_en-de.xlf", "-o", "out")
    assert '"check":"numbers"' not in Path("out/segments.jsonl").read_text(encoding="utf-8")
    assert json.loads(Path("out/run.json").read_text(encoding="utf-8"))["ignored"] == 2
    with Path("mtqa-ignores.txt").open("a", encoding="utf-8") as out:
        out.write("00000000deadbeef  numbers  gone\n")
    in_a_copy("run", "sample_files/app_en-de.xlf", "-o", "out")
    (notice,) = json.loads(Path("out/run.json").read_text(encoding="utf-8"))["notices"]
    assert notice["what"].startswith("1 of its lines match no finding")
    again = CliRunner().invoke(mtqa, ["ignore", "out", "0000000000000000"])
    assert isinstance(again.exception, ConfigError)
