"""The browser that reads the reports; tests that need it skip when there is none."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from mtqa.report.html import HtmlReport
from tests.report.runs import Record, make_run, texts_of


class OpenReport:
    """A page that shows a report, and everything it did that it should not."""

    def __init__(self, browser: Any, path: Path, hash_: str = "", script: str = "", **options: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        if script:
            self.context.add_init_script(script)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.url = path.as_uri()
        self.page.on("request", self._requested)
        self.page.on("console", lambda message: self.faults.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", self._asked)
        self.page.goto(self.url + hash_)
        self.page.wait_for_selector("html[data-ready]")

    def _requested(self, request: Any) -> None:
        if request.url.split("#")[0] != self.url and not request.url.startswith("blob:"):
            self.faults.append(f"request: {request.url}")

    def _asked(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if kind is None:
            assert self.faults == []


def render(folder: Path) -> Path:
    with (folder / "report.html").open("wb") as out:
        HtmlReport().render(folder, out)
    return folder / "report.html"


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Callable[..., OpenReport]:
    """Makes a run of records, renders it and opens the page, with the names of engines shown."""

    def open_records(records: list[Record], hash_: str = "#names=", **options: Any) -> OpenReport:
        return OpenReport(browser, render(make_run(tmp_path, records)), hash_, **options)

    return open_records


@pytest.fixture(scope="session")
def records() -> list[Record]:
    """A run of 2,000 segments."""
    return list(texts_of(2000))


@pytest.fixture(scope="session")
def report(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that run."""
    return render(make_run(tmp_path_factory.mktemp("report"), records))
