"""Records (the record plane): an envelope that says where and when, and a payload that says what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from contexta.contract.fields import Rule, one_of
from contexta.contract.model import SCHEMA_VERSION, Model, nested
from contexta.contract.refs import StableRef
from contexta.errors import ContractError

# Where a record or artifact was produced: each scope it names lies in the one before.
SCOPES = (
    ("stage_execution_ref", "run_ref"),
    ("batch_execution_ref", "run_ref"),
    ("batch_execution_ref", "stage_execution_ref"),
    ("sample_observation_ref", "run_ref"),
    ("sample_observation_ref", "stage_execution_ref"),
    ("sample_observation_ref", "batch_execution_ref"),
    ("operation_context_ref", "run_ref"),
    ("operation_context_ref", "stage_execution_ref"),
    ("operation_context_ref", "batch_execution_ref"),
)

# The issue_key of a degraded record that keeps a metric whose value is no finite number.
NON_FINITE_METRIC = "metric.non-finite"

# And of one that tells how many writes a sink or the ledger lost.
LOST_WRITES = "capture.lost"

# The kinds of scope that a record can be about.
SUBJECTS = frozenset({"run", "stage", "batch", "sample", "op", "deployment"})


@dataclass(frozen=True, slots=True)
class CorrelationRefs(Model):
    """Identifiers that tie records of several programs together."""

    trace_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecordEnvelope(Model):
    """Who recorded what, when, and in which scope."""

    record_ref: StableRef
    record_type: str
    recorded_at: str
    observed_at: str
    producer_ref: str
    run_ref: StableRef
    deployment_execution_ref: StableRef | None = None
    stage_execution_ref: StableRef | None = None
    batch_execution_ref: StableRef | None = None
    sample_observation_ref: StableRef | None = None
    operation_context_ref: StableRef | None = None
    correlation_refs: CorrelationRefs = field(default_factory=CorrelationRefs)
    completeness_marker: str = "complete"
    degradation_marker: str = "none"
    schema_version: str = SCHEMA_VERSION
    extensions: tuple[Mapping[str, Any], ...] = ()

    LIES_IN = (("record_ref", "run_ref"), *SCOPES)

    @property
    def scope(self) -> StableRef:
        """The narrowest scope that the envelope names."""
        return (
            self.sample_observation_ref
            or self.operation_context_ref
            or self.batch_execution_ref
            or self.stage_execution_ref
            or self.deployment_execution_ref
            or self.run_ref
        )

    RULES: ClassVar[Mapping[str, Rule]] = {"correlation_refs": nested(CorrelationRefs)}


@dataclass(frozen=True, slots=True)
class MetricPayload(Model):
    """One number that was measured."""

    metric_key: str
    value: int | float
    value_type: str | None = None
    unit: str | None = None
    aggregation_scope: str | None = None
    subject_ref: StableRef | None = None
    slice_ref: str | None = None
    tags: Mapping[str, Any] = field(default_factory=dict)
    summary_basis: str | None = None


@dataclass(frozen=True, slots=True)
class EventPayload(Model):
    """Something that happened."""

    event_key: str
    level: str = "info"
    message: str = ""
    subject_ref: StableRef | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    origin_marker: str | None = None


@dataclass(frozen=True, slots=True)
class SpanPayload(Model):
    """Something that took time."""

    span_id: str
    trace_id: str
    span_name: str
    started_at: str
    ended_at: str
    status: str = "ok"
    parent_span_id: str | None = None
    span_kind: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    linked_refs: tuple[str, ...] = ()

    RULES: ClassVar[Mapping[str, Rule]] = {"status": one_of("ok", "error", "cancelled", "timeout")}


@dataclass(frozen=True, slots=True)
class DegradedPayload(Model):
    """Something that was not captured, stored or verified as it should have been."""

    issue_key: str
    category: str
    severity: str
    summary: str
    subject_ref: StableRef | None = None
    origin_marker: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record(Model):
    """An envelope and the payload that its record_type calls for."""

    envelope: RecordEnvelope
    payload: Any

    TYPE: ClassVar[str]

    def __post_init__(self) -> None:
        Model.__post_init__(self)
        if self.envelope.record_type != self.TYPE:
            raise ContractError("envelope.record_type", f"expected {self.TYPE}, got {self.envelope.record_type!r}")

    @property
    def subject(self) -> StableRef:
        """What the record is about: its subject_ref where that is a scope of the same run or a deployment, else the envelope's scope."""
        said: StableRef | None = getattr(self.payload, "subject_ref", None)
        if said is None or said.kind not in SUBJECTS:
            return self.envelope.scope
        return said if said.kind == "deployment" or said.lies_in(self.envelope.run_ref) else self.envelope.scope


@dataclass(frozen=True, slots=True)
class MetricRecord(Record):
    """A measured number."""

    payload: MetricPayload

    TYPE = "metric"
    RULES: ClassVar[Mapping[str, Rule]] = {"envelope": nested(RecordEnvelope), "payload": nested(MetricPayload)}


@dataclass(frozen=True, slots=True)
class StructuredEventRecord(Record):
    """Something that happened."""

    payload: EventPayload

    TYPE = "event"
    RULES: ClassVar[Mapping[str, Rule]] = {"envelope": nested(RecordEnvelope), "payload": nested(EventPayload)}


@dataclass(frozen=True, slots=True)
class TraceSpanRecord(Record):
    """Something that took time."""

    payload: SpanPayload

    TYPE = "span"
    RULES: ClassVar[Mapping[str, Rule]] = {"envelope": nested(RecordEnvelope), "payload": nested(SpanPayload)}


@dataclass(frozen=True, slots=True)
class DegradedRecord(Record):
    """Something that was not captured as it should have been."""

    payload: DegradedPayload

    TYPE = "degraded"
    RULES: ClassVar[Mapping[str, Rule]] = {"envelope": nested(RecordEnvelope), "payload": nested(DegradedPayload)}


RECORD_TYPES: Mapping[str, type[Record]] = {cls.TYPE: cls for cls in (MetricRecord, StructuredEventRecord, TraceSpanRecord, DegradedRecord)}


def record_from_dict(data: Mapping[str, Any]) -> Record:
    """The record that a line's object describes; raises ContractError naming the field at fault."""
    envelope = data.get("envelope")
    if not isinstance(envelope, Mapping):
        raise ContractError("envelope", "is missing" if envelope is None else "expected an object")
    record_type = envelope.get("record_type")
    if not isinstance(record_type, str) or record_type not in RECORD_TYPES:
        raise ContractError("envelope.record_type", f"expected one of {', '.join(RECORD_TYPES)}, got {record_type!r}")
    return RECORD_TYPES[record_type].from_dict(data)
