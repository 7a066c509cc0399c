"""The documentation runs: what README shows is what comes out."""

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from mtqa.cli import mtqa
from mtqa.config import parse_settings
from mtqa.plugins import available

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("_in_a_copy")
def test_the_example_of_the_readme() -> None:
    command = re.search(r"pip install \. && mtqa (run .*)", README)
    assert command
    done = CliRunner().invoke(mtqa, [*command[1].split(), "--cache", "cache.sqlite"])
    shown = CliRunner().invoke(mtqa, ["show", "out", "-n", "3"])
    summary, worst = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    assert done.stdout == summary
    assert shown.stdout.strip() == worst.strip()


@pytest.fixture
def _in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sample_files").symlink_to(ROOT / "sample_files")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", README, re.DOTALL))
def test_the_settings_of_the_readme_are_understood(block: str) -> None:
    settings = parse_settings(tomllib.loads(block), Path("mtqa.toml"))
    assert all(engine.use in available("engines") for engine in settings.engines.values())


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_what_pages_and_sources_in_c_name_is_there() -> None:
    """A number whose command is gone cannot be had again."""
    named = re.compile(r"(?<![\w/.-])(?:mtqa|tests|benchmarks|docs|sample_files)/[\w./-]+\.(?:py|c|md|json|toml|xlf)\b")
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "mtqa").rglob("*.c")]
    for text in texts:
        for path in named.findall(text.read_text(encoding="utf-8")):
            assert (ROOT / path).exists(), f"{text.name}: {path}"


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_the_python_of_the_readme_runs(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own
    assert capsys.readouterr().out.startswith("a agreed ")
