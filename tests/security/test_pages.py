"""Every kind of page, of a workspace full of payloads, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watched, watch
from tests.security.conftest import Planted
from tests.security.payloads import ALL

# What each element is and which attributes it has; and where it leads, or what it shows.
SHAPES = "() => [...new Set([...document.querySelectorAll('*')].map(e => [e.localName, ...e.getAttributeNames().sort()].join(' ')))]"
AIMS = """() => [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames().filter(name => name.startsWith('on') ||
  ['href', 'src', 'action', 'formaction', 'data', 'srcdoc', 'style', 'xlink:href', 'poster', 'srcset'].includes(name)
).map(name => [!!e.closest('.prose'), name, e.getAttribute(name)]))"""

# Of the pages of a folder that say the same in other words, so many are left out for each that is opened.
SPARED = {"runs": 3, "projects": 9, "deployments": 9, "comparisons": 2}


def opened(pages: list[Path], share: int = 1) -> list[Path]:
    """The pages to open: of each folder some."""
    folders: dict[str, list[Path]] = {}
    for page in pages:
        folders.setdefault(page.parent.name, []).append(page)
    return [page for name, found in folders.items() for page in found[:: share * SPARED.get(name, 1)]]


def shapes(watched: Watched, pages: list[Path]) -> set[str]:
    """What the elements of some pages are."""
    found: set[str] = set()
    for page in pages:
        watched.page.goto(page.as_uri())
        found.update(watched.page.evaluate(SHAPES))
    return found


def test_there_are_enough_payloads() -> None:
    assert len(set(ALL)) >= 200


def test_nothing_runs_and_nothing_is_there_that_the_templates_did_not_make(hostile: Planted, harmless: Planted, browser: Browser) -> None:
    with browser.new_context() as context:
        allowed = shapes(watch(context), opened(harmless.pages(), 3))
    with browser.new_context() as context:
        watched = watch(context)
        pages = opened(hostile.pages())
        assert {page.parent.name for page in pages} >= {"runs", "projects", "deployments", "comparisons", "index", "site"}
        for page in pages:
            watched.page.goto(page.as_uri())
            assert set(watched.page.evaluate(SHAPES)) <= allowed, page.name
            assert [aim for aim in watched.page.evaluate(AIMS) if not leads_somewhere_good(page, aim)] == [], page.name
            assert watched.violations() == [], page.name
        assert watched.noises == []
        assert len(watched.requests) == len(pages)


def leads_somewhere_good(page: Path, aim: tuple[bool, str, str]) -> bool:
    """Whether an attribute is a link within the site; or, in an author's Markdown, to the web or to mail."""
    by_author, attribute, value = aim
    if attribute != "href":
        return False
    if by_author:
        return value.startswith(("https://", "http://", "mailto:"))
    return value.startswith("#") or (page.parent / value.partition("#")[0]).is_file()


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>'])
def test_what_would_run_elsewhere_is_seen(browser: Browser, tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><p title="{text}">{text}</p>', "utf-8")
    with browser.new_context() as context:
        watched = watch(context)
        watched.page.goto(page.as_uri())
        assert any(not leads_somewhere_good(page, aim) for aim in watched.page.evaluate(AIMS))
        assert watched.noises
