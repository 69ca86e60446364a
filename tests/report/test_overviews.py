"""The index and the page of a project: attention first, the newest first, how numbers went from run to run."""

from collections.abc import Sequence
from dataclasses import replace

from contexta.contract import Problem, Project
from contexta.report import DeploymentSummary, RunSummary, build_index, build_project, summarize, summarize_deployment
from contexta.report.attention import MAX_FOLDED, MAX_LINES
from contexta.report.directions import Directions
from contexta.report.document import Details, Document, Fact, Facts, Figure, Figures, Issues, Note, Prose
from contexta.report.inline import INDEX, Change, Duration, Number, Pairs, Ref, Spark, Status, Text, Time
from contexta.report.overviews import MAX_LIVE
from contexta.report.run_tables import MAX_COLUMNS
from contexta.report.shelves import projects_of
from contexta.report.summary import Headline
from tests.report import builders
from tests.report.builders import column, moment, run_summary, section, table, titles


def run_at(name: str, seconds: int, status: str = "completed", numbers: dict[str, float] | None = None) -> RunSummary:
    ended = {} if status == "open" else {"ended_at": moment(seconds + 5)}
    run = builders.run(name, status, started_at=moment(seconds), **ended)
    return run_summary(name, status, numbers, run=run, as_of=moment(seconds))


def deployment_at(name: str, seconds: int, status: str = "completed", owner: str = "demo", run: str = "r1") -> DeploymentSummary:
    ended = {} if status == "open" else {"ended_at": moment(seconds + 5)}
    made = builders.deployment(name, status, owner, started_at=moment(seconds), run_ref=f"run:{owner}.{run}", **ended)
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


def figures(document: Document) -> dict[str, Figure]:
    found = section(document, "Summary").blocks[0]
    assert isinstance(found, Figures)
    return {figure.label: figure for figure in found.items}


def facts(document: Document) -> dict[str, Fact]:
    return {fact.label: fact for block in section(document, "Summary").blocks if isinstance(block, Facts) for fact in block.items}


# the index


def test_the_index_puts_attention_first() -> None:
    document = index([run_at("demo.r1", 0)], [deployment_at("live", 0)], [Problem("a.jsonl", 1, "torn_line", "is torn")])
    assert titles(document) == ["Needs Attention", "Live", "Projects", "Runs", "Deployments", "Data Health"]


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


def test_a_run_in_the_index_shows_the_number_that_it_is_judged_by_and_its_change() -> None:
    runs = [run_at("demo.r1", 1, numbers={"rows": 7, "loss": 0.5}), run_at("demo.r2", 2, numbers={"rows": 8, "loss": 0.25})]
    made = table(section(index(runs), "Runs"))
    assert column(made, "Headline number")[0] == Pairs((("loss", Number(0.25)),))
    assert column(made, "Change") == [Change(-0.25, better=True), None]
    assert made.note == "Change: of the headline number, against the last run before it in its project that has it and did not fail."


def test_what_is_said_of_a_metric_counts_more_than_its_name() -> None:
    runs = [run_at("demo.r1", 1, numbers={"loss": 1}), run_at("demo.r2", 2, numbers={"loss": 2})]
    document = build_index(projects_of((), runs, ()), runs, (), (), "All", Directions((("loss", "up"),)))
    assert column(table(section(document, "Runs")), "Change") == [Change(1, better=True), None]


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


def test_a_project_shows_the_number_of_its_newest_completed_run_its_change_and_its_course() -> None:
    runs = [run_at(f"demo.r{place}", place, numbers={"acc": acc}) for place, acc in enumerate((0.5, 0.75, 0.5))]
    made = table(section(index([*runs, run_at("demo.r9", 9, "failed", {"acc": 0.1})]), "Projects"))
    assert column(made, "Headline number") == [Pairs((("acc", Number(0.5)),))]
    assert (column(made, "Change"), column(made, "Over runs")) == ([Change(-0.25, better=False)], [Spark((0.5, 0.75, 0.5))])


# what is live


