"""Sites whose style and script lie in files: from disk, and behind the header that Jenkins sends."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from contexta.site import Press, build_site
from contexta.workspace import open as open_workspace
from tests.browser.conftest import pages_of, watch
from tests.conftest import CHECKOUT

JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self'"
ROUND = "getComputedStyle(document.querySelector('section')).borderTopLeftRadius"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#0b5cad"/></svg>'
RUN = "runs/digits-mlp.mlp-64.html"


@pytest.fixture(scope="module")
def external(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's site with its assets in files, and a logo among them."""
    own, site = tmp_path_factory.mktemp("theme"), tmp_path_factory.mktemp("site")
    (own / "logo.svg").write_text(SVG, "utf-8")
    (own / "theme.toml").write_text('title = "Team"\n[logo]\nfile = "logo.svg"\nalt = "The logo"\n', "utf-8")
    press = Press(site, theme=own / "theme.toml", assets="external")
    build_site(open_workspace(CHECKOUT / "site_example" / ".contexta"), press)
    return site


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder under a policy."""

    def __init__(self, *args: object, policy: str, directory: str) -> None:
        self.policy = policy
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]  # as the server gives them

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Nothing."""


@contextmanager
def behind_jenkins(site: Path) -> Iterator[str]:
    """The address of a server on this machine that sends what Jenkins does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, policy=JENKINS, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def served(external: Path) -> Iterator[str]:
    with behind_jenkins(external) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900}) as context:
        yield context


def test_from_disk_it_is_styled_runs_and_breaks_no_policy(context: BrowserContext, external: Path) -> None:
    watched = watch(context)
    for path in pages_of(external):
        watched.page.goto(path.as_uri())
        assert watched.page.evaluate(ROUND) == "10px"
        assert watched.page.get_by_role("button", name="Theme").is_visible()
        assert watched.page.locator(".brand img").evaluate("logo => logo.complete && logo.naturalWidth") == 40
        assert watched.violations() == []
    assert watched.noises == []
    assets = {path.as_uri() for path in (external / "assets").iterdir()}
    assert {request.split()[1] for request in watched.requests} == assets | {path.as_uri() for path in pages_of(external)}


def test_behind_jenkins_it_is_styled_and_charts_and_logo_are_there(context: BrowserContext, served: str) -> None:
    page = context.new_page()
    page.goto(f"{served}/{RUN}")
    assert page.evaluate(ROUND) == "10px"
    assert page.locator(".tools").count() == 0
    assert page.locator(".brand img").evaluate("logo => logo.naturalWidth") == 40
    line = page.locator(".charts polyline").first
    box = line.bounding_box()
    assert line.evaluate("line => getComputedStyle(line).stroke") not in ("none", "")
    assert box is not None
    assert box["width"] > 100
    assert page.locator("main table").first.is_visible()


def test_behind_jenkins_links_lead_on(context: BrowserContext, served: str) -> None:
    page = context.new_page()
    page.goto(f"{served}/index.html")
    page.locator("main a[href*='runs/']").first.click()
    page.wait_for_url("**/runs/*.html")
    assert page.evaluate(ROUND) == "10px"


def test_a_page_that_holds_its_style_would_not_be_styled_there(context: BrowserContext, example: Path) -> None:
    page = context.new_page()
    with behind_jenkins(example) as address:
        page.goto(f"{address}/{RUN}")
        assert page.evaluate(ROUND) == "0px"
        stroke = page.locator(".charts polyline").first.evaluate("line => getComputedStyle(line).stroke")
    assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", stroke)  # charts have colours of their own
