"""Which runs, deployments and projects the pages about many tell of."""

from contexta.report import summarize_deployment
from contexta.report.shelves import by_project, projects_of
from tests.report import builders


def test_projects_are_those_described_and_those_of_runs_and_deployments() -> None:
    found = projects_of(
        [builders.project("empty")],
        [builders.run_summary("demo.r1")],
        [summarize_deployment(builders.deployed(project=builders.project("other")))],
    )
    assert [one.name for one in found] == ["demo", "empty", "other"]


def test_a_described_project_counts_more_than_what_runs_say_of_it() -> None:
    described = builders.project(description="Cats")
    assert projects_of([described], [builders.run_summary("demo.r1")], []) == [described]


def test_runs_are_told_apart_by_project() -> None:
    runs = [builders.run_summary("demo.r1"), builders.run_summary("other.r1"), builders.run_summary("demo.r2")]
    assert by_project(runs) == {"project:demo": [runs[0], runs[2]], "project:other": [runs[1]]}