def test_what_is_live_stands_with_its_run_its_numbers_and_what_it_replaced() -> None:
    runs = [run_at("demo.r1", 1, numbers={"acc": 0.5}), run_at("demo.r2", 2, numbers={"acc": 0.75})]
    made = table(section(index(runs, [deployment_at("prod-v1", 3), deployment_at("prod-v2", 4, run="r2")]), "Live"))
    assert column(made, "Deployment") == [Ref("deployment:demo.prod-v2", "prod-v2")]
    assert column(made, "Live since") == [Time(moment(4))]
    assert (column(made, "Run"), column(made, "Headline number")) == ([Ref("run:demo.r2", "r2")], [Pairs((("acc", Number(0.75)),))])
    assert column(made, "Change") == [Change(0.25, better=True)]
    assert column(made, "Replaced") == [Ref("deployment:demo.prod-v1", "prod-v1")]


def test_a_project_is_named_where_there_are_several() -> None:
    alone = index([run_at("demo.r1", 1)], [deployment_at("live", 2)])
    beside = index([run_at("demo.r1", 1), run_at("other.r1", 1)], [deployment_at("live", 2)])
    for title in ("Live", "Runs", "Deployments"):
        assert "Project" not in table(section(alone, title)).columns
        assert Ref("project:demo", "demo") in column(table(section(beside, title)), "Project")


def test_where_every_deployment_failed_nothing_is_live() -> None:
    document = index([], [deployment_at("live", 1, "failed")])
    assert section(document, "Live").blocks == (Note("Nothing is live: no deployment completed."),)


def test_where_nothing_was_deployed_nothing_is_said_of_it() -> None:
    assert {"Live", "Deployments"}.isdisjoint({*titles(index([run_at("demo.r1", 0)])), *titles(project_page(run_at("demo.r1", 0)))})


def test_of_much_that_is_live_the_newest_are_shown() -> None:
    made = table(section(index([], [deployment_at(f"site-{'x' * place}", place) for place in range(1, MAX_LIVE + 4)]), "Live"))
    assert (len(made.rows), made.total) == (MAX_LIVE, MAX_LIVE + 3)
    assert made.note.startswith("The newest 20 of 23 that are live.")


def test_the_history_tells_which_deployment_replaced_which_and_how_long_each_was_live() -> None:
    many = [deployment_at("prod-v1", 1), deployment_at("prod-v2", 11), deployment_at("prod-v3", 12, "failed")]
    made = table(section(project_page(deployments=many), "Deployments"))
    assert column(made, "Deployment") == [Ref(f"deployment:demo.prod-v{number}", f"prod-v{number}") for number in (3, 2, 1)]
    assert column(made, "Replaced") == [None, Ref("deployment:demo.prod-v1", "prod-v1"), None]
    assert column(made, "Replaced by") == [None, None, Ref("deployment:demo.prod-v2", "prod-v2")]
    assert column(made, "Live for") == [None, None, Duration(10.0)]
    assert "Project" not in made.columns


# attention


def test_errors_of_old_runs_come_before_warnings_of_new_ones() -> None:
    issues = attention(index([run_at("demo.new", 2, "open"), run_at("demo.old", 1, "failed")]))
    assert [(issue.severity, issue.subject.text) for issue in issues.items] == [("error", "old"), ("warning", "new")]


def test_among_errors_the_newest_run_comes_first() -> None:
    runs = [run_at("demo.r1", 1, "failed"), run_at("demo.r3", 3, "failed"), run_at("demo.r2", 2, "failed")]
    assert [issue.subject.text for issue in attention(index(runs)).items] == ["r3", "r2", "r1"]


def test_runs_and_deployments_that_failed_stand_in_the_order_of_time() -> None:
    runs = [run_at("demo.r1", 1, "failed"), run_at("demo.r3", 3, "failed")]
    issues = attention(index(runs, [deployment_at("live", 2, "failed")]))
    assert [issue.subject.text for issue in issues.items] == ["r3", "live", "r1"]


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


def test_the_worst_issue_of_a_run_stands_for_all_of_them() -> None:
    batches = tuple(builders.batch("train", f"e{number}", "failed") for number in range(10))
    (issue,) = attention(index([summarize(builders.snapshot(run=builders.run(status="open"), batches=batches))])).items
    assert issue.sentence == "Batch e0 of stage train failed. And 9 more errors, 1 more warning."


