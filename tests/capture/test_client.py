"""`Contexta`: its settings, the names of runs and deployments, resuming, lists, and what a copy of its capture still tells."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contexta import Contexta, workspace
from contexta.capture import Config, InMemorySink, LocalJsonlSink
from contexta.capture.client import Diagnosis
from contexta.contract import (
    BatchExecution,
    DeploymentExecution,
    Run,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.errors import ContextaError, ContractError, UnknownRef
from tests.conftest import CHECKOUT
from tests.strategies import (
    at,
    batch_model,
    deployment_model,
    metric,
    project_model,
    put,
    record_frame,
    run_model,
    stage_model,
    write_lines,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".contexta"


@pytest.fixture
def ctx(root: Path) -> Contexta:
    return Contexta(root, config={"project_name": "p"})


def _files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize("config", [{"project_name": "My Proj"}, Config(project_name="My Proj")], ids=["dict", "Config"])
def test_a_project_s_free_text_name_becomes_a_component_and_is_kept(root: Path, config: Config | dict[str, str]) -> None:
    ctx = Contexta(root, config=config)
    with ctx.run("x") as run:
        pass
    assert ctx.project_name == "My Proj"
    assert str(run.ref) == "run:my-proj.x"
    assert [(str(project.ref), project.name) for project in workspace.open(root).projects()] == [("project:my-proj", "My Proj")]


def test_a_setting_that_does_not_exist_is_refused_and_the_ones_that_do_are_named(root: Path) -> None:
    with pytest.raises(ContextaError, match="config has no setting projekt; it has project_name, environment_variables"):
        Contexta(root, config={"projekt": "p"})


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("iris/.contexta", "iris"), ("My Project/.contexta", "My Project"), ("runs", "runs"), ("***/.contexta", "project")],
)
def test_without_a_setting_the_project_is_named_for_the_folder(tmp_path: Path, folder: str, expected: str) -> None:
    assert Contexta(tmp_path / folder).project_name == expected


def test_the_default_workspace_lies_in_the_current_folder_and_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ctx = Contexta()
    monkeypatch.chdir("/")
    with ctx.run("x"):
        pass
    assert ctx.project_name == tmp_path.name
    assert (tmp_path / ".contexta" / "metadata" / "ledger.jsonl").is_file()


@pytest.mark.parametrize("name", ["   ", "日本", 5])
def test_a_project_name_that_makes_no_component_is_refused_by_field(root: Path, name: str) -> None:
    with pytest.raises(ContractError) as refused:
        Contexta(root, config={"project_name": name})
    assert refused.value.field == "project_name"


def test_opening_a_workspace_writes_nothing(root: Path) -> None:
    Contexta(root)
    assert not root.exists()


def test_sinks_are_a_local_one_unless_given(root: Path) -> None:
    memory = InMemorySink()
    assert [type(sink) for sink in Contexta(root).sinks] == [LocalJsonlSink]
    assert Contexta(root, sinks=[memory]).sinks == (memory,)


# ---------------------------------------------------------------- names of runs and deployments


def test_a_run_s_free_text_name_becomes_a_component_and_is_kept(ctx: Contexta) -> None:
    with ctx.run("My Run #1") as run:
        pass
    assert (str(run.ref), run.name) == ("run:p.my-run-1", "My Run #1")
    assert [found.name for found in ctx.list_runs()] == ["My Run #1"]


def test_a_name_used_again_is_a_new_run_with_its_own_reference(ctx: Contexta) -> None:
    for value in (1, 2, 3):
        with ctx.run("x") as run:
            run.metric("loss", value)
    assert [str(run.ref) for run in ctx.list_runs()] == ["run:p.x", "run:p.x-2", "run:p.x-3"]
    assert [run.name for run in ctx.list_runs()] == ["x", "x", "x"]
    assert [ctx.get_run_snapshot(run.ref).series[0].values for run in ctx.list_runs()] == [(1,), (2,), (3,)]


def test_a_name_used_by_another_instance_is_taken(root: Path, ctx: Contexta) -> None:
    other = Contexta(root, config={"project_name": "p"})
    opened = [one.run("x") for one in (ctx, other, ctx)]
    assert [run.ref.name for run in opened] == ["x", "x-2", "x-3"]


def test_a_name_used_by_another_process_is_taken(root: Path, ctx: Contexta) -> None:
    code = "import sys; from contexta import Contexta; Contexta(sys.argv[1], config={'project_name': 'p'}).run('x').close()"
    subprocess.run([sys.executable, "-c", code, str(root)], cwd=CHECKOUT, check=True)
    with ctx.run("x") as run:
        pass
    assert run.ref.name == "x-2"


def test_two_projects_of_one_workspace_may_use_the_same_names(root: Path) -> None:
    refs = [str(Contexta(root, config={"project_name": name}).run("x").ref) for name in ("a", "b")]
    assert refs == ["run:a.x", "run:b.x"]


def test_a_name_used_in_a_workspace_that_somebody_else_wrote_is_taken(tmp_path: Path) -> None:
    root = write_lines(tmp_path, captured=[record_frame(metric("m-1", 0.5, deployment_execution_ref="deployment:p.prod"))])
    ctx = Contexta(root, config={"project_name": "p"})
    assert [ctx.run(name).ref.name for name in ("r", "r", "s")] == ["r-2", "r-3", "s"]
    assert ctx.deployment("prod").ref.name == "prod-2"


def test_names_that_one_program_was_kept_from_adopting_are_adopted_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_root: Path, _privacy: None) -> workspace.Workspace:
        raise KeyboardInterrupt

    root = write_lines(tmp_path, captured=[record_frame(metric("m-1", 0.5))])
    with monkeypatch.context() as reading:
        reading.setattr(workspace, "open", stopped)
        with pytest.raises(KeyboardInterrupt):
            Contexta(root, config={"project_name": "p"}).run("r")
    assert Contexta(root, config={"project_name": "p"}).run("r").ref.name == "r-2"


def test_a_name_that_was_put_in_a_store_is_taken(ctx: Contexta) -> None:
    with ctx.run("first"):
        pass
    ctx.metadata_store.runs.put_run(Run.from_dict(run_model("p.x")))
    ctx.metadata_store.deployments.put_deployment_execution(DeploymentExecution.from_dict(deployment_model("p.prod")))
    assert ctx.run("x").ref.name == "x-2"
    assert ctx.deployment("prod").ref.name == "prod-2"


def test_a_project_that_somebody_else_put_is_left_as_it_is(tmp_path: Path) -> None:
    root = write_lines(tmp_path, ledger=[put("Project", project_model("p"))])
    with Contexta(root, config={"project_name": "p"}).run("x"):
        pass
    opened = workspace.open(root)
    assert opened.problems == ()
    assert [project.name for project in opened.projects()] == ["A project"]


def test_a_deployment_s_name_used_again_gets_a_number(ctx: Contexta) -> None:
    names = []
    for _ in range(2):
        with ctx.deployment("Model V1") as deployment:
            names.append((deployment.ref.name, deployment.name))
    assert names == [("model-v1", "Model V1"), ("model-v1-2", "Model V1")]


@pytest.mark.parametrize("run_id", ["run-7", "p.run-7", "run:p.run-7"])
def test_an_explicit_run_id_is_taken_as_it_is(ctx: Contexta, run_id: str) -> None:
    with ctx.run("Free Text", run_id=run_id) as run:
        pass
    assert str(run.ref) == "run:p.run-7"
    assert [(found.ref.name, found.name) for found in ctx.list_runs()] == [("run-7", "Free Text")]


def test_an_explicit_run_id_that_exists_is_refused_unless_resumed(root: Path, ctx: Contexta) -> None:
    with ctx.run("x", run_id="r"):
        pass
    before = _files(root)
    with pytest.raises(ContextaError, match=r"run:p\.r exists; pass resume=True to continue it, or another run_id"):
        Contexta(root, config={"project_name": "p"}).run("x", run_id="r")
    assert _files(root) == before


# ---------------------------------------------------------------- what is refused

REFUSED: list[tuple[str, str, Callable[[Contexta], object]]] = [
    ("name", "' '", lambda ctx: ctx.run(" ")),
    ("name", "'日本'", lambda ctx: ctx.run("日本")),
    ("run_id", "'p.Not A Ref'", lambda ctx: ctx.run("x", run_id="Not A Ref")),
    ("run_id", "run:other.x", lambda ctx: ctx.run("x", run_id="run:other.x")),
    ("run_id", "run:other.x", lambda ctx: ctx.run("x", run_id="run:other.x", resume=True)),
    ("tags", "['a']", lambda ctx: ctx.run("x", tags=["a"])),  # type: ignore[arg-type]  # what a user may get wrong
    ("metadata", "PosixPath", lambda ctx: ctx.run("x", metadata={"data": Path("a")})),
    ("config_snapshot", "function", lambda ctx: ctx.run("x", config_snapshot={"init": print})),
    ("name", "''", lambda ctx: ctx.deployment("")),
    ("run_ref", "'nonsense'", lambda ctx: ctx.deployment("d", run_ref="nonsense")),
    ("run_ref", "'project:p'", lambda ctx: ctx.deployment("d", run_ref="project:p")),
    ("artifact_ref", "'run:p.x'", lambda ctx: ctx.deployment("d", artifact_ref="run:p.x")),
]


@pytest.mark.parametrize(("field", "value", "call"), REFUSED)
def test_what_breaks_a_rule_is_refused_by_field_and_value_before_anything_is_written(
    root: Path, ctx: Contexta, field: str, value: str, call: Callable[[Contexta], object]
) -> None:
    with pytest.raises(ContextaError) as refused:
        call(ctx)
    assert str(refused.value).startswith(f"{field}: ")
    assert value.removesuffix("'").removeprefix("'") in str(refused.value)
    assert not root.exists() or _files(root) == {}


def test_a_name_that_was_refused_once_is_not_used_up(ctx: Contexta) -> None:
    with pytest.raises(ContractError):
        ctx.deployment("d", run_ref="nonsense")
    with pytest.raises(ContractError):
        ctx.run("x", metadata={"no": "JSON", "as": object()})
    assert (ctx.deployment("d").ref.name, ctx.run("x").ref.name) == ("d", "x")


# ---------------------------------------------------------------- resuming


def _begin(root: Path) -> RunSnapshot:
    ctx = Contexta(root, config={"project_name": "p"})
    with ctx.run("x", tags={"seed": 7}) as run, run.stage("train") as stage:
        for epoch in range(2):
            with stage.batch(f"epoch-{epoch}") as batch:
                batch.metric("loss", 1.0 - epoch / 10)
        with stage.sample("s-1"), stage.operation("warm-up"):
            pass
    return ctx.get_run_snapshot(run.ref)


def _go_on(root: Path) -> RunSnapshot:
    ctx = Contexta(root, config={"project_name": "p"})
    with ctx.run("x", run_id="x", resume=True) as run:
        with run.stage("train") as stage:
            for epoch in range(2, 4):
                with stage.batch(f"epoch-{epoch}") as batch:
                    batch.metric("loss", 1.0 - epoch / 10)
            with stage.sample("s-1"), stage.operation("warm-up"):
                pass
        with run.stage("evaluate"):
            pass
    return ctx.get_run_snapshot(run.ref)


def test_a_resumed_run_and_its_stage_keep_their_beginnings_and_get_new_ends(root: Path) -> None:
    before, after = _begin(root), _go_on(root)
    assert after.run.started_at == before.run.started_at
    assert after.stages[0].started_at == before.stages[0].started_at
    assert after.run.status == after.stages[0].status == "completed"
    assert str(after.run.ended_at) > str(before.run.ended_at)
    assert after.run.extensions == before.run.extensions


def test_a_resumed_run_keeps_what_no_report_shows(root: Path) -> None:
    ctx = Contexta(root, config={"project_name": "p"})
    with ctx.run("x", metadata={"api_key": "zebra-42"}) as run:
        pass
    assert "zebra-42" in str(_go_on(root).run.extensions)
    assert "zebra-42" not in ctx.build_snapshot_report(run.ref).to_markdown()


def test_a_resumed_run_contradicts_nothing(root: Path) -> None:
    _begin(root)
    assert [problem.what for problem in _go_on(root).problems] == []


def test_a_resumed_run_counts_its_batches_and_stages_on(root: Path) -> None:
    _begin(root)
    after = _go_on(root)
    assert [(batch.name, batch.order_index) for batch in after.batches] == [(f"epoch-{index}", index) for index in range(4)]
    assert [stage.name for stage in after.stages] == ["train", "evaluate"]
    assert [series.values for series in after.series] == [(1.0, 0.9, 0.8, 0.7)]


def test_a_run_s_environment_is_taken_once_however_often_it_is_resumed(root: Path) -> None:
    before, after = _begin(root), _go_on(root)
    assert len(before.environments) == 1
    assert after.environments == before.environments


def test_two_runs_may_be_resumed_side_by_side(root: Path) -> None:
    for name in ("a", "b"):
        with Contexta(root, config={"project_name": "p"}).run(name) as run, run.stage("train") as stage, stage.batch("epoch-0"):
            pass
    ctx = Contexta(root, config={"project_name": "p"})
    resumed = [ctx.run(name, run_id=name, resume=True) for name in ("a", "b")]
    for run in resumed:
        with run, run.stage("train") as stage, stage.batch("epoch-1"):
            pass
    for run in resumed:
        snapshot = ctx.get_run_snapshot(run.ref)
        assert [(batch.name, batch.order_index) for batch in snapshot.batches] == [("epoch-0", 0), ("epoch-1", 1)]
        assert snapshot.problems == ()


def test_a_run_that_was_only_captured_can_be_resumed(root: Path, tmp_path: Path) -> None:
    _begin(root)
    copy = tmp_path / "copy"
    shutil.copytree(root / "cache" / "capture", copy / "cache" / "capture")
    snapshot = _go_on(copy)
    assert (snapshot.run.status, snapshot.run.inferred) == ("completed", False)
    assert snapshot.problems == ()
    assert [series.values for series in snapshot.series] == [(1.0, 0.9, 0.8, 0.7)]


@pytest.mark.parametrize("others", [(), ("another",)], ids=["an empty workspace", "a workspace of other runs"])
def test_a_run_that_does_not_exist_cannot_be_resumed(ctx: Contexta, others: tuple[str, ...]) -> None:
    for name in others:
        ctx.run(name).close()
    with pytest.raises(ContextaError, match=r"no run 'run:p\.x' in this workspace|does not exist"):
        ctx.run("x", run_id="x", resume=True)


# ---------------------------------------------------------------- lists and reports


def test_lists_give_contract_models(ctx: Contexta) -> None:
    with ctx.run("x") as run, run.stage("s") as stage, stage.batch("b"), stage.sample("one"):
        pass
    with ctx.deployment("d", run_ref=run.ref):
        pass
    lists: list[tuple[type, list[object]]] = [
        (Run, [*ctx.list_runs()]),
        (StageExecution, [*ctx.list_stages(run.ref)]),
        (BatchExecution, [*ctx.list_batches(str(run.ref))]),
        (SampleObservation, [*ctx.list_samples(run.ref)]),
        (DeploymentExecution, [*ctx.list_deployments("p")]),
    ]
    assert [[type(model) for model in models] for _, models in lists] == [[expected] for expected, _ in lists]


def _put_stages(ctx: Contexta, *stages: tuple[str, int | None, int]) -> None:
    for name, index, seconds in stages:
        model = stage_model(f"p.r.{name}", order_index=index, started_at=at(seconds))
        ctx.metadata_store.stages.put_stage_execution(StageExecution.from_dict(model))


def test_lists_are_in_order_index_then_time_then_name_order(ctx: Contexta) -> None:
    _put_stages(ctx, ("late", None, 90), ("early", None, 10), ("b", None, 50), ("a", None, 50), ("second", 1, 5), ("first", 0, 99))
    assert [stage.name for stage in ctx.list_stages("run:p.r")] == ["first", "second", "early", "a", "b", "late"]


def test_batches_and_deployments_are_in_that_order_too(ctx: Contexta) -> None:
    for name, index, seconds in (("z", None, 21), ("y", 1, 22), ("x", 0, 23)):
        batch = batch_model(f"p.r.train.{name}", order_index=index, started_at=at(seconds))
        ctx.metadata_store.batches.put_batch_execution(BatchExecution.from_dict(batch))
        deployment = deployment_model(f"p.{name}", order_index=index, started_at=at(700 + seconds))
        ctx.metadata_store.deployments.put_deployment_execution(DeploymentExecution.from_dict(deployment))
    assert [batch.name for batch in ctx.list_batches("run:p.r")] == ["x", "y", "z"]
    assert [deployment.name for deployment in ctx.list_deployments()] == ["x", "y", "z"]


def test_runs_are_in_time_order(ctx: Contexta) -> None:
    for name, seconds in (("a", 30), ("b", 10), ("c", 20)):
        ctx.metadata_store.runs.put_run(Run.from_dict(run_model(f"p.{name}", started_at=at(seconds))))
    assert [run.ref.name for run in ctx.list_runs()] == ["b", "c", "a"]


@pytest.mark.parametrize("given", ["a", "project:a", StableRef("project", "a")])
def test_a_project_s_lists_hold_only_what_is_the_project_s(root: Path, given: StableRef | str) -> None:
    for name in ("a", "b"):
        ctx = Contexta(root, config={"project_name": name})
        ctx.run("x").close()
        ctx.deployment("d").close()
    assert [str(run.ref) for run in ctx.list_runs(given)] == ["run:a.x"]
    assert [str(deployment.ref) for deployment in ctx.list_deployments(given)] == ["deployment:a.d"]
    assert len(ctx.list_runs()) == len(ctx.list_deployments()) == 2


def test_where_nothing_was_written_there_is_no_run_and_no_deployment(ctx: Contexta, root: Path) -> None:
    assert (ctx.list_runs(), ctx.list_deployments("p")) == ([], [])
    assert not root.exists()


def test_a_run_that_nothing_names_is_no_run_and_the_nearest_is_named(ctx: Contexta) -> None:
    ctx.run("baseline").close()
    with pytest.raises(UnknownRef, match=r"no run 'run:p\.baselin' in this workspace; nearest: run:p\.baseline"):
        ctx.list_batches("run:p.baselin")


def test_a_report_comes_in_three_forms(ctx: Contexta) -> None:
    with ctx.run("My Run") as run:
        run.metric("accuracy", 0.875)
    report = ctx.build_snapshot_report(run.ref)
    assert report.title == "My Run"
    assert [section.title for section in report.sections][:4] == ["Run Summary", "Stages", "Artifacts", "Diagnostics"]
    assert report.to_html().startswith("<!doctype html>")
    for text in (report.to_html(), report.to_markdown(), report.to_json()):
        assert "0.875" in text
        assert "My Run" in text


def _fail_with_a_stage_left_open(ctx: Contexta) -> None:
    with ctx.run("x") as run:
        run.stage("left-open")
        raise RuntimeError("no more")


def test_a_diagnosis_is_worst_first(ctx: Contexta) -> None:
    with pytest.raises(RuntimeError, match="no more"):
        _fail_with_a_stage_left_open(ctx)
    diagnosis = ctx.diagnose_run("run:p.x")
    assert isinstance(diagnosis, Diagnosis)
    assert [(issue.severity, issue.key) for issue in diagnosis.issues] == [
        ("error", "failed_run"),
        ("warning", "unfinished_stage"),
        ("warning", "error_event"),
    ]


DETAILS = {
    "code_revision": "4f2a9c1",
    "dataset_ref": "dataset:sklearn.iris",
    "tags": {"team": "vision-crew"},
    "metadata": {"ticket": "ML-1207"},
    "config_snapshot": {"learning-rate": 0.075},
}
TOLD = ("4f2a9c1", "dataset:sklearn.iris", "vision-crew", "ML-1207", "0.075")


@pytest.mark.parametrize("section", ["Run Summary", "Provenance"])
def test_what_a_run_says_of_itself_stands_in_its_report(ctx: Contexta, section: str) -> None:
    with ctx.run("x", **DETAILS) as run:  # type: ignore[arg-type]  # mypy cannot tell the keys apart
        run.metric("loss", 1)
    page = ctx.build_snapshot_report(run.ref).to_markdown()
    part = page.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    assert [word for word in TOLD if word not in part] == []


# ---------------------------------------------------------------- capture alone


def _train(ctx: Contexta, root: Path) -> StableRef:
    with ctx.run("x") as run:
        with run.stage("train") as stage, stage.batch("epoch-0") as batch:
            batch.metric("loss", 0.25)
            batch.metric("loss", float("nan"))
            with batch.sample("s-1") as sample, stage.operation("save"):
                sample.metric("correct", 1)
        (root / "m.bin").write_bytes(b"model")
        run.register_artifact("model", root / "m.bin")
    return run.ref


def test_a_copy_of_the_capture_alone_gives_the_same_numbers_and_artifacts(ctx: Contexta, root: Path, tmp_path: Path) -> None:
    ref = _train(ctx, root)
    shutil.copytree(root / "cache" / "capture", tmp_path / "copy" / "cache" / "capture")
    whole, copy = ctx.get_run_snapshot(ref), workspace.open(tmp_path / "copy").snapshot(ref)
    assert repr(copy.series) == repr(whole.series)  # NaN is not equal to itself
    assert [artifact.manifest for artifact in copy.artifacts] == [artifact.manifest for artifact in whole.artifacts]
    assert [batch.ref for batch in copy.batches] == [batch.ref for batch in whole.batches]
    assert [sample.ref for sample in copy.samples] == [sample.ref for sample in whole.samples]


def test_the_lifecycle_of_such_a_copy_is_inferred(ctx: Contexta, root: Path, tmp_path: Path) -> None:
    ref = _train(ctx, root)
    shutil.copytree(root / "cache" / "capture", tmp_path / "copy" / "cache" / "capture")
    snapshot = workspace.open(tmp_path / "copy").snapshot(ref)
    models: tuple[Run | StageExecution | BatchExecution, ...] = (snapshot.run, *snapshot.stages, *snapshot.batches)
    assert [(model.status, model.inferred) for model in models] == [("unknown", True)] * 3
    assert "inferred_run" in [issue.key for issue in Contexta(tmp_path / "copy").diagnose_run(ref).issues]
