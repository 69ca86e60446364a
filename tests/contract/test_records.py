"""Records and artifact manifests: which payload goes with which envelope, what they are about, and that nothing is lost."""

from typing import Any

import pytest
from hypothesis import given

from contexta.contract import (
    ArtifactManifest,
    CorrelationRefs,
    DegradedRecord,
    MetricRecord,
    Record,
    StableRef,
    StructuredEventRecord,
    TraceSpanRecord,
    record_from_dict,
)
from contexta.errors import ContractError
from tests import strategies as build

IN_BATCH = {"stage_execution_ref": "stage:p.r.train", "batch_execution_ref": "batch:p.r.train.epoch-0"}

VALID: dict[type[Record], build.Line] = {
    MetricRecord: build.metric("m", 0.5),
    StructuredEventRecord: build.event("e"),
    TraceSpanRecord: build.span("s", 1, 2),
    DegradedRecord: build.degraded("d"),
}
PAYLOADS = {
    MetricRecord: ("metric_key", "value"),
    StructuredEventRecord: ("event_key",),
    TraceSpanRecord: ("span_id", "trace_id", "span_name", "started_at", "ended_at"),
    DegradedRecord: ("issue_key", "category", "severity", "summary"),
}
ENVELOPE = ("record_ref", "recorded_at", "observed_at", "producer_ref", "run_ref")


def refused(data: Any) -> ContractError:
    with pytest.raises(ContractError) as caught:
        record_from_dict(data)
    return caught.value


def with_envelope(data: build.Line, **changes: Any) -> build.Line:
    return {**data, "envelope": {**data["envelope"], **changes}}


def with_payload(data: build.Line, **changes: Any) -> build.Line:
    return {**data, "payload": {**data["payload"], **changes}}


@pytest.mark.parametrize("cls", VALID)
def test_the_record_type_tells_the_class(cls: type[Record]) -> None:
    assert type(record_from_dict(VALID[cls])) is cls


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "envelope: is missing"),
        ({"envelope": None}, "envelope: is missing"),
        ({"envelope": "x"}, "envelope: expected an object"),
        ({"envelope": {}}, "envelope.record_type: expected one of metric, event, span, degraded, got None"),
        ({"envelope": {"record_type": ["metric"]}}, "envelope.record_type: expected one of"),
        ({"envelope": {"record_type": "log"}}, "envelope.record_type: expected one of metric, event, span, degraded, got 'log'"),
        ({"envelope": build.envelope("metric", "m")}, "payload: is missing"),
        ({"envelope": build.envelope("metric", "m"), "payload": 7}, "payload: expected an object, got int"),
    ],
)
def test_what_is_no_record_is_refused_with_the_part_at_fault(data: Any, words: str) -> None:
    assert str(refused(data)).startswith(words)


@pytest.mark.parametrize("field", ENVELOPE)
@pytest.mark.parametrize("cls", VALID)
def test_a_missing_envelope_field_is_named_with_its_path(cls: type[Record], field: str) -> None:
    assert str(refused(with_envelope(VALID[cls], **{field: None}))) == f"envelope.{field}: is missing"


@pytest.mark.parametrize(("cls", "field"), [(cls, field) for cls, fields in PAYLOADS.items() for field in fields])
def test_a_missing_payload_field_is_named_with_its_path(cls: type[Record], field: str) -> None:
    assert str(refused(with_payload(VALID[cls], **{field: None}))) == f"payload.{field}: is missing"


def test_a_wrong_value_is_named_with_its_path() -> None:
    assert str(refused(build.metric("m", "n/a"))) == "payload.value: expected a number, got 'n/a'"
    nested = with_envelope(VALID[MetricRecord], correlation_refs={"trace_id": ""})
    assert str(refused(nested)) == "envelope.correlation_refs.trace_id: must not be blank"


def test_a_record_made_of_the_wrong_envelope_is_refused() -> None:
    with pytest.raises(ContractError, match=r"envelope.record_type: expected metric, got 'event'"):
        MetricRecord.from_dict({**VALID[MetricRecord], "envelope": build.envelope("event", "m")})


def test_recording_is_not_before_observing() -> None:
    early = with_envelope(VALID[MetricRecord], recorded_at=build.at(10), observed_at=build.at(11))
    error = refused(early)
    assert error.field == "envelope.recorded_at"
    assert "is before observed_at" in error.rule


@pytest.mark.parametrize("recorded", ["2025-01-01T00:00:10Z", "2025-01-01T00:00:10.000000Z", "2025-01-01T00:00:10.000001Z"])
@pytest.mark.parametrize("observed", ["2025-01-01T00:00:10Z", "2025-01-01T00:00:10.0Z"])
def test_recording_may_be_at_the_moment_of_observing_whatever_the_precision(recorded: str, observed: str) -> None:
    record = record_from_dict(with_envelope(VALID[MetricRecord], recorded_at=recorded, observed_at=observed))
    assert (record.envelope.recorded_at, record.envelope.observed_at) == (recorded, observed)


def test_a_span_does_not_end_before_it_starts() -> None:
    error = refused(with_payload(VALID[TraceSpanRecord], started_at=build.at(5), ended_at=build.at(4)))
    assert error.field == "payload.ended_at"


