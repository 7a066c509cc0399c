"""Reviewing in the browser: decisions by key, blind, kept over a reload, undone, and exported for `mtqa apply`."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mtqa.review.decisions import read_decisions
from tests.report.conftest import OpenReport, render
from tests.report.runs import ENGINES, make_run, segment, texts_of
from tests.report.test_forms import HOSTILE, hostile

expect = pytest.importorskip("playwright.sync_api").expect
Opened = Callable[..., OpenReport]
SCHEMA = json.loads(files("mtqa.review").joinpath("decisions.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path, texts_of(8))


@pytest.fixture
def report(browser: Any, folder: Path) -> OpenReport:
    return OpenReport(browser, render(folder))


def export(page: Any, path: Path) -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export decisions").click()
    download.value.save_as(path)
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def by_unit(folder: Path, unit: str) -> dict[str, Any]:
    lines = (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()
    return next(record for record in map(json.loads, lines) if record["unit"] == unit)


def open_unit(page: Any, source: str) -> Any:
    page.locator(".row", has_text=source).first.click()
    expect(page.locator("#detail .texts")).to_contain_text(source)
    return page.locator("#detail")


def test_each_action_is_exported_as_apply_reads_it(report: OpenReport, folder: Path, tmp_path: Path) -> None:
    with report:
        page = report.page
        open_unit(page, "spring must")
        page.keyboard.press("a")
        expect(page.locator("#detail .decided")).to_have_text("✓ accepted")
        open_unit(page, "requests per day")
        page.keyboard.press("2")
        expect(page.locator(".candidates .right .badge.own")).to_have_text("your choice")
        detail = open_unit(page, "let the cat out")
        page.keyboard.press("e")
        expect(page.locator("#editor")).to_be_focused()
        page.locator("#editor").fill("Er verriet es vor der Sitzung.")
        page.keyboard.press("Control+Enter")
        expect(detail.locator(".decided")).to_have_text("✓ edited")
        open_unit(page, "Only 12 %")
        page.keyboard.press("i")
        page.keyboard.type("style only")
        page.keyboard.press("Enter")
        expect(detail.locator(".decided")).to_have_text("✓ ignored: style only")
        expect(page.locator("#progress")).to_have_text("4 of 8 reviewed")
        document = export(page, tmp_path / "decisions.json")
    decided = {d["id"]: d for d in document["decisions"]}
    accepted, chosen, edited, ignored = (
        (by_unit(folder, unit), decided[by_unit(folder, unit)["id"]])
        for unit in ("doc.p4", "quota.limit", "faq.q7", "alert.disk")
    )
    assert accepted[1]["action"] == "accept"
    assert (accepted[1]["engine"], accepted[1]["target"]) == tuple(accepted[0]["chosen"].values())
    targets = {c["engine"]: c["target"] for c in chosen[0]["candidates"]}
    assert chosen[1]["action"] == "choose"
    assert chosen[1]["target"] == targets[chosen[1]["engine"]] != chosen[0]["chosen"]["target"]
    assert (edited[1]["action"], edited[1]["target"]) == ("edit", "Er verriet es vor der Sitzung.")
    assert edited[1]["candidate"] == edited[0]["chosen"]["target"]
    assert (ignored[1]["action"], ignored[1]["reason"]) == ("ignore", "style only")
    assert ignored[1]["findings"]
    assert all(d["blind"] for d in decided.values())
    assert len(read_decisions(tmp_path / "decisions.json")) == 4


def test_decisions_survive_a_reload_and_never_meet_another_run(browser: Any, tmp_path: Path) -> None:
    records = list(texts_of(8))
    path = render(make_run(tmp_path, records))
    with OpenReport(browser, path) as opened:
        page = opened.page
        page.keyboard.press("a")
        expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
        expect(page.locator(".row.reviewed")).to_have_count(1)
        records[0]["candidates"][0]["target"] += " changed"
        render(make_run(tmp_path, records))
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(page.locator("#progress")).to_have_text("")


def test_undo_goes_back_one_by_one(report: OpenReport) -> None:
    with report:
        page = report.page
        open_unit(page, "spring must")
        page.keyboard.press("a")
        page.keyboard.press("2")
        expect(page.locator("#detail .decided")).to_have_text("✓ chosen by you")
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.locator("#progress")).to_have_text("2 of 8 reviewed")
        page.keyboard.press("u")
        expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
        page.keyboard.press("u")
        expect(page.locator("#detail .texts")).to_contain_text("spring must")  # back where it was decided
        expect(page.locator("#detail .decided")).to_have_text("✓ accepted")
        page.keyboard.press("u")
        expect(page.locator("#detail .decided")).to_have_text("Not reviewed.")
        page.keyboard.press("u")
        expect(page.locator("#progress")).to_have_text("")


def test_reviewing_is_blind_until_a_key_reveals(report: OpenReport) -> None:
    with report:
        page = report.page
        for n in range(8):
            page.locator(f"#row-{n}").click()
            expect(page.locator("#detail")).to_be_visible()
            text = page.locator("#detail").inner_html()
            assert not [engine for engine in ENGINES if engine in text], n
        page.keyboard.press("b")
        expect(page.locator("#detail .who .engine").first).to_be_visible()
        assert any(engine in page.locator("#detail").inner_text() for engine in ENGINES)
        page.keyboard.press("b")
        expect(page.locator("#detail .who .engine")).to_have_count(0)


def test_an_edit_must_keep_the_codes(report: OpenReport) -> None:
    with report:
        page = report.page
        open_unit(page, "to keep your changes")
        page.keyboard.press("e")
        page.locator("#editor").fill("Speichern</g1>")
        expect(page.locator("#editor-fault")).to_contain_text("missing: <g1>")
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#progress")).to_have_text("")
        page.keyboard.press("Control+Home")
        page.get_by_role("button", name="<g1>", exact=True).click()
        expect(page.locator("#editor")).to_have_value("<g1>Speichern</g1>")
        page.keyboard.press("Escape")
        expect(page.locator("#editor")).to_have_count(0)
        expect(page.locator("#progress")).to_have_text("")


def test_reviewed_segments_can_be_filtered(report: OpenReport) -> None:
    with report:
        page = report.page
        page.keyboard.press("a")
        expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
        for value, count in (("yes", 1), ("no", 7), ("accept", 1), ("edit", 0), ("", 8)):
            page.select_option("#reviewed", value)
            expect(page.locator("#count")).to_have_text(f"{count} of 8")


def test_protected_segments_take_no_decision(opened: Opened) -> None:
    with opened([list(texts_of(20))[19]]) as report:
        for key in ("a", "1", "e", "i"):
            report.page.keyboard.press(key)
        expect(report.page.locator("#detail")).to_be_visible()
        expect(report.page.locator("#progress")).to_have_text("")
        expect(report.page.locator("#detail .decision")).to_have_count(0)


def test_a_kept_target_is_accepted_as_it_is(opened: Opened, tmp_path: Path) -> None:
    record = segment(1, "f", "u", "a b c", dict.fromkeys("abc", "x y z")) | {"kept": True, "existing": "mine"}
    with opened([record]) as report:
        report.page.keyboard.press("a")
        expect(report.page.locator("#detail .decided")).to_have_text("✓ accepted")
        (decision,) = export(report.page, tmp_path / "d.json")["decisions"]
    assert (decision["action"], decision["target"], "engine" in decision) == ("accept", "mine", False)


def test_decisions_are_imported_and_stale_ones_left_out(report: OpenReport, folder: Path, tmp_path: Path) -> None:
    with report:
        page = report.page
        page.keyboard.press("a")
        page.keyboard.press("j")
        page.keyboard.press("2")
        expect(page.locator("#progress")).to_have_text("2 of 8 reviewed")
        document = export(page, tmp_path / "decisions.json")
        page.evaluate("localStorage.clear()")
        document["decisions"][0]["source"] += " changed"
        (tmp_path / "decisions.json").write_text(json.dumps(document), encoding="utf-8")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        page.locator("#import").set_input_files(tmp_path / "decisions.json")
        expect(page.locator("#progress")).to_have_text("1 of 8 reviewed")
        expect(page.locator("#problem")).to_contain_text("1 decision")
        (tmp_path / "no.json").write_text("[]", encoding="utf-8")
        page.locator("#import").set_input_files(tmp_path / "no.json")
        expect(page.locator("#problem")).to_contain_text("no.json cannot be read")


SLOWLY_UNPACKED = """
const { json } = Response.prototype;
Response.prototype.json = async function () {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return json.call(this);
};
"""


def test_keys_wait_for_the_segment_that_the_key_before_them_opens(browser: Any, folder: Path, tmp_path: Path) -> None:
    with OpenReport(browser, render(folder), "#sort=document", script=SLOWLY_UNPACKED) as opened:
        page = opened.page
        for key in ("a", "j", "2", "j", "i"):
            page.keyboard.press(key)
        expect(page.locator("#reason-text")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#progress")).to_have_text("2 of 8 reviewed")
        decisions = export(page, tmp_path / "decisions.json")["decisions"]
    ids = [json.loads(line)["id"] for line in (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(d["id"], d["action"]) for d in decisions] == [(ids[0], "accept"), (ids[1], "choose")]


def test_a_hostile_run_can_be_read_searched_and_reviewed(browser: Any, tmp_path: Path) -> None:
    """Every field full of markup, commands, direction characters, halves of characters, 200 kB."""
    folder = make_run(tmp_path, [])
    records = [hostile(n, text) for n, text in enumerate(HOSTILE)]
    (folder / "segments.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    with OpenReport(browser, render(folder), "#sort=document") as opened:
        page = opened.page
        expect(page.locator("#count")).to_have_text(f"{len(HOSTILE)} of {len(HOSTILE)}")
        page.keyboard.press("o")
        for n in range(len(HOSTILE)):
            expect(page.locator(f"#row-{n}")).to_have_attribute("aria-selected", "true")
            expect(page.locator("#detail .texts .text").first).to_be_visible()
            page.keyboard.press("2")
            expect(page.locator("#progress")).to_have_text(f"{n + 1} of {len(HOSTILE)} reviewed")
            page.keyboard.press("j")
        page.fill("#query", "::stop-commands::")
        expect(page.locator("#count")).to_have_text(f"1 of {len(HOSTILE)}")
        document = export(page, tmp_path / "decisions.json")
        assert {d["id"] for d in document["decisions"]} == {r["id"] for r in records}
        assert [d["source"] for d in document["decisions"]] == [r["source"] for r in records]
        assert page.locator("script, img, iframe, object, link, base").count() == 1  # the page's own script
        page.reload()
        page.wait_for_selector("html[data-ready]")
        expect(page.locator("#progress")).to_have_text(f"{len(HOSTILE)} of {len(HOSTILE)} reviewed")
    assert len(read_decisions(tmp_path / "decisions.json")) == len(HOSTILE)
