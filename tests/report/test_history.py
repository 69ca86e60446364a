"""Which deployment took the place of which."""

import random

import pytest

from contexta.report import DeploymentSummary, summarize_deployment
from contexta.report.history import Spell, spells, stories
from contexta.report.inline import Duration
from tests.report import builders
from tests.report.builders import moment


def deployment(name: str, seconds: int, status: str = "completed", owner: str = "demo", run: str | None = None) -> DeploymentSummary:
    ended = {} if status == "open" else {"ended_at": moment(seconds + 1)}
    made = builders.deployment(name, status, owner, started_at=moment(seconds), run_ref=run, **ended)
    return summarize_deployment(builders.deployed(project=builders.project(owner), deployment=made))


def of(*many: DeploymentSummary) -> dict[str, Spell]:
    return {spell.deployment.name: spell for spell in spells(many).values()}


def live(*many: DeploymentSummary) -> list[str]:
    return [name for name, spell in of(*many).items() if spell.is_live]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("prod-v1", "prod-v2"),
        ("serve-mlp-32", "serve-mlp-64"),
        ("prod", "prod-2"),
        ("prod1", "prod2"),
        ("nightly-2026-10-01", "nightly-2026-10-02"),
        ("2026-10-01", "2026-10-02"),
        ("api-1ef63de", "api-0a1b2c3d"),
    ],
)
def test_a_deployment_replaces_the_one_of_its_name_but_for_the_number_at_the_end(old: str, new: str) -> None:
    found = of(deployment(old, 1), deployment(new, 5))
    assert (found[new].replaced, found[old].after) == (found[old].deployment, found[new].deployment)
    assert (found[new].is_live, found[old].is_live) == (True, False)


@pytest.mark.parametrize(
    ("one", "other"), [("prod-v1", "canary-v1"), ("api-eu", "api-us"), ("v1-api", "v1-web"), ("feed-face", "feed-beef")]
)
def test_what_has_another_name_stays_in_its_own_place(one: str, other: str) -> None:
    assert live(deployment(one, 1), deployment(other, 5)) == [one, other]


def test_projects_have_places_of_their_own() -> None:
    assert live(deployment("prod-v1", 1), deployment("prod-v2", 5, owner="other")) == ["prod-v1", "prod-v2"]


@pytest.mark.parametrize("status", ["failed", "cancelled", "open"])
def test_what_did_not_complete_takes_no_place(status: str) -> None:
    found = of(deployment("prod-v1", 1), deployment("prod-v2", 5, status), deployment("prod-v3", 9))
    assert (found["prod-v2"].replaced, found["prod-v2"].is_live, found["prod-v2"].lasted()) == (None, False, None)
    assert found["prod-v2"].before == found["prod-v1"].deployment
    assert found["prod-v3"].replaced == found["prod-v1"].deployment
    assert found["prod-v1"].after == found["prod-v3"].deployment


def test_what_no_line_describes_counts_as_put_to_use() -> None:
    assert live(deployment("prod-v1", 1, "unknown"), deployment("prod-v2", 5, "unknown")) == ["prod-v2"]


def test_a_deployment_is_live_from_its_start_to_the_start_of_the_next() -> None:
    found = of(deployment("prod-v1", 1), deployment("prod-v2", 61))
    assert (found["prod-v1"].lasted(), found["prod-v2"].lasted()) == (Duration(60.0), None)


def test_the_order_in_which_they_are_given_changes_nothing() -> None:
    many = [deployment(f"prod-v{number}", number // 2, "failed" if number % 3 else "completed") for number in range(20)]
    mixed = random.Random(1).sample(many, len(many))
    assert [*spells(mixed).items()] == [*spells(many).items()]


def test_a_story_tells_of_the_runs_on_both_sides() -> None:
    runs = {f"run:demo.{name}": builders.run_summary(f"demo.{name}") for name in ("r1", "r2")}
    told = stories([deployment("prod-v1", 1, run="run:demo.r1"), deployment("prod-v2", 5, run="run:demo.r2")], runs)
    story = told["deployment:demo.prod-v2"]
    assert (story.run, story.run_before) == (runs["run:demo.r2"], runs["run:demo.r1"])
    assert {*story.refs()} == {"deployment:demo.prod-v1", "run:demo.r1", "run:demo.r2"}


def test_a_run_that_is_not_there_is_told_by_its_reference() -> None:
    story = stories([deployment("prod-v1", 1, run="run:demo.gone")], {})["deployment:demo.prod-v1"]
    assert (story.run, [*story.refs()]) == (None, ["run:demo.gone"])
