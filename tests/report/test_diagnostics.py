"""What needs attention, case by case: how grave, which kind, a sentence, and what it is about."""

from typing import Any

import pytest

from contexta.contract import Problem, RunSnapshot
from contexta.report import diagnose
from contexta.report.diagnostics import MAX_ISSUES, count, diagnose_deployment, shown
from contexta.report.document import Issue, Issues
from contexta.report.inline import Ref
from tests.report import builders
from tests.report.builders import RUN

RunRef = Ref(f"run:{RUN}", "r1")


def stage_with_metric(name: str = "train", status: str = "completed") -> dict[str, Any]:
    """A stage of which nothing is to be said unless for its status."""
    return {"stages": (builders.stage(name, status),), "series": (builders.series("loss", f"stage:{RUN}.{name}", [1]),)}


def found(**values: Any) -> list[Issue]:
    return list(diagnose(builders.snapshot(**values)))


def test_a_run_that_went_well_has_no_issue() -> None:
    batches = (builders.batch("train", "e0"),)
    present = (builders.artifact(in_workspace=True),)
    assert found(**stage_with_metric(), batches=batches, artifacts=present, deployments=(builders.deployment(),)) == []


# runs


def test_a_failed_run_is_an_error() -> None:
    assert found(run=builders.run(status="failed")) == [Issue("error", "failed_run", "Run r1 failed.", RunRef)]


def test_a_run_left_open_is_a_warning() -> None:
    (issue,) = found(run=builders.run(status="open"))
    assert issue == Issue("warning", "unfinished_run", "Run r1 was left open: it never ended, or is still going.", RunRef)


def test_a_run_that_no_line_describes_is_said_to_be_inferred() -> None:
    (issue,) = found(run=builders.run(status="unknown"))
    assert (issue.severity, issue.key, issue.subject) == ("info", "inferred_run", RunRef)
    assert "unknown" in issue.sentence


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_run_that_ended_is_no_issue(status: str) -> None:
    assert found(run=builders.run(status=status)) == []


# stages


def test_a_failed_stage_is_an_error() -> None:
    subject = Ref(f"stage:{RUN}.train", "train")
    assert found(**stage_with_metric(status="failed")) == [Issue("error", "failed_stage", "Stage train failed.", subject)]


def test_a_stage_left_open_is_a_warning() -> None:
    subject = Ref(f"stage:{RUN}.train", "train")
    assert found(**stage_with_metric(status="open")) == [Issue("warning", "unfinished_stage", "Stage train was left open.", subject)]


def test_a_stage_that_completed_without_a_metric_is_worth_a_word() -> None:
    subject = Ref(f"stage:{RUN}.train", "train")
    expected = Issue("info", "stage_without_metrics", "Stage train completed without a metric.", subject)
    assert found(stages=(builders.stage("train"),)) == [expected]


@pytest.mark.parametrize("status", ["cancelled", "unknown"])
def test_a_stage_that_did_not_complete_owes_no_metric(status: str) -> None:
    assert found(stages=(builders.stage("train", status),)) == []


def test_metrics_of_its_batches_count_for_a_stage() -> None:
    by_batch = builders.series("loss", f"batch:{RUN}.train.e0", [1], owner=f"stage:{RUN}.train")
    assert found(stages=(builders.stage("train"),), series=(by_batch,)) == []


# batches


def test_a_failed_batch_is_an_error() -> None:
    (issue,) = found(batches=(builders.batch("train", "e0", "failed"),))
    assert issue == Issue("error", "failed_batch", "Batch e0 of stage train failed.", Ref(f"batch:{RUN}.train.e0", "e0"))


def test_a_batch_left_open_is_incomplete() -> None:
    (issue,) = found(batches=(builders.batch("train", "e0", "open"),))
    assert issue == Issue("warning", "incomplete_batch", "Batch e0 of stage train was left open.", Ref(f"batch:{RUN}.train.e0", "e0"))


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "unknown"])
def test_a_batch_that_is_not_open_is_not_incomplete(status: str) -> None:
    keys = [issue.key for issue in found(batches=(builders.batch("train", "e0", status),))]
    assert "incomplete_batch" not in keys


@pytest.mark.parametrize("status", ["completed", "cancelled", "unknown"])
def test_a_batch_that_did_not_fail_is_no_issue(status: str) -> None:
    assert found(batches=(builders.batch("train", "e0", status),)) == []


# deployments


def test_a_failed_deployment_of_the_run_is_an_error() -> None:
    (issue,) = found(deployments=(builders.deployment(status="failed"),))
    assert issue == Issue("error", "failed_deployment", "Deployment live failed.", Ref("deployment:demo.live", "live"))


@pytest.mark.parametrize("status", ["open", "completed", "cancelled", "unknown"])
def test_a_deployment_that_did_not_fail_is_no_issue_of_the_run(status: str) -> None:
    assert found(deployments=(builders.deployment(status=status),)) == []


# records


@pytest.mark.parametrize("severity", ["warning", "error"])
def test_a_degraded_record_keeps_its_severity_and_says_what_was_lost(severity: str) -> None:
    (issue,) = found(degraded=(builders.degraded(severity),))
    assert issue == Issue(severity, "degraded_record", "queue.full (capture): Points were dropped.", RunRef)  # type: ignore[arg-type]  # one of both


@pytest.mark.parametrize(("level", "severity"), [("error", "warning"), ("critical", "error")])
def test_an_event_of_an_error_is_told_with_its_message_and_place(level: str, severity: str) -> None:
    (issue,) = found(events=(builders.event(level, "disk is full", subject_ref=f"stage:{RUN}.train"),))
    assert (issue.severity, issue.key) == (severity, "error_event")
    assert issue.sentence == "data.checked at train: disk is full"
    assert issue.subject == Ref(f"stage:{RUN}.train", "train")


