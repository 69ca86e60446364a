"""A browser for the whole session, sites that it opens from disk, and a watch on all that a page does."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from tests.conftest import CHECKOUT, REAL, REAL_NAMES, TINY
from tests.site import build, put_deployment, put_run, workspace_of

DEBIAN_CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Counts what the page's own policy forbids; a script of the test's, which no policy of the page stops.
COUNT_VIOLATIONS = "window.violations = []; document.addEventListener('securitypolicyviolation', e => violations.push(e.blockedURI))"


def chromium() -> Path:
    """The browser's executable; skips without one, or fails where CONTEXTA_REQUIRE_CHROMIUM says that there must be one."""
    said = os.environ.get("CONTEXTA_CHROMIUM")
    path = Path(said) if said else DEBIAN_CHROMIUM
    if not path.is_file():
        _missing(f"no browser: {path} is not there, and CONTEXTA_CHROMIUM names no other")
    return path


def _missing(why: str) -> NoReturn:
    if os.environ.get("CONTEXTA_REQUIRE_CHROMIUM") == "1":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and all that happened in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    noises: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        """Note a dialog and close it."""
        self.noises.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def violations(self) -> list[str]:
        """What the policy of the page that is open has forbidden."""
        found: list[str] = self.page.evaluate("window.violations || []")
        return found


def watch(context: BrowserContext) -> Watched:
    """Open an empty page and listen."""
    context.add_init_script(COUNT_VIOLATIONS)
    watched = Watched(context.new_page())
    watched.page.on("request", lambda request: watched.requests.append(f"{request.resource_type} {request.url}"))
    watched.page.on("console", lambda message: watched.noises.append(f"console {message.text}"))
    watched.page.on("pageerror", lambda error: watched.noises.append(f"error {error}"))
    watched.page.on("dialog", watched.dismiss)
    return watched


@pytest.fixture(params=[True, False], ids=["script on", "script off"])
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """An empty page, with scripts and without."""
    with browser.new_context(java_script_enabled=request.param) as context:
        yield watch(context)


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Watched]:
    """An empty page in which scripts run."""
    with browser.new_context() as context:
        yield watch(context)


@pytest.fixture(scope="package")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sites of all workspaces there are, by name; of the example alone where no real ones are beside the checkout."""
    workspaces = {"iris": TINY / "valid" / "iris-svm-capture"}
    workspaces |= {name: REAL / name for name in REAL_NAMES if (REAL / name).is_dir()}
    workspaces |= {f"{kind} {path.name}": path for kind in ("valid", "invalid") for path in sorted(TINY.glob(f"{kind}/*")) if path.is_dir()}
    built = {}
    for name, workspace in workspaces.items():
        built[name] = tmp_path_factory.mktemp("site")
        build(workspace, built[name])
    return built


def pages_of(site: Path) -> list[Path]:
    """All pages of a site."""
    return sorted(site.rglob("*.html"))


@pytest.fixture(scope="package")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's site, which has a page of every kind."""
    site = tmp_path_factory.mktemp("example")
    build(CHECKOUT / "site_example" / ".contexta", site)
    return site


@pytest.fixture(scope="package")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a dozen runs, so that its tables have a filter."""
    names = [f"run-{index:02}" for index in range(12)]
    puts = [
        put_run("p", name, status="failed" if index % 4 == 0 else "completed", ended_at=f"2026-01-01T{index + 1:02}:00:00Z")
        for index, name in enumerate(names)
    ]
    site = tmp_path_factory.mktemp("site")
    build(workspace_of(tmp_path_factory.mktemp("crowded"), *puts), site)
    return site


@pytest.fixture(scope="package")
def richest(sites: dict[str, Path]) -> Path:
    """A site that has a page of every kind where there is one, else the example's."""
    return sites.get("vision-train-capture", sites["iris"])


@pytest.fixture(scope="package")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small workspace that has a deployment."""
    root = workspace_of(tmp_path_factory.mktemp("deployed"), put_run("p", "one"), put_run("p", "two"), put_deployment("p", "live", "one"))
    site = tmp_path_factory.mktemp("site")
    build(root, site)
    return site
