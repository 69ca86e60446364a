"""What a line is, told by its frame, whichever file it stands in."""

from typing import Any

import pytest

from contexta.contract import Project, Run, StableRef
from contexta.errors import ContractError
from contexta.workspace.frames import CONTEXT_MODELS, ArtifactItem, PutItem, RecordItem, WrongFrame, interpret, owners
from tests import strategies as build

RECORD = build.metric("m", 0.5)


@pytest.mark.parametrize("frame", [build.record_frame(RECORD), build.segment_frame(RECORD), {"record": RECORD}])
def test_a_captured_record_and_one_of_a_segment_are_the_same_item(frame: Any) -> None:
    when = frame.get("captured_at") or frame.get("appended_at") or ""
    assert interpret(frame) == RecordItem(RECORD, when)


def test_a_degradation_that_is_a_record_is_read_as_one() -> None:
    frame = {**build.record_frame(build.degraded("d")), "family": "DEGRADATION"}
    assert interpret(frame) == RecordItem(build.degraded("d"), frame["captured_at"])


@pytest.mark.parametrize("kind", sorted(CONTEXT_MODELS))
def test_a_put_is_read_from_the_ledger_and_from_the_capture(kind: str) -> None:
    model = {"any": "thing"}
    assert interpret(build.put(kind, model, "2025-01-01T00:00:00Z")) == PutItem(CONTEXT_MODELS[kind], model, "2025-01-01T00:00:00Z")
    assert interpret(build.context_frame(kind, model, "2025-01-01T00:00:00Z")) == PutItem(
        CONTEXT_MODELS[kind], model, "2025-01-01T00:00:00Z"
    )


@pytest.mark.parametrize("when", [None, 5, []])
def test_a_put_without_a_time_has_none(when: Any) -> None:
    assert interpret({"model": {}, "type": "Run", "put_at": when}) == PutItem(Run, {}, "")
    assert interpret({"model": {}, "type": "Run"}) == PutItem(Run, {})


@pytest.mark.parametrize("exists", [True, False, None])
def test_an_artifact_says_what_the_writer_saw_of_its_file(exists: Any) -> None:
    frame = build.artifact_frame(build.manifest(), "PENDING", exists=exists)
    assert interpret(frame) == ArtifactItem(build.manifest(), "PENDING", exists, frame["captured_at"])


@pytest.mark.parametrize("source", [None, "x", {}, {"exists": "yes"}])
def test_an_artifact_whose_source_says_nothing_of_use_is_not_guessed_at(source: Any) -> None:
    frame = {"family": "ARTIFACT", "payload": {"manifest": build.manifest(), "binding_status": 5, "source": source}}
    assert interpret(frame) == ArtifactItem(build.manifest(), None, None)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1], "not an object"),
        (None, "not an object"),
        ("text", "not an object"),
        ({}, "it has no family, record or model"),
        ({"level": "INFO", "msg": "hi"}, "it has no family, record or model"),
        ({"family": "LOG", "payload": {}}, "unknown family 'LOG'"),
        ({"family": ["RECORD"], "payload": {}}, "unknown family"),
        ({"family": "RECORD"}, "a frame without its payload"),
        ({"family": "RECORD", "payload": []}, "payload: expected an object"),
        ({"family": "ARTIFACT", "payload": {}}, "a frame without its manifest"),
        ({"family": "CONTEXT", "payload": {}}, "a put of an unknown model None"),
        ({"record": "x"}, "record: expected an object"),
        ({"model": {}, "type": "Experiment"}, "a put of an unknown model 'Experiment'; expected one of Project, Run,"),
        ({"model": {}, "type": ["Run"]}, "a put of an unknown model"),
        ({"model": None, "type": "Run"}, "a frame without its model"),
        ({"family": "DEGRADATION", "payload": {"summary": "sink is full"}}, "sink is full"),
    ],
)
def test_what_is_no_frame_of_a_workspace_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(WrongFrame) as caught:
        interpret(value)
    assert words in str(caught.value)


def ref(text: str | None) -> StableRef | None:
    return None if text is None else StableRef.parse(text)


@pytest.mark.parametrize(
    ("frame", "run", "deployment"),
    [
        (build.record_frame(RECORD), "run:p.r", None),
        (build.record_frame(build.event("e", deployment_execution_ref="deployment:p.d")), "run:p.r", "deployment:p.d"),
        (build.artifact_frame(build.manifest()), "run:p.r", None),
        (build.put("Project", build.project_model()), None, None),
        (build.put("Run", build.run_model()), "run:p.r", None),
        (build.put("SampleObservation", build.seen_model("sample")), "run:p.r", None),
        (build.put("DeploymentExecution", build.deployment_model()), None, "deployment:p.prod"),
        (build.put("DeploymentExecution", build.deployment_model(run_ref="run:p.r")), "run:p.r", "deployment:p.prod"),
    ],
)
def test_a_line_stands_on_the_pages_of_the_run_and_deployment_that_it_names(frame: Any, run: str | None, deployment: str | None) -> None:
    owned = owners(interpret(frame))
    assert (owned.run, owned.deployments) == (ref(run), (ref(deployment),) if deployment else ())


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"record": {"payload": {}}}, "envelope: is missing"),
        ({"record": {"envelope": {}}}, "run_ref: is missing"),
        ({"record": {"envelope": {"run_ref": "stage:p.r.s"}}}, "run_ref: expected a run reference, got 'stage:p.r.s'"),
        ({"model": {"name": "x"}, "type": "Run"}, "run_ref: is missing"),
        ({"model": {}, "type": "DeploymentExecution"}, "deployment_execution_ref: is missing"),
        ({"family": "ARTIFACT", "payload": {"manifest": {"run_ref": 1}}}, "run_ref: expected text, got 1"),
    ],
)
def test_a_line_that_does_not_name_its_run_rightly_is_refused(frame: Any, words: str) -> None:
    with pytest.raises(ContractError) as caught:
        owners(interpret(frame))
    assert str(caught.value) == words


def test_a_project_belongs_to_no_run_even_when_it_is_broken() -> None:
    assert owners(PutItem(Project, {})).run is None
