"""What the script adds to a page: contents that follow, keys, themes, times and copies; and that nothing dead is there without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import pages_of

RUN = "runs/digits-mlp.mlp-64.html"
CONTROLS = "button, input, select, dialog, output"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 246, 248)", "rgb(18, 21, 26)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a wide screen, in Tokyo, that may use the clipboard."""
    with browser.new_context(viewport={"width": 1280, "height": 700}, timezone_id="Asia/Tokyo", color_scheme="light") as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context.new_page()


@pytest.fixture
def run(page: Page, example: Path) -> Page:
    """A run's page."""
    page.goto((example / RUN).as_uri())
    return page


def current(page: Page) -> str:
    return page.locator(".contents [aria-current]").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_without_script_there_is_no_control_and_nothing_is_hidden(browser: Browser, example: Path, width: int) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        for path in pages_of(example):
            page.goto(path.as_uri())
            assert page.locator(CONTROLS).count() == 0
            for shown in ("main h2", "main section > .scroll tbody td", "main dd", "main svg", ".contents a", "footer p"):
                assert page.locator(shown).count() == page.locator(f"{shown}:visible").count()


def test_a_slash_passes_over_a_filter_that_is_folded_away(page: Page, example: Path) -> None:
    page.goto((example / RUN).as_uri())
    folded = page.locator("details .filter input")
    assert folded.count() > 0
    page.evaluate("for (const one of document.querySelectorAll('section > .filter')) one.remove()")
    page.keyboard.press("/")
    assert not folded.first.evaluate("input => input === document.activeElement")
    page.locator("details:has(.filter) summary").first.click()
    page.keyboard.press("/")
    assert folded.first.evaluate("input => input === document.activeElement")


def test_with_script_there_are_controls(run: Page) -> None:
    assert run.locator(CONTROLS).count() > 3


# contents


def test_the_contents_follow_the_reader(run: Page) -> None:
    assert current(run) == "Run Summary"
    run.locator("#metrics").scroll_into_view_if_needed()
    run.mouse.move(700, 300)
    run.mouse.wheel(0, 200)
    expect(run.locator(".contents [aria-current]")).not_to_have_text("Run Summary")
    run.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(run.locator(".contents [aria-current]")).to_have_text(run.locator("main h2").last.inner_text())


def test_the_section_of_the_address_is_the_current_one(page: Page, example: Path) -> None:
    page.goto((example / RUN).as_uri() + "#provenance")
    expect(page.locator(".contents [aria-current]")).to_have_text("Provenance")


