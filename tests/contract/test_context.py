"""Context models: how they are made, what they agree on, and that nothing of a line is lost."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import (
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    OperationContext,
    Run,
    SampleObservation,
    StableRef,
)
from contexta.errors import ContractError
from contexta.workspace.frames import CONTEXT_MODELS
from tests import strategies as build

VALID: dict[str, build.Line] = {
    "Project": build.project_model(),
    "Run": build.run_model(),
    "StageExecution": build.stage_model(),
    "BatchExecution": build.batch_model(),
    "SampleObservation": build.seen_model("sample"),
    "OperationContext": build.seen_model("op"),
    "DeploymentExecution": build.deployment_model(run_ref="run:p.r"),
    "EnvironmentSnapshot": build.environment_model(),
}

# The fields as FORMATS lists them: those that must be given, then the optional ones.
FIELDS = {
    "Project": ("project_ref name created_at", "description tags"),
    "Run": ("run_ref project_ref name status started_at", "ended_at description"),
    "StageExecution": ("stage_execution_ref run_ref stage_name status started_at", "ended_at order_index"),
    "BatchExecution": ("batch_execution_ref run_ref stage_execution_ref batch_name status started_at", "ended_at order_index"),
    "SampleObservation": (
        "sample_observation_ref run_ref stage_execution_ref sample_name observed_at",
        "batch_execution_ref retention_class redaction_profile",
    ),
    "DeploymentExecution": (
        "deployment_execution_ref project_ref deployment_name status started_at",
        "ended_at order_index run_ref artifact_ref environment_snapshot_ref",
    ),
    "OperationContext": ("operation_context_ref run_ref stage_execution_ref operation_name observed_at", "batch_execution_ref"),
    "EnvironmentSnapshot": ("environment_snapshot_ref run_ref captured_at python_version platform", "packages environment_variables"),
}
REQUIRED = [(name, field) for name, (required, _) in FIELDS.items() for field in required.split()]
WITH_STATUS = ("Run", "StageExecution", "BatchExecution", "DeploymentExecution")


def read(name: str, /, **changes: Any) -> Any:
    """The valid model of a class with some fields changed; None takes a field away."""
    return CONTEXT_MODELS[name].from_dict({**VALID[name], **changes})


def refused(name: str, /, **changes: Any) -> ContractError:
    with pytest.raises(ContractError) as caught:
        read(name, **changes)
    return caught.value


def test_the_batch_of_the_seed_page_is_made_by_keywords() -> None:
    fields: dict[str, Any] = {
        "batch_execution_ref": "batch:my-proj.run-01.train.epoch-0",
        "run_ref": "run:my-proj.run-01",
        "stage_execution_ref": "stage:my-proj.run-01.train",
        "batch_name": "epoch-0",
        "status": "completed",
        "started_at": "2025-01-01T00:01:00Z",
        "ended_at": "2025-01-01T00:02:00Z",
        "order_index": 0,
    }
    batch = BatchExecution(**fields)
    assert (batch.name, batch.status, batch.started_at) == ("epoch-0", "completed", "2025-01-01T00:01:00Z")
    assert fields.items() <= batch.to_dict().items()


def test_the_sample_of_the_seed_page_is_made_by_keywords() -> None:
    fields: dict[str, Any] = {
        "sample_observation_ref": "sample:my-proj.run-01.train.s-0001",
        "run_ref": "run:my-proj.run-01",
        "stage_execution_ref": "stage:my-proj.run-01.train",
        "sample_name": "s-0001",
        "observed_at": "2025-01-01T00:01:30Z",
    }
    sample = SampleObservation(**fields)
    assert (sample.name, sample.observed_at) == ("s-0001", "2025-01-01T00:01:30Z")
    assert fields.items() <= sample.to_dict().items()


def test_the_deployment_of_the_seed_page_knows_its_run_as_text() -> None:
    fields: dict[str, Any] = {
        "deployment_execution_ref": "deployment:my-proj.model-v1",
        "project_ref": "project:my-proj",
        "deployment_name": "model-v1",
        "status": "completed",
        "started_at": "2025-01-01T00:09:00Z",
        "ended_at": "2025-01-01T00:10:00Z",
        "run_ref": "run:my-proj.run-01",
    }
    deployment = DeploymentExecution(**fields)
    assert (deployment.name, deployment.status, deployment.run_id) == ("model-v1", "completed", "run:my-proj.run-01")


def test_a_deployment_without_a_run_has_no_run_id() -> None:
    assert read("DeploymentExecution", run_ref=None).run_id is None


@pytest.mark.parametrize("name", FIELDS)
def test_positional_arguments_are_taken_in_the_order_of_the_page(name: str) -> None:
    model: Any = CONTEXT_MODELS[name]
    names = FIELDS[name][0].split()
    made = model(*(VALID[name][field] for field in names), **ended(name))
    assert made == model.from_dict({field: VALID[name][field] for field in names} | ended(name))
    order = [field.name for field in dataclasses.fields(model) if not field.kw_only]
    assert order == " ".join(FIELDS[name]).split()


def ended(name: str) -> dict[str, Any]:
    return {"ended_at": VALID[name]["ended_at"]} if name in WITH_STATUS else {}


@pytest.mark.parametrize("name", FIELDS)
def test_references_may_be_given_as_text_or_as_references(name: str) -> None:
    model: Any = CONTEXT_MODELS[name]
    parsed = {key: StableRef.parse(value) if key.endswith("_ref") else value for key, value in VALID[name].items()}
    assert model(**parsed) == model(**VALID[name])
    assert isinstance(model(**VALID[name]).ref, StableRef)


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_a_required_field_that_is_absent_or_null_is_named(name: str, field: str) -> None:
    without = {key: value for key, value in VALID[name].items() if key != field}
    with pytest.raises(ContractError) as caught:
        CONTEXT_MODELS[name].from_dict(without)
    assert str(caught.value) == f"{field}: is missing"
    assert str(refused(name, **{field: None})) == f"{field}: is missing"


@pytest.mark.parametrize("name", FIELDS)
def test_an_optional_field_may_be_null(name: str) -> None:
    optional = dict.fromkeys(field for field in FIELDS[name][1].split() if field != "ended_at")
    assert read(name, **optional, schema_version=None, extensions=None).schema_version == "1.0.0"


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_what_is_no_object_is_no_model(value: Any) -> None:
    with pytest.raises(ContractError, match="expected an object"):
        Run.from_dict(value)


@pytest.mark.parametrize("name", WITH_STATUS)
class TestLifecycle:
    """Which status has an end."""

    def test_open_has_no_end(self, name: str) -> None:
        assert read(name, status="open", ended_at=None).ended_at is None
        assert str(refused(name, status="open")) == "ended_at: must be absent while the status is open"

    @pytest.mark.parametrize("status", ["completed", "failed"])
    def test_completed_and_failed_have_an_end(self, name: str, status: str) -> None:
        assert read(name, status=status).ended_at
        assert str(refused(name, status=status, ended_at=None)) == f"ended_at: is required when the status is {status}"

    @pytest.mark.parametrize("end", [None, build.at(6_000)])
    def test_cancelled_may_have_an_end(self, name: str, end: str | None) -> None:
        assert read(name, status="cancelled", ended_at=end).ended_at == end

    def test_unknown_is_never_written(self, name: str) -> None:
        error = refused(name, status="unknown")
        assert error.field == "status"
        assert "expected one of open, completed, failed, cancelled" in error.rule

    def test_the_end_is_not_before_the_start(self, name: str) -> None:
        error = refused(name, started_at="2025-01-01T10:00:00.5Z", ended_at="2025-01-01T10:00:00.25Z")
        assert str(error) == "ended_at: 2025-01-01T10:00:00.25Z is before started_at 2025-01-01T10:00:00.5Z"

    @pytest.mark.parametrize("end", ["2025-01-01T10:00:00Z", "2025-01-01T10:00:00.000Z", "2025-01-01T10:00:00.5Z"])
    def test_an_end_at_or_after_the_start_is_taken_whatever_its_precision(self, name: str, end: str) -> None:
        for start in ("2025-01-01T10:00:00Z", "2025-01-01T10:00:00.0Z"):
            assert read(name, started_at=start, ended_at=end).ended_at == end


@pytest.mark.parametrize(
    ("name", "changes", "field", "rule"),
    [
        ("Run", {"project_ref": "project:q"}, "run_ref", "'run:p.r' does not lie in project_ref 'project:q'"),
        ("StageExecution", {"run_ref": "run:p.q"}, "stage_execution_ref", "does not lie in run_ref 'run:p.q'"),
        ("BatchExecution", {"stage_execution_ref": "stage:p.r.eval"}, "batch_execution_ref", "does not lie in stage_execution_ref"),
        ("BatchExecution", {"run_ref": "run:p.q"}, "stage_execution_ref", "does not lie in run_ref 'run:p.q'"),
        ("SampleObservation", {"run_ref": "run:p.q"}, "stage_execution_ref", "does not lie in run_ref 'run:p.q'"),
        ("SampleObservation", {"stage_execution_ref": "stage:p.r.eval"}, "sample_observation_ref", "does not lie in stage_execution_ref"),
        ("SampleObservation", {"batch_execution_ref": "batch:p.r.eval.b"}, "batch_execution_ref", "does not lie in stage_execution_ref"),
        (
            "SampleObservation",
            {"sample_observation_ref": "sample:p.r.train.epoch-0.s-1", "batch_execution_ref": "batch:p.r.train.epoch-1"},
            "sample_observation_ref",
            "does not lie in batch_execution_ref 'batch:p.r.train.epoch-1'",
        ),
        ("OperationContext", {"stage_execution_ref": "stage:p.r.eval"}, "operation_context_ref", "does not lie in stage_execution_ref"),
        ("DeploymentExecution", {"project_ref": "project:q"}, "deployment_execution_ref", "does not lie in project_ref 'project:q'"),
        ("EnvironmentSnapshot", {"run_ref": "run:p.q"}, "environment_snapshot_ref", "does not lie in run_ref 'run:p.q'"),
        ("StageExecution", {"stage_name": "eval"}, "stage_name", "'eval' is not the last component of 'stage:p.r.train'"),
        ("BatchExecution", {"batch_name": "train"}, "batch_name", "is not the last component"),
        ("SampleObservation", {"sample_name": "s-2"}, "sample_name", "is not the last component"),
        ("OperationContext", {"operation_name": "load"}, "operation_name", "is not the last component"),
        ("DeploymentExecution", {"deployment_name": "canary"}, "deployment_name", "is not the last component"),
    ],
)
def test_references_and_names_that_do_not_agree_are_refused(name: str, changes: Any, field: str, rule: str) -> None:
    error = refused(name, **changes)
    assert error.field == field
    assert rule in error.rule


@pytest.mark.parametrize("value", ["p.r.train.s-1", "p.r.train.epoch-0.s-1"])
@pytest.mark.parametrize("kind", ["sample", "op"])
def test_what_was_seen_in_a_batch_may_be_owned_by_its_stage_or_by_the_batch(kind: str, value: str) -> None:
    model = build.seen_model(kind, value, batch_execution_ref="batch:p.r.train.epoch-0")
    read_back: Any = (SampleObservation if kind == "sample" else OperationContext).from_dict(model)
    assert (read_back.name, str(read_back.batch_execution_ref)) == ("s-1", "batch:p.r.train.epoch-0")


def test_project_and_run_names_are_free_text() -> None:
    assert read("Run", name="Läufe / 01.").name == "Läufe / 01."
    assert read("Project", name="<b>P</b>").name == "<b>P</b>"


def test_a_model_cannot_be_changed() -> None:
    run = read("Run")
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.name = "other"


def test_inference_is_never_written() -> None:
    run = dataclasses.replace(read("Run"), inferred=True)
    assert "inferred" not in run.to_dict()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
_of_the_contract = {word for lists in FIELDS.values() for words in lists for word in words.split()} | {"extensions", "schema_version"}
_names = st.sampled_from(["unknown", "inferred", "self", "cls", "RULES"]) | st.text(max_size=9).filter(
    lambda name: name not in _of_the_contract
)
_unknown = st.dictionaries(_names, _json, max_size=3)
_extensions = st.lists(st.dictionaries(st.text(max_size=5), _json, max_size=2).map(lambda item: {**item, "namespace": "n"}), max_size=2)


@build.unhurried
@given(name=st.sampled_from(sorted(VALID)), unknown=_unknown, extensions=_extensions)
def test_what_a_line_says_beyond_the_contract_survives_reading_and_writing(name: str, unknown: Any, extensions: Any) -> None:
    data = {**unknown, **VALID[name], "extensions": extensions, "schema_version": "2.7"}
    model = CONTEXT_MODELS[name].from_dict(data)
    assert data.items() <= model.to_dict().items()
    assert CONTEXT_MODELS[name].from_dict(model.to_dict()) == model


@build.unhurried
@given(build.workspaces())
def test_every_valid_model_reads_back_as_it_was_written(files: build.Files) -> None:
    for kind, data in files.puts():
        model = CONTEXT_MODELS[kind].from_dict(data)
        given_fields = {key: value for key, value in data.items() if value is not None}
        assert given_fields.items() <= model.to_dict().items()
        assert CONTEXT_MODELS[kind].from_dict(model.to_dict()) == model


def test_every_context_model_is_covered_here() -> None:
    assert {cls.__name__ for cls in ContextModel.__subclasses__()} == set(CONTEXT_MODELS) == set(VALID) == set(FIELDS)