def test_an_event_without_a_message_is_told_without_a_colon() -> None:
    assert [issue.sentence for issue in found(events=(builders.event("error"),))] == ["data.checked at r1"]


@pytest.mark.parametrize("level", ["debug", "info", "warning"])
def test_an_event_below_an_error_is_no_issue(level: str) -> None:
    assert found(events=(builders.event(level, "slow"),)) == []


# artifacts


MISSING = [
    {"in_workspace": False},
    {"in_workspace": False, "existed": True},
    {"existed": False},
    {"binding_status": "PENDING"},
    {"binding_status": "DEGRADED"},
]
THERE = [
    {"in_workspace": True},
    {"in_workspace": True, "existed": False},
    {"existed": True},
    {"binding_status": "BOUND"},
    {},
]


@pytest.mark.parametrize("known", MISSING)
def test_an_artifact_without_its_file_is_missing(known: dict[str, Any]) -> None:
    (issue,) = found(artifacts=(builders.artifact("model", **known),))
    assert (issue.severity, issue.key) == ("warning", "missing_artifact")
    assert issue.sentence == "The file of checkpoint model was not there: path:out/model.bin"
    assert issue.subject == Ref(f"artifact:{RUN}.model", "model")


@pytest.mark.parametrize("known", THERE)
def test_an_artifact_that_may_be_there_is_not_called_missing(known: dict[str, Any]) -> None:
    assert found(artifacts=(builders.artifact("model", **known),)) == []


# files


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_a_problem_of_the_files_is_told_by_file_and_line(severity: str) -> None:
    problem = Problem("record.jsonl", 42, "bad_value", 'payload.value: expected a number, got "n/a"', severity)  # type: ignore[arg-type]  # one of three
    (issue,) = found(problems=(problem,))
    assert (issue.severity, issue.key, issue.subject) == (severity, "bad_value", RunRef)
    assert issue.sentence == 'record.jsonl:42: payload.value: expected a number, got "n/a"'


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    (issue,) = found(problems=(Problem("record.jsonl", 0, "unreadable_file", "cannot be read"),))
    assert issue.sentence == "record.jsonl: cannot be read"


def test_a_line_that_may_be_another_runs_is_no_issue_of_this_one() -> None:
    assert found(unassigned=True) == []


# order and number


def everything() -> RunSnapshot:
    return builders.snapshot(
        run=builders.run(status="unknown"),
        stages=(builders.stage("prepare"), builders.stage("train", "open")),
        batches=(builders.batch("train", "e0", "open"), builders.batch("train", "e1", "failed")),
        degraded=(builders.degraded("warning"), builders.degraded("error")),
        problems=(Problem("record.jsonl", 1, "torn_line", "is torn", "info"),),
    )


def test_the_worst_comes_first() -> None:
    severities = [issue.severity for issue in diagnose(everything())]
    assert severities == ["error"] * 2 + ["warning"] * 3 + ["info"] * 3


def test_within_one_severity_the_order_is_that_of_the_run() -> None:
    keys = [issue.key for issue in diagnose(everything()) if issue.severity == "warning"]
    assert keys == ["unfinished_stage", "incomplete_batch", "degraded_record"]


def test_every_issue_is_complete() -> None:
    for issue in diagnose(everything()):
        assert issue.severity in ("error", "warning", "info")
        assert issue.key.replace("_", "").isalpha()
        assert issue.sentence
        assert ":" in issue.subject.ref
        assert issue.subject.text


def test_issues_are_counted_by_severity() -> None:
    issues = diagnose(everything())
    assert [count(issues, severity) for severity in ("error", "warning", "info")] == [2, 3, 3]


def test_a_page_shows_so_many_issues_and_counts_the_rest() -> None:
    batches = tuple(builders.batch("train", f"e{index}", "failed") for index in range(MAX_ISSUES + 5))
    issues = shown(diagnose(builders.snapshot(batches=batches)))
    assert (len(issues.items), issues.total) == (MAX_ISSUES, MAX_ISSUES + 5)


def test_no_issue_is_an_empty_list() -> None:
    assert shown(()) == Issues((), 0)


# deployments on their own


def test_a_failed_deployment_is_an_error_on_its_own_page() -> None:
    (issue,) = diagnose_deployment(builders.deployed(deployment=builders.deployment(status="failed")))
    assert issue == Issue("error", "failed_deployment", "Deployment live failed.", Ref("deployment:demo.live", "live"))


def test_an_inferred_deployment_is_said_to_be() -> None:
    (issue,) = diagnose_deployment(builders.deployed(deployment=builders.deployment(status="unknown")))
    assert (issue.severity, issue.key, issue.subject.ref) == ("info", "inferred_deployment", "deployment:demo.live")


def test_records_and_problems_of_a_deployment_are_its_issues_worst_first() -> None:
    snapshot = builders.deployed(
        events=(builders.event("error", "timed out", about={"deployment_execution_ref": "deployment:demo.live"}),),
        degraded=(builders.degraded("error"),),
        problems=(Problem("record.jsonl", 3, "torn_line", "is torn", "info"),),
    )
    issues = diagnose_deployment(snapshot)
    assert [issue.key for issue in issues] == ["degraded_record", "error_event", "torn_line"]
    assert [issue.subject.ref for issue in issues[1:]] == ["deployment:demo.live"] * 2


def test_a_failed_run_says_what_was_logged_last_as_an_error() -> None:
    events = (builders.event("info", "going"), builders.event("error", "the loss is nan"))
    issue = diagnose(builders.snapshot(run=builders.run(status="failed"), events=events))[0]
    assert (issue.key, issue.sentence) == ("failed_run", "Run r1 failed; its last error: the loss is nan.")
