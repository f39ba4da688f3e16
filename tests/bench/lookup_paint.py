"""How soon and how light the look-up page is there: largest contentful paint at a quarter of this machine's speed.

    python tests/bench/lookup_paint.py http://127.0.0.1:8000

Wants a running service and Chromium. Every page is opened five times with an empty cache, the processor slowed four
times by the DevTools protocol; the middle value counts. Prints one line a page; ends with 1 when a page is over
1.0 seconds or 100 KB. A measurement, not a test: it says something of the machine too.
"""

from __future__ import annotations

import shutil
import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

PATHS = (
    "/lookup/kokubunji",
    "/lookup/kokubunji?q=カードをなくした",
    "/lookup/kokubunji/entries/mynumber-card/lost-card",
    "/lookup/kokubunji/procedures",
    "/lookup/kokubunji/classes",
    "/lookup/kokubunji/places",
)
SLOWER = 4
TIMES = 5
MOST_SECONDS = 1.0
MOST_BYTES = 100 * 1024
_PAINT = """
  new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true}))
"""


def opened(browser: Browser, address: str) -> tuple[float, int]:
    """Seconds to the largest contentful paint, and bytes of all that was loaded, in an empty browser."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    milliseconds = float(page.evaluate(_PAINT))
    context.close()
    return milliseconds / 1000, sum(sizes)


def measured(base: str) -> bool:
    """Prints the figures of every page. Returns whether all are within the limits."""
    good = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        opened(browser, base + PATHS[0])  # the first one builds the index
        for path in PATHS:
            found = [opened(browser, base + path) for _ in range(TIMES)]
            seconds, size = statistics.median(s for s, _ in found), max(b for _, b in found)
            good = good and seconds <= MOST_SECONDS and size <= MOST_BYTES
            print(f"{seconds:.2f} s  {size / 1024:5.1f} KB  {path}")
        browser.close()
    return good


if __name__ == "__main__":
    sys.exit(0 if measured(sys.argv[1].rstrip("/")) else 1)
