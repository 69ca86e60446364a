"""One rule a field name, in whichever model it stands: what is taken, and what is refused in which words."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from contexta.contract import (
    ArtifactManifest,
    BatchExecution,
    CorrelationRefs,
    DegradedPayload,
    DeploymentExecution,
    EnvironmentSnapshot,
    EventPayload,
    MetricPayload,
    OperationContext,
    Project,
    RecordEnvelope,
    Run,
    SampleObservation,
    SpanPayload,
    StageExecution,
    instant,
)
from contexta.contract.fields import chronological
from contexta.contract.model import Model
from contexta.errors import ContextaError, ContractError
from tests import strategies as build

Case = tuple[type[Model], str, Any, str]

VALID: Mapping[type[Model], Mapping[str, Any]] = {
    Project: build.project_model(),
    Run: build.run_model(),
    StageExecution: build.stage_model(),
    BatchExecution: build.batch_model(),
    SampleObservation: build.seen_model("sample"),
    OperationContext: build.seen_model("op"),
    DeploymentExecution: build.deployment_model(),
    EnvironmentSnapshot: build.environment_model(),
    ArtifactManifest: build.manifest(),
    RecordEnvelope: build.envelope("metric", "m"),
    MetricPayload: build.metric("m", 0.5)["payload"],
    EventPayload: build.event("e")["payload"],
    SpanPayload: build.span("s", 1, 2)["payload"],
    DegradedPayload: build.degraded("d")["payload"],
    CorrelationRefs: {},
}

WRONG_REFS: list[Case] = [
    (Project, "project_ref", "run:p.r", "expected a project reference, got 'run:p.r'"),
    (Project, "project_ref", "p", "expected kind:value, got 'p'"),
    (Project, "project_ref", 7, "expected text, got 7"),
    (Run, "run_ref", "stage:p.r.train", "expected a run reference"),
    (Run, "project_ref", "project:P", "must be lower-case letters"),
    (StageExecution, "stage_execution_ref", "stage:p.r", "a stage reference has 3 dotted components"),
    (BatchExecution, "batch_execution_ref", "stage:p.r.train", "expected a batch reference"),
    (SampleObservation, "sample_observation_ref", "sample:p.r.train.s.0.1", "a sample reference has 4 or 5 dotted components"),
    (OperationContext, "operation_context_ref", "sample:p.r.train.s-1", "expected a op reference"),
    (DeploymentExecution, "deployment_execution_ref", "run:p.prod", "expected a deployment reference"),
    (DeploymentExecution, "artifact_ref", "record:p.r.m", "expected a artifact reference"),
    (DeploymentExecution, "environment_snapshot_ref", "run:p.r", "expected a environment reference"),
    (ArtifactManifest, "artifact_ref", "artifact:p.model", "a artifact reference has 3 dotted components"),
    (RecordEnvelope, "record_ref", "artifact:p.r.m", "expected a record reference"),
    (MetricPayload, "subject_ref", "accuracy", "expected kind:value"),
    (MetricPayload, "slice_ref", " ", "must not be blank"),
    (SpanPayload, "linked_refs", "run:p.r", "expected a list"),
    (SpanPayload, "linked_refs", [1], "expected text, got 1"),
    (ArtifactManifest, "location_ref", "", "must not be blank"),
    (RecordEnvelope, "producer_ref", "\t", "must not be blank"),
]

WRONG_TEXT: list[Case] = [
    (Project, "name", "", "must not be blank"),
    (Project, "name", 5, "expected text, got 5"),
    (Run, "name", " \n", "must not be blank"),
    (Run, "description", ["x"], "expected text, got ['x']"),
    (StageExecution, "stage_name", "Train", "expected one component"),
    (BatchExecution, "batch_name", "epoch.0", "expected one component"),
    (SampleObservation, "sample_name", "s.0001", "expected one component"),
    (OperationContext, "operation_name", "a" * 64, "expected one component"),
    (DeploymentExecution, "deployment_name", "model v1", "expected one component"),
    (SampleObservation, "retention_class", "", "must not be blank"),
    (SampleObservation, "redaction_profile", 1, "expected text, got 1"),
    (EnvironmentSnapshot, "python_version", "", "must not be blank"),
    (EnvironmentSnapshot, "platform", None, "is missing"),
    (ArtifactManifest, "artifact_kind", " ", "must not be blank"),
    (MetricPayload, "metric_key", "Macro.F1", "expected dotted lower-case tokens"),
    (MetricPayload, "metric_key", "macro..f1", "expected dotted lower-case tokens"),
    (MetricPayload, "metric_key", ".f1", "expected dotted lower-case tokens"),
    (MetricPayload, "metric_key", "f1\n", "expected dotted lower-case tokens"),
    (EventPayload, "event_key", "a b", "expected dotted lower-case tokens"),
    (DegradedPayload, "issue_key", "", "must not be blank"),
    (MetricPayload, "unit", 1, "expected text, got 1"),
    (MetricPayload, "value_type", "", "must not be blank"),
    (EventPayload, "message", 5, "expected text, got 5"),
    (DegradedPayload, "summary", None, "is missing"),
    (SpanPayload, "span_id", "", "must not be blank"),
    (SpanPayload, "trace_id", 3, "expected text, got 3"),
    (SpanPayload, "span_name", "", "must not be blank"),
    (CorrelationRefs, "session_id", "", "must not be blank"),
    (Run, "schema_version", 1, "expected text, got 1"),
    (ArtifactManifest, "hash_value", "AB" * 32, "expected 64 hexadecimal digits"),
    (ArtifactManifest, "hash_value", "ab" * 31, "expected 64 hexadecimal digits"),
    (ArtifactManifest, "hash_value", "sha256:" + "ab" * 32, "expected 64 hexadecimal digits"),
]

WRONG_TIMES: list[Case] = [
    (Run, "started_at", text, "expected an ISO-8601 UTC time that ends in Z")
    for text in (
        "2025-01-01",
        "2025-01-01T00:00:00",
        "2025-01-01T00:00:00+00:00",
        "2025-01-01T01:00:00+01:00",
        "2025-01-01t00:00:00z",
        "2025-01-01 00:00:00Z",
        "2025-01-01T00:00Z",
        "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00.1234567890Z",
        "2025-01-01T00:00:00Z\n",
        "yesterday",
    )
]
WRONG_TIMES += [
    (Run, "ended_at", "2025-02-30T00:00:00Z", "no such time"),
    (Project, "created_at", "2025-01-01T25:00:00Z", "no such time"),
    (RecordEnvelope, "recorded_at", "2016-12-31T23:59:60Z", "no such time"),
    (RecordEnvelope, "observed_at", "0000-01-01T00:00:00Z", "no such time"),
    (EnvironmentSnapshot, "captured_at", "٢٠٢٥-01-01T00:00:00Z", "no such time"),
    (SampleObservation, "observed_at", 1735689600, "expected text, got 1735689600"),
    (Run, "started_at", datetime(2025, 1, 1), "expected a time with its zone"),  # noqa: DTZ001 - the naive time is what is refused
]

WRONG_NUMBERS: list[Case] = [
    (StageExecution, "order_index", -1, "expected a whole number from 0, got -1"),
    (StageExecution, "order_index", 1.0, "expected a whole number from 0, got 1.0"),
    (BatchExecution, "order_index", True, "expected a whole number from 0, got True"),
    (DeploymentExecution, "order_index", "1", "expected a whole number from 0, got '1'"),
    (ArtifactManifest, "size_bytes", -1, "expected a whole number from 0, got -1"),
    (MetricPayload, "value", "n/a", "expected a number, got 'n/a'"),
    (MetricPayload, "value", True, "expected a number, got True"),
    (MetricPayload, "value", [1], "expected a number, got [1]"),
    (MetricPayload, "value", math.nan, "expected a finite number, got nan"),
    (MetricPayload, "value", -math.inf, "expected a finite number, got -inf"),
    (MetricPayload, "value", None, "is missing"),
]

WRONG_WORDS: list[Case] = [
    (Run, "status", "done", "expected one of open, completed, failed, cancelled, got 'done'"),
    (StageExecution, "status", "Completed", "expected one of open, completed, failed, cancelled"),
    (BatchExecution, "status", "ok", "expected one of open, completed, failed, cancelled"),
    (DeploymentExecution, "status", [], "expected one of open, completed, failed, cancelled"),
    (SpanPayload, "status", "completed", "expected one of ok, error, cancelled, timeout"),
    (RecordEnvelope, "record_type", "log", "expected one of event, metric, span, degraded"),
    (RecordEnvelope, "completeness_marker", "whole", "expected one of complete, partial, sampled, absent, unknown"),
    (RecordEnvelope, "degradation_marker", "bad", "expected one of none, partial_failure, capture_gap, import_loss, compatibility_upgrade"),
    (MetricPayload, "aggregation_scope", "epoch", "expected one of run, stage, operation, step, slice"),
    (EventPayload, "level", "fatal", "expected one of debug, info, warning, error, critical"),
    (SpanPayload, "span_kind", "gpu", "expected one of operation, internal, io, network, process"),
    (DegradedPayload, "category", "disk", "expected one of capture, store, import, compatibility, verification, recovery"),
    (DegradedPayload, "severity", "info", "expected one of warning, error"),
]

WRONG_CONTAINERS: list[Case] = [
    (Project, "tags", ["a"], "expected an object, got ['a']"),
    (Project, "tags", "a=b", "expected an object"),
    (MetricPayload, "tags", [], "expected an object"),
    (EventPayload, "attributes", 1, "expected an object"),
    (EnvironmentSnapshot, "packages", {"numpy": 2}, "expected text, got 2"),
    (EnvironmentSnapshot, "environment_variables", {"A": None}, "expected text, got None"),
    (Run, "extensions", {"namespace": "x"}, "expected a list of objects"),
    (Run, "extensions", ["x"], "expected an object, got 'x'"),
    (Run, "extensions", [{}], "an extension is an object with a namespace"),
    (RecordEnvelope, "extensions", [{"namespace": 1}], "an extension is an object with a namespace"),
    (RecordEnvelope, "correlation_refs", "t-1", "expected an object"),
]


@pytest.mark.parametrize(
    ("model", "field", "value", "rule"),
    [*WRONG_REFS, *WRONG_TEXT, *WRONG_TIMES, *WRONG_NUMBERS, *WRONG_WORDS, *WRONG_CONTAINERS],
    ids=lambda part: part.__name__ if isinstance(part, type) else repr(part)[:30],
)
def test_a_value_that_breaks_its_rule_is_refused_with_field_and_rule(model: type[Model], field: str, value: Any, rule: str) -> None:
    with pytest.raises(ContractError) as caught:
        model.from_dict({**VALID[model], field: value})
    assert caught.value.field == field
    assert rule in caught.value.rule
    assert str(caught.value) == f"{field}: {caught.value.rule}"


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (Run, "name", "Nachtlauf № 7 <b>"),
        (Run, "description", ""),
        (Run, "started_at", "2024-02-29T23:59:59.5Z"),
        (Run, "started_at", "2024-12-31T23:59:59.123456789Z"),
        (StageExecution, "order_index", 0),
        (ArtifactManifest, "size_bytes", 2**63),
        (ArtifactManifest, "hash_value", "0f" * 32),
        (ArtifactManifest, "location_ref", "s3://bucket/key"),
        (MetricPayload, "metric_key", "macro.f1"),
        (MetricPayload, "metric_key", "top-5_error.v2"),
        (MetricPayload, "value", 0),
        (MetricPayload, "value", -1e308),
        (MetricPayload, "unit", ""),
        (MetricPayload, "tags", {"anything": [1, {"goes": None}], "": ""}),
        (EventPayload, "message", ""),
        (SpanPayload, "span_name", "GET /items?x=1"),
        (SpanPayload, "linked_refs", ["run:p.r", "no reference at all"]),
    ],
    ids=lambda part: part.__name__ if isinstance(part, type) else repr(part)[:30],
)
def test_a_value_within_its_rule_is_kept_as_it_came(model: type[Model], field: str, value: Any) -> None:
    assert model.from_dict({**VALID[model], field: value}).to_dict()[field] == value


def test_a_huge_whole_number_is_no_crash() -> None:
    """Python reads whole numbers of any length; a float cannot hold this one."""
    with pytest.raises(ContractError, match=r"value: expected a finite number"):
        MetricPayload.from_dict({"metric_key": "loss", "value": 10**400})


def test_a_long_wrong_value_is_shortened_in_the_message() -> None:
    with pytest.raises(ContractError) as caught:
        MetricPayload.from_dict({"metric_key": "x" * 40 + " " * 1000, "value": 1})
    assert len(str(caught.value)) < 200


def test_a_contract_error_is_an_error_of_ours_and_a_value_error() -> None:
    error = ContractError("value", "expected a number").inside("payload")
    assert isinstance(error, ContextaError)
    assert isinstance(error, ValueError)
    assert (error.field, str(error)) == ("payload.value", "payload.value: expected a number")


def test_a_time_with_a_zone_is_taken_as_utc() -> None:
    noon = datetime(2025, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    run: Any = Run.from_dict({**VALID[Run], "started_at": "2025-01-01T00:00:00Z", "ended_at": noon})
    assert run.ended_at == "2025-01-01T10:00:00Z"


def test_an_instant_is_the_moment_that_a_timestamp_names() -> None:
    assert instant("2025-01-01T00:00:00.25Z") == datetime(2025, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)
    with pytest.raises(ValueError, match="no such time"):
        instant("2025-13-01T00:00:00Z")


def test_timestamps_of_different_precision_sort_by_time() -> None:
    times = ["2025-01-01T00:00:01Z", "2025-01-01T00:00:00.75Z", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00.5Z"]
    assert sorted(times, key=chronological) == sorted(times, key=instant)
