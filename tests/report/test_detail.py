"""One segment in a browser: texts, differences, numbers, hostile content, and readers who do not see the page."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import OpenReport
from tests.report.runs import TEXTS, Record, segment, texts_of

expect = pytest.importorskip("playwright.sync_api").expect
Opened = Callable[..., OpenReport]


def one(n: int) -> list[Record]:
    """The n-th text alone."""
    return [list(texts_of(n))[-1]]


def open_first(report: OpenReport) -> Any:
    report.page.locator("#row-0").click()
    return report.page.locator("#detail")


def candidate(detail: Any, engine: str) -> Any:
    return detail.locator(".candidates > li").filter(has=detail.page.locator(".who .engine", has_text=engine))


def texts_in(locator: Any, selector: str) -> list[str]:
    return locator.locator(selector).all_text_contents()


def test_all_that_was_said(opened: Opened) -> None:
    (record,) = records = one(2)
    record |= {"note": "Shown on the billing page.", "existing": "Alter Text", "state": "translated", "kept": True}
    with opened(records) as report:
        detail = open_first(report)
        for text in ("Shown on the billing page.", "Alter Text", "state translated", "existing target was kept"):
            expect(detail).to_contain_text(text)
        expect(detail.locator(".verdict")).to_contain_text(f"{record['chosen']['engine']} is chosen")
        for reason in record["reasons"]:
            expect(detail.locator(".reasons")).to_contain_text(reason["evidence"])
        names = texts_in(detail, ".candidates .who .engine")
        assert names[0] == record["chosen"]["engine"]
        assert sorted(names) == sorted(c["engine"] for c in record["candidates"])
        for one_candidate in record["candidates"]:
            shown = candidate(detail, one_candidate["engine"])
            expect(shown.locator(".utility")).to_have_text(f"{one_candidate['utility']:.2f}")
            assert shown.locator(".badge", has_text="outlier").count() == one_candidate["outlier"]
            kept = shown.locator(".text").evaluate(
                "node => { const copy = node.cloneNode(true); "
                "copy.querySelectorAll('del').forEach(gone => gone.remove()); return copy.textContent }"
            )
            assert kept == one_candidate["target"]


def test_without_differences_every_candidate_is_plain(opened: Opened) -> None:
    with opened(one(2)) as report:
        detail = open_first(report)
        assert detail.locator("del").count() > 0
        report.page.keyboard.press("d")
        expect(detail.locator("del, ins")).to_have_count(0)
        assert texts_in(detail, ".candidates .text").count(TEXTS[1][3][0] or "") == 1


def test_words_differ_in_german_and_characters_in_japanese(opened: Opened) -> None:
    german = segment(1, "f", "u", "a", {"a": "Das Haus ist rot.", "b": "Das Haus war rot.", "c": "Das Haus ist rot."})
    with opened([german]) as report:
        other = candidate(open_first(report), "b")
        assert (texts_in(other, "del"), texts_in(other, "ins")) == (["ist"], ["war"])
    given = dict(zip("abc", ["本日発送されました", "本日出荷されました", "本日発送されました"], strict=True))
    with opened([segment(1, "f", "u", "a", given, ("en", "ja"))]) as report:
        other = candidate(open_first(report), "b")
        assert (texts_in(other, "del"), texts_in(other, "ins")) == (["発送"], ["出荷"])
        assert texts_in(candidate(report.page.locator("#detail"), "c"), ".badge") == ["identical"]


def test_spaces_that_nobody_sees_are_drawn(opened: Opened) -> None:
    given = {"a": "Preis: 5 EUR", "b": "Preis: 5\u00a0EUR ", "c": "Preis: 5 EUR"}
    with opened([segment(1, "f", "u", "a", given)]) as report:
        marks = candidate(open_first(report), "b").locator(".unseen")
        assert [mark.get_attribute("title") for mark in marks.all()] == ["space", "no-break space", "space"]
        assert candidate(report.page.locator("#detail"), "b").locator("ins").all_text_contents() == ["\u00a0", " "]


def test_codes_are_chips_and_only_listed_ones(opened: Opened) -> None:
    given = dict.fromkeys("abc", "Siehe <g1>hier</g1> und <b>dort</b>")
    with opened([segment(1, "f", "u", "See <g1>here</g1> and <b>there</b>", given)]) as report:
        source = open_first(report).locator(".texts .text").first
        assert texts_in(source, ".code") == ["<g1>", "</g1>"]
        assert source.locator(".code").first.get_attribute("title") == '<g id="1" ctype="bold">'
        expect(source).to_have_text("See <g1>here</g1> and <b>there</b>")


def test_findings_are_marked_where_they_are(opened: Opened) -> None:
    target = "😀 <g1>Über</g1> 21 Tage"
    record = segment(1, "f", "u", "<g1>Over</g1> 12 days", {"a": target, "b": "x", "c": "y"})
    record["candidates"][0]["findings"] = [
        {"check": "numbers", "severity": "error", "message": "21 added", "subject": "21", "span": [7, 9]},
        {"check": "spaces", "its": "whitespace", "severity": "warning", "message": "double space", "subject": " "},
    ]
    with opened([record]) as report:
        mark = candidate(open_first(report), "a").locator("mark")
        expect(mark).to_have_text("21")
        expect(mark).to_have_attribute("title", "numbers: 21 added")
        findings = candidate(report.page.locator("#detail"), "a").locator(".findings li")
        expect(findings).to_have_text(["error numbers: 21 added", "warning spaces: double space"])
        assert [one.get_attribute("title") for one in findings.all()] == [None, "ITS 2.0 issue type: whitespace"]


def test_the_matrix_has_every_number_and_no_diagonal(opened: Opened) -> None:
    (record,) = records = one(2)
    with opened(records) as report:
        table = open_first(report).locator(".matrix table")
        columns = texts_in(table, "thead .engine")
        cells = {
            (row.locator("th").inner_text(), column): cell
            for row in table.locator("tbody tr").all()
            for column, cell in zip(columns, row.locator("td").all(), strict=True)
        }
        values = {(u["hypothesis"], u["reference"]): u["value"] for u in record["utilities"]["chrf"]}
        assert len(cells) == 25
        for pair, cell in cells.items():
            text = cell.inner_text()
            assert text == (f"{values[pair]:.2f}" if pair in values else "·")
            assert ("supports" in (cell.get_attribute("class") or "")) == (values.get(pair, 0) >= 0.6)
        expect(table.locator("xpath=../..").locator("figcaption")).to_contain_text("chrF2|")


def test_failures_and_protected_segments_say_why(opened: Opened) -> None:
    undecided, protected = list(texts_of(20))[4], list(texts_of(20))[19]
    with opened([undecided, protected]) as report:
        detail = open_first(report)
        expect(detail).to_contain_text("Nothing chosen: 2 voters")
        expect(detail.locator(".failures li").first).to_have_text("mistral truncated: HTTP 503 after 4 attempts")
        report.page.keyboard.press("j")
        expect(detail).to_contain_text("Left alone: translate=no")


@pytest.mark.parametrize(
    ("tag", "lang", "direction"),
    [("ar", "ar", "rtl"), ("fa-IR", "fa-IR", "rtl"), ("az-Arab", "az-Arab", "rtl"), ("ur-Latn", "ur-Latn", "ltr"),
     ("de", "de", "ltr"), ("", None, "auto")],
)  # fmt: skip
def test_language_and_direction(opened: Opened, tag: str, lang: str | None, direction: str) -> None:
    given = dict.fromkeys("abc", "لم يتبق سوى 12")
    with opened([segment(1, "f", "u", "Only 12 left", given, ("en", tag))]) as report:
        shown = open_first(report).locator(".candidates .text")
        for text in (*shown.all(), report.page.locator("#row-0 .row-target")):
            assert (text.get_attribute("lang"), text.get_attribute("dir")) == (lang, direction)
        source = report.page.locator("#row-0 .row-source")
        assert (source.get_attribute("lang"), source.get_attribute("dir")) == ("en", "ltr")


HOSTILE = [
    '<img src=x onerror="window.hit=1;alert(1)">',
    "</script><script>window.hit=1;alert(1)</script>",
    "</textarea><svg onload=window.hit=1>",
    "javascript:window.hit=1//\"'><a href=javascript:window.hit=1>",
    "\u202eoverride\u2066 <!-- {{data}} {{script}} --> ]]> &lt;b&gt; \u0000\u2028",
    "__proto__",
]  # fmt: skip


def test_hostile_texts_stay_texts(browser: Any, tmp_path: Path, opened: Opened) -> None:
    records = []
    for n, text in enumerate(HOSTILE):
        record = segment(n, text, text, text, {text: text, "deepl": f"{text} {text}", "nllb": "harmless"})
        record |= {"id": f"{text}#{n}", "note": text, "existing": text, "state": text, "codes": {text[:9]: text}}
        record["reasons"] = [{"code": text, "engines": [text], "evidence": text}]
        record["failures"] = [{"engine": text, "kind": "failed", "reason": text}]
        record["candidates"][0]["findings"] = [
            {"check": text, "severity": "error", "message": text, "span": [0, 10**6]}
        ]  # fmt: skip
        records.append(record)
    with opened(records) as report:
        page = report.page
        for text in HOSTILE:
            page.select_option("#reason", text)
            expect(page.locator("#count")).to_have_text("1 of 6")
            page.locator("#row-0").click()
            expect(page.locator("#detail .where")).to_contain_text("unit")
            assert page.locator("#detail").text_content().count(text) > 5
            page.keyboard.press("Escape")
        assert page.evaluate("window.hit") is None
        assert (
            page.locator("img, iframe, object, embed, link, textarea, [onerror], [onload], [style*=url]").count() == 0
        )
        assert page.locator("a:not([href^='#'])").count() == 0
        assert page.locator("script").count() == 1  # ours; the data has been read and removed


def test_very_long_texts(opened: Opened) -> None:
    long = "Wort für Wort " * 15_000
    with opened(
        [segment(1, "f", "u", long, {"a": long, "b": long.replace("für", "um"), "c": "x" * 200_000})]
    ) as report:
        detail = open_first(report)
        assert candidate(detail, "b").locator("ins").count() == 1  # too long to compare: all of it counts as changed
        assert report.page.evaluate("document.documentElement.scrollWidth") <= 1400
        assert len(report.page.locator("#row-0 .row-source").inner_text()) < 1000


NAMELESS = """() => [...document.querySelectorAll(
        "button, input, select, a, [role=region], [role=listbox], svg[role=img]")]
    .filter(node => node.checkVisibility())
    .filter(node => !(node.ariaLabel || node.textContent.trim() || node.labels?.[0]?.textContent.trim()
        || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent.trim()))
    .map(node => node.outerHTML.slice(0, 80))"""

# WCAG 2.2, 1.4.3: at least 4.5 between text and what lies behind it.
FAINT = """() => {
    const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const over = colours => {
        context.clearRect(0, 0, 1, 1);
        for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
    const papers = node => node ? [...papers(node.parentElement), getComputedStyle(node).backgroundColor] : [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = new Set();
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
        if (node.closest(":disabled, script, option")) continue;
        const behind = papers(node);
        const [one, other] = [light(over(behind)), light(over([...behind, getComputedStyle(node).color]))];
        const contrast = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
        if (contrast < 4.5) faint.add(`${node.tagName}.${node.className} ${contrast.toFixed(2)}`);
    }
    return [...faint];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_is_legible(browser: Any, report: Path, scheme: str) -> None:
    with OpenReport(browser, report, "#open=app_en-de.xlf%232", color_scheme=scheme) as opened:
        page = opened.page
        expect(page.locator("#detail")).to_be_visible()
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(FAINT) == []
        levels = page.evaluate("[...document.querySelectorAll('main h2, main h3, main h4')].map(h => +h.tagName[1])")
        assert all(after <= before + 1 for before, after in pairwise(levels))
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
        assert len(ids) == len(set(ids))
        assert page.locator("#count").get_attribute("aria-live") == "polite"
        for row in page.locator("#rows > *").all()[:3]:
            assert row.get_attribute("role") == "option"