@pytest.mark.parametrize(
    ("scopes", "field"),
    [
        ({"record_ref": "record:p.q.m"}, "record_ref"),
        ({"stage_execution_ref": "stage:p.q.train"}, "stage_execution_ref"),
        ({"batch_execution_ref": "batch:p.q.train.b"}, "batch_execution_ref"),
        ({**IN_BATCH, "batch_execution_ref": "batch:p.r.eval.b"}, "batch_execution_ref"),
        ({"sample_observation_ref": "sample:p.q.train.s"}, "sample_observation_ref"),
        ({**IN_BATCH, "sample_observation_ref": "sample:p.r.eval.s"}, "sample_observation_ref"),
        ({**IN_BATCH, "sample_observation_ref": "sample:p.r.train.epoch-1.s"}, "sample_observation_ref"),
        ({"operation_context_ref": "op:p.q.train.o"}, "operation_context_ref"),
        ({**IN_BATCH, "operation_context_ref": "op:p.r.train.epoch-1.o"}, "operation_context_ref"),
    ],
)
def test_scopes_that_do_not_lie_in_each_other_are_refused(scopes: Any, field: str) -> None:
    error = refused(with_envelope(VALID[MetricRecord], **scopes))
    assert error.field == f"envelope.{field}"
    assert "does not lie in" in error.rule


@pytest.mark.parametrize(
    ("scopes", "subject"),
    [
        ({}, "run:p.r"),
        ({"deployment_execution_ref": "deployment:p.prod"}, "deployment:p.prod"),
        ({"stage_execution_ref": "stage:p.r.train"}, "stage:p.r.train"),
        (IN_BATCH, "batch:p.r.train.epoch-0"),
        ({**IN_BATCH, "sample_observation_ref": "sample:p.r.train.s"}, "sample:p.r.train.s"),
        ({**IN_BATCH, "operation_context_ref": "op:p.r.train.o"}, "op:p.r.train.o"),
    ],
)
def test_a_record_is_about_the_narrowest_scope_of_its_envelope(scopes: Any, subject: str) -> None:
    assert str(record_from_dict(with_envelope(VALID[MetricRecord], **scopes)).subject) == subject


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("stage:p.r.eval", "stage:p.r.eval"),
        ("run:p.r", "run:p.r"),
        ("deployment:q.prod", "deployment:q.prod"),
        ("run:p.other", "batch:p.r.train.epoch-0"),
        ("artifact:p.r.model", "batch:p.r.train.epoch-0"),
        ("project:p", "batch:p.r.train.epoch-0"),
    ],
)
def test_a_subject_in_the_same_run_or_a_deployment_goes_before_the_scope(said: str, subject: str) -> None:
    record = with_payload(with_envelope(VALID[MetricRecord], **IN_BATCH), subject_ref=said)
    assert record_from_dict(record).subject == StableRef.parse(subject)


def test_what_an_envelope_does_not_say_has_the_contract_s_defaults() -> None:
    envelope = record_from_dict(VALID[StructuredEventRecord]).envelope
    assert (envelope.completeness_marker, envelope.degradation_marker, envelope.schema_version) == ("complete", "none", "1.0.0")
    assert envelope.correlation_refs == CorrelationRefs()


@pytest.mark.parametrize("cls", VALID)
def test_unknown_fields_of_envelope_payload_and_record_are_kept(cls: type[Record]) -> None:
    data = {**with_payload(with_envelope(VALID[cls], later={"a": [1]}), value2=None), "signature": "x"}
    written = record_from_dict(data).to_dict()
    assert written["envelope"]["later"] == {"a": [1]}
    assert written["payload"]["value2"] is None
    assert written["signature"] == "x"


@build.unhurried
@given(build.workspaces())
def test_every_valid_record_and_manifest_reads_back_as_it_was_written(files: build.Files) -> None:
    for data in files.records():
        record = record_from_dict(data)
        written = record.to_dict()
        assert data["envelope"].items() <= written["envelope"].items()
        assert data["payload"].items() <= written["payload"].items()
        assert record_from_dict(written) == record
    for data in files.manifests():
        manifest = ArtifactManifest.from_dict(data)
        assert data.items() <= manifest.to_dict().items()


@pytest.mark.parametrize("field", ["artifact_ref", "artifact_kind", "created_at", "producer_ref", "run_ref", "location_ref"])
def test_a_manifest_without_a_required_field_is_refused(field: str) -> None:
    with pytest.raises(ContractError, match=f"^{field}: is missing$"):
        ArtifactManifest.from_dict({**build.manifest(), field: None})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"artifact_ref": "artifact:p.q.model"}, "artifact_ref"),
        ({"stage_execution_ref": "stage:p.q.train"}, "stage_execution_ref"),
        ({**IN_BATCH, "sample_observation_ref": "sample:p.r.eval.s"}, "sample_observation_ref"),
    ],
)
def test_a_manifest_whose_references_do_not_agree_is_refused(changes: Any, field: str) -> None:
    with pytest.raises(ContractError) as caught:
        ArtifactManifest.from_dict(build.manifest(**changes))
    assert caught.value.field == field


def test_a_manifest_keeps_what_it_does_not_know() -> None:
    data = build.manifest(extensions=[{"namespace": "n", "x": [1]}], licence="MIT", **IN_BATCH)
    assert data.items() <= ArtifactManifest.from_dict(data).to_dict().items()
