"""A mail as a mail program shows it, on a phone and on a wide screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from contexta import workspace
from contexta.delivery.letter import fitted
from contexta.render import MailRenderer, no_links
from contexta.report import RunTraits, build_snapshot_report
from tests.conftest import CHECKOUT
from tests.render.specimen import specimen

RENDERER = MailRenderer.create()


def failed_run() -> str:
    opened = workspace.open(CHECKOUT / "site_example" / ".contexta")
    found = opened.snapshot("run:digits-mlp.mlp-64-bad-schedule")
    before = opened.previous(found.run.ref)
    return fitted(build_snapshot_report(found, RunTraits.of(before) if before else None), RENDERER, no_links).html


def hostile() -> str:
    """A page with long words wherever a workspace's words can stand."""
    return RENDERER.render(specimen("unbroken" * 30), no_links)


@pytest.mark.parametrize("width", [320, 390, 700, 1200])
@pytest.mark.parametrize("mail", [failed_run, hostile])
def test_a_mail_is_never_wider_than_what_shows_it(mail: Callable[[], str], width: int, browser: Browser) -> None:
    with browser.new_context(viewport={"width": width, "height": 600}) as context:
        page = context.new_page()
        page.set_content(mail())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('table table').getBoundingClientRect().width") <= 600