def test_many_runs_that_need_attention_are_folded_below_the_worst() -> None:
    shown, folded = section(index([run_at(f"demo.r{place:03}", place, "failed") for place in range(100)]), "Needs Attention").blocks
    assert isinstance(shown, Issues)
    assert isinstance(folded, Details)
    assert (len(shown.items), shown.total) == (MAX_LINES, 100)
    assert column(folded.table, "Where")[0] == Ref("run:demo.r089", "r089")
    assert (len(folded.table.rows), folded.table.total) == (MAX_FOLDED, 90)


def test_remarks_need_no_attention() -> None:
    inferred = summarize(builders.snapshot(run=builders.run(status="unknown")))
    assert section(index([inferred]), "Needs Attention").blocks == (Note("Nothing needs attention."),)


# a project


def test_a_project_page_tells_of_the_project_then_what_needs_attention() -> None:
    document = project_page(run_at("demo.r1", 1, numbers={"acc": 1}), run_at("demo.r2", 2, numbers={"acc": 2}))
    assert titles(document) == ["Summary", "Needs Attention", "Trends", "Runs"]
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


def test_the_numbers_of_the_newest_completed_run_stand_at_the_top_with_what_became_of_them() -> None:
    runs = [run_at(f"demo.r{place}", place, numbers={"acc": acc, "rows": 5}) for place, acc in enumerate((0.5, 0.75, 0.5))]
    document = project_page(*runs, run_at("demo.r9", 9, "failed", {"acc": 0.1}))
    found = figures(document)
    assert found["acc"] == Figure("acc", Number(0.5), best=Number(0.75), change=Change(-0.25, better=False), spark=Spark((0.5, 0.75, 0.5)))
    assert (found["rows"].best, found["rows"].change) == (None, Change(0))
    assert facts(document)["Numbers above"] == Fact("Numbers above", Ref("run:demo.r2", "r2"), "the newest run that completed")
    assert facts(document)["Newest run"] == Fact("Newest run", Ref("run:demo.r9", "r9"), "failed")


def test_the_numbers_are_compared_with_the_last_run_that_has_the_leading_one() -> None:
    runs = [
        run_at("demo.r1", 1, numbers={"acc": 0.5}),
        run_at("demo.r2", 2, numbers={"rows": 1}),
        run_at("demo.r3", 3, numbers={"acc": 1.0}),
    ]
    found = section(project_page(*runs), "Summary").blocks[0]
    assert isinstance(found, Figures)
    assert found.against == Ref("run:demo.r1", "r1")


def test_the_best_run_of_each_number_is_named() -> None:
    runs = [run_at(f"demo.r{place}", place, numbers={"loss": loss, "rows": 1}) for place, loss in enumerate((3.0, 1.0, 2.0))]
    made = table(section(project_page(*runs), "Summary"))
    assert made.columns == ("Number", "Best", "Run", "Started", "Better")
    assert made.rows == ((Text("loss"), Number(1.0), Ref("run:demo.r1", "r1"), Time(moment(1)), Text("less")),)


def test_the_runs_of_a_project_show_how_the_leading_number_changed() -> None:
    runs = [run_at("demo.r1", 1, numbers={"rows": 1, "acc": 0.5}), run_at("demo.r2", 2, numbers={"rows": 2, "acc": 0.75})]
    made = table(section(project_page(*runs), "Runs"))
    assert made.columns == ("Run", "Status", "acc", "Change", "Started", "Duration", "rows")
    assert column(made, "Change") == [Change(0.25, better=True), None]
    assert made.note == "Change: of acc, against the last run before it in its project that has it and did not fail."


def test_of_many_numbers_those_of_the_most_runs_have_a_column() -> None:
    made = table(section(project_page(numbered("demo.r1", 1, 40), numbered("demo.r2", 2, MAX_COLUMNS)), "Runs"))
    numbers = [f"acc · s{number}" for number in range(MAX_COLUMNS)]
    assert made.columns == ("Run", "Status", numbers[0], "Change", "Started", "Duration", *numbers[1:])
    assert "30 numbers that fewer runs have stand on the runs' own pages." in made.note


def numbered(name: str, seconds: int, count: int) -> RunSummary:
    """A run with so many numbers, each measured on a stage of its own."""
    run = run_at(name, seconds)
    return replace(run, headlines=tuple(Headline("acc", f"s{number}", number, None) for number in range(count)))
