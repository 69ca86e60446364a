"""The page of a deployment: what was deployed, from which run, with which numbers."""

from dataclasses import replace
from typing import Any

from contexta.contract import Problem, StableRef
from contexta.report import RunSummary, build_deployment, summarize
from contexta.report.document import INDEX, Code, Document, Duration, Facts, Figures, Issues, Note, Number, Ref, Status, Time
from tests.report import builders
from tests.report.builders import BEGIN, END, RUN, column, section, table, tables, titles

ARTIFACT = f"artifact:{RUN}.model"


def page(run: RunSummary | None = None, **values: Any) -> Document:
    return build_deployment(builders.deployed(**values), run)


def producer() -> RunSummary:
    live = builders.deployment(artifact_ref=ARTIFACT, run_ref=f"run:{RUN}")
    return summarize(
        builders.snapshot(
            deployments=(live,),
            artifacts=(builders.artifact(in_workspace=True, size_bytes=10), builders.artifact("log")),
            series=(builders.series("acc", f"run:{RUN}", [0.9]),),
        )
    )


def facts(document: Document, title: str) -> dict[str, Any]:
    return {fact.label: fact.value for block in section(document, title).blocks if isinstance(block, Facts) for fact in block.items}


def test_a_deployment_of_which_little_is_known_tells_status_and_issues() -> None:
    assert titles(page()) == ["Deployment Summary", "Diagnostics"]


def test_all_sections_stand_in_their_order() -> None:
    document = page(
        producer(),
        series=(builders.series("latency", "deployment:demo.live", [12]),),
        events=(builders.event(),),
        problems=(Problem("a.jsonl", 1, "torn_line", "is torn"),),
    )
    assert titles(document) == ["Deployment Summary", "Producing Run", "Diagnostics", "Metrics", "Events", "Data Health"]


def test_a_page_says_what_it_is_about_and_where_it_belongs() -> None:
    document = page(deployment=builders.deployment(status="failed"), as_of=END)
    assert (document.title, document.kind, document.subject) == ("live", "deployment", Ref("deployment:demo.live", "live"))
    assert (document.status, document.as_of, document.up) == (Status("failed"), END, (INDEX, Ref("project:demo", "demo")))


def test_the_summary_tells_what_was_deployed_when_and_where() -> None:
    made = builders.deployment(artifact_ref=ARTIFACT, environment_snapshot_ref=f"environment:{RUN}.box", run_ref=f"run:{RUN}")
    told = facts(page(deployment=made), "Deployment Summary")
    assert (told["Deployment"], told["Status"], told["Run"]) == (Code("deployment:demo.live"), Status("completed"), Ref(f"run:{RUN}", "r1"))
    assert (told["Started"], told["Ended"], told["Duration"]) == (Time(BEGIN), Time(END), Duration(60.0))
    assert (told["Artifact"], told["Environment"]) == (Ref(ARTIFACT, "model"), Ref(f"environment:{RUN}.box", "box"))


def test_the_producing_run_is_called_by_its_own_name() -> None:
    nightly = replace(builders.run(), name="Nightly, again")
    named = summarize(builders.snapshot(run=nightly))
    made = builders.deployment(run_ref=f"run:{RUN}")
    assert facts(page(named, deployment=made), "Deployment Summary")["Run"] == Ref(f"run:{RUN}", "Nightly, again")


def test_an_inferred_deployment_names_the_runs_whose_records_name_it() -> None:
    document = page(deployment=builders.deployment(status="unknown"), runs=(StableRef.parse(f"run:{RUN}"),))
    note, summary = section(document, "Deployment Summary").blocks
    assert isinstance(note, Note)
    assert isinstance(summary, Facts)
    (run,) = (fact for fact in summary.items if fact.label == "Run")
    assert (run.value, run.note) == (Ref(f"run:{RUN}", "r1"), "inferred from the run's records")


def test_the_numbers_of_the_producing_run_stand_on_the_page() -> None:
    document = page(producer())
    figures = section(document, "Producing Run").blocks[0]
    assert isinstance(figures, Figures)
    assert [(fact.label, fact.value) for fact in figures.items] == [("acc", Number(0.9))]
    assert facts(document, "Producing Run")["Status"] == Status("completed")


def test_what_was_deployed_stands_with_its_size_and_the_rest_does_not() -> None:
    made = table(section(page(producer()), "Producing Run"))
    assert made.caption == "What was deployed"
    assert column(made, "Artifact") == [Ref(ARTIFACT, "model")]


def test_a_run_that_is_not_in_the_workspace_is_named_without_a_section() -> None:
    document = page(None, deployment=builders.deployment(run_ref="run:demo.gone"))
    assert facts(document, "Deployment Summary")["Run"] == Ref("run:demo.gone", "gone")
    assert "Producing Run" not in titles(document)


def test_the_deployments_own_numbers_stand_on_the_page() -> None:
    document = page(series=(builders.series("latency", "deployment:demo.live", [12, 14], unit="ms"),))
    (made,) = tables(section(document, "Metrics").blocks)
    assert column(made, "Last") == [Number(14)]


def test_a_failed_deployment_is_told_among_the_issues() -> None:
    document = page(deployment=builders.deployment(status="failed"))
    (issues,) = section(document, "Diagnostics").blocks
    assert isinstance(issues, Issues)
    assert [issue.key for issue in issues.items] == ["failed_deployment"]
