"""The stores: a put is a line, the latest wins, owners may come later, and what is no model is refused."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta, workspace
from contexta.capture.stores import RecordStore
from contexta.contract import (
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    EnvironmentSnapshot,
    MetricRecord,
    OperationContext,
    Project,
    Run,
    SampleObservation,
    StageExecution,
    record_from_dict,
)
from contexta.errors import ContextaError, ContractError
from tests.strategies import (
    at,
    batch_model,
    deployment_model,
    environment_model,
    metric,
    project_model,
    run_model,
    seen_model,
    stage_model,
)

PROJECT = Project.from_dict(project_model())
RUN = Run.from_dict(run_model())
STAGE = StageExecution.from_dict(stage_model())
BATCH = BatchExecution.from_dict(batch_model())
SAMPLE = SampleObservation.from_dict(seen_model("sample"))
OPERATION = OperationContext.from_dict(seen_model("op", "p.r.train.save"))
DEPLOYMENT = DeploymentExecution.from_dict(deployment_model(run_ref="run:p.r"))
ENVIRONMENT = EnvironmentSnapshot.from_dict(environment_model())
MODELS: tuple[ContextModel, ...] = (PROJECT, RUN, STAGE, BATCH, SAMPLE, OPERATION, DEPLOYMENT, ENVIRONMENT)


@pytest.fixture
def ctx(tmp_path: Path) -> Contexta:
    return Contexta(tmp_path, config={"project_name": "p"})


def _puts(ctx: Contexta) -> tuple[Callable[[Any], None], ...]:
    """The put of every store, in the order of MODELS."""
    store = ctx.metadata_store
    return (
        store.projects.put_project,
        store.runs.put_run,
        store.stages.put_stage_execution,
        store.batches.put_batch_execution,
        store.samples.put_sample_observation,
        store.operations.put_operation_context,
        store.deployments.put_deployment_execution,
        store.environments.put_environment_snapshot,
    )


def _lines(root: Path, name: str = "metadata/ledger.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / name).read_bytes().splitlines()]


# ---------------------------------------------------------------- metadata


def test_a_put_is_one_line_that_says_what_was_put(tmp_path: Path, ctx: Contexta) -> None:
    for put, model in zip(_puts(ctx), MODELS, strict=True):
        put(model)
    lines = _lines(tmp_path)
    assert [(line["type"], line["ref"]) for line in lines] == [(type(model).__name__, str(model.ref)) for model in MODELS]
    assert [line["model"] for line in lines] == [model.to_dict() for model in MODELS]
    assert [set(line) for line in lines] == [{"model", "put_at", "ref", "type"}] * 8


def test_everything_that_was_put_is_read_back(tmp_path: Path, ctx: Contexta) -> None:
    for put, model in zip(_puts(ctx), MODELS, strict=True):
        put(model)
    snapshot = workspace.open(tmp_path).snapshot("run:p.r")
    assert (snapshot.project, snapshot.run, snapshot.problems) == (PROJECT, RUN, ())
    assert (snapshot.stages, snapshot.batches, snapshot.samples) == ((STAGE,), (BATCH,), (SAMPLE,))
    assert (snapshot.operations, snapshot.deployments, snapshot.environments) == ((OPERATION,), (DEPLOYMENT,), (ENVIRONMENT,))


def test_the_latest_put_is_the_state(tmp_path: Path, ctx: Contexta) -> None:
    for status, ended in (("open", None), ("failed", at(300)), ("open", None), ("completed", at(600))):
        ctx.metadata_store.runs.put_run(replace(RUN, status=status, ended_at=ended))
    assert len(_lines(tmp_path)) == 4
    (run,) = ctx.list_runs()
    assert (run.status, run.ended_at) == ("completed", at(600))


def test_two_instances_put_into_one_ledger(tmp_path: Path, ctx: Contexta) -> None:
    ctx.metadata_store.runs.put_run(RUN)
    Contexta(tmp_path).metadata_store.stages.put_stage_execution(STAGE)
    ctx.metadata_store.batches.put_batch_execution(BATCH)
    assert [line["type"] for line in _lines(tmp_path)] == ["Run", "StageExecution", "BatchExecution"]


def test_what_refers_to_an_unknown_owner_is_accepted_and_told_later(ctx: Contexta) -> None:
    ctx.metadata_store.batches.put_batch_execution(BATCH)
    problems = ctx.get_run_snapshot("run:p.r").problems
    assert {problem.key for problem in problems} == {"unknown_owner"}
    assert {problem.what.split(" names ")[1].split(",")[0] for problem in problems} == {"run:p.r", "stage:p.r.train"}
    ctx.metadata_store.stages.put_stage_execution(STAGE)
    ctx.metadata_store.runs.put_run(RUN)
    assert ctx.get_run_snapshot("run:p.r").problems == ()


def test_puts_that_contradict_each_other_are_told(ctx: Contexta) -> None:
    ctx.metadata_store.runs.put_run(RUN)
    ctx.metadata_store.runs.put_run(replace(RUN, started_at=at(5)))
    assert [problem.key for problem in ctx.get_run_snapshot(RUN.ref).problems] == ["contradiction"]


def test_a_store_refuses_the_models_of_the_others(tmp_path: Path, ctx: Contexta) -> None:
    for number, put in enumerate(_puts(ctx)):
        wrong = MODELS[number - 1]
        expected, got = type(MODELS[number]).__name__, type(wrong).__name__
        with pytest.raises(ContextaError, match=f"^expected an? {expected}, got {got}$"):
            put(wrong)
    assert not (tmp_path / "metadata").exists()


@pytest.mark.parametrize("wrong", [RUN.to_dict(), "run:p.r", None])
def test_a_store_refuses_what_is_no_model(ctx: Contexta, wrong: Any) -> None:
    with pytest.raises(ContextaError, match="expected a Run, got"):
        ctx.metadata_store.runs.put_run(wrong)


def test_what_is_only_inferred_cannot_be_put(ctx: Contexta) -> None:
    with pytest.raises(ContextaError, match=r"run:p\.r is inferred"):
        ctx.metadata_store.runs.put_run(replace(RUN, status="unknown", inferred=True))


def _wrong_run(**fields: Any) -> Callable[[], ContextModel]:
    return lambda: replace(RUN, **fields)


CONTRADICTIONS: list[tuple[str, Callable[[], ContextModel]]] = [
    ("run_ref: expected kind:value, got 'nonsense'", _wrong_run(run_ref="nonsense")),
    ("run_ref: expected a run reference, got 'stage:p.r.s'", _wrong_run(run_ref="stage:p.r.s")),
    ("run_ref: 'run:p.r' does not lie in project_ref 'project:q'", _wrong_run(project_ref="project:q")),
    ("status: expected one of open, completed, failed, cancelled, got 'done'", _wrong_run(status="done")),
    ("ended_at: must be absent while the status is open", _wrong_run(status="open")),
    ("ended_at: is required when the status is failed", _wrong_run(status="failed", ended_at=None)),
    (f"ended_at: {at(600)} is before started_at {at(601)}", _wrong_run(started_at=at(601))),
    ("name: must not be blank", _wrong_run(name="  ")),
    ("sample_name: expected one component", lambda: replace(SAMPLE, sample_name="s.1")),
    ("batch_name: 'other' is not the last component of 'batch:p.r.train.epoch-0'", lambda: replace(BATCH, batch_name="other")),
]


@pytest.mark.parametrize(("sentence", "make"), CONTRADICTIONS)
def test_what_contradicts_the_contract_is_refused_at_once_with_a_sentence(sentence: str, make: Callable[[], ContextModel]) -> None:
    with pytest.raises(ContractError) as refused:
        make()
    assert str(refused.value).startswith(sentence)


def test_what_is_no_json_is_refused_in_a_sentence_and_leaves_no_line(tmp_path: Path, ctx: Contexta) -> None:
    with pytest.raises(ContextaError, match="cannot be written as JSON"):
        ctx.metadata_store.projects.put_project(replace(PROJECT, tags={"path": Path("x")}))
    assert not (tmp_path / "metadata" / "ledger.jsonl").exists()


def test_a_put_that_cannot_be_written_says_which_and_why(ctx: Contexta, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("contexta.workspace.append.os.write", full)
    with pytest.raises(ContextaError, match=r"ledger\.jsonl: stage:p\.r\.train cannot be written: No space left on device"):
        ctx.metadata_store.stages.put_stage_execution(STAGE)
    with pytest.raises(ContextaError, match=r"record:p\.r\.m-1 cannot be written: No space left on device"):
        ctx.record_store.append(record_from_dict(metric("m-1", 1)))


# ---------------------------------------------------------------- records


def test_a_record_that_was_appended_is_read_back(ctx: Contexta) -> None:
    for number in range(3):
        ctx.record_store.append(record_from_dict(metric(f"m-{number}", number)))
    (series,) = ctx.get_run_snapshot("run:p.r").series
    assert series.values == (0, 1, 2)


def test_a_record_is_one_numbered_line_of_a_segment(tmp_path: Path, ctx: Contexta) -> None:
    for number in range(2):
        ctx.record_store.append(record_from_dict(metric(f"m-{number}", number)))
    lines = _lines(tmp_path, "records/segments/segment-000001.jsonl")
    assert [set(line) for line in lines] == [{"appended_at", "record", "sequence"}] * 2
    assert [line["sequence"] for line in lines] == [1, 2]


def test_two_stores_never_share_a_segment(tmp_path: Path) -> None:
    stores = [RecordStore(tmp_path) for _ in range(3)]
    for turn in range(2):
        for number, store in enumerate(stores):
            store.append(record_from_dict(metric(f"m-{turn}-{number}", number)))
    segments = sorted((tmp_path / "records" / "segments").iterdir())
    assert [path.name for path in segments] == [f"segment-00000{number}.jsonl" for number in (1, 2, 3)]
    assert [[line["record"]["payload"]["value"] for line in _lines(tmp_path, f"records/segments/{path.name}")] for path in segments] == [
        [0, 0],
        [1, 1],
        [2, 2],
    ]


def test_a_new_store_begins_after_the_segments_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "records" / "segments"
    folder.mkdir(parents=True)
    for name in ("segment-000007.jsonl", "segment-notes.jsonl"):
        (folder / name).touch()
    RecordStore(tmp_path).append(record_from_dict(metric("m-1", 1)))
    assert (folder / "segment-000008.jsonl").stat().st_size > 0


def test_a_store_that_was_closed_goes_on_in_its_segment(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.close()
    for number in range(2):
        store.append(record_from_dict(metric(f"m-{number}", number)))
        store.close()
    assert [line["sequence"] for line in _lines(tmp_path, "records/segments/segment-000001.jsonl")] == [1, 2]


@pytest.mark.parametrize("wrong", [metric("m-1", 1), None, RUN])
def test_a_record_store_refuses_what_is_no_record(tmp_path: Path, ctx: Contexta, wrong: Any) -> None:
    with pytest.raises(ContextaError, match="expected a record, got"):
        ctx.record_store.append(wrong)
    assert not (tmp_path / "records").exists()


def test_a_record_that_contradicts_the_contract_is_refused_at_once() -> None:
    with pytest.raises(ContractError, match=r"payload\.value: expected a finite number, got nan"):
        MetricRecord.from_dict(metric("m-1", float("nan")))
