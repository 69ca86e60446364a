"""What a long page costs a browser: `python -m tests.benchmarks.pages`. Prints a table; the browser is the one that the tests use."""

import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from contexta.render import HtmlRenderer, no_links
from contexta.report.document import Document, Section, Table
from contexta.report.inline import Duration, Number, Pairs, Ref, Status, Text, Time
from tests.benchmarks.machine import machine
from tests.benchmarks.table import Measurement, markdown_table
from tests.browser.conftest import FLAGS, chromium

ROWS = 1_000
ROUNDS = 7

# Milliseconds from the request to the end of what the page's script does at once, and those that an act takes until it is laid out.
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
ACT = """act => {
  const begin = performance.now();
  act === 'sort' ? document.querySelector('.sort').click() : document.querySelector('.filter input').dispatchEvent(new Event('input'));
  document.body.offsetHeight;
  return performance.now() - begin;
}"""


def document(rows: int) -> Document:
    """An index of so many runs."""
    columns = ("Run", "Project", "Status", "Started", "Duration", "Headline numbers")
    return Document("All projects", "index", Ref("index", "All runs"), (Section("Runs", (Table("", columns, _rows(rows), rows),)),))


def _rows(count: int) -> tuple[tuple[Ref | Status | Time | Duration | Pairs | Text, ...], ...]:
    return tuple(
        (
            Ref(f"run:p.run-{index}", f"run-{index}"),
            Text(f"project-{index % 7}"),
            Status("failed" if index % 9 == 0 else "completed"),
            Time(f"2026-01-{index % 28 + 1:02}T10:{index % 60:02}:00Z"),
            Duration(index * 7.3 % 5000),
            Pairs((("accuracy", Number(index % 97 / 97)), ("loss", Number(index % 89 / 13)))),
        )
        for index in range(count)
    )


def median_of(browser: Browser, page: Path, measured: Callable[[str], tuple[str, str | None]], what: str) -> float:
    """The median over rounds, each in a context of its own."""
    times: list[float] = []
    for _ in range(ROUNDS):
        with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
            tab = context.new_page()
            tab.goto(page.as_uri())
            expression, argument = measured(what)
            if what == "filter":
                tab.locator(".filter input").evaluate("input => { input.value = 'run-9 failed' }")
            times.append(tab.evaluate(expression, argument))
    return statistics.median(times) / 1000


def measurements(browser: Browser, folder: Path) -> Sequence[Measurement]:
    """An index that can be used, sorted and filtered."""
    page = folder / "index.html"
    page.write_text(HtmlRenderer.create().render(document(ROWS), no_links), "utf-8")
    cases = {"ready": "can be used", "sort": "is sorted", "filter": "is filtered"}

    def measured(what: str) -> tuple[str, str | None]:
        return (READY, None) if what == "ready" else (ACT, what)

    return [
        Measurement(case=f"index of {ROWS:,} rows {does}, seconds", measured=median_of(browser, page, measured, what), must=1.0, aim=0.3)
        for what, does in cases.items()
    ]


def main() -> None:
    """Measure and print; exits 1 where something is missed."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        rows = measurements(browser, Path(folder))
        browser.close()
        print(markdown_table(rows))
        print(f"\n{machine(Path(folder))}")
    sys.exit(not all(row.holds for row in rows))


if __name__ == "__main__":
    main()
