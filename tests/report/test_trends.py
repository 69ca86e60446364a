"""How numbers went from run to run, as charts: the newest runs, which way is better, and where deployments came from."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from contexta.report import DeploymentSummary, RunSummary, build_project, summarize_deployment
from contexta.report.document import Chart, Document, Mark, Note
from contexta.report.inline import Ref
from contexta.report.summary import Headline
from contexta.report.trends import MAX_MARKS, MAX_TRENDS, WINDOW
from tests.report import builders
from tests.report.builders import moment, run_summary, section, titles


def run_at(place: int, numbers: dict[str, float] | None = None) -> RunSummary:
    name = f"demo.r{place:04}"
    return run_summary(name, numbers=numbers, run=builders.run(name, started_at=moment(place), ended_at=moment(place + 5)))


def deployment_of(place: int, name: str = "live", status: str = "completed") -> DeploymentSummary:
    made = builders.deployment(name, status, run_ref=f"run:demo.r{place:04}", started_at=moment(place + 9), ended_at=moment(place + 10))
    return summarize_deployment(builders.deployed(deployment=made))


def page(runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary] = ()) -> Document:
    return build_project(builders.project(), runs, deployments)


def trends(document: Document) -> list[Chart]:
    return [block for block in section(document, "Trends").blocks if isinstance(block, Chart)]


def note(document: Document) -> str:
    told = section(document, "Trends").blocks[0]
    assert isinstance(told, Note)
    return told.text


def pictured(chart: Chart) -> list[tuple[float, float | None]]:
    (line,) = chart.lines
    return list(line.points)


def test_a_trend_goes_from_the_oldest_run_to_the_newest() -> None:
    document = page([run_at(2, {"size": 0.9}), run_at(1, {"size": 0.8})])
    (drawn,) = trends(document)
    assert (drawn.title, drawn.names, drawn.stands_for) == ("size", ("r0001", "r0002"), 2)
    assert pictured(drawn) == [(0, 0.8), (1, 0.9)]
    assert note(document) == "Over 2 runs, the oldest at the left."


@pytest.mark.parametrize(("key", "title"), [("acc", "acc (more is better)"), ("loss", "loss (less is better)"), ("rows", "rows")])
def test_a_trend_says_which_way_is_better_where_its_name_tells(key: str, title: str) -> None:
    (drawn,) = trends(page([run_at(place, {key: 1}) for place in range(2)]))
    assert drawn.title == title


def test_a_number_of_a_single_run_is_no_trend() -> None:
    assert "Trends" not in titles(page([run_at(1, {"acc": 0.8}), run_at(2)]))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_run_whose_number_is_none_is_a_gap_in_the_trend(value: float) -> None:
    (drawn,) = trends(page([run_at(place, {"loss": number}) for place, number in enumerate((2.0, value, 1.0))]))
    assert [y for _, y in pictured(drawn)] == [2.0, None, 1.0]


def test_the_ends_of_a_trend_are_named_after_the_runs_that_have_the_number() -> None:
    (drawn,) = trends(page([run_at(place, {"acc": 1.0} if place in (1, 2) else None) for place in range(4)]))
    assert drawn.names == ("r0001", "r0002")


def test_of_many_runs_the_newest_are_drawn() -> None:
    document = page([run_at(place, {"acc": place}) for place in range(2000)])
    (drawn,) = trends(document)
    assert (drawn.names, drawn.stands_for, len(pictured(drawn))) == (("r1940", "r1999"), WINDOW, WINDOW)
    assert note(document) == "Over the newest 60 of 2,000 runs."


def numbered(place: int, count: int) -> RunSummary:
    """A run with so many numbers, each measured on a stage of its own."""
    return replace(run_at(place), headlines=tuple(Headline("size", f"s{number}", number, None) for number in range(count)))


def test_of_many_trends_those_of_the_most_runs_are_drawn() -> None:
    document = page([numbered(1, 40), numbered(2, 40), numbered(3, MAX_TRENDS)])
    assert [chart.title for chart in trends(document)] == [f"size · s{number}" for number in range(MAX_TRENDS)]
    assert "10 of 40 numbers are drawn: those that most runs have." in note(document)


def test_the_same_metric_of_two_stages_is_no_trend() -> None:
    trained = builders.run_summary("demo.r1", series=(builders.series("accuracy", "stage:demo.r1.train", [0.9]),))
    evaluated = builders.run_summary("demo.r2", series=(builders.series("accuracy", "stage:demo.r2.evaluate", [0.5]),))
    document = page([trained, evaluated])
    assert "Trends" not in titles(document)
    assert {"accuracy · train", "accuracy · evaluate"} <= set(builders.table(section(document, "Runs")).columns)


def test_a_run_that_a_deployment_came_from_is_marked() -> None:
    runs = [run_at(place, {"acc": place}) for place in range(4)]
    document = page(runs, [deployment_of(1, "live-1"), deployment_of(2, "live-2", "failed"), deployment_of(7, "of-no-run")])
    (drawn,) = trends(document)
    assert drawn.marks == (Mark(1.0, Ref("deployment:demo.live-1", "live-1")),)
    assert note(document).endswith("A mark is a run that a deployment came from.")


def test_of_many_runs_that_were_deployed_the_newest_are_marked() -> None:
    document = page([run_at(place, {"acc": place}) for place in range(20)], [deployment_of(place, f"live-{place}") for place in range(20)])
    (drawn,) = trends(document)
    assert [mark.what.text for mark in drawn.marks] == [f"live-{place}" for place in range(20 - MAX_MARKS, 20)]
    assert note(document).endswith("The newest 8 of the 20 runs that a deployment came from are marked.")


def test_a_run_that_was_deployed_twice_has_the_mark_of_the_last() -> None:
    runs = [run_at(place, {"acc": place}) for place in range(2)]
    earlier, later = deployment_of(1, "b"), replace(deployment_of(1, "a"), started_at=moment(50))
    (drawn,) = trends(page(runs, [later, earlier]))
    assert [mark.what.text for mark in drawn.marks] == ["a"]


def test_a_mark_stands_only_where_the_number_is_drawn() -> None:
    runs = [run_at(0, {"acc": 1}), *(run_at(place, {"acc": 1, "late": 1}) for place in (1, 2))]
    drawn = trends(page(runs, [deployment_of(0)]))
    assert {chart.title: len(chart.marks) for chart in drawn} == {"acc (more is better)": 1, "late": 0}
