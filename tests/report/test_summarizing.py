"""What is kept of a run or deployment for the pages about many."""

import pytest

from contexta.contract import Problem
from contexta.report import artifacts, summarize, summarize_deployment
from contexta.report.summarizing import MAX_ATTENTION, MAX_SENTENCE
from contexta.report.summary import Attention, Headline, Measure
from tests.report import builders
from tests.report.builders import RUN


def test_attention_is_the_errors_and_warnings_and_not_the_rest() -> None:
    snapshot = builders.snapshot(
        run=builders.run(status="open"),
        stages=(builders.stage("train"),),
        degraded=(builders.degraded("error"),),
    )
    attention = summarize(snapshot).attention
    assert [issue.key for issue in attention.worst] == ["degraded_record", "unfinished_run"]
    assert (attention.errors, attention.warnings, attention.total) == (1, 1, 2)


def test_of_many_issues_the_worst_are_kept_and_all_counted() -> None:
    failed = tuple(builders.batch("train", f"e{index}", "failed") for index in range(5))
    left_open = tuple(builders.batch("train", f"o{index}", "open") for index in range(4))
    attention = summarize(builders.snapshot(batches=left_open + failed)).attention
    assert [issue.key for issue in attention.worst] == ["failed_batch"] * MAX_ATTENTION
    assert (attention.errors, attention.warnings, attention.total) == (5, 4, 9)


def test_nothing_wrong_is_no_attention() -> None:
    assert summarize(builders.snapshot()).attention == Attention(worst=(), errors=0, warnings=0)


def test_headlines_are_those_of_the_run() -> None:
    summary = builders.run_summary("demo.r1", numbers={"acc": 0.9})
    assert summary.headlines == (Headline("acc", "", 0.9, None),)
    assert summary.headlines[0].measure == Measure("acc", "", None)


@pytest.mark.parametrize(
    ("said", "kept"), [("s3://bucket/train", "s3://bucket/train"), ("", None), (7, None), (["a"], None), ("x" * 999, "x" * 299 + "…")]
)
def test_the_dataset_that_a_run_names_is_kept_where_it_is_text(said: object, kept: str | None) -> None:
    run = builders.run(extensions=({"namespace": "contexta.run", "dataset_ref": said},))
    assert summarize(builders.snapshot(run=run)).dataset == kept


def test_what_was_deployed_is_the_artifact_that_a_deployment_names() -> None:
    wanted = builders.artifact("model")
    live = builders.deployment(artifact_ref=f"artifact:{RUN}.model", run_ref=f"run:{RUN}")
    summary = summarize(builders.snapshot(artifacts=(wanted, builders.artifact("log")), deployments=(live,)))
    assert summary.deployed == (artifacts.facts(wanted),)


def test_a_deployment_that_names_no_artifact_deploys_none_that_is_known() -> None:
    summary = summarize(builders.snapshot(artifacts=(builders.artifact(),), deployments=(builders.deployment(),)))
    assert summary.deployed == ()


def test_the_age_of_the_data_is_kept() -> None:
    assert summarize(builders.snapshot(as_of=builders.END)).as_of == builders.END
    assert summarize_deployment(builders.deployed(as_of=builders.END)).as_of == builders.END


def test_a_deployment_tells_its_own_issues() -> None:
    snapshot = builders.deployed(
        deployment=builders.deployment(status="failed"),
        problems=(Problem("record.jsonl", 1, "torn_line", "is torn", "info"),),
    )
    attention = summarize_deployment(snapshot).attention
    assert [issue.key for issue in attention.worst] == ["failed_deployment"]
    assert attention.total == 1


def test_a_long_sentence_is_cut_with_a_mark() -> None:
    message = "why " * 1000
    (concern, *_) = summarize(builders.snapshot(events=(builders.event("error", message),))).attention.worst
    assert len(concern.sentence) == MAX_SENTENCE
    assert concern.sentence.endswith("…")
