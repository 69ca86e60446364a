"""What may be opened where, under which reference and in which place; and whole programs that read back as they were written."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta import Contexta, workspace
from contexta.capture import RunScope, Scope, StageScope, clock
from contexta.contract import BatchExecution, DeploymentExecution, Run, RunSnapshot, StageExecution
from contexta.errors import ContextaError, ContractError
from tests.strategies import unhurried

Lifecycle = Run | StageExecution | BatchExecution | DeploymentExecution


@pytest.fixture
def ctx(tmp_path: Path) -> Contexta:
    return Contexta(tmp_path, config={"project_name": "p"})


@pytest.fixture
def run(ctx: Contexta) -> Iterator[RunScope]:
    with ctx.run("r") as scope:
        yield scope


@pytest.fixture
def stage(run: RunScope) -> Iterator[StageScope]:
    with run.stage("train") as scope:
        yield scope


def _line_count(root: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in root.rglob("*.jsonl"))


def _all_of(snapshot: RunSnapshot) -> tuple[Lifecycle, ...]:
    return (snapshot.run, *snapshot.stages, *snapshot.batches, *snapshot.deployments)


# ---------------------------------------------------------------- references and places


def test_every_kind_of_scope_has_its_owner_as_prefix(stage: StageScope) -> None:
    with stage.batch("epoch-0") as batch:
        in_batch = batch.sample("s-1")
    refs = [stage.ref, batch.ref, stage.operation("save").ref]
    assert [str(ref) for ref in refs] == ["stage:p.r.train", "batch:p.r.train.epoch-0", "op:p.r.train.save"]
    assert str(in_batch.ref) == "sample:p.r.train.epoch-0.s-1"
    assert str(stage.sample("s-1").ref) == "sample:p.r.train.s-1"


def test_a_sample_in_a_batch_is_read_back_with_stage_and_batch(ctx: Contexta, stage: StageScope) -> None:
    with stage.batch("b") as batch, batch.sample("s", retention_class="short", redaction_profile="faces"):
        pass
    with stage.sample("s"):
        pass
    first, second = ctx.list_samples("run:p.r")
    assert (first.batch_execution_ref, first.retention_class, first.redaction_profile) == (batch.ref, "short", "faces")
    assert (second.batch_execution_ref, second.retention_class, second.redaction_profile) == (None, None, None)


def test_free_text_names_become_components(stage: StageScope) -> None:
    batch = stage.batch("Epoch 1/10")
    assert (batch.ref.name, batch.name) == ("epoch-1-10", "Epoch 1/10")


def test_a_name_used_again_in_one_scope_gets_a_number(ctx: Contexta, run: RunScope, stage: StageScope) -> None:
    again = run.stage("train")
    batches = [stage.batch("b") for _ in range(3)]
    samples = [batches[0].sample("s"), batches[0].sample("s"), batches[1].sample("s"), stage.sample("s")]
    assert str(again.ref) == "stage:p.r.train-2"
    assert [batch.ref.name for batch in batches] == ["b", "b-2", "b-3"]
    assert [sample.ref.value.removeprefix("p.r.train.") for sample in samples] == ["b.s", "b.s-2", "b-2.s", "s"]
    assert ctx.get_run_snapshot(run.ref).problems == ()


def test_stages_and_batches_keep_the_order_in_which_they_were_opened(ctx: Contexta, run: RunScope) -> None:
    for name in ("z", "y", "x"):
        with run.stage(name) as stage:
            for batch in ("b", "a"):
                stage.batch(batch).close()
    assert [(stage.name, stage.order_index) for stage in ctx.list_stages(run.ref)] == [("z", 0), ("y", 1), ("x", 2)]
    assert {batch.name: batch.order_index for batch in ctx.list_batches(run.ref)} == {"b": 0, "a": 1}


REFUSED: list[tuple[str, Callable[[StageScope], Scope]]] = [
    ("name: must be text that is not blank, got ' '", lambda stage: stage.batch(" ")),
    ("name: must be text that is not blank, got ''", lambda stage: stage.operation("")),
    ("name: must be text that is not blank, got 5", lambda stage: stage.sample(5)),  # type: ignore[arg-type]  # a user's slip
    ("name: '日本' has no letter a-z or digit to make a reference from", lambda stage: stage.sample("日本")),
    ("sample_name: must not contain dots, got 'cat.png'", lambda stage: stage.sample("cat.png")),
    ("retention_class: must not be blank", lambda stage: stage.sample("s", retention_class=" ")),
]


@pytest.mark.parametrize(("sentence", "call"), REFUSED)
def test_a_name_that_breaks_its_rule_is_refused_before_anything_is_written(
    tmp_path: Path, stage: StageScope, sentence: str, call: Callable[[StageScope], Scope]
) -> None:
    before = _line_count(tmp_path)
    with pytest.raises(ContractError) as refused:
        call(stage)
    assert str(refused.value) == sentence
    assert _line_count(tmp_path) == before


def test_a_sample_in_a_batch_may_have_no_dots_either(stage: StageScope) -> None:
    with stage.batch("b") as batch, pytest.raises(ContractError, match=r"sample_name: must not contain dots, got 'a\.b'"):
        batch.sample("a.b")


def test_a_reference_that_would_be_too_long_is_refused(ctx: Contexta) -> None:
    batch = ctx.run("r" * 63).stage("s" * 63).batch("b" * 63)
    with pytest.raises(ContextaError, match="at most 255 characters"):
        batch.sample("i" * 63)


# ---------------------------------------------------------------- lifecycle


def test_opening_is_stored_before_anything_happens_in_the_scope(tmp_path: Path, ctx: Contexta) -> None:
    run = ctx.run("r")
    stage = run.stage("s")
    batch = stage.batch("b")
    snapshot = workspace.open(tmp_path).snapshot(run.ref)
    models: tuple[Lifecycle, ...] = (snapshot.run, *snapshot.stages, *snapshot.batches)
    assert [(model.ref, model.status, model.ended_at, model.inferred) for model in models] == [
        (scope.ref, "open", None, False) for scope in (run, stage, batch)
    ]


def test_closing_is_stored(tmp_path: Path, ctx: Contexta) -> None:
    with ctx.run("r") as run, run.stage("s") as stage, stage.batch("b") as batch, ctx.deployment("d", run_ref=run.ref) as deployment:
        pass
    snapshot = workspace.open(tmp_path).snapshot(run.ref)
    for model, scope in zip(_all_of(snapshot), (run, stage, batch, deployment), strict=True):
        assert (model.ref, model.status, model.started_at) == (scope.ref, "completed", scope.started_at)
        assert model.ended_at is not None
        assert model.ended_at >= model.started_at
    assert snapshot.problems == ()


def _raise_in_the_innermost(ctx: Contexta, error: BaseException, scopes: list[Scope]) -> None:
    with ExitStack() as stack:
        run = stack.enter_context(ctx.run("r"))
        deployment = stack.enter_context(ctx.deployment("d", run_ref=run.ref))
        stage = stack.enter_context(run.stage("s"))
        batch = stack.enter_context(stage.batch("b"))
        scopes += [run, deployment, stage, batch, stack.enter_context(batch.sample("i")), stack.enter_context(stage.operation("o"))]
        raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("x"), "failed"),
        (MemoryError(), "failed"),
        (KeyboardInterrupt(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
    ],
    ids=["ValueError", "MemoryError", "KeyboardInterrupt", "CancelledError"],
)
def test_an_exception_ends_every_scope_that_it_leaves_and_goes_on(ctx: Contexta, error: BaseException, status: str) -> None:
    scopes: list[Scope] = []
    with pytest.raises(type(error)) as raised:
        _raise_in_the_innermost(ctx, error, scopes)
    assert raised.value is error
    assert [scope.status for scope in scopes] == [status] * 6
    assert [model.status for model in _all_of(ctx.get_run_snapshot("run:p.r"))] == [status] * 4


def test_a_scope_may_be_closed_by_hand_with_its_status(ctx: Contexta) -> None:
    run = ctx.run("r")
    run.close("cancelled")
    assert run.status == "cancelled"
    assert [one.status for one in ctx.list_runs()] == ["cancelled"]


@pytest.mark.parametrize("kind", ["run", "stage", "batch", "sample", "operation", "deployment"])
def test_a_status_that_is_none_is_refused_and_the_scope_stays_open(tmp_path: Path, ctx: Contexta, kind: str) -> None:
    run = ctx.run("r")
    stage = run.stage("s")
    scopes: dict[str, Callable[[], Scope]] = {
        "run": lambda: run,
        "stage": lambda: stage,
        "batch": lambda: stage.batch("b"),
        "sample": lambda: stage.sample("i"),
        "operation": lambda: stage.operation("o"),
        "deployment": lambda: ctx.deployment("d"),
    }
    scope = scopes[kind]()
    before = _line_count(tmp_path)
    with pytest.raises(ContractError, match=r"^status: expected one of .*completed, failed, cancelled, got 'done'"):
        scope.close("done")
    assert scope.status == "open"
    assert _line_count(tmp_path) == before


def test_a_clock_that_is_set_back_gives_no_end_before_a_start(ctx: Contexta, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(2_000_000_000, 0, -10))
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: next(seconds) * 10**9))
    with ctx.run("r") as run, run.stage("s") as stage, stage.batch("b") as batch, stage.span("work"), ctx.deployment("d", run_ref=run.ref):
        batch.metric("loss", 1)
    snapshot = ctx.get_run_snapshot(run.ref)
    assert [problem.key for problem in snapshot.problems] == ["seen_before_start"] * 3  # of run, stage and batch
    for model in _all_of(snapshot):
        assert (model.status, model.ended_at) == ("completed", model.started_at)
    (span,) = snapshot.spans
    assert span.payload.ended_at == span.payload.started_at


def test_a_run_that_is_resumed_by_an_earlier_clock_ends_after_it_began(ctx: Contexta, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx.run("r").close()
    began = ctx.list_runs()[0].started_at
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: 10**18))
    ctx.run("r", run_id="r", resume=True).close()
    (run,) = ctx.list_runs()
    assert (run.started_at, run.status) == (began, "completed")
    assert str(run.ended_at) >= began


# ---------------------------------------------------------------- whole programs

_KEYS = st.sampled_from(("loss", "accuracy", "macro.f1"))
_NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_METRICS = st.lists(st.tuples(_KEYS, _NUMBERS), max_size=3)
_ITEMS = st.lists(st.tuples(st.sampled_from(("Item", "item 2", "s-0001")), _METRICS), max_size=2)
_BATCHES = st.lists(st.tuples(st.sampled_from(("epoch", "Epoch #1", "b")), _METRICS, _ITEMS), max_size=3)
_STAGES = st.lists(st.tuples(st.sampled_from(("train", "Evaluate!", "t")), _METRICS, _BATCHES, _ITEMS), max_size=3)
_PROGRAMS = st.lists(st.tuples(st.sampled_from(("Run", "run", "x")), _METRICS, _STAGES), min_size=1, max_size=3)

_Metrics = list[tuple[str, int | float]]
_Items = list[tuple[str, _Metrics]]
_Batches = list[tuple[str, _Metrics, _Items]]
_Stages = list[tuple[str, _Metrics, _Batches, _Items]]
_Program = list[tuple[str, _Metrics, _Stages]]


@dataclass
class Written:
    """What a program wrote: the scopes in order, and each value with where it was measured."""

    scopes: list[str] = field(default_factory=list)
    values: list[tuple[str, str, int | float]] = field(default_factory=list)

    def record(self, scope: Scope, metrics: _Metrics) -> None:
        self.scopes.append(str(scope.ref))
        for key, value in metrics:
            scope.metric(key, value)
            self.values.append((str(scope.ref), key, value))


def _write(ctx: Contexta, program: _Program) -> Written:
    written = Written()
    for name, metrics, stages in program:
        with ctx.run(name) as run:
            written.record(run, metrics)
            for stage in stages:
                _write_stage(run, stage, written)
    return written


def _write_stage(run: RunScope, described: tuple[str, _Metrics, _Batches, _Items], written: Written) -> None:
    name, metrics, batches, samples = described
    with run.stage(name) as stage:
        written.record(stage, metrics)
        for batch_name, batch_metrics, items in batches:
            with stage.batch(batch_name) as batch:
                written.record(batch, batch_metrics)
                for item_name, item_metrics in items:
                    with batch.sample(item_name) as item:
                        written.record(item, item_metrics)
        for sample_name, sample_metrics in samples:
            with stage.sample(sample_name) as sample:
                written.record(sample, sample_metrics)


def _read(root: Path) -> Written:
    read = Written()
    opened = workspace.open(root)
    for run in opened.runs():
        snapshot = opened.snapshot(run.ref)
        assert snapshot.problems == opened.problems == ()
        models = (run, *snapshot.stages, *snapshot.batches, *snapshot.samples)
        assert not any(model.inferred for model in models)
        read.scopes += [str(model.ref) for model in models]
        for series in snapshot.series:
            points = zip(series.subjects, series.values, strict=True)
            read.values += [(str(subject), series.key, value) for subject, value in points]
    return read


@settings(unhurried, max_examples=25)
@given(_PROGRAMS)
def test_what_a_program_writes_reads_back_value_by_value_without_a_problem(program: _Program) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = _write(Contexta(folder, config={"project_name": "p"}), program)
        read = _read(Path(folder))
    assert sorted(read.scopes) == sorted(written.scopes)
    assert len(set(read.scopes)) == len(read.scopes)
    assert sorted(map(repr, read.values)) == sorted(map(repr, written.values))
