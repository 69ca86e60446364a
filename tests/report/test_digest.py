"""What is new since a moment."""

from typing import Any

from contexta.contract import DeploymentSnapshot, RunSnapshot
from contexta.report import DeploymentSummary, RunSummary, build_digest, summarize, summarize_deployment
from contexta.report.document import Document, Issues, Note
from contexta.report.inline import Change, Ref, Text
from tests.report import builders
from tests.report.builders import column, section, table


def run(name: str, begin: int, end: int | None = None, status: str = "completed", **numbers: float) -> RunSummary:
    times = {"started_at": builders.moment(begin), "ended_at": None if end is None else builders.moment(end)}
    found = tuple(builders.series(key, f"run:{name}", [value]) for key, value in numbers.items())
    owner = builders.project(name.partition(".")[0])
    return summarize(RunSnapshot(project=owner, run=builders.run(name, status, **times), series=found))


def deployed(name: str, begin: int, **values: Any) -> DeploymentSummary:
    times = {"started_at": builders.moment(begin), "ended_at": builders.moment(begin + 1)}
    return summarize_deployment(DeploymentSnapshot(project=builders.project(), deployment=builders.deployment(name, **times, **values)))


def digest(*runs: RunSummary, deployments: tuple[DeploymentSummary, ...] = (), since: int = 1000) -> Document:
    return build_digest(runs, deployments, (), builders.moment(since))


def names(document: Document, title: str) -> list[Any]:
    return [cell.text for cell in column(table(section(document, title)), title.removesuffix("s")) if isinstance(cell, Ref)]


def test_what_began_or_ended_since_then_is_told_the_newest_first() -> None:
    found = digest(run("demo.old", 1, 999), run("demo.long", 2, 1000), run("demo.new", 2000, 2001), run("demo.going", 1500, None, "open"))
    assert names(found, "Runs") == ["new", "going", "long"]
    assert found.title == "demo: 3 runs"


def test_a_moment_is_compared_as_a_moment() -> None:
    assert names(build_digest([run("demo.a", 1, 1000)], (), (), "2026-10-01T00:16:40.000Z"), "Runs") == ["a"]


def test_a_number_is_measured_against_runs_that_are_older() -> None:
    found = digest(run("demo.old", 1, 2, accuracy=0.5), run("demo.new", 1500, 1600, accuracy=0.75))
    assert column(table(section(found, "Runs")), "Change") == [Change(0.25, None, better=True)]


def test_failures_are_counted_and_need_attention() -> None:
    found = digest(run("demo.a", 1500, 1501), run("other.b", 1600, 1601, "failed"), run("demo.old", 1, 2, "failed"))
    assert found.title == "All projects: 2 runs, 1 failed"
    (issues,) = section(found, "Needs Attention").blocks
    assert isinstance(issues, Issues)
    assert [issue.subject.text for issue in issues.items] == ["b"]
    facts = {fact.label: fact.value for fact in section(found, "News").blocks[0].items}  # type: ignore[union-attr]  # facts
    assert facts["Runs"] == Text("2: 1 completed, 1 failed")
    assert facts["Deployments"] == Text("none")


def test_deployments_are_told_and_what_is_live_though_it_is_old() -> None:
    found = digest(deployments=(deployed("prod-v1", 1), deployed("api", 2), deployed("prod-v2", 2000)))
    assert names(found, "Deployments") == ["prod-v2"]
    assert column(table(section(found, "Live")), "Deployment") == [
        Ref("deployment:demo.prod-v2", "prod-v2"),
        Ref("deployment:demo.api", "api"),
    ]
    assert found.title == "demo: 1 deployment"


def test_where_nothing_is_new_that_is_said() -> None:
    found = digest(run("demo.old", 1, 2, accuracy=0.5))
    assert found.title == "demo: nothing new"
    assert builders.titles(found) == ["News", "Needs Attention"]
    assert section(found, "Needs Attention").blocks == (Note("Nothing needs attention."),)


def test_of_very_many_the_newest_are_told_and_all_counted() -> None:
    found = digest(*(run(f"demo.r{index:03}", 1500 + index, 3000) for index in range(100)))
    made = table(section(found, "Runs"))
    assert names(found, "Runs")[:2] == ["r099", "r098"]
    assert (len(made.rows), made.total, made.note) == (30, 100, "The newest 30 of 100.")


def test_it_is_the_same_whatever_order_it_is_told_in() -> None:
    runs = [run(f"demo.r{index}", 1500 + index, 3000, accuracy=index / 9) for index in range(9)]
    assert digest(*runs) == digest(*reversed(runs))