def test_on_a_small_screen_the_current_section_is_in_sight(page: Page, example: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto((example / RUN).as_uri() + "#environment")
    expect(page.locator(".contents [aria-current]")).to_have_text("Environment")
    expect(page.locator(".contents [aria-current]")).to_be_in_viewport(ratio=1)
    assert page.locator(".contents").evaluate("contents => contents.getBoundingClientRect().top") == 0


def test_headings_are_links_to_themselves(run: Page) -> None:
    run.locator("h2 a").nth(2).click()
    assert run.url.endswith("#" + str(run.locator("h2").nth(2).get_attribute("id")))


# keys


def test_j_and_k_go_from_section_to_section(run: Page) -> None:
    titles = run.locator("main h2").all_inner_texts()
    seen = []
    for _ in titles[1:]:
        run.keyboard.press("j")
        seen.append(current(run))
    assert seen == titles[1:]
    run.keyboard.press("j")
    assert current(run) == titles[-1]
    for _ in titles:
        run.keyboard.press("k")
    assert current(run) == titles[0]


def test_a_section_that_was_gone_to_has_the_focus(run: Page) -> None:
    run.keyboard.press("j")
    run.keyboard.press("j")
    assert run.evaluate("document.activeElement.closest('h2').textContent") == current(run)


def test_a_slash_goes_to_the_filter_and_letters_typed_there_are_letters(page: Page, crowded: Path) -> None:
    page.goto((crowded / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("jk?/")
    assert page.locator(".filter input").first.input_value() == "jk?/"
    assert not page.locator("dialog").is_visible()


@pytest.mark.parametrize("end", ["Escape", "Enter"])
def test_a_question_mark_helps_until_escape_or_close(run: Page, end: str) -> None:
    run.keyboard.press("?")
    assert run.locator("dialog").is_visible()
    assert run.locator("dialog kbd").all_inner_texts() == ["/", "j", "k", "?"]
    run.get_by_role("button", name="Close").focus()
    run.keyboard.press(end)
    assert not run.locator("dialog").is_visible()


def test_single_keys_can_be_switched_off_for_good(run: Page) -> None:
    run.get_by_role("button", name="Keyboard help").click()
    run.get_by_role("checkbox").uncheck()
    run.get_by_role("button", name="Close").click()
    for _ in range(2):
        before = current(run)
        run.keyboard.press("j")
        assert current(run) == before
        run.reload()


def test_keys_with_modifiers_are_left_to_the_browser(run: Page) -> None:
    run.keyboard.press("Control+j")
    run.keyboard.press("Alt+k")
    assert current(run) == "Run Summary"


# themes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_overrides_what_the_browser_prefers_and_is_remembered(browser: Browser, example: Path, scheme: str) -> None:
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        page.goto((example / RUN).as_uri())
        button = page.get_by_role("button", name="Theme")
        seen = [page.evaluate(BACKGROUND)]
        for _ in range(2):
            button.click()
            seen.append(page.evaluate(BACKGROUND))
        assert seen == [DARK if scheme == "dark" else LIGHT, LIGHT, DARK]
        page.goto((example / "index.html").as_uri())
        assert page.evaluate(BACKGROUND) == DARK
        assert page.get_by_role("button", name="Theme: Dark").is_visible()
        page.get_by_role("button", name="Theme: Dark").click()
        assert page.evaluate(BACKGROUND) == seen[0]


def test_a_theme_that_is_none_is_passed_over(run: Page) -> None:
    run.evaluate("localStorage.setItem('contexta.theme', '<b>')")
    run.reload()
    assert run.locator("html").get_attribute("data-theme") is None
    assert run.get_by_role("button", name="Theme: Auto").is_visible()


def test_where_nothing_can_be_stored_controls_work_all_the_same(browser: Browser, example: Path) -> None:
    with browser.new_context(color_scheme="light") as context:
        context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})")
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((example / RUN).as_uri())
        for _ in range(2):
            page.get_by_role("button", name="Theme").click()
        assert page.evaluate(BACKGROUND) == DARK
        assert errors == []


# times


def test_times_are_told_in_the_readers_zone_and_back(run: Page) -> None:
    moment = run.locator("header time")
    utc = moment.inner_text()
    assert utc.endswith(" UTC")
    run.get_by_role("button", name="Times: UTC").click()
    hour = (int(utc[11:13]) + 9) % 24
    assert f" {hour:02}:{utc[14:19]}" in moment.inner_text()
    assert moment.inner_text().endswith("GMT+9")
    assert "local (Asia/Tokyo)" in run.locator("footer").inner_text()
    run.reload()
    assert run.locator("header time").inner_text().endswith("GMT+9")
    run.get_by_role("button", name="Times: Local").click()
    assert run.locator("header time").inner_text() == utc
    assert "All times are UTC" in run.locator("footer").inner_text()


# copies


def test_a_reference_is_copied(run: Page) -> None:
    run.locator("dd", has_text="run:digits-mlp.mlp-64").first.hover()
    run.get_by_role("button", name="Copy run:digits-mlp.mlp-64").first.click()
    assert run.evaluate("navigator.clipboard.readText()") == "run:digits-mlp.mlp-64"
    assert run.locator("output", has_text="Copied").count() == 1


def test_a_reference_is_copied_where_there_is_no_clipboard_to_write_to(run: Page) -> None:
    run.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    run.get_by_role("button", name="Copy run:digits-mlp.mlp-64").first.click()
    assert run.evaluate("navigator.clipboard.readText()") == "run:digits-mlp.mlp-64"
    assert run.locator("textarea").count() == 0
