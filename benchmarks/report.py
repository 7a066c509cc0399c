"""How fast the report of a large run is made, opened, searched and read.

    python benchmarks/report.py [--segments 50000]

A run of that many segments is written (five candidates each, the matrix of all pairs), rendered, and opened in headless
Chromium; the numbers are medians of several. Beside them stands what the same data cost as plain JSON blocks in a page,
which is how the page once held them. Needs Playwright and Chromium (MTQA_CHROMIUM names another one).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from mtqa.report.html import HtmlReport
from tests.report.runs import make_run, texts_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OPENED = 5
PLAIN = """<!doctype html><meta charset=utf-8><body>{blocks}<script>
const blocks = [...document.querySelectorAll("script[type='application/json']")];
const all = blocks.flatMap((one) => JSON.parse(one.textContent));
document.documentElement.dataset.ready = all.length;
</script>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=50_000)
    count = parser.parse_args().segments
    with TemporaryDirectory() as name:
        folder = make_run(Path(name), texts_of(count))
        lines = (folder / "segments.jsonl").read_text(encoding="utf-8").splitlines()
        started = time.perf_counter()
        with (folder / "report.html").open("wb") as out:
            HtmlReport().render(folder, out)
        rendered = time.perf_counter() - started
        blocks = (lines[start : start + 500] for start in range(0, len(lines), 500))
        page = "".join(
            f"<script type='application/json'>[{','.join(block).replace('<', chr(92) + 'u003c')}]</script>"
            for block in blocks
        )
        (folder / "plain.html").write_text(PLAIN.replace("{blocks}", page), encoding="utf-8")
        print(f"{count:,} segments, segments.jsonl {size(folder / 'segments.jsonl')}")
        print(f"report.html        {size(folder / 'report.html')}, rendered in {rendered:.1f} s")
        print(f"plain JSON blocks  {size(folder / 'plain.html')}")
        browse(folder)


def size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


def browse(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("MTQA_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        ours, plain = (opened(browser, folder / name) for name in ("report.html", "plain.html"))
        print(f"opened             {statistics.median(ours):.2f} s ({spread(ours)}), first rows on the page")
        print(f"plain, read only   {statistics.median(plain):.2f} s ({spread(plain)}), nothing drawn")
        print(f"ratio              {statistics.median(ours) / statistics.median(plain):.2f}")
        # The page forbids what waiting for a condition needs, so its policy is off from here on.
        page = browser.new_page(viewport={"width": 1400, "height": 900}, bypass_csp=True)
        page.goto((folder / "report.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        print(f"memory             {heap(page):.0f} MB of script heap after opening")
        act(page)
        browser.close()


def act(page: Page) -> None:
    """Search, filter, sort, scroll and read, as a reviewer does."""

    def search(text: str) -> Callable[[], None]:
        def run() -> None:
            page.fill("#query", text)
            page.wait_for_function(f"document.querySelector('#count').value.endsWith({json.dumps(of(page))}) && "
                                   f"document.querySelector('#count').value !== {json.dumps(now(page))}")  # fmt: skip

        return run

    print(f"first search       {timed(search('requests per day')):.2f} s (reads every text)")
    print(f"next search        {timed(search('[123]')):.2f} s")
    page.fill("#query", "")
    page.wait_for_timeout(1000)
    print(f"filter             {timed(lambda: pick(page, 'reason', 'no_quorum')):.2f} s")
    pick(page, "reason", "")
    print(f"sort               {timed(lambda: pick(page, 'sort', 'longest')):.2f} s")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_selector("#detail .candidates")
    steps = [timed(lambda: step(page)) for _ in range(20)]
    print(f"next segment (j)   {1000 * statistics.median(steps):.0f} ms")
    frames = page.evaluate(
        """async () => {
            const times = [];
            for (let n = 0; n < 60; n += 1) {
                scrollBy(0, 1500);
                const before = performance.now();
                await new Promise(requestAnimationFrame);
                await new Promise(requestAnimationFrame);
                times.push((performance.now() - before) / 2);
            }
            return times.sort((a, b) => a - b);
        }"""
    )
    print(f"scrolling          {frames[30]:.0f} ms a frame (median), {frames[56]:.0f} ms (95 %)")
    print(f"memory             {heap(page):.0f} MB of script heap at the end")


def of(page: Page) -> str:
    return str(page.evaluate("document.querySelector('#count').value.split(' of ')[1]"))


def now(page: Page) -> str:
    return str(page.evaluate("document.querySelector('#count').value"))


def pick(page: Page, name: str, value: str) -> None:
    page.select_option(f"#{name}", value)
    page.wait_for_timeout(0)
    page.evaluate("new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve)))")


def step(page: Page) -> None:
    before = page.locator("#detail .where").inner_text()
    page.keyboard.press("j")
    page.wait_for_function(f"document.querySelector('#detail .where').innerText !== {json.dumps(before)}")


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def opened(browser: Browser, path: Path) -> list[float]:
    times = []
    for _ in range(OPENED):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        started = time.perf_counter()
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
        page.evaluate("new Promise(requestAnimationFrame)")
        times.append(time.perf_counter() - started)
        page.close()
    return times


def spread(times: list[float]) -> str:
    return f"{min(times):.2f} to {max(times):.2f}"


def heap(page: Page) -> float:
    return float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6


if __name__ == "__main__":
    main()
