"""The index and the page of a project: attention first, the newest first, how numbers went from run to run."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from contexta.contract import Problem, Project
from contexta.report import DeploymentSummary, RunSummary, build_index, build_project, summarize, summarize_deployment
from contexta.report.document import (
    INDEX,
    Chart,
    Document,
    Duration,
    Facts,
    Issues,
    Note,
    Number,
    Pairs,
    Prose,
    Ref,
    Status,
    Text,
    Time,
)
from contexta.report.overviews import MAX_TRENDS, by_project, projects_of
from contexta.report.run_tables import MAX_COLUMNS
from contexta.report.summary import Headline
from tests.report import builders
from tests.report.builders import column, moment, run_summary, section, table, titles


def run_at(name: str, seconds: int, status: str = "completed", numbers: dict[str, float] | None = None) -> RunSummary:
    ended = {} if status == "open" else {"ended_at": moment(seconds + 5)}
    run = builders.run(name, status, started_at=moment(seconds), **ended)
    return run_summary(name, status, numbers, run=run, as_of=moment(seconds))


def deployment_at(name: str, seconds: int, status: str = "completed", owner: str = "demo") -> DeploymentSummary:
    ended = {} if status == "open" else {"ended_at": moment(seconds + 5)}
    made = builders.deployment(name, status, owner, started_at=moment(seconds), run_ref=f"run:{owner}.r1", **ended)
    return summarize_deployment(builders.deployed(project=builders.project(owner), deployment=made))


def index(
    runs: Sequence[RunSummary] = (), deployments: Sequence[DeploymentSummary] = (), problems: Sequence[Problem] = (), title: str = "All"
) -> Document:
    return build_index(projects_of((), runs, deployments), runs, deployments, problems, title)


def project_page(*runs: RunSummary, deployments: Sequence[DeploymentSummary] = (), project: Project | None = None) -> Document:
    return build_project(project or builders.project(), runs, deployments)


def attention(document: Document) -> Issues:
    (issues,) = section(document, "Needs Attention").blocks
    assert isinstance(issues, Issues)
    return issues


def trends(document: Document) -> list[Chart]:
    return [block for block in section(document, "Trends").blocks if isinstance(block, Chart)]


def pictured(chart: Chart) -> list[tuple[float, float | None]]:
    (line,) = chart.lines
    return list(line.points)


# the index


def test_the_index_puts_attention_first() -> None:
    document = index([run_at("demo.r1", 0)], [deployment_at("live", 0)], [Problem("a.jsonl", 1, "torn_line", "is torn")])
    assert titles(document) == ["Needs Attention", "Runs", "Deployments", "Projects", "Data Health"]


def test_the_index_of_an_empty_workspace_says_that_there_is_no_run() -> None:
    document = index()
    assert titles(document) == ["Needs Attention", "Runs"]
    assert section(document, "Runs").blocks == (Note("No line of this workspace names a run."),)
    assert section(document, "Needs Attention").blocks == (Note("Nothing needs attention."),)


def test_the_index_is_the_page_above_all_others() -> None:
    document = index([run_at("demo.r1", 0)], title="Our runs")
    assert (document.title, document.kind, document.subject, document.up) == ("Our runs", "index", INDEX, ())


def test_the_index_is_as_old_as_its_newest_line() -> None:
    runs = [run_at("demo.r1", 7), run_at("demo.r2", 3)]
    assert index(runs).as_of == moment(7)
    assert index().as_of is None


def test_the_newest_run_comes_first_whatever_its_project() -> None:
    runs = [run_at("demo.r1", 1), run_at("other.r9", 3), run_at("demo.r2", 2)]
    made = table(section(index(runs), "Runs"))
    assert column(made, "Run") == [Ref("run:other.r9", "r9"), Ref("run:demo.r2", "r2"), Ref("run:demo.r1", "r1")]
    assert column(made, "Project")[0] == Ref("project:other", "other")
    assert column(made, "Started") == [Time(moment(3)), Time(moment(2)), Time(moment(1))]


def test_a_start_within_the_second_is_newer_than_the_second() -> None:
    early = run_summary("demo.r1", run=builders.run("demo.r1", started_at="2026-10-01T00:00:00Z"))
    late = run_summary("demo.r2", run=builders.run("demo.r2", started_at="2026-10-01T00:00:00.5Z"))
    assert column(table(section(index([early, late]), "Runs")), "Run") == [Ref("run:demo.r2", "r2"), Ref("run:demo.r1", "r1")]


def test_a_run_in_the_index_shows_its_first_headline_numbers() -> None:
    (numbers,) = column(table(section(index([run_at("demo.r1", 0, numbers=dict.fromkeys("abcd", 1.5))]), "Runs")), "Headline numbers")
    assert numbers == Pairs((("a", Number(1.5)), ("b", Number(1.5)), ("c", Number(1.5))))


def test_a_run_in_the_index_counts_what_needs_attention() -> None:
    made = table(section(index([run_at("demo.r1", 0, "failed"), run_at("demo.r2", 1)]), "Runs"))
    assert column(made, "Attention") == [None, Text("1 error")]


def test_deployments_of_all_projects_come_newest_first() -> None:
    made = table(section(index([], [deployment_at("old", 1), deployment_at("new", 2, "failed", "other")]), "Deployments"))
    assert column(made, "Deployment") == [Ref("deployment:other.new", "new"), Ref("deployment:demo.old", "old")]
    assert column(made, "Run") == [Ref("run:other.r1", "r1"), Ref("run:demo.r1", "r1")]
    assert column(made, "Attention") == [Text("1 error"), None]


def test_projects_stand_with_their_counts_and_newest_run() -> None:
    runs = [run_at("demo.r1", 1), run_at("demo.r2", 2, "failed"), run_at("other.r9", 3)]
    made = table(section(index(runs, [deployment_at("live", 1)]), "Projects"))
    assert column(made, "Project") == [Ref("project:demo", "demo"), Ref("project:other", "other")]
    assert (column(made, "Runs"), column(made, "Deployments")) == ([Number(2), Number(1)], [Number(1), None])
    assert (column(made, "Newest run")[0], column(made, "Status")[0]) == (Ref("run:demo.r2", "r2"), Status("failed"))


# attention


def test_errors_of_old_runs_come_before_warnings_of_new_ones() -> None:
    issues = attention(index([run_at("demo.new", 2, "open"), run_at("demo.old", 1, "failed")]))
    assert [(issue.severity, issue.subject.text) for issue in issues.items] == [("error", "old"), ("warning", "new")]


def test_among_errors_the_newest_run_comes_first() -> None:
    runs = [run_at("demo.r1", 1, "failed"), run_at("demo.r3", 3, "failed"), run_at("demo.r2", 2, "failed")]
    assert [issue.subject.text for issue in attention(index(runs)).items] == ["r3", "r2", "r1"]


def test_an_issue_on_an_overview_leads_to_the_page_of_its_run() -> None:
    batches = (builders.batch("train", "e0", "failed"),)
    (issue,) = attention(index([summarize(builders.snapshot(batches=batches))])).items
    assert (issue.key, issue.subject) == ("failed_batch", Ref("run:demo.r1", "r1"))


def test_a_failed_deployment_needs_attention() -> None:
    issues = attention(index([], [deployment_at("live", 1, "failed")]))
    assert [(issue.key, issue.subject.ref) for issue in issues.items] == [("failed_deployment", "deployment:demo.live")]


def test_a_problem_of_no_run_needs_attention_unless_it_is_a_mere_remark() -> None:
    problems = [Problem("a.jsonl", 1, "torn_line", "is torn"), Problem("a.jsonl", 2, "blank_line", "is blank", "info")]
    issues = attention(index([], [], problems))
    assert [(issue.sentence, issue.subject) for issue in issues.items] == [("a.jsonl:1: is torn", INDEX)]


def test_all_issues_are_counted_where_only_the_worst_of_each_run_are_shown() -> None:
    batches = tuple(builders.batch("train", f"e{number}", "failed") for number in range(10))
    issues = attention(index([summarize(builders.snapshot(batches=batches))]))
    assert (len(issues.items), issues.total) == (3, 10)


def test_remarks_need_no_attention() -> None:
    inferred = summarize(builders.snapshot(run=builders.run(status="unknown")))
    assert section(index([inferred]), "Needs Attention").blocks == (Note("Nothing needs attention."),)


# a project


def test_a_project_page_tells_of_the_project_then_what_needs_attention() -> None:
    document = project_page(run_at("demo.r1", 1, numbers={"acc": 1}), run_at("demo.r2", 2, numbers={"acc": 2}))
    assert titles(document) == ["Summary", "Needs Attention", "Runs", "Trends"]
    assert (document.kind, document.subject, document.up) == ("project", Ref("project:demo", "demo"), (INDEX,))


def test_a_project_is_described_in_its_authors_words() -> None:
    document = project_page(project=builders.project(description="*Cats*", tags={"team": "vision"}))
    facts, prose = section(document, "Summary").blocks
    assert prose == Prose("*Cats*")
    assert isinstance(facts, Facts)
    assert {fact.label: fact.value for fact in facts.items}["Tags"] == Pairs((("team", Text("vision")),))


def test_a_column_for_each_headline_number_of_a_project() -> None:
    runs = [run_at("demo.r1", 1, numbers={"acc": 0.8}), run_at("demo.r2", 2, numbers={"f1": 0.7})]
    made = table(section(project_page(*runs), "Runs"))
    assert (column(made, "acc"), column(made, "f1")) == ([None, Number(0.8)], [Number(0.7), None])
    assert column(made, "Duration") == [Duration(5.0), Duration(5.0)]


# trends


def test_a_trend_goes_from_the_oldest_run_to_the_newest() -> None:
    runs = [run_at("demo.r2", 2, numbers={"acc": 0.9}), run_at("demo.r1", 1, numbers={"acc": 0.8})]
    (drawn,) = trends(project_page(*runs))
    assert (drawn.title, drawn.names, drawn.stands_for) == ("acc over runs", ("r1", "r2"), 2)
    assert pictured(drawn) == [(0, 0.8), (1, 0.9)]


def test_a_number_of_a_single_run_is_no_trend() -> None:
    assert "Trends" not in titles(project_page(run_at("demo.r1", 1, numbers={"acc": 0.8}), run_at("demo.r2", 2)))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_run_whose_number_is_none_is_a_gap_in_the_trend(value: float) -> None:
    runs = [run_at(f"demo.r{place}", place, numbers={"loss": number}) for place, number in enumerate((2.0, value, 1.0))]
    (drawn,) = trends(project_page(*runs))
    assert [y for _, y in pictured(drawn)] == [2.0, None, 1.0]


def test_the_ends_of_a_trend_are_named_after_the_runs_that_have_the_number() -> None:
    runs = [run_at(f"demo.r{place}", place, numbers={"acc": 1.0} if place in (1, 2) else None) for place in range(4)]
    (drawn,) = trends(project_page(*runs))
    assert drawn.names == ("r1", "r2")


def test_of_a_long_trend_the_extremes_are_drawn() -> None:
    runs = [run_at(f"demo.r{place:04}", place, numbers={"acc": 5.0 if place == 777 else 1.0}) for place in range(2000)]
    (drawn,) = trends(project_page(*runs))
    assert (drawn.names, drawn.stands_for) == (("r0000", "r1999"), 2000)
    assert len(pictured(drawn)) <= 400
    assert (777.0, 5.0) in pictured(drawn)


def numbered(name: str, seconds: int, count: int) -> RunSummary:
    """A run with so many numbers, each measured on a stage of its own."""
    run = run_at(name, seconds)
    return replace(run, headlines=tuple(Headline("acc", f"s{number}", number, None) for number in range(count)))


def test_of_many_trends_those_of_the_most_runs_are_drawn() -> None:
    runs = [numbered("demo.r1", 1, 40), numbered("demo.r2", 2, 40), numbered("demo.r3", 3, MAX_TRENDS)]
    blocks = section(project_page(*runs), "Trends").blocks
    assert [block.title for block in blocks if isinstance(block, Chart)] == [f"acc · s{number} over runs" for number in range(MAX_TRENDS)]
    assert blocks[-1] == Note("10 of 40 trends are drawn: those of the numbers that most runs have.")


def test_of_many_numbers_those_of_the_most_runs_have_a_column() -> None:
    made = table(section(project_page(numbered("demo.r1", 1, 40), numbered("demo.r2", 2, MAX_COLUMNS)), "Runs"))
    assert made.columns == ("Run", "Status", "Started", "Duration", *(f"acc · s{number}" for number in range(MAX_COLUMNS)))
    assert made.note == "30 numbers that fewer runs have stand on the runs' own pages."


# which projects there are


def test_projects_are_those_described_and_those_of_runs_and_deployments() -> None:
    found = projects_of([builders.project("empty")], [run_at("demo.r1", 0)], [deployment_at("live", 0, owner="other")])
    assert [one.name for one in found] == ["demo", "empty", "other"]


def test_a_described_project_counts_more_than_what_runs_say_of_it() -> None:
    described = builders.project(description="Cats")
    assert projects_of([described], [run_at("demo.r1", 0)], []) == [described]


def test_runs_are_told_apart_by_project() -> None:
    runs = [run_at("demo.r1", 0), run_at("other.r1", 0), run_at("demo.r2", 0)]
    assert by_project(runs) == {"project:demo": [runs[0], runs[2]], "project:other": [runs[1]]}


def test_the_same_metric_of_two_stages_is_no_trend() -> None:
    trained = builders.run_summary("demo.r1", series=(builders.series("accuracy", "stage:demo.r1.train", [0.9]),))
    evaluated = builders.run_summary("demo.r2", series=(builders.series("accuracy", "stage:demo.r2.evaluate", [0.5]),))
    document = build_project(builders.project(), [trained, evaluated], [])
    assert "Trends" not in builders.titles(document)
    assert {"accuracy · train", "accuracy · evaluate"} <= set(builders.table(builders.section(document, "Runs")).columns)
