"""Workspaces that hold a text in every field of every model and record that has room for one, whichever fields there will be."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from contexta.contract import (
    RECORD_TYPES,
    ArtifactManifest,
    BatchExecution,
    DeploymentExecution,
    EnvironmentSnapshot,
    OperationContext,
    Project,
    RecordEnvelope,
    Run,
    SampleObservation,
    StageExecution,
)
from contexta.contract.fields import FREE_CONTAINERS, FREE_TEXTS
from contexta.contract.model import Model
from contexta.contract.records import DegradedPayload, EventPayload, MetricPayload, SpanPayload
from tests import strategies as write

# Free texts that say which program wrote a line, in which form: those with a meaning of their own.
_KEPT = {"schema_version"}

# One run in so many has another after it, so that both are compared.
_PAIRED = 16


def planted(model: type[Model], data: dict[str, Any], text: str) -> dict[str, Any]:
    """The object of a model with a text wherever there is room: as a value, a name, deep inside, and in a field that nobody knows."""
    names = set(model.__dataclass_fields__) - _KEPT
    texts = dict.fromkeys(names & FREE_TEXTS, text)
    containers = {name: _container(name, text) for name in names & FREE_CONTAINERS}
    return {**data, **texts, **containers, f"unheard of {text}": text}


def _container(name: str, text: str) -> Any:
    match name:
        case "packages" | "environment_variables":
            return {text: text, "plain": text}
        case "linked_refs":
            return [text]
        case "extensions":
            details = {"namespace": "contexta.run", "code_revision": text, "dataset_ref": text, "tags": {text: text}}
            return [{**details, "metadata": {text: text}, "config_snapshot": {text: [text]}}, {"namespace": text, text: text}]
    return {text: text, "plain": text, "deep": [{text: [text]}]}


def _run(project: str, name: str, text: str, begin: int, status: str) -> Iterator[write.Line]:
    ref = f"{project}.{name}"
    times = {"started_at": write.at(begin), "ended_at": write.at(begin + 600), "status": status}
    stage, batch = f"{ref}.train", f"{ref}.train.epoch-0"
    yield write.put("Run", planted(Run, write.run_model(ref, **times), text))
    yield write.put("StageExecution", planted(StageExecution, write.stage_model(stage), text))
    yield write.put("BatchExecution", planted(BatchExecution, write.batch_model(batch), text))
    for kind, model in (("sample", SampleObservation), ("op", OperationContext)):
        yield write.put(model.__name__, planted(model, write.seen_model(kind, f"{stage}.s-1"), text))
    yield write.put("EnvironmentSnapshot", planted(EnvironmentSnapshot, write.environment_model(f"{ref}.env"), text))
    deployment = write.deployment_model(f"{project}.{name}", run_ref=f"run:{ref}", artifact_ref=f"artifact:{ref}.model")
    yield write.put("DeploymentExecution", planted(DeploymentExecution, deployment, text))
    manifest = write.manifest("model", run=f"run:{ref}", location_ref=text)
    yield write.artifact_frame(planted(ArtifactManifest, manifest, text))
    yield from map(write.record_frame, _records(ref, f"deployment:{project}.{name}", text))


def _records(ref: str, deployment: str, text: str) -> Iterator[write.Line]:
    scopes: dict[str, Any] = {"run": f"run:{ref}", "stage_execution_ref": f"stage:{ref}.train"}
    payloads = {"metric": MetricPayload, "event": EventPayload, "span": SpanPayload, "degraded": DegradedPayload}
    assert payloads.keys() == RECORD_TYPES.keys()
    made: dict[str, dict[str, Any]] = {
        "metric": {"metric_key": "loss", "value": 0.5},
        "event": {"event_key": "note", "level": "error"},
        "span": {"started_at": write.at(20), "ended_at": write.at(30)},
        "degraded": {"issue_key": "some.issue", "category": "capture", "severity": "warning"},
    }
    for number, (kind, where) in enumerate([(kind, where) for kind in payloads for where in (None, deployment)]):
        more: dict[str, Any] = {"deployment_execution_ref": where} if where else {}
        envelope = write.envelope(kind, f"{kind}-{number}", **scopes, **more)
        payload = planted(payloads[kind], made[kind], text)
        yield {"envelope": planted(RecordEnvelope, envelope, text), "payload": payload}
    for number in range(2):
        yield write.metric(f"curve-{number}", 0.5, payload={"unit": text}, **scopes, batch_execution_ref=f"batch:{ref}.train.epoch-0")


def workspace(root: Path, texts: Sequence[str]) -> Path:
    """A project, a run and a deployment for each text; a line for each that is at fault, and names it."""
    lines: list[write.Line] = []
    for number, text in enumerate(texts):
        project = f"p-{number:03}"
        lines.append(write.put("Project", planted(Project, write.project_model(project), text)))
        lines += _run(project, "one", text, 0, "completed")
        if number % _PAIRED == 0:
            lines += _run(project, "two", texts[number - 1], 1000, "failed")
        lines.append(write.put("Run", {**write.run_model(f"{project}.one"), "status": text}))
        lines.append({"family": text, "payload": {"run_ref": f"run:{project}.one", text: text}})
    return write.Files({write.CAPTURED: lines}).write(root)
