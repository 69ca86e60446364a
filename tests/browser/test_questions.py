"""Where a first-time reader finds an answer: on the page of a run, or one click from it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Watched
from tests.conftest import CHECKOUT

RUNS = CHECKOUT / "site_example" / "site" / "runs"
GOOD, FAILED = RUNS / "digits-mlp.mlp-64.html", RUNS / "digits-mlp.mlp-64-bad-schedule.html"


def section(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.locator("h2", has_text=title)).first


def first_row(page: Page, title: str) -> Locator:
    return section(page, title).locator("tbody tr").first


def follow(page: Page, title: str, link: str) -> Page:
    """One click on a link of a section."""
    section(page, title).get_by_role("link", name=link).first.click()
    page.wait_for_load_state()
    return page


QUESTIONS: dict[str, tuple[Path, Callable[[Page], Locator], tuple[str, ...]]] = {
    "status?": (GOOD, lambda page: page.locator("h1"), ("completed",)),
    "accuracy and its change?": (
        GOOD,
        lambda page: page.locator(".figures > div").filter(has_text="accuracy"),
        ("0.9133", "+0.01111", "better"),
    ),
    "against which run?": (GOOD, lambda page: section(page, "Run Summary"), ("Changes are against mlp-32",)),
    "which epoch was best?": (GOOD, lambda page: section(page, "Batches").locator("caption").first, ("best by loss: epoch-11",)),
    "which samples were worst?": (GOOD, lambda page: first_row(page, "Samples"), ("digit-01", "0.6443")),
    "which artifact is deployed where?": (GOOD, lambda page: first_row(page, "Deployments"), ("serve-mlp-64", "checkpoint-")),
    "what became of the deployment?": (
        GOOD,
        lambda page: section(follow(page, "Deployments", "serve-mlp-64"), "Diagnostics"),
        ("Deployment serve-mlp-64 failed", "the serving host has 64 MB left"),
    ),
    "what failed and why?": (
        FAILED,
        lambda page: page.locator(".issues li").first,
        ("Run mlp-64, bad schedule failed", "the loss is nan in epoch 5"),
    ),
    "what is different from the run that did not fail?": (
        FAILED,
        lambda page: section(follow(page, "Run Summary", "mlp-64 and mlp-64-bad-schedule"), "Parameters"),
        ("lr_step_at",),
    ),
    "what was skipped?": (GOOD, lambda page: section(page, "Data Health"), ("Nothing was skipped",)),
}


@pytest.mark.parametrize(("page", "where", "answers"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_first_time_readers_question_is_answered_within_a_click(
    watched: Watched, page: Path, where: Callable[[Page], Locator], answers: tuple[str, ...]
) -> None:
    watched.page.goto(page.as_uri())
    told = " ".join(where(watched.page).inner_text().split())
    assert [answer for answer in answers if answer not in told] == []
