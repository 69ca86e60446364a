"""What a line is: a put of a context model, a record, or an artifact. Told by its frame, whichever file it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, cast

from contexta.contract import (
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    EnvironmentSnapshot,
    OperationContext,
    Problem,
    Project,
    Run,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.contract.fields import RULES, apply, shown
from contexta.errors import BackwardTime, ContextaError, ContractError
from contexta.workspace.lines import Located

CONTEXT_MODELS: Mapping[str, type[ContextModel]] = {
    cls.__name__: cls
    for cls in (
        Project,
        Run,
        StageExecution,
        BatchExecution,
        SampleObservation,
        OperationContext,
        DeploymentExecution,
        EnvironmentSnapshot,
    )
}


class WrongFrame(ContextaError):
    """A line that is JSON, but none of the frames of a workspace."""

    KEY: ClassVar[str] = "wrong_frame"


class ReportedLoss(WrongFrame):
    """A line by which whoever captured tells that something is not there."""

    KEY = "reported_loss"


@dataclass(frozen=True, slots=True)
class PutItem:
    """A context model was put; `when` is empty where nothing says it (it is then older than any put that says)."""

    model: type[ContextModel]
    data: Mapping[str, Any]
    when: str = ""


@dataclass(frozen=True, slots=True)
class RecordItem:
    """A record was written."""

    data: Mapping[str, Any]
    when: str = ""


@dataclass(frozen=True, slots=True)
class ArtifactItem:
    """An artifact was registered; `existed` is what the writer saw of its file, None where it did not say."""

    manifest: Mapping[str, Any]
    binding_status: str | None
    existed: bool | None
    when: str = ""


Item = PutItem | RecordItem | ArtifactItem


class Framed(NamedTuple):
    """A line, and what it frames."""

    line: Located
    item: Item


def interpret(value: Any) -> Item:
    """The item that a parsed line frames; raises WrongFrame when it frames none."""
    if not isinstance(value, dict):
        raise WrongFrame(f"JSON, but not an object: {type(value).__name__}")
    if "family" in value:
        return _captured(value)
    if "record" in value:
        return RecordItem(_object(value, "record"), _text(value, "appended_at"))
    if "model" in value and "type" in value:
        return _put(value["type"], _object(value, "model"), _text(value, "put_at"))
    raise WrongFrame("JSON, but no frame of a workspace: it has no family, record or model")


def _captured(frame: Mapping[str, Any]) -> Item:
    family, payload, when = frame["family"], _object(frame, "payload"), _text(frame, "captured_at")
    if family == "RECORD" or (family == "DEGRADATION" and "envelope" in payload):
        return RecordItem(payload, when)
    if family == "ARTIFACT":
        source = payload.get("source")
        existed = source.get("exists") if isinstance(source, dict) else None
        binding = payload.get("binding_status")
        return ArtifactItem(
            _object(payload, "manifest"),
            binding if isinstance(binding, str) else None,
            existed if isinstance(existed, bool) else None,
            when,
        )
    if family == "CONTEXT":
        return _put(frame.get("payload_type"), payload, when)
    if family == "DEGRADATION":
        raise ReportedLoss(f"the capture reported a degradation: {payload.get('summary') or payload.get('issue_key') or shown(payload)}")
    raise WrongFrame(f"a frame of an unknown family {shown(family)}")


def _put(name: Any, data: Mapping[str, Any], when: str) -> PutItem:
    model = CONTEXT_MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        raise WrongFrame(f"a put of an unknown model {shown(name)}; expected one of {', '.join(CONTEXT_MODELS)}")
    return PutItem(model, data, when)


def _text(frame: Mapping[str, Any], name: str) -> str:
    value = frame.get(name)
    return value if isinstance(value, str) else ""


def _object(frame: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = frame.get(name)
    if not isinstance(value, dict):
        raise WrongFrame(f"a frame without its {name}" if value is None else f"{name}: expected an object")
    return value


def fault(line: Located, error: ContextaError) -> Problem:
    """Why a line cannot be used, at its place."""
    if isinstance(error, WrongFrame):
        return line.problem(error.KEY, str(error))
    return line.problem("backward_time" if isinstance(error, BackwardTime) else "invalid_line", str(error))


def own_ref(item: Item) -> str:
    """The reference of what an item puts, records or registers; empty where it has none."""
    if isinstance(item, PutItem):
        found = item.data.get(item.model.REF)
    elif isinstance(item, ArtifactItem):
        found = item.manifest.get("artifact_ref")
    else:
        envelope = item.data.get("envelope")
        found = envelope.get("record_ref") if isinstance(envelope, dict) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose pages a line stands on."""

    run: StableRef | None = None
    deployments: tuple[StableRef, ...] = ()


def owners(item: Item) -> Owners:
    """The run and deployments that an item names; raises ContractError when what should name its run does not."""
    if isinstance(item, ArtifactItem):
        return Owners(_ref(item.manifest, "run_ref"), _deployments(item.manifest))
    if isinstance(item, RecordItem):
        envelope = item.data.get("envelope")
        if not isinstance(envelope, dict):
            raise ContractError("envelope", "is missing")
        return Owners(_ref(envelope, "run_ref"), (*_deployments(envelope), *_subject(item.data.get("payload"))))
    if item.model is Project:
        return Owners()
    if item.model is DeploymentExecution:
        return Owners(_optional_ref(item.data, "run_ref"), (_ref(item.data, "deployment_execution_ref"),))
    return Owners(_ref(item.data, "run_ref"))


def _deployments(data: Mapping[str, Any]) -> tuple[StableRef, ...]:
    ref = _optional_ref(data, "deployment_execution_ref")
    return (ref,) if ref else ()


def _subject(payload: Any) -> tuple[StableRef, ...]:
    """The deployment that a record is about, where only its subject_ref says so."""
    said = payload.get("subject_ref") if isinstance(payload, dict) else None
    if not isinstance(said, str) or not said.startswith("deployment:"):
        return ()
    return (cast(StableRef, apply("payload.subject_ref", RULES["deployment_execution_ref"], said)),)


def _optional_ref(data: Mapping[str, Any], name: str) -> StableRef | None:
    return None if data.get(name) is None else _ref(data, name)


def _ref(data: Mapping[str, Any], name: str) -> StableRef:
    if data.get(name) is None:
        raise ContractError(name, "is missing")
    return cast(StableRef, apply(name, RULES[name], data[name]))
