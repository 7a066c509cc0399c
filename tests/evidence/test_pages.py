"""The pages of evidence in a browser: nothing is blocked, nothing is cut off, axe-core has nothing to say."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from mtqa.cli import mtqa
from mtqa.evidence.probe import Probed, measure
from mtqa.report.evidence import probe_page
from tests.evidence.simulated import Engine, manifest, results, stored

ENGINES = {"steady": Engine(), "rare": Engine(failures=0.1), "loose": Engine(noise=0.15), "fourth": Engine()}
LAST = {"scorecard": "By file", "pool": "Without one engine", "probe": "odd: worst of case"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    lines = [line for file in ("a.xlf", "b.xlf") for line in results(rng, ENGINES, file=file)[0]]
    folder = stored(tmp_path_factory.mktemp("evidence") / "run", lines, manifest(ENGINES))
    for arguments in (("scorecard", "--volume", "1000"), ("pool",)):
        done = CliRunner().invoke(mtqa, [*arguments, str(folder), "--format", "html"], catch_exceptions=False)
        assert done.exit_code == 0
    (folder / "probe.html").write_text(probe_page(probed(rng)), encoding="utf-8")
    return folder


def probed(rng: np.random.Generator) -> dict[str, Any]:
    """The record of a probe of an engine that changes a word now and then."""
    said = [
        Probed(
            f"s{number}", f"d{number // 5}", "Open it", "en", "cs", {"case": "open it"},
            {"odd": [f"Otevři {rng.integers(2)}" for _ in range(3)]}, {"odd": {"case": f"otevři {number % 2}"}},
        )
        for number in range(60)
    ]  # fmt: skip
    return {
        "segments": 60, "repeat": 3, "inputs": [{"file": "a.xlf"}], "engines": measure(said, ["odd"]), "spent": 0.0,
        "currency": "EUR", "signatures": {"odd": "odd|1", "intervals": "documents"}, "notices": [],
    }  # fmt: skip


@pytest.mark.parametrize("name", LAST)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 1400), ("light", 360)])
def test_pages_are_whole(browser: Any, pages: Path, name: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((pages / f"{name}.html").as_uri())
    assert said == []
    assert page.locator("h2").last.inner_text() == LAST[name]
    assert page.locator("svg").count() >= (0 if name == "pool" else 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("name", LAST)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say(browser: Any, pages: Path, name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script; the page allows none
    page = context.new_page()
    page.goto((pages / f"{name}.html").as_uri())
    found = axe.run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found] == []
    context.close()
