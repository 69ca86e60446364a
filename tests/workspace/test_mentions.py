"""Everything named exists: what no put describes is inferred from the lines that name it, and says so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.contract import RunSnapshot
from tests import strategies as build

STAGE: dict[str, Any] = {"stage_execution_ref": "stage:p.r.train"}
BATCH: dict[str, Any] = {**STAGE, "batch_execution_ref": "batch:p.r.train.epoch-0"}
PROD: dict[str, Any] = {"deployment_execution_ref": "deployment:p.prod"}


def snapshot(root: Path, *records: build.Line, ref: str = "run:p.r", **files: Any) -> RunSnapshot:
    lines = [build.record_frame(record) for record in records]
    return workspace.open(build.write_lines(root, captured=lines, **files)).snapshot(ref)


def seen_in(found: RunSnapshot) -> tuple[Any, ...]:
    """Samples and operations."""
    return (*found.samples, *found.operations)


def refs(models: tuple[Any, ...]) -> list[str]:
    return [str(model.ref) for model in models]


def test_a_run_that_only_records_name_is_unknown_and_said_to_be_inferred(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("a", seconds=10), build.event("b", seconds=70))
    assert (found.run.status, found.run.inferred, found.run.name) == ("unknown", True, "r")
    assert (found.run.started_at, found.run.ended_at) == (build.at(10), build.at(70))
    assert found.problems == ()


def test_its_project_is_inferred_too(tmp_path: Path) -> None:
    project = snapshot(tmp_path, build.event("a", seconds=10)).project
    assert (project.name, project.inferred, project.created_at) == ("p", True, build.at(10))


def test_the_owners_of_what_a_record_names_exist(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("a", seconds=10, sample_observation_ref="sample:p.r.train.epoch-0.s-1"))
    assert refs(found.stages) == ["stage:p.r.train"]
    assert refs(found.batches) == ["batch:p.r.train.epoch-0"]
    assert refs(found.samples) == ["sample:p.r.train.epoch-0.s-1"]
    assert all(model.inferred for model in (*found.stages, *found.batches, *found.samples))
    assert [stage.status for stage in found.stages] == [batch.status for batch in found.batches] == ["unknown"]


def test_a_span_s_time_is_the_time_of_its_scopes(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.span("s", 10, 50, **STAGE))
    assert [(stage.started_at, stage.ended_at) for stage in found.stages] == [(build.at(10), build.at(50))]
    assert (found.run.started_at, found.run.ended_at) == (build.at(10), build.at(50))


def test_times_of_different_precision_widen_a_span_rightly(tmp_path: Path) -> None:
    half = build.event("half")
    half["envelope"] |= {"observed_at": "2025-01-01T00:01:00.5Z", "recorded_at": "2025-01-01T00:01:01Z"}
    found = snapshot(tmp_path, build.event("whole", seconds=60), half)
    assert (found.run.started_at, found.run.ended_at) == ("2025-01-01T00:01:00Z", "2025-01-01T00:01:00.5Z")


@pytest.mark.parametrize(("kind", "field"), [("sample", "sample_observation_ref"), ("op", "operation_context_ref")])
def test_what_is_owned_by_its_stage_remembers_the_batch_it_was_seen_in(tmp_path: Path, kind: str, field: str) -> None:
    found = snapshot(tmp_path, build.event("a", **{**BATCH, field: f"{kind}:p.r.train.s-1"}))
    (seen,) = seen_in(found)
    assert str(seen.batch_execution_ref) == "batch:p.r.train.epoch-0"
    assert seen.inferred


def test_a_sample_seen_in_no_batch_has_none(tmp_path: Path) -> None:
    (sample,) = snapshot(tmp_path, build.event("a", **STAGE, sample_observation_ref="sample:p.r.train.s-1")).samples
    assert sample.batch_execution_ref is None


@pytest.mark.parametrize("subject", ["sample:p.r.eval.s-1", "op:p.r.eval.s-1"])
def test_a_subject_in_another_stage_is_not_put_into_the_envelope_s_batch(tmp_path: Path, subject: str) -> None:
    found = snapshot(tmp_path, build.metric("m", 0.5, payload={"subject_ref": subject}, **BATCH))
    (seen,) = seen_in(found)
    assert (str(seen.stage_execution_ref), seen.batch_execution_ref) == ("stage:p.r.eval", None)


def test_the_span_of_a_run_leaves_out_what_its_deployments_did_later(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("in", seconds=10), build.event("out", seconds=5_000, **PROD))
    assert (found.run.started_at, found.run.ended_at) == (build.at(10), build.at(10))
    (deployment,) = found.deployments
    assert (deployment.started_at, deployment.ended_at, deployment.status) == (build.at(5_000), build.at(5_000), "unknown")


def test_the_span_of_a_run_leaves_out_artifacts_of_its_deployments(tmp_path: Path) -> None:
    late = build.artifact_frame(build.manifest(created_at=build.at(5_000), **PROD))
    found = snapshot(tmp_path, build.event("in", seconds=10), artifacts=[late])
    assert found.run.ended_at == build.at(10)


def test_an_inferred_deployment_is_of_the_run_whose_records_name_it(tmp_path: Path) -> None:
    (deployment,) = snapshot(tmp_path, build.event("a", **PROD)).deployments
    assert (deployment.run_id, deployment.inferred) == ("run:p.r", True)


def test_a_run_that_only_a_deployment_s_record_names_exists(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("a", seconds=30, **PROD))
    assert (found.run.status, found.run.inferred, found.run.started_at) == ("unknown", True, build.at(30))


def test_a_run_that_only_a_deployment_s_put_names_exists(tmp_path: Path) -> None:
    deployment = build.put("DeploymentExecution", build.deployment_model(run_ref="run:p.r"))
    found = snapshot(tmp_path, ledger=[deployment])
    assert (found.run.status, found.run.inferred) == ("unknown", True)
    assert refs(found.deployments) == ["deployment:p.prod"]
    assert found.problems == ()


def test_a_run_that_only_an_artifact_names_exists(tmp_path: Path) -> None:
    found = snapshot(tmp_path, artifacts=[build.artifact_frame(build.manifest(**BATCH))])
    assert (found.run.inferred, found.run.started_at, found.run.ended_at) == (True, build.at(90), build.at(90))
    assert refs(found.batches) == ["batch:p.r.train.epoch-0"]


@pytest.mark.parametrize(
    "files",
    [
        {"artifacts": [build.artifact_frame(build.manifest(**PROD))]},
        {"captured": [build.record_frame(build.metric("m", 0.5, payload={"subject_ref": "deployment:p.prod"}))]},
    ],
    ids=["artifact", "subject"],
)
def test_a_deployment_that_a_run_shows_can_be_opened(tmp_path: Path, files: Any) -> None:
    opened = workspace.open(build.write_lines(tmp_path, **files))
    assert refs(opened.snapshot("run:p.r").deployments) == ["deployment:p.prod"]
    assert opened.deployment("deployment:p.prod").deployment.inferred


@pytest.mark.parametrize(
    "line",
    [
        build.record_frame(build.metric("m", "n/a")),
        build.put("Run", build.run_model(status="done")),
        build.artifact_frame(build.manifest(size_bytes=-1)),
    ],
    ids=["record", "put", "artifact"],
)
def test_a_run_that_only_an_invalid_line_names_opens_and_tells_the_line(tmp_path: Path, line: build.Line) -> None:
    opened = workspace.open(build.write_lines(tmp_path, captured=[line]))
    told = [*opened.problems]
    for ref in opened.run_refs():
        told += opened.snapshot(ref).problems
    assert [(problem.place, problem.key) for problem in told] == [("cache/capture/record.jsonl:1", "invalid_line")]


def test_a_deployment_that_only_an_invalid_line_names_opens_and_tells_the_line(tmp_path: Path) -> None:
    line = build.put("DeploymentExecution", build.deployment_model(status="done"))
    opened = workspace.open(build.write_lines(tmp_path, ledger=[line]))
    told = [*opened.problems]
    for ref in opened.deployment_refs():
        told += opened.deployment(ref).problems
    assert [(problem.place, problem.key) for problem in told] == [("metadata/ledger.jsonl:1", "invalid_line")]


def test_a_described_model_is_not_inferred_beside_its_description(tmp_path: Path) -> None:
    ledger = [build.put(kind, model) for kind, model in (("Run", build.run_model()), ("StageExecution", build.stage_model()))]
    found = snapshot(tmp_path, build.event("a", **BATCH), ledger=ledger)
    assert [(stage.name, stage.inferred) for stage in found.stages] == [("train", False)]
    assert [(batch.name, batch.inferred) for batch in found.batches] == [("epoch-0", True)]
    assert not found.run.inferred


def test_an_owner_that_a_put_names_and_no_line_describes_is_inferred_and_told(tmp_path: Path) -> None:
    ledger = [build.put("Run", build.run_model()), build.put("BatchExecution", build.batch_model())]
    found = snapshot(tmp_path, ledger=ledger)
    assert [(stage.name, stage.status, stage.inferred) for stage in found.stages] == [("train", "unknown", True)]
    (problem,) = found.problems
    assert (problem.place, problem.key) == ("metadata/ledger.jsonl:2", "unknown_owner")
    assert "batch:p.r.train.epoch-0 names stage:p.r.train, which no line describes" in problem.what


def test_an_owner_that_is_described_after_what_it_owns_is_no_problem(tmp_path: Path) -> None:
    models = (("BatchExecution", build.batch_model()), ("StageExecution", build.stage_model()), ("Run", build.run_model()))
    assert snapshot(tmp_path, ledger=[build.put(kind, model) for kind, model in models]).problems == ()


def test_what_is_inferred_holds_against_the_checks_of_what_is_written(tmp_path: Path) -> None:
    scopes: list[dict[str, Any]] = [
        {**BATCH, "sample_observation_ref": "sample:p.r.train.epoch-0.s-0"},
        {**BATCH, "sample_observation_ref": "sample:p.r.train.s-1"},
        {**STAGE, "operation_context_ref": "op:p.r.train.load"},
    ]
    found = snapshot(tmp_path, *(build.metric(f"m-{number}", 1, seconds=number, **scope) for number, scope in enumerate(scopes)))
    inferred = (found.run, *found.stages, *found.batches, *seen_in(found))
    assert len(inferred) == 6
    assert [replace(model) for model in inferred] == list(inferred)  # checks each anew
