"""What several folders of tests share: small COMET models, plug-ins with the settings that they need, a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mtqa.plugins import build

# No test depends on timing: an example may take as long as the machine lets it.
settings.register_profile("mtqa", deadline=None)
settings.load_profile("mtqa")


@pytest.fixture(scope="session")
def comet_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Family of models -> a folder with one, made when it is first asked for. Asking skips without the extra."""

    @cache
    def made(family: str) -> Path:
        if find_spec("comet") is None or find_spec("onnxruntime") is None:
            pytest.skip('COMET is not installed: pip install "mtqa[comet-int8]"')
        from mtqa.metrics.comet.loading import guarded
        from tests.comet_models import make

        with guarded():
            return make(tmp_path_factory.mktemp("comet") / family, family)

    return made


@pytest.fixture(scope="session")
def member(comet_model: Callable[[str], Path]) -> Callable[[str, str], Any]:
    """(family, name) -> an installed plug-in, with the settings that it cannot do without."""
    needed: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
        ("metrics", "comet"): lambda: {"model": str(comet_model("regression_metric"))},
        ("checks", "qe"): lambda: {"model": str(comet_model("unified_metric")), "below": 0.0},
    }

    def made(family: str, name: str) -> Any:
        options = needed.get((family, name), dict)()
        return build(family, name, options, name)

    return made


_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("MTQA_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("no Chromium: install it, or name it in MTQA_CHROMIUM")
    api.expect.set_options(timeout=60_000)  # milliseconds: no test depends on how busy the machine is
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_QUIET)
        yield browser
        browser.close()
