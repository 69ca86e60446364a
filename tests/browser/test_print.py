"""A run's page on paper: nothing clipped, all that is folded open, and where its links lead."""

import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

# The width of A4 without the sheet's margins, in CSS pixels.
PAPER = 703
RUN = "runs/digits-mlp.mlp-64.html"
CLIPPED = """() => [...document.querySelectorAll('main *')]
  .filter(one => !one.closest('svg svg, .copy, .sort') && one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 100))"""
CUT = """() => [...document.querySelectorAll('main *')]
  .filter(one => getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 100))"""


@pytest.fixture
def run(browser: Browser, example: Path) -> Iterator[Page]:
    """A run's page in a dark theme, which is no theme for paper."""
    with browser.new_context(color_scheme="dark", viewport={"width": PAPER, "height": 1000}) as context:
        page = context.new_page()
        page.goto((example / RUN).as_uri())
        yield page


def printed(page: Page) -> str:
    """All text of the page's PDF, without spaces: lines break within words."""
    pages = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    return squeezed("".join(one.extract_text() for one in pages))


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())  # which takes apart the letters that a font joins


def test_on_paper_nothing_is_clipped(run: Page) -> None:
    run.emulate_media(media="print")
    run.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert run.evaluate(CLIPPED) == []
    assert run.evaluate(CUT) == []
    assert run.evaluate("document.documentElement.scrollWidth") == PAPER


def test_on_paper_every_row_of_every_table_is_there(run: Page) -> None:
    rows = run.locator("main tbody tr > *").evaluate_all(
        "cells => cells.map(cell => cell.querySelector('code, bdi, time')?.textContent || '')"
    )
    text = printed(run)
    assert len(rows) > 100
    assert [row for row in rows if "".join(row.split()) not in text] == []


def test_on_paper_what_is_folded_is_open_and_folded_again_on_the_screen(run: Page) -> None:
    details = run.locator("details").first
    first = details.locator("tbody td").first.text_content() or ""
    assert not details.locator("tbody td").first.is_visible()
    assert squeezed(first) in printed(run)
    assert not details.locator("tbody td").first.is_visible()


def test_on_paper_links_tell_where_they_lead(run: Page) -> None:
    text = printed(run)
    assert "(../projects/digits-mlp.html)" in text
    assert "(../deployments/digits-mlp.serve-mlp-64.html)" in text
    assert "(#" not in text


def test_on_paper_there_are_no_controls_and_the_ground_is_white(run: Page) -> None:
    run.emulate_media(media="print")
    assert run.locator(":is(button:not(.sort), input, select, .contents):visible").count() == 0
    assert run.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert run.evaluate("getComputedStyle(document.body).color") == "rgb(27, 32, 39)"


@pytest.mark.parametrize("scripts", [True, False], ids=["script on", "script off"])
def test_details_open_on_paper_with_and_without_script(browser: Browser, example: Path, scripts: bool) -> None:  # noqa: FBT001  # as pytest gives it
    with browser.new_context(java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto((example / RUN).as_uri())
        last = page.locator("details").last.locator("tbody tr").last.locator("th").text_content() or ""
        assert last
        assert squeezed(last) in printed(page)
