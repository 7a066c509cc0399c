"""The list in a browser: order, filters, search, address, keys, and windows of every size."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import OpenReport
from tests.report.runs import Record, texts_of

expect = pytest.importorskip("playwright.sync_api").expect
RANK = {"divergent": 0, "undecided": 1, "agreed": 2, "protected": 3}


def counted(matches: list[Record], records: list[Record]) -> str:
    return f"{len(matches):,} of {len(records):,}"


def worst_first(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (RANK[record["status"]], -record.get("risk", 0)))


@pytest.fixture(scope="module")
def shared(browser: Any, report: Path) -> Iterator[OpenReport]:
    """One page for many questions, which begin with the whole list."""
    with OpenReport(browser, report) as opened:
        yield opened


@pytest.fixture
def page(shared: OpenReport, records: list[Record]) -> Any:
    shared.page.goto(f"{shared.url}#")
    expect(shared.page.locator("#count")).to_have_text(counted(records, records))
    return shared.page


def test_worst_first_and_only_rows_in_sight_exist(browser: Any, report: Path, records: list[Record]) -> None:
    with OpenReport(browser, report) as opened:
        rows = opened.page.locator(".row")
        expect(opened.page.locator("#count")).to_have_text(counted(records, records))
        ordered = worst_first(records)
        assert rows.locator(".row-source").all_inner_texts() == [r["source"] for r in ordered[: rows.count()]]
        assert rows.first.locator(".mark").get_attribute("class") == "mark divergent"
        assert rows.count() < 40
        opened.page.locator("#rows").press("End")
        expect(opened.page.locator("#row-1999 .row-source")).to_have_text(ordered[-1]["source"])
        assert rows.count() < 40
        positions = [int(row.get_attribute("aria-posinset") or 0) for row in rows.all()]
        assert positions == sorted(positions)
        assert rows.first.get_attribute("aria-setsize") == "2000"


def with_engine(role: str, engine: str) -> Callable[[Record], bool]:
    def test(record: Record) -> bool:
        named = [one for one in record["candidates"] if engine in ("", one["engine"])]
        if role == "chosen":
            return "chosen" in record and engine in ("", record["chosen"]["engine"])
        if role == "failed":
            return any(engine in ("", failure["engine"]) for failure in record["failures"])
        return any(one["outlier"] if role == "outlier" else one["findings"] for one in named)

    return test


SELECTS: list[tuple[str, str, Callable[[Record], bool]]] = [
    ("reason", "formatting_error", lambda r: any(one["code"] == "formatting_error" for one in r["reasons"])),
    ("file", "app_en-ja.xlf", lambda r: r["file"] == "app_en-ja.xlf"),
    ("check", "numbers", lambda r: any(f["check"] == "numbers" for c in r["candidates"] for f in c["findings"])),
    *(("engine", f"{role}:{name}", with_engine(role, name)) for role in ("outlier", "failed", "findings", "chosen")
      for name in ("", "mistral" if role != "chosen" else "deepl")),
]  # fmt: skip


@pytest.mark.parametrize(("control", "value", "test"), SELECTS, ids=[f"{name}={value}" for name, value, _ in SELECTS])
def test_each_filter_filters(
    page: Any, records: list[Record], control: str, value: str, test: Callable[[Record], bool]
) -> None:
    matches = [record for record in records if test(record)]
    assert 0 < len(matches) < len(records)
    page.select_option(f"#{control}", value)
    expect(page.locator("#count")).to_have_text(counted(matches, records))
    expect(page.locator("#row-0 .row-source")).to_have_text(worst_first(matches)[0]["source"])
    page.click("#clear")
    expect(page.locator("#count")).to_have_text(counted(records, records))


def test_statuses_add_up_and_filters_narrow(page: Any, records: list[Record]) -> None:
    page.get_by_role("checkbox", name="divergent").check()
    page.get_by_role("checkbox", name="agreed").check()
    two = [record for record in records if record["status"] in ("divergent", "agreed")]
    expect(page.locator("#count")).to_have_text(counted(two, records))
    page.select_option("#file", "app_en-ja.xlf")
    narrowed = [record for record in two if record["file"] == "app_en-ja.xlf"]
    assert 0 < len(narrowed) < len(two)
    expect(page.locator("#count")).to_have_text(counted(narrowed, records))


@pytest.mark.parametrize(
    ("query", "regular", "hits"),
    [
        ("SPRING MUST", False, lambda r: "spring must" in r["source"]),
        ("本日発送いたし", False, lambda r: r["target_lang"] == "ja"),
        ("app_en-ar.xlf#7", False, lambda r: r["id"].startswith("app_en-ar.xlf#7")),
        ("press save to", False, lambda r: r["source"].startswith("Press")),  # across inline codes
        ("[1]", False, lambda r: "[1]" in r["source"]),
        (r"\[1\d\]", True, lambda r: any(f"[1{n}]" in r["source"] for n in range(10))),
        (r"^File$", True, lambda r: r["source"] == "File"),
        ("no such text", False, lambda r: False),
    ],
)
def test_search(page: Any, records: list[Record], query: str, regular: bool, hits: Callable[[Record], bool]) -> None:
    if regular:
        page.get_by_label("Regular expression").check()
    page.fill("#query", query)
    matches = [record for record in records if hits(record)]
    expect(page.locator("#count")).to_have_text(counted(matches, records))
    if not matches:
        expect(page.get_by_text("No segment matches.")).to_be_visible()


def test_a_broken_expression_says_so(browser: Any, report: Path) -> None:
    with OpenReport(browser, report, "#q=%28&regular=") as opened:
        expect(opened.page.locator("#count")).to_have_text("not a regular expression")
        expect(opened.page.locator("#query")).to_have_attribute("aria-invalid", "true")
        opened.page.fill("#query", "(File)")
        expect(opened.page.locator("#query")).to_have_attribute("aria-invalid", "false")


def test_the_address_keeps_the_view(browser: Any, report: Path) -> None:
    with OpenReport(browser, report) as opened:
        page = opened.page
        page.get_by_role("checkbox", name="agreed").check()
        page.select_option("#engine", "outlier:nllb")
        page.fill("#query", "requests per")
        expect(page).to_have_url(re.compile("q=requests"))
        expect(page.locator("#count")).to_have_text("249 of 2,000")  # no number from before the search
        page.locator("#row-3").click()
        expect(page.locator("#detail")).to_be_visible()
        shown = page.locator("#count").inner_text(), page.locator("#detail .where").inner_text()
        address = page.url
    assert address.startswith(opened.url + "#status=agreed&engine=outlier%3Anllb&q=requests+per&open=")
    with OpenReport(browser, report, address.removeprefix(opened.url)) as again:
        assert (again.page.locator("#count").inner_text(), again.page.locator("#detail .where").inner_text()) == shown
        assert again.page.locator("#row-3").get_attribute("aria-selected") == "true"
        expect(again.page.locator("#row-3")).to_be_in_viewport()


@pytest.mark.parametrize(
    "address", ["#status=nonsense&engine=gone:x&file=other.xlf", "#open=nobody", "#%E0%A4%A", "#rows"]
)
def test_a_foreign_address_is_no_fault(browser: Any, report: Path, address: str) -> None:
    with OpenReport(browser, report, address) as opened:
        expect(opened.page.locator("#detail")).to_be_hidden()
        expect(opened.page.locator("#count")).to_contain_text("of 2,000")


def test_every_number_of_the_overview_leads_to_its_segments(browser: Any, report: Path) -> None:
    with OpenReport(browser, report) as opened:
        expect(opened.page.locator("#facts")).to_contain_text("2026-05-04 09:30 UTC in 4 h 12 min")
        links = opened.page.locator("#overview .legend a, #strata td a, #cards a")
        assert links.count() > 8
        for link in links.all():
            number = link.locator("b").inner_text() if link.locator("b").count() else link.inner_text()
            link.click()
            if re.fullmatch(r"[\d,]+", number):
                expect(opened.page.locator("#count")).to_have_text(f"{number} of 2,000")


def test_keys(opened: Callable[..., OpenReport]) -> None:
    with opened(list(texts_of(8))) as report:
        page = report.page
        selected = page.locator(".row[aria-selected=true]")
        detail = page.locator("#detail")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(selected).to_have_attribute("id", "row-1")
        assert page.locator("#rows").get_attribute("aria-activedescendant") == "row-1"
        page.keyboard.press("Enter")
        expect(detail).to_be_focused()
        where = detail.locator(".where").inner_text()
        page.keyboard.press("j")
        expect(detail.locator(".where")).not_to_have_text(where)
        page.keyboard.press("k")
        expect(detail.locator(".where")).to_have_text(where)
        page.keyboard.press("Escape")
        expect(detail).to_be_hidden()
        page.keyboard.press("o")
        expect(detail).to_be_visible()
        page.keyboard.press("/")
        expect(page.locator("#query")).to_be_focused()
        page.keyboard.type("jojo")  # characters now, not commands
        expect(page.locator("#count")).to_have_text("0 of 8")
        page.keyboard.press("Escape")
        expect(page.locator("#query")).not_to_be_focused()
        expect(page.locator("#query")).to_have_value("jojo")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.locator("#help-open").click()
        page.get_by_role("button", name="Close").click()
        expect(page.locator("#help")).to_be_hidden()


def test_narrow_windows_open_the_segment_below_its_row(browser: Any, report: Path) -> None:
    with OpenReport(browser, report, viewport={"width": 360, "height": 740}) as opened:
        page = opened.page
        page.locator("#row-2").click()
        expect(page.locator("#detail")).to_be_visible()
        row, detail, following = (
            page.locator(name).bounding_box() for name in ("#row-2", "#detail", "#row-3")
        )  # fmt: skip
        assert detail["y"] == pytest.approx(row["y"] + row["height"], abs=1)
        assert following["y"] == pytest.approx(detail["y"] + detail["height"], abs=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="Filters").click()
        page.select_option("#reason", "no_quorum")
        expect(page.locator("#detail")).to_be_hidden()
        expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()


def test_wide_windows_open_the_segment_beside_the_list(browser: Any, report: Path) -> None:
    with OpenReport(browser, report) as opened:
        opened.page.locator("#row-1").click()
        row, detail = (opened.page.locator(name).bounding_box() for name in ("#row-1", "#detail"))
        assert detail["x"] >= row["x"] + row["width"]
        expect(opened.page.locator("#row-1")).to_be_in_viewport(ratio=1)


def test_paper_gets_the_first_rows_and_says_what_is_left_out(browser: Any, report: Path) -> None:
    with OpenReport(browser, report) as opened:
        opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert opened.page.locator(".row").count() == 500
        expect(opened.page.locator("#nothing")).to_have_text("1,500 more segments not printed.")
        opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert opened.page.locator(".row").count() < 40
        expect(opened.page.locator("#nothing")).to_be_hidden()


def test_an_empty_run(opened: Callable[..., OpenReport]) -> None:
    with opened([]) as report:
        expect(report.page.get_by_text("This run has no segments.")).to_be_visible()
        report.page.keyboard.press("j")
        report.page.keyboard.press("o")
        expect(report.page.locator("#detail")).to_be_hidden()


def test_the_theme_is_remembered(browser: Any, report: Path) -> None:
    with OpenReport(browser, report, color_scheme="light") as opened:
        paper = "getComputedStyle(document.documentElement).backgroundColor"
        light = opened.page.evaluate(paper)
        for name in ("light", "dark"):
            opened.page.locator("#theme").click()
            expect(opened.page.locator("#theme")).to_have_text(f"Theme: {name}")
        dark = opened.page.evaluate(paper)
        assert light != dark
        opened.page.reload()
        assert opened.page.evaluate(paper) == dark
