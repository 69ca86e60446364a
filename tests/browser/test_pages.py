"""Pages as a browser shows them from disk."""

from pathlib import Path

import pytest

from contexta.render.html_templates import shipped_templates
from tests.browser.conftest import Watched, pages_of

SCRIPT = (shipped_templates() / "script.js").read_text("utf-8")
HOSTILE = "loss became NaN; <script>alert('x')</script> aborting | see log"
SCROLL_WIDTH = "document.documentElement.scrollWidth"
ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), location).href.split('#')[0])"
WIDTHS = (360, 390, 1280, 1600)


def click(watched: Watched, folder: str) -> None:
    """Follow the first link of the main part that leads into a folder of the site."""
    watched.page.locator(f"main a[href*='{folder}']").first.click()
    watched.page.wait_for_url(f"**/{folder}*.html")


def test_links_lead_from_the_index_to_every_kind_of_page_and_back(watched: Watched, deployed: Path) -> None:
    watched.page.goto((deployed / "index.html").as_uri())
    click(watched, "projects/")
    assert watched.page.locator("h1").inner_text() == "p"
    click(watched, "runs/")
    run = watched.page.locator("h1").inner_text()
    assert run.startswith(("one", "two"))
    watched.page.goto((deployed / "runs" / "p.one.html").as_uri())
    click(watched, "deployments/")
    assert watched.page.locator("h1").inner_text().startswith("live")
    click(watched, "runs/")
    assert watched.page.locator("h1").inner_text().startswith("one")
    watched.page.locator("header nav a").first.click()
    watched.page.wait_for_url("**/index.html")
    assert watched.page.url == (deployed / "index.html").as_uri()


# Links of a page without their fragments; one in a picture tells its address otherwise than one in text.
ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href.split('#')[0])"


def test_every_page_of_the_richest_site_is_reached_by_clicking_from_the_index(watched: Watched, richest: Path) -> None:
    seen, waiting = set[str](), [(richest / "index.html").as_uri()]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        watched.page.goto(address)
        seen.add(address)
        assert watched.page.locator("h1").is_visible()
        waiting += watched.page.locator("a").evaluate_all(ADDRESSES)
    assert seen == {path.as_uri() for path in pages_of(richest) if path.name != "404.html"}


def test_a_link_of_the_contents_scrolls_to_its_section(watched: Watched, richest: Path) -> None:
    watched.page.set_viewport_size({"width": 1280, "height": 400})
    watched.page.goto(pages_of(richest / "runs")[0].as_uri())
    link = watched.page.locator("nav.contents a").last
    link.click()
    heading = watched.page.locator("section h2").last
    assert heading.inner_text() == link.inner_text()
    assert heading.evaluate("heading => { const box = heading.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight }")


def test_a_bar_of_a_timeline_leads_to_its_row(watched: Watched, richest: Path) -> None:
    watched.page.set_viewport_size({"width": 1280, "height": 400})
    watched.page.goto(pages_of(richest / "runs")[0].as_uri())
    bar = watched.page.locator(".timeline a").first
    bar.click()
    row = watched.page.locator("tr:target")
    assert (bar.text_content() or "").startswith(row.locator("th").inner_text())
    assert row.evaluate("row => { const box = row.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight }")


def test_pages_ask_for_nothing_and_make_no_noise(watched: Watched, sites: dict[str, Path]) -> None:
    pages = [path for site in sites.values() for path in pages_of(site)]
    violations = []
    for path in pages:
        watched.page.goto(path.as_uri())
        violations += watched.violations()
    assert watched.requests == [f"document {path.as_uri()}" for path in pages]
    assert watched.noises == []
    assert violations == []


def test_the_style_sheet_is_the_one_that_the_policy_allows(scripted: Watched, richest: Path) -> None:
    scripted.page.goto((richest / "index.html").as_uri())
    assert scripted.page.locator("section").first.evaluate("section => getComputedStyle(section).borderTopLeftRadius") == "10px"


def test_a_hostile_message_is_text_that_does_nothing(scripted: Watched, sites: dict[str, Path]) -> None:
    if "vision-train-capture" not in sites:
        pytest.skip("the real workspaces are not beside this checkout")
    scripted.page.goto((sites["vision-train-capture"] / "runs" / "vision-train.train-02-wide.html").as_uri())
    assert scripted.page.get_by_text(HOSTILE).count() >= 2
    assert scripted.page.locator("script").evaluate_all("scripts => scripts.map(script => script.text)") == [SCRIPT]
    assert scripted.noises == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(scripted: Watched, sites: dict[str, Path], deployed: Path, width: int) -> None:
    scripted.page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in [*(path for site in sites.values() for path in pages_of(site)), *pages_of(deployed)]:
        scripted.page.goto(path.as_uri())
        found = scripted.page.evaluate(SCROLL_WIDTH)
        if found > width:
            wide[f"{path.parent.name}/{path.name}"] = found
    assert wide == {}


def test_folded_tables_unfold_without_a_script(watched: Watched, richest: Path) -> None:
    watched.page.goto(pages_of(richest / "runs")[0].as_uri())
    details = watched.page.locator("details").first
    assert not details.locator("table").is_visible()
    details.locator("summary").click()
    assert details.locator("table").is_visible()


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """A page that does all that a page must not do."""
    policy = "default-src 'none'; script-src 'unsafe-inline'"
    path = tmp_path / "noisy.html"
    path.write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<style>p {color: red}</style><img src="picture.png"><p>text</p>'
        "<script>alert('x'); console.log('said'); nosuchname()</script>",
        "utf-8",
    )
    return path


def test_the_watch_sees_dialogs_messages_errors_and_violations(scripted: Watched, noisy: Path) -> None:
    scripted.page.goto(noisy.as_uri())
    assert {"dialog x", "console said", "error nosuchname is not defined"} <= set(scripted.noises)
    assert "inline" in scripted.violations()


def test_a_page_that_scrolls_sideways_is_seen(scripted: Watched, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<!doctype html><div style="width: 2000px">wide</div>', "utf-8")
    scripted.page.goto((tmp_path / "page.html").as_uri())
    assert scripted.page.evaluate(SCROLL_WIDTH) >= 2000


def test_the_watch_sees_requests(scripted: Watched, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<!doctype html><meta charset="utf-8"><img src="picture.png">', "utf-8")
    scripted.page.goto((tmp_path / "page.html").as_uri())
    assert scripted.requests == [f"document {(tmp_path / 'page.html').as_uri()}", f"image {(tmp_path / 'picture.png').as_uri()}"]
