"""The lines of one run put together: nothing that they say is lost, nothing is counted twice, every fault has its place."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from contexta import workspace
from contexta.contract import Artifact, Problem, RunSnapshot
from contexta.workspace import Workspace
from contexta.workspace.assembly import Assembly
from contexta.workspace.lines import Located
from tests import strategies as build
from tests.conftest import TINY

STAGE: dict[str, Any] = {"stage_execution_ref": "stage:p.r.train"}


def snapshot(root: Path, *records: build.Line, **files: Any) -> RunSnapshot:
    files["captured"] = [build.record_frame(record) for record in records]
    return workspace.open(build.write_lines(root, **files)).snapshot("run:p.r")


def told(found: RunSnapshot) -> list[tuple[str, str]]:
    return [(problem.place, problem.key) for problem in found.problems]


def shown_refs(found: RunSnapshot) -> set[str]:
    """The reference of every model, record (metrics apart) and artifact of a snapshot."""
    models = (found.project, found.run, *found.stages, *found.batches, *found.samples)
    others = (*found.operations, *found.deployments, *found.environments)
    records = (*found.events, *found.spans, *found.degraded)
    return {
        *(str(model.ref) for model in models),
        *(str(model.ref) for model in others),
        *(str(record.envelope.record_ref) for record in records),
        *(str(artifact.manifest.artifact_ref) for artifact in found.artifacts),
    }


def shown_points(found: RunSnapshot) -> list[tuple[str, str, str]]:
    """Key, time and value of every point, sorted; the value as text, so that NaN equals itself and 1 is not 1.0."""
    points = ((one.key, time, repr(value)) for one in found.series for time, value in zip(one.times, one.values, strict=True))
    return sorted(points)


def written_points(records: list[build.Line], run: str) -> list[tuple[str, str, str]]:
    metrics = (record for record in records if record["envelope"]["record_type"] == "metric" and record["envelope"]["run_ref"] == run)
    return sorted(
        (record["payload"]["metric_key"], record["envelope"]["observed_at"], repr(record["payload"]["value"])) for record in metrics
    )


def written_refs(files: build.Files, run: str) -> set[str]:
    """The reference of every put, record (metrics apart) and artifact that names a run."""
    puts = (model for _, model in files.puts() if model.get("run_ref") == run)
    records = (record["envelope"] for record in files.records())
    others = (envelope for envelope in records if envelope["run_ref"] == run and envelope["record_type"] != "metric")
    return {
        *(next(value for name, value in model.items() if name.endswith("_ref")) for model in puts),
        *(envelope["record_ref"] for envelope in others),
        *(manifest["artifact_ref"] for manifest in files.manifests() if manifest["run_ref"] == run),
    }


def every_problem(opened: Workspace) -> list[Problem]:
    """All that any page of a workspace would tell."""
    of_runs = (problem for ref in opened.run_refs() for problem in opened.snapshot(ref).problems)
    of_deployments = (problem for ref in opened.deployment_refs() for problem in opened.deployment(ref).problems)
    return [*opened.problems, *of_runs, *of_deployments]


# ---------------------------------------------------------------- whole workspaces


def on_disk(root: Path) -> build.Files:
    """The lines of a workspace of well-formed JSONL, read without any code of ours."""
    paths = [path for path in root.rglob("*.jsonl") if path.is_file()]
    return build.Files({str(path.relative_to(root)): [json.loads(line) for line in path.read_bytes().splitlines()] for path in paths})


def database_puts(root: Path) -> list[build.Line]:
    """The models in a ledger.db, read without any code of ours."""
    duckdb = pytest.importorskip("duckdb")
    path = root / "metadata" / "ledger.db"
    if not path.is_file():
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = ["projects", "runs", "stage_executions", "batch_executions", "sample_observations"]
        tables += ["deployment_executions", "environment_snapshots"]
        rows = [row for table in tables for row in connection.execute(f"SELECT payload_json FROM {table}").fetchall()]
    return [json.loads(text) for (text,) in rows]


def test_a_real_workspace_reads_without_a_problem(real_workspace: Path) -> None:
    opened = workspace.open(real_workspace)
    assert opened.run_refs()
    assert every_problem(opened) == []


def test_each_record_and_manifest_of_a_real_workspace_turns_up(real_workspace: Path) -> None:
    files, opened = on_disk(real_workspace), workspace.open(real_workspace)
    records = list(files.records())
    assert {record["envelope"]["run_ref"] for record in records} <= {str(ref) for ref in opened.run_refs()}
    for ref in opened.run_refs():
        found = opened.snapshot(ref)
        assert written_refs(files, str(ref)) <= shown_refs(found)
        assert shown_points(found) == written_points(records, str(ref))
        scopes = (record["envelope"] for record in records if record["envelope"]["run_ref"] == str(ref))
        named = {value for scope in scopes for name, value in scope.items() if name.endswith("_execution_ref") and value}
        assert named <= shown_refs(found)


def test_each_put_of_a_real_workspace_turns_up_as_it_was_written(real_workspace: Path) -> None:
    opened = workspace.open(real_workspace)
    shown: dict[str, Any] = {str(project.ref): project for project in opened.projects()}
    for ref in opened.run_refs():
        found = opened.snapshot(ref)
        shown |= {str(found.run.ref): found.run}
        shown |= {str(model.ref): model for model in (*found.stages, *found.batches, *found.deployments)}
        shown |= {str(model.ref): model for model in (*found.samples, *found.environments)}
    puts = database_puts(real_workspace)
    assert bool(puts) == real_workspace.name.endswith("-ledger")
    for model in puts:
        own = next(name for name in OWN_REF if name in model)
        given_fields = {name: value for name, value in model.items() if value is not None}
        assert given_fields.items() <= shown[model[own]].to_dict().items()


# Narrowest first: a batch names its stage and run too.
OWN_REF = (
    "deployment_execution_ref",
    "environment_snapshot_ref",
    "sample_observation_ref",
    "batch_execution_ref",
    "stage_execution_ref",
    "run_ref",
    "project_ref",
)


@build.unhurried
@given(files=build.workspaces())
def test_any_valid_workspace_opens_without_a_problem_and_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: build.Files
) -> None:
    opened = workspace.open(files.write(tmp_path_factory.mktemp("drawn", numbered=True)))
    assert {problem.key for problem in every_problem(opened)} <= {"seen_before_start", "seen_after_end"}  # any times are drawn
    records = list(files.records())
    for ref in opened.run_refs():
        found = opened.snapshot(ref)
        assert written_refs(files, str(ref)) <= shown_refs(found)
        assert shown_points(found) == written_points(records, str(ref))
    named = {str(ref) for ref in (*opened.run_refs(), *opened.deployment_refs())} | {str(project.ref) for project in opened.projects()}
    assert {model[name] for _, model in files.puts() for name in ("run_ref", "deployment_execution_ref") if name in model} <= named
    assert {record["envelope"]["run_ref"] for record in records} <= named


def test_the_complete_workspace_shows_all_that_it_holds() -> None:
    opened = workspace.open(TINY / "valid" / "complete")
    found = opened.snapshot("run:shop.night-01")
    assert every_problem(opened) == []
    assert (found.project.name, found.run.name, found.run.status) == ("Shop", "Night of 1 January", "completed")
    assert "**retraining**" in (found.run.description or "")
    assert [(stage.name, stage.status) for stage in found.stages] == [("load", "completed"), ("train", "completed")]
    assert [(batch.name, batch.status) for batch in found.batches] == [("epoch-0", "completed"), ("epoch-1", "failed"), ("epoch-2", "open")]
    assert [(sample.name, str(sample.batch_execution_ref)) for sample in found.samples] == [
        ("s-0001", "batch:shop.night-01.train.epoch-0"),
        ("s-0002", "batch:shop.night-01.train.epoch-1"),
    ]
    assert [operation.name for operation in found.operations] == ["checkpoint"]
    assert [(deployment.name, deployment.status) for deployment in found.deployments] == [("prod", "completed"), ("canary", "failed")]
    assert [dict(environment.packages) for environment in found.environments] == [{"numpy": "2.1.0", "torch": "2.5.1"}]
    assert [(artifact.manifest.artifact_kind, artifact.existed, artifact.in_workspace) for artifact in found.artifacts] == [
        ("model", True, True)
    ]
    assert [(one.key, one.values) for one in found.series] == [
        ("rows", (1200,)),
        ("loss", (0.9, 0.4)),
        ("accuracy", (0.93,)),
        ("correct", (1.0,)),
    ]
    assert [record.payload.message for record in found.events] == ['Training started on <2> GPUs & "one" CPU', "Canary rolled back"]
    assert [record.payload.span_name for record in found.spans] == ["save"]
    assert [record.payload.summary for record in found.degraded] == ["No gradients were captured in epoch 1"]
    assert found.as_of == build.at(800)
    assert {source.file: source.lines for source in found.sources} == {build.LEDGER: 13, build.CAPTURED: 9, build.ARTIFACTS: 1}


@pytest.mark.parametrize(
    ("name", "place", "key"),
    [
        ("torn-last-line", "cache/capture/record.jsonl:3", "torn_line"),
        ("half-written-utf-8", "cache/capture/record.jsonl:2", "malformed_line"),
        ("nan-metric", "cache/capture/record.jsonl:2", "non_finite_metric"),
        ("crlf", "cache/capture/record.jsonl:1", "crlf"),
        ("byte-order-mark", "cache/capture/record.jsonl:1", "byte_order_mark"),
        ("foreign-json", "cache/capture/record.jsonl:2", "wrong_frame"),
        ("ref-breaks-grammar", "cache/capture/record.jsonl:2", "invalid_line"),
        ("unknown-stage", "metadata/ledger.jsonl:3", "unknown_owner"),
        ("end-before-start", "metadata/ledger.jsonl:3", "backward_time"),
        ("puts-disagree", "metadata/ledger.jsonl:4", "contradiction"),
        ("duplicate-record", "cache/capture/record.jsonl:3", "duplicate_record"),
    ],
)
def test_a_fault_is_told_once_with_its_place_and_the_rest_is_there(name: str, place: str, key: str) -> None:
    opened = workspace.open(TINY / "invalid" / name)
    found = opened.snapshot("run:p.r")
    assert [(problem.place, problem.key) for problem in {*found.problems, *opened.problems}] == [(place, key)]
    values = [value for one in found.series for value in one.values if math.isfinite(value)]
    assert {0.5, 0.25} <= set(values)


def test_every_invalid_workspace_is_tried() -> None:
    assert len(list((TINY / "invalid").iterdir())) == 11


# ---------------------------------------------------------------- records that stand more than once


def test_the_same_record_in_two_planes_counts_once(tmp_path: Path) -> None:
    record = build.metric("m", 0.5)
    found = snapshot(tmp_path, record, segment=[build.segment_frame(record)])
    assert shown_points(found) == [("loss", build.at(60), "0.5")]
    (problem,) = found.problems
    assert (problem.place, problem.key, problem.severity) == ("records/segments/segment-000001.jsonl:1", "repeated_record", "info")


def test_a_record_is_the_same_whatever_the_order_of_its_keys(tmp_path: Path) -> None:
    record = build.metric("m", 0.5, payload={"tags": {"a": 1, "b": 2}})
    turned = {part: dict(reversed(fields.items())) for part, fields in reversed(record.items())}
    assert [key for _, key in told(snapshot(tmp_path, record, turned))] == ["repeated_record"]


def test_a_record_is_the_same_whether_null_fields_are_written_or_left_out(tmp_path: Path) -> None:
    record = build.metric("m", 0.5)
    wordy = build.metric("m", 0.5, payload={"unit": None}, stage_execution_ref=None)
    assert [key for _, key in told(snapshot(tmp_path, record, wordy))] == ["repeated_record"]


def test_a_record_that_stands_again_with_other_content_is_kept_and_told(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.metric("m", 0.5), build.metric("m", 0.75))
    assert shown_points(found) == [("loss", build.at(60), "0.5"), ("loss", build.at(60), "0.75")]
    assert told(found) == [("cache/capture/record.jsonl:2", "duplicate_record")]


def test_nan_and_infinity_are_other_content(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.metric("m", math.nan), build.metric("m", math.inf))
    assert [value for _, _, value in shown_points(found)] == ["inf", "nan"]


# ---------------------------------------------------------------- lines that cannot be taken as they are


@pytest.mark.parametrize(
    ("record", "key", "words"),
    [
        (build.metric("m", "n/a"), "invalid_line", "payload.value: expected a number, got 'n/a'"),
        (build.event("m", payload={"level": "fatal"}), "invalid_line", "payload.level: expected one of debug, info"),
        ({"envelope": build.envelope("log", "m"), "payload": {}}, "invalid_line", "envelope.record_type: expected one of"),
        (build.span("m", 5, 4), "backward_time", "payload.ended_at:"),
    ],
)
def test_an_invalid_record_is_told_with_field_and_rule_and_the_others_are_read(
    tmp_path: Path, record: build.Line, key: str, words: str
) -> None:
    found = snapshot(tmp_path, build.event("a"), record, build.event("b"))
    assert len(found.events) == 2
    assert told(found) == [("cache/capture/record.jsonl:2", key)]
    assert words in found.problems[0].what


def test_nan_in_an_attribute_is_told_and_the_event_kept(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("a"), build.event("b", payload={"attributes": {"x": math.nan}}))
    assert len(found.events) == 2
    assert told(found) == [("cache/capture/record.jsonl:2", "lenient_json")]


def test_nan_in_a_field_that_an_event_does_not_know_is_no_metric(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.event("a", payload={"value": math.nan}))
    assert [repr(event.payload.unknown["value"]) for event in found.events] == ["nan"]
    assert told(found) == [("cache/capture/record.jsonl:1", "lenient_json")]


def test_a_mended_put_is_told_as_a_mended_record_is(tmp_path: Path) -> None:
    line = json.dumps(build.put("Run", build.run_model(description="half \ud800")))
    path = build.write_lines(tmp_path, captured=[]) / build.LEDGER
    path.parent.mkdir()
    path.write_text(line + "\n", encoding="ascii")
    found = workspace.open(tmp_path).snapshot("run:p.r")
    assert found.run.description == "half \ufffd"
    assert told(found) == [("metadata/ledger.jsonl:1", "lenient_json")]


@pytest.mark.parametrize(
    "attributes",
    [{"deep": json.loads("[" * 300 + "]" * 300)}, {"big": 10**30, "x": math.nan}],
    ids=["deep", "big-beside-nan"],
)
def test_an_event_with_attributes_of_any_depth_and_size_is_kept_or_told(tmp_path: Path, attributes: Any) -> None:
    found = snapshot(tmp_path, build.event("a"), build.event("b", payload={"attributes": attributes}))
    kept = [len(event.payload.attributes) for event in found.events] == [0, len(attributes)]
    assert kept or [place for place, _ in told(found)] == ["cache/capture/record.jsonl:2"]


def test_a_metric_too_great_for_a_float_is_no_crash(tmp_path: Path) -> None:
    found = snapshot(tmp_path, build.metric("a", 0.5), build.metric("b", 10**400))
    assert ("loss", build.at(60), "0.5") in shown_points(found)
    assert [place for place, _ in told(found)] == ["cache/capture/record.jsonl:2"]


@pytest.mark.parametrize("field", ["run_ref", "producer_ref"])
def test_a_field_that_holds_bottomless_nesting_is_no_crash(tmp_path: Path, field: str) -> None:
    broken = build.event("b")
    broken["envelope"][field] = "HERE"
    root = build.write_lines(tmp_path, captured=[build.record_frame(build.event("a")), build.record_frame(broken)])
    text = (root / build.CAPTURED).read_text(encoding="utf-8").replace('"HERE"', "[" * 1_000 + "]" * 1_000)
    (root / build.CAPTURED).write_text(text, encoding="utf-8")
    opened = workspace.open(root)
    assert len(opened.snapshot("run:p.r").events) == 1
    assert {problem.place for problem in every_problem(opened)} == {"cache/capture/record.jsonl:2"}


def test_a_file_that_goes_away_after_opening_is_told(tmp_path: Path) -> None:
    root = build.write_lines(tmp_path, captured=[build.record_frame(build.event("a"))])
    opened = workspace.open(root)
    (root / build.CAPTURED).unlink()
    found = opened.snapshot("run:p.r")
    assert [problem.key for problem in found.problems] == ["unreadable_file"]
    assert found.run.inferred


def test_lines_that_are_appended_after_opening_are_left_for_the_next_opening(tmp_path: Path) -> None:
    root = build.write_lines(tmp_path, captured=[build.record_frame(build.event("a"))])
    opened = workspace.open(root)
    with (root / build.CAPTURED).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(build.record_frame(build.event("b"))) + "\n")
    assert len(opened.snapshot("run:p.r").events) == 1
    assert len(workspace.open(root).snapshot("run:p.r").events) == 2


# ---------------------------------------------------------------- artifacts


def artifact(root: Path, location: str, **frame: Any) -> Artifact:
    lines = [build.artifact_frame(build.manifest(location=location), **frame)]
    (only,) = workspace.open(build.write_lines(root, artifacts=lines)).snapshot("run:p.r").artifacts
    return only


@pytest.mark.parametrize("location", ["models/m.bin", "path:models/m.bin", "./models/m.bin"])
def test_a_store_relative_file_is_looked_up_in_the_workspace(tmp_path: Path, location: str) -> None:
    assert artifact(tmp_path, location).in_workspace is False
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.bin").touch()
    assert artifact(tmp_path, location).in_workspace is True


@pytest.mark.parametrize(
    "location",
    [
        "{root}/there.bin",
        "path:{root}/there.bin",
        "file://{root}/there.bin",
        "../there.bin",
        "path:../ws/there.bin",
        "models/../../there.bin",
        "s3://bucket/there.bin",
        "C:\\there.bin",
        "path:..\\there.bin",
        "\\\\server\\share\\there.bin",
        "//server/there.bin",
    ],
)
def test_what_may_lie_outside_the_workspace_is_never_looked_up(tmp_path: Path, location: str) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    for place in (tmp_path, root):
        (place / "there.bin").touch()
    assert artifact(root, location.format(root=root)).in_workspace is None


@pytest.mark.parametrize("location", ["a\x00b", "x" * 5_000, "models/" + "d/" * 3_000])
def test_a_name_that_no_file_can_have_is_not_in_the_workspace(tmp_path: Path, location: str) -> None:
    assert artifact(tmp_path, location).in_workspace is False


@pytest.mark.parametrize("exists", [True, False, None])
def test_what_the_writer_saw_of_the_file_is_kept_apart_from_what_is_there_now(tmp_path: Path, exists: Any) -> None:
    found = artifact(tmp_path, "models/m.bin", exists=exists, binding="DEGRADED")
    assert (found.existed, found.in_workspace, found.binding_status) == (exists, False, "DEGRADED")


def test_an_artifact_that_is_registered_again_alike_counts_once(tmp_path: Path) -> None:
    frame = build.artifact_frame(build.manifest())
    found = snapshot(tmp_path, artifacts=[frame, frame])
    assert len(found.artifacts) == 1
    assert found.problems == ()


def test_an_artifact_that_is_registered_again_otherwise_is_told_and_the_later_used(tmp_path: Path) -> None:
    frames = [build.artifact_frame(build.manifest(size_bytes=size)) for size in (1, 2)]
    found = snapshot(tmp_path, artifacts=frames)
    assert [artifact.manifest.size_bytes for artifact in found.artifacts] == [2]
    assert told(found) == [("cache/capture/artifact.jsonl:2", "contradiction")]


# ---------------------------------------------------------------- order and sources


def test_models_stand_in_order_index_then_time_then_name_order(tmp_path: Path) -> None:
    stages = [
        build.stage_model("p.r.late", started_at=build.at(30)),
        build.stage_model("p.r.b", started_at=build.at(20)),
        build.stage_model("p.r.a", started_at=build.at(20)),
        build.stage_model("p.r.second", order_index=1),
        build.stage_model("p.r.first", order_index=0, started_at=build.at(400)),
    ]
    found = snapshot(tmp_path, ledger=[build.put("StageExecution", stage) for stage in stages])
    assert [stage.name for stage in found.stages] == ["first", "second", "a", "b", "late"]


def test_records_stand_in_the_order_of_time(tmp_path: Path) -> None:
    half = build.event("half", "second")
    half["envelope"] |= {"observed_at": "2025-01-01T00:01:00.5Z", "recorded_at": "2025-01-01T00:01:01Z"}
    found = snapshot(tmp_path, build.event("c", "third", seconds=61), half, build.event("a", "first", seconds=60))
    assert [event.payload.message for event in found.events] == ["first", "second", "third"]


def test_a_snapshot_knows_its_sources_its_producers_and_its_newest_moment(tmp_path: Path) -> None:
    other = build.event("b", seconds=90)
    other["envelope"]["producer_ref"] = "adapter.torch"
    found = snapshot(tmp_path, build.event("a"), other, build.metric("bad", "n/a"))
    assert [(source.file, source.lines) for source in found.sources] == [("cache/capture/record.jsonl", 2)]
    assert found.producers == ("adapter.torch", "sdk.test")
    assert found.as_of == build.at(90)


def test_a_deployment_holds_what_was_recorded_on_it_by_any_run(tmp_path: Path) -> None:
    prod: dict[str, Any] = {"deployment_execution_ref": "deployment:p.prod"}
    records = [build.metric("a", 1, key="latency", **prod), build.event("b", run="run:p.q", **prod), build.metric("c", 3, **STAGE, **prod)]
    lines = [build.record_frame(record) for record in records]
    ledger = [build.put("DeploymentExecution", build.deployment_model(run_ref="run:p.r", started_at=build.at(0)))]
    found = workspace.open(build.write_lines(tmp_path, captured=lines, ledger=ledger)).deployment("deployment:p.prod")
    assert [str(ref) for ref in found.runs] == ["run:p.q", "run:p.r"]
    assert [(one.key, one.values) for one in found.series] == [("latency", (1,))]
    assert [str(event.envelope.run_ref) for event in found.events] == ["run:p.q"]
    assert (found.deployment.status, found.problems) == ("completed", ())


def test_problems_are_told_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    found = snapshot(
        tmp_path,
        build.event("a", payload={"level": "fatal"}),
        build.metric("m", math.nan),
        ledger=[build.put("BatchExecution", build.batch_model()), build.put("Run", build.run_model(status="done"))],
    )
    assert list(found.problems) == sorted(found.problems)
    assert [place for place, _ in told(found)][-2:] == ["metadata/ledger.jsonl:1", "metadata/ledger.jsonl:2"]


def test_a_line_at_fault_in_its_owners_too_is_told_in_the_words_of_those(tmp_path: Path) -> None:
    assembled = Assembly(tmp_path)
    line = build.record_frame(build.metric("m", "n/a", deployment_execution_ref="deployment:P.d"))
    assembled.add([Located("record.jsonl", 1, b"", line)])
    (problem,) = assembled.problems
    assert problem.what.startswith("deployment_execution_ref: ")


@pytest.mark.parametrize(("version", "told_at"), [("1.0.0", []), ("1.9.2", []), ("2.0.0", [2]), ("draft", [2])])
def test_records_of_another_schema_are_read_and_the_first_is_told(tmp_path: Path, version: str, told_at: list[int]) -> None:
    others = [build.metric(f"m{number}", number, schema_version=version) for number in range(20)]
    found = snapshot(tmp_path, build.metric("a", 0.5), *others)
    assert [(problem.line, problem.key) for problem in found.problems] == [(line, "unknown_schema") for line in told_at]
    assert sum(series.count for series in found.series) == 21


def test_puts_and_manifests_of_another_schema_are_told(tmp_path: Path) -> None:
    put = build.put("Project", {"project_ref": "project:p", "name": "P", "created_at": build.at(0), "schema_version": "3.0"})
    opened = workspace.open(build.write_lines(tmp_path, ledger=[put]))
    assert [(problem.place, problem.key) for problem in opened.problems] == [("metadata/ledger.jsonl:1", "unknown_schema")]
