"""The context models (the metadata plane): what a program says of its runs and all that lies in them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from contexta.contract.fields import COMPARABLE, STATUSES, UNKNOWN_STATUS, Rule, chronological, one_of
from contexta.contract.model import SCHEMA_VERSION, Model
from contexta.contract.refs import StableRef
from contexta.errors import ContractError

_written_status = one_of(*STATUSES)


def _status(value: object) -> object:
    return value if value == UNKNOWN_STATUS else _written_status(value)


_LIFECYCLE: Mapping[str, Rule] = {"status": _status}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextModel(Model):
    """What every context model carries. `inferred` is never written: it marks a model that no line holds, only names."""

    schema_version: str = SCHEMA_VERSION
    extensions: tuple[Mapping[str, Any], ...] = ()
    inferred: bool = False

    REF: ClassVar[str]
    NAME: ClassVar[str | None] = None

    def __post_init__(self) -> None:
        Model.__post_init__(self)
        if self.NAME and getattr(self, self.NAME) != self.ref.name:
            raise ContractError(self.NAME, f"{getattr(self, self.NAME)!r} is not the last component of {str(self.ref)!r}")
        if hasattr(self, "status"):
            _check_lifecycle(self.status, getattr(self, "ended_at", None), inferred=self.inferred)

    @property
    def ref(self) -> StableRef:
        """The model's own reference."""
        ref: StableRef = getattr(self, self.REF)
        return ref


def _check_lifecycle(status: str, ended_at: str | None, *, inferred: bool) -> None:
    if status == UNKNOWN_STATUS and not inferred:
        raise ContractError("status", f"{status!r} is for what is inferred; expected one of {', '.join(STATUSES)}")
    if status == "open" and ended_at is not None:
        raise ContractError("ended_at", "must be absent while the status is open")
    if status in ("completed", "failed") and ended_at is None:
        raise ContractError("ended_at", f"is required when the status is {status}")


@dataclass(frozen=True, slots=True)
class Project(ContextModel):
    """A body of work that has runs and deployments."""

    project_ref: StableRef
    name: str
    created_at: str
    description: str | None = None
    tags: Mapping[str, Any] = field(default_factory=dict)

    REF = "project_ref"


@dataclass(frozen=True, slots=True)
class Run(ContextModel):
    """One execution of a program; `name` is free text."""

    run_ref: StableRef
    project_ref: StableRef
    name: str
    status: str
    started_at: str
    ended_at: str | None = None
    description: str | None = None

    REF = "run_ref"
    LIES_IN = (("run_ref", "project_ref"),)
    RULES = _LIFECYCLE

    @property
    def is_comparable(self) -> bool:
        """Whether later runs may be measured against it."""
        return self.status in COMPARABLE


@dataclass(frozen=True, slots=True)
class StageExecution(ContextModel):
    """One step of a run, such as `train` or `evaluate`."""

    stage_execution_ref: StableRef
    run_ref: StableRef
    stage_name: str
    status: str
    started_at: str
    ended_at: str | None = None
    order_index: int | None = None

    REF = "stage_execution_ref"
    NAME = "stage_name"
    LIES_IN = (("stage_execution_ref", "run_ref"),)
    RULES = _LIFECYCLE

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.stage_name


@dataclass(frozen=True, slots=True)
class BatchExecution(ContextModel):
    """One unit of data processed in a stage: an epoch, a chunk, a file."""

    batch_execution_ref: StableRef
    run_ref: StableRef
    stage_execution_ref: StableRef
    batch_name: str
    status: str
    started_at: str
    ended_at: str | None = None
    order_index: int | None = None

    REF = "batch_execution_ref"
    NAME = "batch_name"
    LIES_IN = (("stage_execution_ref", "run_ref"), ("batch_execution_ref", "stage_execution_ref"))
    RULES = _LIFECYCLE

    @property
    def name(self) -> str:
        """The batch's name."""
        return self.batch_name


# What lies in a stage, or in a batch of it.
_IN_STAGE = (("stage_execution_ref", "run_ref"), ("batch_execution_ref", "stage_execution_ref"))


@dataclass(frozen=True, slots=True)
class SampleObservation(ContextModel):
    """One item seen in a stage or batch: a row, an image, a prediction."""

    sample_observation_ref: StableRef
    run_ref: StableRef
    stage_execution_ref: StableRef
    sample_name: str
    observed_at: str
    batch_execution_ref: StableRef | None = None
    retention_class: str | None = None
    redaction_profile: str | None = None

    REF = "sample_observation_ref"
    NAME = "sample_name"
    LIES_IN = (
        *_IN_STAGE,
        ("sample_observation_ref", "stage_execution_ref"),
        ("sample_observation_ref", "batch_execution_ref"),
    )

    @property
    def name(self) -> str:
        """The sample's name."""
        return self.sample_name


@dataclass(frozen=True, slots=True)
class OperationContext(ContextModel):
    """A named piece of work in a stage or batch, such as `checkpoint`."""

    operation_context_ref: StableRef
    run_ref: StableRef
    stage_execution_ref: StableRef
    operation_name: str
    observed_at: str
    batch_execution_ref: StableRef | None = None

    REF = "operation_context_ref"
    NAME = "operation_name"
    LIES_IN = (
        *_IN_STAGE,
        ("operation_context_ref", "stage_execution_ref"),
        ("operation_context_ref", "batch_execution_ref"),
    )

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.operation_name


@dataclass(frozen=True, slots=True)
class DeploymentExecution(ContextModel):
    """One instance of an artifact put to use; it belongs to a project and may name the run that produced it."""

    deployment_execution_ref: StableRef
    project_ref: StableRef
    deployment_name: str
    status: str
    started_at: str
    ended_at: str | None = None
    order_index: int | None = None
    run_ref: StableRef | None = None
    artifact_ref: StableRef | None = None
    environment_snapshot_ref: StableRef | None = None

    REF = "deployment_execution_ref"
    NAME = "deployment_name"
    LIES_IN = (("deployment_execution_ref", "project_ref"),)
    RULES = _LIFECYCLE

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.deployment_name

    @property
    def run_id(self) -> str | None:
        """The reference of the producing run, as text."""
        return None if self.run_ref is None else str(self.run_ref)


@dataclass(frozen=True, slots=True)
class EnvironmentSnapshot(ContextModel):
    """What a run ran on."""

    environment_snapshot_ref: StableRef
    run_ref: StableRef
    captured_at: str
    python_version: str
    platform: str
    packages: Mapping[str, str] = field(default_factory=dict)
    environment_variables: Mapping[str, str] = field(default_factory=dict)

    REF = "environment_snapshot_ref"
    LIES_IN = (("environment_snapshot_ref", "run_ref"),)


def in_order(model: ContextModel) -> tuple[float, str, StableRef]:
    """The key that puts models in order_index, time, name order."""
    index = getattr(model, "order_index", None)
    began = str(getattr(model, "started_at", None) or getattr(model, "observed_at", ""))
    return (math.inf if index is None else index, chronological(began), model.ref)
