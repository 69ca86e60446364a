"""The page of a deployment: what was deployed, from which run, with which numbers, and what it took the place of."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from contexta.contract import DeploymentExecution, Problem, StableRef
from contexta.report import RunSummary, build_deployment, stories, summarize, summarize_deployment
from contexta.report.document import Document, Fact, Facts, Figures, Issues, Lineage, Note
from contexta.report.history import TOLD_BY
from contexta.report.inline import INDEX, Bytes, Change, Code, Duration, Hash, Number, Ref, Status, Text, Time
from tests.report import builders
from tests.report.builders import BEGIN, END, RUN, column, moment, section, tables, titles

ARTIFACT = f"artifact:{RUN}.model"


LIVE = builders.deployment(artifact_ref=ARTIFACT, run_ref=f"run:{RUN}")


def page(*runs: RunSummary, beside: Iterable[DeploymentExecution] = (), **values: Any) -> Document:
    """The page of a deployment among these runs and other deployments."""
    snapshot = builders.deployed(**values)
    known = [summarize_deployment(snapshot), *(summarize_deployment(builders.deployed(deployment=one)) for one in beside)]
    told = stories(known, {run.ref: run for run in runs})
    return build_deployment(snapshot, told[str(snapshot.deployment.ref)])


def producer() -> RunSummary:
    return summarize(
        builders.snapshot(
            run=builders.run(extensions=({"namespace": "contexta.run", "dataset_ref": "s3://bucket/train"},)),
            deployments=(LIVE,),
            artifacts=(builders.artifact(in_workspace=True, size_bytes=10, hash_value="ab" * 32), builders.artifact("log")),
            series=(builders.series("acc", f"run:{RUN}", [0.9]),),
        )
    )


def version(number: int, status: str = "completed") -> DeploymentExecution:
    """A deployment of run r1, r2…; each an hour after the one before."""
    begin = 3600 * number
    return builders.deployment(
        f"prod-v{number}", status, started_at=moment(begin), ended_at=moment(begin + 9), run_ref=f"run:demo.r{number}"
    )


def facts(document: Document, title: str) -> dict[str, Any]:
    return {fact.label: fact.value for block in section(document, title).blocks if isinstance(block, Facts) for fact in block.items}


def test_a_deployment_of_which_little_is_known_tells_status_and_issues() -> None:
    assert titles(page()) == ["Deployment Summary", "Diagnostics"]


def test_all_sections_stand_in_their_order() -> None:
    document = page(
        producer(),
        deployment=LIVE,
        series=(builders.series("latency", "deployment:demo.live", [12]),),
        events=(builders.event(),),
        problems=(Problem("a.jsonl", 1, "torn_line", "is torn"),),
    )
    assert titles(document) == ["Deployment Summary", "Diagnostics", "Artifact", "Producing Run", "Metrics", "Events", "Data Health"]


def test_a_page_says_what_it_is_about_and_where_it_belongs() -> None:
    document = page(deployment=builders.deployment(status="failed"), as_of=END)
    assert (document.title, document.kind, document.subject) == ("live", "deployment", Ref("deployment:demo.live", "live"))
    assert (document.status, document.as_of, document.up) == (Status("failed"), END, (INDEX, Ref("project:demo", "demo")))


def test_the_summary_tells_what_was_deployed_when_and_where() -> None:
    made = builders.deployment(artifact_ref=ARTIFACT, environment_snapshot_ref=f"environment:{RUN}.box", run_ref=f"run:{RUN}")
    told = facts(page(deployment=made), "Deployment Summary")
    assert (told["Deployment"], told["Status"]) == (Code("deployment:demo.live"), Status("completed"))
    assert (told["Started"], told["Ended"], told["Duration"]) == (Time(BEGIN), Time(END), Duration(60.0))
    assert told["Environment"] == Ref(f"environment:{RUN}.box", "box")


def lineage(document: Document) -> tuple[Fact, ...]:
    (found,) = (block for block in section(document, "Deployment Summary").blocks if isinstance(block, Lineage))
    return found.steps


def test_the_lineage_goes_from_the_data_to_the_deployment() -> None:
    assert lineage(page(producer(), deployment=LIVE)) == (
        Fact("Dataset", Text("s3://bucket/train")),
        Fact("Run", Ref(f"run:{RUN}", "r1")),
        Fact("Artifact", Ref(ARTIFACT, "model"), "checkpoint, SHA-256 abababababab…"),
        Fact("Deployment", Ref("deployment:demo.live", "live")),
    )


def test_where_no_line_names_an_artifact_the_page_says_so() -> None:
    document = page(producer(), deployment=builders.deployment(run_ref=f"run:{RUN}"))
    assert facts(document, "Deployment Summary")["Artifact"] == Text("no line names it")
    assert [step.label for step in lineage(document)] == ["Dataset", "Run", "Deployment"]
    assert "Artifact" not in titles(document)


def test_the_producing_run_is_called_by_its_own_name() -> None:
    nightly = replace(builders.run(), name="Nightly, again")
    named = summarize(builders.snapshot(run=nightly))
    made = builders.deployment(run_ref=f"run:{RUN}")
    document = page(named, deployment=made)
    assert lineage(document)[0] == Fact("Run", Ref(f"run:{RUN}", "Nightly, again"))
    assert facts(document, "Producing Run")["Run"] == Ref(f"run:{RUN}", "Nightly, again")


def test_an_inferred_deployment_names_the_runs_whose_records_name_it() -> None:
    document = page(deployment=builders.deployment(status="unknown"), runs=(StableRef.parse(f"run:{RUN}"),))
    assert isinstance(section(document, "Deployment Summary").blocks[0], Note)
    assert lineage(document)[0] == Fact("Run", Ref(f"run:{RUN}", "r1"), "inferred from the run's records")


def test_the_numbers_of_the_producing_run_stand_on_the_page() -> None:
    document = page(producer(), deployment=LIVE)
    figures = section(document, "Deployment Summary").blocks[0]
    assert isinstance(figures, Figures)
    assert [(figure.label, figure.value, figure.change) for figure in figures.items] == [("acc", Number(0.9), None)]
    assert facts(document, "Producing Run")["Status"] == Status("completed")


def test_what_was_deployed_stands_with_its_size_and_the_rest_does_not() -> None:
    told = facts(page(producer(), deployment=LIVE), "Artifact")
    assert (told["Artifact"], told["Kind"], told["Size"]) == (Ref(ARTIFACT, "model"), Text("checkpoint"), Bytes(10))
    assert (told["State"], told["SHA-256"]) == (Status("present"), Hash("ab" * 32))


def test_what_another_deployment_of_the_run_deployed_is_not_told() -> None:
    assert "Artifact" not in titles(page(producer(), deployment=builders.deployment("other", run_ref=f"run:{RUN}")))


# what was before and after it


def test_numbers_are_compared_with_those_of_the_run_that_was_live_before() -> None:
    runs = [builders.run_summary(f"demo.r{number}", numbers={"loss": number}) for number in (1, 2)]
    figures = section(page(*runs, deployment=version(2), beside=[version(1)]), "Deployment Summary").blocks[0]
    assert isinstance(figures, Figures)
    assert figures.against == Ref("run:demo.r1", "r1")
    assert [figure.change for figure in figures.items] == [Change(1, better=False)]


def test_what_was_replaced_tells_when_by_what_and_how_long_it_was_live() -> None:
    document = page(deployment=version(2), beside=[version(1), version(3)])
    told = facts(document, "Deployment Summary")
    assert (told["Live from"], told["Live until"], told["Live for"]) == (Time(moment(7200)), Time(moment(10800)), Duration(3600.0))
    assert told["Replaced"] == Ref("deployment:demo.prod-v1", "prod-v1")
    assert told["Replaced by"] == Ref("deployment:demo.prod-v3", "prod-v3")
    assert section(document, "Deployment Summary").blocks[-1] == Note(TOLD_BY)


def test_what_is_live_says_since_when() -> None:
    told = facts(page(deployment=version(1)), "Deployment Summary")
    assert (told["Live since"], told["Replaced"]) == (Time(moment(3600)), Text("nothing"))
    assert TOLD_BY not in str(section(page(deployment=version(1)), "Deployment Summary").blocks)


def test_what_failed_says_what_it_left_in_place() -> None:
    told = facts(page(deployment=version(2, "failed"), beside=[version(1)]), "Deployment Summary")
    assert (told["Live"], told["Left in place"]) == (Text("never"), Ref("deployment:demo.prod-v1", "prod-v1"))
    assert "Replaced" not in told


def test_a_run_that_is_not_in_the_workspace_is_named_without_a_section() -> None:
    document = page(deployment=builders.deployment(run_ref="run:demo.gone"))
    assert lineage(document)[0] == Fact("Run", Ref("run:demo.gone", "gone"))
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
