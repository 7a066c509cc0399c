"""Readers who do not see the page, or use no mouse: the rules of axe-core, and a review by keyboard alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import OpenReport, render
from tests.report.runs import make_run, texts_of

expect = pytest.importorskip("playwright.sync_api").expect
SERIOUS = ("serious", "critical")
VIEWS = {
    "list": ("", []),
    "segment": ("#open=app_en-de.xlf%232", []),
    "names and editor": ("#names=&open=app_en-de.xlf%231", ["e"]),
    "reason": ("#open=app_en-de.xlf%232", ["i"]),
    "decided": ("#open=app_en-de.xlf%232", ["2"]),
    "right to left": ("#open=app_en-ar.xlf%237", []),
    "help": ("", ["?"]),
    "nothing": ("#q=no+such+text", []),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(make_run(tmp_path_factory.mktemp("run"), texts_of(60)))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1400), ("dark", 1400), ("light", 360)], ids=["light", "dark", "narrow"]
)
def test_axe_has_nothing_serious_to_say(browser: Any, report: Path, view: str, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    address, keys = VIEWS[view]
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    with OpenReport(browser, report, address, **options) as opened:
        for key in keys:
            opened.page.keyboard.press(key)
        if "open" in address:
            expect(opened.page.locator("#detail")).to_be_visible()
        found = axe.run(opened.page).response["violations"]
        serious = [(one["id"], one["nodes"][0]["html"][:160]) for one in found if one["impact"] in SERIOUS]
        assert serious == []


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_a_review_needs_no_mouse(browser: Any, report: Path) -> None:
    with OpenReport(browser, report) as opened:
        page = opened.page
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to the segments"
        page.keyboard.press("Enter")
        assert focused(page) == "rows"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#detail")).to_be_focused()
        for name in ("Accept", "Edit", "Ignore", "Undo"):  # every button of a decision can be reached and pressed
            button = page.locator(".decision button", has_text=name)
            button.focus()
            expect(button).to_be_focused()
        page.locator(".decision button", has_text="Accept").press("Enter")
        expect(page.locator("#progress")).to_have_text("1 of 57 reviewed")
        assert focused(page) == "rows"  # where j and k go on
        page.keyboard.press("End")
        expect(page.locator("#row-59")).to_have_attribute("aria-selected", "true")


def test_every_step_of_tab_is_seen(browser: Any, report: Path) -> None:
    ring = """() => { const style = getComputedStyle(document.activeElement);
        const own = node => getComputedStyle(node).outlineStyle !== 'none';
        return own(document.activeElement) || own(document.activeElement.closest('.toggle, .button') ?? document.body)
          || document.activeElement === document.body }"""
    with OpenReport(browser, report, "#open=app_en-de.xlf%232") as opened:
        for _ in range(60):
            opened.page.keyboard.press("Tab")
            assert opened.page.evaluate(ring), opened.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_a_screen_reader_hears_what_is_decided(browser: Any, report: Path) -> None:
    with OpenReport(browser, report, "#open=app_en-de.xlf%232") as opened:
        page = opened.page
        page.keyboard.press("2")
        expect(page.get_by_role("button", name="Choose candidate 2")).to_have_attribute("aria-pressed", "true")
        assert page.locator("#detail .decided").get_attribute("role") == "status"
        assert page.locator("#progress").evaluate("node => node.tagName") == "OUTPUT"
        row = page.locator(".row[aria-selected=true]")
        expect(row).to_contain_text("divergent")
        expect(row).to_contain_text("chosen by you")
        assert page.get_by_role("region", name="Agreement by chrf").get_by_role("rowheader").count() == 5
