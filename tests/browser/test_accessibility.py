"""What axe-core, the tokens of the style and a ruler say of every kind of page, in both themes."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from contexta.render.theme import LEAST_CONTRAST, PAGES, contrast
from tests.browser.conftest import pages_of

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RUN_AXE = """async () => {
  const found = await axe.run(document, {rules: {'target-size': {enabled: true}}});
  return found.violations.map(one => `${one.id} (${one.impact}): ${one.nodes[0].html.slice(0, 120)}`);
}"""
UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"

# What stands on what: the text's token, and those behind it.
BEHIND = {"--page": ("--ink", "--soft", "--accent"), "--card": ("--ink", "--soft", "--accent", "--good", "--bad", "--warn")}
BEHIND |= {f"--{kind}-soft": (f"--{kind}",) for kind in ("good", "bad", "warn")}
BEHIND |= {"--calm-soft": ("--ink", "--soft"), "--well": ("--ink", "--soft", "--accent", "--good", "--bad", "--warn")}
TOKEN = """name => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(${name})`;
  const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
  probe.remove();
  return '#' + parts.slice(0, 3).map(part => part.toString(16).padStart(2, '0')).join('');
}"""
# Elements that a finger aims at; links in running text are as high as their line.
SMALL = """() => [...document.querySelectorAll('button, input:not([type=checkbox]), select, summary, nav a, h2 a')]
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.width < 24 || box.height < 24))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)}: ${box.width} x ${box.height}`)"""


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light, wide", "dark, narrow"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page in one of the themes; a script of the test's may run in it, whatever its policy."""
    scheme, width = request.param
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True) as context:
        yield context.new_page()


def every_page(page: Page, *sites: Path) -> Iterator[Path]:
    """Opens one after the other, all of it unfolded."""
    for path in [path for site in sites for path in pages_of(site)]:
        page.goto(path.as_uri())
        page.evaluate(UNFOLD)
        yield path


def test_axe_finds_nothing_on_any_page(page: Page, example: Path, crowded: Path, richest: Path) -> None:
    found = {}
    for path in every_page(page, example, crowded, richest):
        page.add_script_tag(content=AXE)
        if violations := page.evaluate(RUN_AXE):
            found[f"{path.parent.name}/{path.name}"] = violations
    assert found == {}


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content("<!doctype html><p style='color: #999'>pale</p><button></button>")
    page.add_script_tag(content=AXE)
    assert {one.split()[0] for one in page.evaluate(RUN_AXE)} >= {"color-contrast", "button-name"}


def test_axe_finds_nothing_in_the_help(page: Page, example: Path) -> None:
    page.goto((example / "index.html").as_uri())
    page.keyboard.press("?")
    page.add_script_tag(content=AXE)
    assert page.locator("dialog").is_visible()
    assert page.evaluate(RUN_AXE) == []


def test_text_can_be_read_on_all_that_lies_behind_it(page: Page, example: Path) -> None:
    page.goto((example / "index.html").as_uri())
    pairs = {
        (text, behind): contrast(page.evaluate(TOKEN, text), page.evaluate(TOKEN, behind)) for behind in BEHIND for text in BEHIND[behind]
    }
    assert {pair: found for pair, found in pairs.items() if found < LEAST_CONTRAST} == {}


def test_lines_and_the_edges_of_controls_can_be_seen(page: Page, example: Path) -> None:
    page.goto((example / "index.html").as_uri())
    card = page.evaluate(TOKEN, "--card")
    found = {token: contrast(page.evaluate(TOKEN, token), card) for token in ("--line", "--edge")}
    assert {token: value for token, value in found.items() if value < 3} == {}


def test_an_accent_is_checked_against_what_really_lies_behind_it(page: Page, example: Path) -> None:
    page.goto((example / "index.html").as_uri())
    dark: bool = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (page.evaluate(TOKEN, "--page"), page.evaluate(TOKEN, "--card")) == PAGES["dark" if dark else "light"]


def test_what_is_pressed_is_large_enough(page: Page, example: Path, crowded: Path) -> None:
    small = {}
    for path in every_page(page, example, crowded):
        if found := page.evaluate(SMALL):
            small[path.name] = found
    assert small == {}
