"""Snapshots of runs and deployments, made in memory: each helper fills in what its test does not care about."""

from collections.abc import Iterable, Sequence
from typing import Any

from contexta.contract import (
    Artifact,
    ArtifactManifest,
    BatchExecution,
    DegradedRecord,
    DeploymentExecution,
    DeploymentSnapshot,
    EnvironmentSnapshot,
    MetricSeries,
    Project,
    Run,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
    StructuredEventRecord,
    TraceSpanRecord,
)
from contexta.report import RunSummary, summarize
from contexta.report.document import Block, Document, Section, Table
from contexta.report.inline import Cell

RUN = "demo.r1"


def moment(seconds: int) -> str:
    """A time on the day when everything here happened."""
    return f"2026-10-01T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


BEGIN, END = moment(0), moment(60)


def project(name: str = "demo", **values: Any) -> Project:
    return Project(**{"project_ref": f"project:{name}", "name": name, "created_at": BEGIN, **values})


def _lifecycle(status: str, values: dict[str, Any]) -> dict[str, Any]:
    ended = {} if status == "open" else {"ended_at": END}
    return {"status": status, "inferred": status == "unknown", "started_at": BEGIN, **ended, **values}


def run(name: str = RUN, status: str = "completed", **values: Any) -> Run:
    owner = name.partition(".")[0]
    named = {"run_ref": f"run:{name}", "project_ref": f"project:{owner}", "name": name.rpartition(".")[2]}
    return Run(**{**named, **_lifecycle(status, values)})


def stage(name: str, status: str = "completed", **values: Any) -> StageExecution:
    named = {"stage_execution_ref": f"stage:{RUN}.{name}", "run_ref": f"run:{RUN}", "stage_name": name}
    return StageExecution(**{**named, **_lifecycle(status, values)})


def batch(stage_name: str, name: str, status: str = "completed", **values: Any) -> BatchExecution:
    owner = f"{RUN}.{stage_name}"
    named = {"batch_execution_ref": f"batch:{owner}.{name}", "stage_execution_ref": f"stage:{owner}", "run_ref": f"run:{RUN}"}
    return BatchExecution(**{**named, "batch_name": name, **_lifecycle(status, values)})


def sample(stage_name: str, name: str, **values: Any) -> SampleObservation:
    owner = f"{RUN}.{stage_name}"
    named = {"sample_observation_ref": f"sample:{owner}.{name}", "stage_execution_ref": f"stage:{owner}", "run_ref": f"run:{RUN}"}
    return SampleObservation(**{**named, "sample_name": name, "observed_at": BEGIN, **values})


def deployment(name: str = "live", status: str = "completed", owner: str = "demo", **values: Any) -> DeploymentExecution:
    named = {"deployment_execution_ref": f"deployment:{owner}.{name}", "project_ref": f"project:{owner}", "deployment_name": name}
    return DeploymentExecution(**{**named, **_lifecycle(status, values)})


def environment(**values: Any) -> EnvironmentSnapshot:
    named = {"environment_snapshot_ref": f"environment:{RUN}.box", "run_ref": f"run:{RUN}", "captured_at": BEGIN}
    return EnvironmentSnapshot(**{**named, "python_version": "3.12.1", "platform": "Linux", **values})


def artifact(name: str = "model", *, existed: bool | None = None, in_workspace: bool | None = None, **values: Any) -> Artifact:
    status = values.pop("binding_status", None)
    named = {"artifact_ref": f"artifact:{RUN}.{name}", "run_ref": f"run:{RUN}", "artifact_kind": "checkpoint"}
    written = {"created_at": BEGIN, "producer_ref": "sdk", "location_ref": f"path:out/{name}.bin"}
    return Artifact(ArtifactManifest(**{**named, **written, **values}), binding_status=status, existed=existed, in_workspace=in_workspace)


def series(key: str, subjects: str | Sequence[str], values: Iterable[float], *, owner: str | None = None, **more: Any) -> MetricSeries:
    """`subjects` is one reference for all points, or one a point; `owner` the scope that holds them, itself where not given."""
    points = tuple(values)
    refs = tuple(map(StableRef.parse, [subjects] * len(points) if isinstance(subjects, str) else subjects))
    scope = StableRef.parse(owner) if owner else refs[0]
    times = tuple(moment(index) for index in range(len(points)))
    return MetricSeries(**{"key": key, "owner": scope, "level": refs[0].kind, "subjects": refs, "times": times, "values": points, **more})


def _envelope(kind: str, about: dict[str, Any], name: str) -> dict[str, Any]:
    written = {"recorded_at": BEGIN, "observed_at": BEGIN, "producer_ref": "sdk"}
    return {"record_ref": f"record:{RUN}.{name}", "record_type": kind, "run_ref": f"run:{RUN}", **written, **about}


def event(level: str = "info", message: str = "", *, about: dict[str, Any] | None = None, **values: Any) -> StructuredEventRecord:
    payload = {"event_key": "data.checked", "level": level, "message": message, **values}
    return StructuredEventRecord.from_dict({"envelope": _envelope("event", about or {}, "event-1"), "payload": payload})


def span(name: str = "fit", **values: Any) -> TraceSpanRecord:
    payload = {"span_id": "s1", "trace_id": "t1", "span_name": name, "started_at": BEGIN, "ended_at": END, **values}
    return TraceSpanRecord.from_dict({"envelope": _envelope("span", {}, "span-1"), "payload": payload})


def degraded(severity: str = "warning", **values: Any) -> DegradedRecord:
    payload = {"issue_key": "queue.full", "category": "capture", "severity": severity, "summary": "Points were dropped.", **values}
    return DegradedRecord.from_dict({"envelope": _envelope("degraded", {}, "degraded-1"), "payload": payload})


def snapshot(**values: Any) -> RunSnapshot:
    """A run that completed; a stage's batches and samples are given with it."""
    return RunSnapshot(**{"project": project(), "run": run(), **values})


def deployed(**values: Any) -> DeploymentSnapshot:
    return DeploymentSnapshot(**{"project": project(), "deployment": deployment(), **values})


def run_summary(name: str, status: str = "completed", numbers: dict[str, float] | None = None, **values: Any) -> RunSummary:
    """What other pages know of a run with these numbers of its own."""
    found = tuple(series(key, f"run:{name}", [value]) for key, value in (numbers or {}).items())
    owner = project(name.partition(".")[0])
    return summarize(RunSnapshot(**{"project": owner, "run": run(name, status), "series": found, **values}))


def titles(document: Document) -> list[str]:
    return [section.title for section in document.sections]


def section(document: Document, title: str) -> Section:
    return next(one for one in document.sections if one.title == title)


def tables(blocks: Iterable[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def table(found: Section | None) -> Table:
    """The one table of a section."""
    assert found is not None
    (only,) = tables(found.blocks)
    return only


def column(one: Table, title: str) -> list[Cell]:
    """The cells of a column, from the top."""
    index = one.columns.index(title)
    return [row[index] for row in one.rows]
