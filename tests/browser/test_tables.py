"""Tables that are sorted and filtered, with the state in the address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from contexta.render import HtmlRenderer, no_links
from contexta.report.document import Document, Section, Table
from contexta.report.inline import Bytes, Cell, Duration, Number, Ref, Status, Text, Time

FAILED = ["run-00", "run-04", "run-08"]
DAY = "2026-01-0{}T00:00:00Z"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def runs(page: Page, crowded: Path) -> Locator:
    """The index's section of runs, a dozen."""
    page.goto((crowded / "index.html").as_uri())
    return section(page)


def section(page: Page) -> Locator:
    return page.locator("section", has=page.locator("h2#runs"))


def address(page: Page) -> str:
    return str(page.evaluate("location.href"))


def names(section: Locator) -> list[str]:
    """The first cell of each row in sight."""
    return section.locator("tbody tr:visible th").all_inner_texts()


def sort_by(section: Locator, title: str) -> str | None:
    """Press a column's head; returns how that column says it is sorted."""
    section.get_by_role("columnheader", name=title).get_by_role("button").click()
    return section.get_by_role("columnheader", name=title).get_attribute("aria-sort")


def test_a_column_is_sorted_up_down_and_not(runs: Locator) -> None:
    as_written = names(runs)
    assert sort_by(runs, "Run") == "ascending"
    assert names(runs) == sorted(as_written)
    assert sort_by(runs, "Run") == "descending"
    assert names(runs) == sorted(as_written, reverse=True)
    assert sort_by(runs, "Run") is None
    assert names(runs) == as_written


def test_one_column_at_a_time_is_sorted(runs: Locator) -> None:
    sort_by(runs, "Run")
    sort_by(runs, "Duration")
    assert runs.locator("[aria-sort]").count() == 1


def test_columns_are_sorted_with_the_keyboard(runs: Locator) -> None:
    runs.get_by_role("columnheader", name="Run").get_by_role("button").focus()
    runs.page.keyboard.press("Enter")
    assert names(runs) == sorted(names(runs))


def test_the_order_is_in_the_address_and_comes_back(runs: Locator) -> None:
    sort_by(runs, "Duration")
    sort_by(runs, "Duration")
    longest_first = names(runs)
    assert longest_first[0] == "run-11"
    assert address(runs.page).endswith("index.html?runs.sort=-Duration")
    runs.page.reload()
    assert names(section(runs.page)) == longest_first


COLUMNS: dict[str, tuple[list[Cell], str]] = {
    "numbers": ([Number(2), None, Number(1234567.25), Number(-3.5), Number(float("nan"))], "dacbe"),
    "numbers with units": ([Number(0.5, "ratio"), Number(0.25, "ratio"), Number(10, "ratio"), None, None], "bacde"),
    "durations": ([Duration(90), Duration(7200), Duration(0.5, at_least=True), Duration(3), None], "cdabe"),
    "sizes": ([Bytes(2_000_000), Bytes(900), Bytes(15_000), None, None], "bcade"),
    "times": ([Time(DAY.format(3)), Time(DAY.format(1)), None, Time(DAY.format(2)), None], "bdace"),
    "texts": ([Text("epoch-10"), Text("epoch-9"), Text("Epoch-1"), None, None], "cbade"),
    "statuses": ([Status("failed"), Status("completed"), Status("open"), None, None], "bacde"),
}


@pytest.mark.parametrize(("cells", "order"), COLUMNS.values(), ids=COLUMNS)
def test_cells_are_sorted_by_what_they_mean_and_nothing_comes_last(page: Page, tmp_path: Path, cells: list[Cell], order: str) -> None:
    rows = tuple((Text(letter), cell) for letter, cell in zip("abcde", cells, strict=True))
    document = Document("x", "run", Ref("run:p.x", "x"), (Section("Runs", (Table("", ("Run", "Value"), rows, 5),)),))
    (tmp_path / "page.html").write_text(HtmlRenderer.create().render(document, no_links), "utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    sort_by(section(page), "Value")
    assert "".join(names(section(page))) == order
    sort_by(section(page), "Value")
    known = sum(cell is not None and cell != Number(float("nan")) for cell in cells) - ("e" in order and cells[4] is not None)
    assert "".join(names(section(page))) == order[:known][::-1] + order[known:]


def test_rows_are_filtered_by_text_and_counted(runs: Locator) -> None:
    runs.locator(".filter input").fill("RUN-0 completed")
    assert names(runs) == ["run-09", "run-07", "run-06", "run-05", "run-03", "run-02", "run-01"]
    expect(runs.locator("output")).to_have_text("7 of 12 rows")
    runs.locator(".filter input").fill("")
    assert len(names(runs)) == 12
    expect(runs.locator("output")).to_have_text("")


def test_rows_are_filtered_by_status(runs: Locator) -> None:
    assert runs.locator("select option").all_inner_texts() == ["Any status", "completed (9)", "failed (3)"]
    runs.locator("select").select_option("failed")
    assert sorted(names(runs)) == FAILED


def test_the_filter_is_in_the_address_and_comes_back(runs: Locator) -> None:
    runs.locator("select").select_option("failed")
    runs.locator(".filter input").fill("run-0")
    sort_by(runs, "Run")
    runs.page.reload()
    back = section(runs.page)
    assert names(back) == FAILED
    assert back.locator(".filter input").input_value() == "run-0"
    assert back.locator("select").input_value() == "failed"
    back.locator(".filter input").fill("")
    back.locator("select").select_option("")
    assert address(runs.page).endswith("index.html?runs.sort=Run")


def test_the_address_keeps_its_section(page: Page, crowded: Path) -> None:
    page.goto((crowded / "index.html").as_uri() + "#runs")
    section(page).locator(".filter input").fill("x y")
    assert address(page).endswith("?runs.q=x+y#runs")


def test_a_filter_that_fits_nothing_says_so(runs: Locator) -> None:
    runs.locator(".filter input").fill("nosuchrun")
    expect(runs.locator("output")).to_have_text("0 of 12 rows")


def test_a_state_that_names_nothing_is_passed_over(page: Page, crowded: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((crowded / "index.html").as_uri() + "?runs.sort=Nosuch&runs.status=%3Cb%3E&other=1")
    assert len(names(section(page))) == 12
    assert errors == []


def test_a_short_table_has_no_filter(page: Page, deployed: Path) -> None:
    page.goto((deployed / "index.html").as_uri())
    assert page.locator("main table").count() > 0
    assert page.locator(".filter").count() == 0
