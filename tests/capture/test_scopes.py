"""What every scope does: metrics, events, why it ended, and which scope is current where."""

import asyncio
import contextvars
import math
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta
from contexta.capture import InMemorySink, RunScope, Scope, StageScope, current_scope
from contexta.contract import MetricSeries
from contexta.errors import ContextaError, ContractError


@pytest.fixture
def sink() -> InMemorySink:
    return InMemorySink()


@pytest.fixture
def ctx(tmp_path: Path, sink: InMemorySink) -> Contexta:
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    ctx.sinks += (sink,)
    return Contexta(tmp_path, config={"project_name": "p"}, sinks=ctx.sinks)


@pytest.fixture
def run(ctx: Contexta) -> Iterator[RunScope]:
    with ctx.run("r") as scope:
        yield scope


@pytest.fixture
def stage(run: RunScope) -> Iterator[StageScope]:
    with run.stage("train") as scope:
        yield scope


def _only_series(ctx: Contexta) -> MetricSeries:
    (series,) = ctx.get_run_snapshot("run:p.r").series
    return series


def _payload(sink: InMemorySink) -> dict[str, Any]:
    (record,) = sink.records()
    return dict(record["payload"])


# ---------------------------------------------------------------- metrics


class Tensor:
    """What PyTorch hands out: one element, `.item()` and no number itself."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def item(self) -> Any:
        if len(self.values) != 1:
            raise RuntimeError(f"a Tensor with {len(self.values)} elements cannot be converted to Scalar")
        return self.values[0]


@pytest.mark.parametrize(
    ("value", "expected", "value_type"),
    [
        (3, 3, "int"),
        (0.1, 0.1, "float"),
        (-0.0, -0.0, "float"),
        (5e-324, 5e-324, "float"),
        (2**63 - 1, 2**63 - 1, "int"),
        (2 * 10**20, 2e20, "float"),
        (Tensor(0.5), 0.5, "float"),
        (Tensor(7), 7, "int"),
    ],
)
def test_a_number_is_read_back_as_it_was(
    ctx: Contexta, run: RunScope, sink: InMemorySink, value: Any, expected: float, value_type: str
) -> None:
    run.metric("loss", value)
    assert repr(_only_series(ctx).values) == repr((expected,))
    assert _payload(sink)["value_type"] == value_type


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "int64", "int32", "uint8"])
def test_a_numpy_scalar_is_a_number(ctx: Contexta, run: RunScope, name: str) -> None:
    numpy = pytest.importorskip("numpy")
    run.metric("loss", getattr(numpy, name)(3))
    (value,) = _only_series(ctx).values
    assert (value, type(value)) == (3, float if name.startswith("float") else int)


def test_an_array_of_one_number_is_a_number_and_others_are_refused(run: RunScope) -> None:
    numpy = pytest.importorskip("numpy")
    run.metric("loss", numpy.array([0.5]))
    for wrong in (numpy.array([0.5, 0.25]), numpy.bool_("yes"), numpy.str_("0.5")):
        with pytest.raises(ContractError, match="value: expected a number"):
            run.metric("loss", wrong)


def test_a_torch_tensor_of_one_element_is_a_number(ctx: Contexta, run: RunScope) -> None:
    torch = pytest.importorskip("torch")
    run.metric("loss", torch.tensor(0.5))
    assert _only_series(ctx).values == (0.5,)
    with pytest.raises(ContractError, match="value: expected a number"):
        run.metric("loss", torch.tensor([0.5, 0.25]))


def test_what_is_said_of_a_metric_is_kept(run: RunScope, sink: InMemorySink) -> None:
    run.metric("macro.f1", 0.5, unit="ratio", aggregation_scope="run", tags={"split": "test"})
    payload = _payload(sink)
    assert {name: payload[name] for name in ("metric_key", "unit", "aggregation_scope", "tags", "subject_ref")} == {
        "metric_key": "macro.f1",
        "unit": "ratio",
        "aggregation_scope": "run",
        "tags": {"split": "test"},
        "subject_ref": "run:p.r",
    }


def test_a_metric_lies_in_every_scope_around_it(stage: StageScope, sink: InMemorySink) -> None:
    with stage.batch("b") as batch, batch.sample("s") as sample:
        sample.metric("correct", 1)
    envelope = sink.records()[0]["envelope"]
    assert {
        name: ref for name, ref in envelope.items() if name.endswith("_ref") and ref and name not in ("record_ref", "producer_ref")
    } == {
        "run_ref": "run:p.r",
        "stage_execution_ref": "stage:p.r.train",
        "batch_execution_ref": "batch:p.r.train.b",
        "sample_observation_ref": "sample:p.r.train.b.s",
    }


def test_tags_tell_series_apart(ctx: Contexta, run: RunScope) -> None:
    for split in ("train", "test"):
        run.metric("loss", len(split), unit="nats", tags={"split": split})
    series = ctx.get_run_snapshot(run.ref).series
    assert [(one.tags, one.values, one.unit) for one in series] == [({"split": "train"}, (5,), "nats"), ({"split": "test"}, (4,), "nats")]


NOT_FINITE = [math.nan, math.inf, -math.inf, Tensor(math.nan)]


@pytest.mark.parametrize("value", NOT_FINITE, ids=["nan", "inf", "-inf", "tensor"])
def test_what_is_not_finite_is_kept_as_a_degraded_record_that_names_key_and_value(run: RunScope, sink: InMemorySink, value: Any) -> None:
    run.metric("loss", value, unit="nats", tags={"split": "test"})
    plain = value.item() if isinstance(value, Tensor) else value
    assert sink.records()[0]["envelope"]["record_type"] == "degraded"
    payload = _payload(sink)
    assert payload["summary"] == f"loss is {plain} on run:p.r"
    assert payload["attributes"] == {"metric_key": "loss", "value": str(plain), "unit": "nats", "tags": {"split": "test"}}


def test_what_is_not_finite_is_a_gap_in_its_place_and_flagged(ctx: Contexta, run: RunScope) -> None:
    for value in (0.5, math.nan, 0.25, math.inf):
        run.metric("loss", value)
    assert repr(_only_series(ctx).values) == "(0.5, nan, 0.25, inf)"
    flagged = [issue.sentence for issue in ctx.diagnose_run(run.ref).issues if issue.key == "non_finite_metric"]
    assert len(flagged) == 2
    assert "loss is nan on run:p.r" in flagged[0]
    assert "loss is inf on run:p.r" in flagged[1]


def test_a_whole_number_that_no_float_can_hold_is_kept_as_infinite(ctx: Contexta, run: RunScope) -> None:
    run.metric("loss", 10**400)
    run.metric("loss", -(10**400))
    assert _only_series(ctx).values == (math.inf, -math.inf)


REFUSED: list[tuple[str, str, Callable[[Scope], object]]] = [
    ("metric_key: expected dotted lower-case tokens", "'Bad Key'", lambda scope: scope.metric("Bad Key", 1)),
    ("metric_key: must not be blank", "", lambda scope: scope.metric(" ", 1)),
    ("metric_key: expected text", "5", lambda scope: scope.metric(5, 1)),  # type: ignore[arg-type]  # what users get wrong
    ("value: expected a number", "True", lambda scope: scope.metric("loss", True)),  # noqa: FBT003  # a value is no flag
    ("value: expected a number", "'0.5'", lambda scope: scope.metric("loss", "0.5")),  # type: ignore[arg-type]  # as above
    ("value: expected a number", "None", lambda scope: scope.metric("loss", None)),  # type: ignore[arg-type]  # as above
    ("value: expected a number", "2 elements", lambda scope: scope.metric("loss", Tensor(1, 2))),  # type: ignore[arg-type]  # as above
    ("value: expected a number", "True", lambda scope: scope.metric("loss", Tensor(True))),  # type: ignore[arg-type]  # noqa: FBT003  # as above
    ("unit: expected text", "5", lambda scope: scope.metric("loss", 1, unit=5)),  # type: ignore[arg-type]  # as above
    ("unit: expected text", "5", lambda scope: scope.metric("loss", math.nan, unit=5)),  # type: ignore[arg-type]  # as above
    ("tags: expected an object", "['a']", lambda scope: scope.metric("loss", 1, tags=["a"])),  # type: ignore[arg-type]  # as above
    ("tags: expected an object", "['a']", lambda scope: scope.metric("loss", math.inf, tags=["a"])),  # type: ignore[arg-type]  # as above
    ("tags: expected text", "1", lambda scope: scope.metric("loss", 1, tags={1: "a"})),  # type: ignore[dict-item]  # as above
    ("aggregation_scope: expected one of run, stage", "'epoch'", lambda scope: scope.metric("loss", 1, aggregation_scope="epoch")),
    ("event_key: expected dotted lower-case tokens", "'Bad Key'", lambda scope: scope.event("Bad Key")),
    ("level: expected one of debug, info", "'loud'", lambda scope: scope.event("seen", level="loud")),
    ("message: expected text", "5", lambda scope: scope.event("seen", message=5)),  # type: ignore[arg-type]  # as above
    ("attributes: expected an object", "['a']", lambda scope: scope.event("seen", attributes=["a"])),  # type: ignore[arg-type]  # as above
    ("span_name: must not be blank", "", lambda scope: scope.span(" ")),
    ("span_kind: expected one of operation, internal", "'disk'", lambda scope: scope.span("load", kind="disk")),
    ("attributes: expected an object", "['a']", lambda scope: scope.span("load", attributes=["a"])),  # type: ignore[arg-type]  # as above
]


@pytest.mark.parametrize(("rule", "value", "call"), REFUSED)
def test_what_breaks_a_rule_is_refused_with_field_value_and_rule_before_anything_is_written(
    run: RunScope, tmp_path: Path, sink: InMemorySink, rule: str, value: str, call: Callable[[Scope], object]
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    with pytest.raises(ContractError) as refused:
        call(run)
    assert str(refused.value).startswith(rule)
    assert value in str(refused.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before
    assert sink.frames == []


def test_what_is_no_json_is_refused_in_a_sentence(run: RunScope) -> None:
    with pytest.raises(ContextaError, match="cannot be written as JSON"):
        run.metric("loss", 1, tags={"model": object()})
    with pytest.raises(ContextaError, match="cannot be written as JSON"):
        run.event("seen", attributes={"model": object()})


# ---------------------------------------------------------------- events, and why a scope ended


def test_an_event_is_read_back(ctx: Contexta, stage: StageScope) -> None:
    stage.event("dataset.loaded", message="48,000 rows", level="debug", attributes={"rows": 48_000})
    (record,) = ctx.get_run_snapshot("run:p.r").events
    payload = record.payload
    assert (payload.event_key, payload.message, payload.level, payload.attributes) == (
        "dataset.loaded",
        "48,000 rows",
        "debug",
        {"rows": 48_000},
    )
    assert record.subject == stage.ref


def test_why_a_scope_failed_is_told_once_where_it_happened(ctx: Contexta) -> None:
    with pytest.raises(ValueError, match="diverged"), ctx.run("r") as run, run.stage("train") as stage, stage.batch("epoch-0") as batch:
        raise ValueError("the loss diverged")
    (record,) = ctx.get_run_snapshot(run.ref).events
    assert (record.payload.message, record.payload.level) == ("ValueError: the loss diverged", "error")
    assert record.subject == batch.ref
    assert "the loss diverged" in ctx.build_snapshot_report(run.ref).to_markdown()


def test_why_a_scope_was_cancelled_is_told_as_a_warning(ctx: Contexta) -> None:
    with pytest.raises(KeyboardInterrupt), ctx.run("r") as run:
        raise KeyboardInterrupt
    (record,) = ctx.get_run_snapshot(run.ref).events
    assert (record.payload.message, record.payload.level) == ("KeyboardInterrupt", "warning")


def test_an_exception_that_was_dealt_with_is_told_where_it_happened_and_the_run_goes_on(ctx: Contexta) -> None:
    with ctx.run("r") as run:
        with pytest.raises(OSError, match="gone"), run.stage("load"):
            raise OSError("gone")
        with run.stage("again"):
            pass
    snapshot = ctx.get_run_snapshot(run.ref)
    assert [stage.status for stage in snapshot.stages] == ["failed", "completed"]
    assert (snapshot.run.status, len(snapshot.events)) == ("completed", 1)


def test_an_exception_that_leaves_two_runs_is_told_in_each(ctx: Contexta) -> None:
    error = ValueError("no data")
    for name in ("a", "b"):
        with pytest.raises(ValueError, match="no data"), ctx.run(name) as run, run.stage("load"):
            raise error
    told = [[record.payload.message for record in ctx.get_run_snapshot(f"run:p.{name}").events] for name in ("a", "b")]
    assert told == [["ValueError: no data"]] * 2


def test_an_exception_in_a_deployment_without_a_run_goes_on_as_it_is(ctx: Contexta) -> None:
    with pytest.raises(ValueError, match="no host"), ctx.deployment("d"):
        raise ValueError("no host")
    assert [deployment.status for deployment in ctx.list_deployments("p")] == ["failed"]


def test_what_is_recorded_in_a_deployment_without_a_run_is_refused_in_a_sentence(ctx: Contexta) -> None:
    with ctx.deployment("d") as deployment, pytest.raises(ContextaError, match="names no run, and what is recorded must lie in one"):
        deployment.metric("latency", 3)


class Unwordable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize("error", [OSError("no such file: caf\udce9.csv"), Unwordable()], ids=["half a character", "no text"])
def test_an_exception_whose_text_cannot_be_written_goes_on_as_it_is_and_the_scopes_end(ctx: Contexta, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, ctx.run("r") as run, run.stage("s"):
        raise error
    assert raised.value is error
    snapshot = ctx.get_run_snapshot(run.ref)
    assert (snapshot.run.status, snapshot.stages[0].status) == ("failed", "failed")
    (record,) = snapshot.events
    assert record.payload.message.startswith(type(error).__name__)


def test_exceptions_of_two_tasks_are_each_told_once(ctx: Contexta) -> None:
    async def fail(name: str) -> None:
        with ctx.run(name) as run:
            try:
                with run.stage("s"):
                    raise ValueError(name)
            except ValueError:
                await asyncio.sleep(0)
                raise

    async def main() -> None:
        await asyncio.gather(fail("a"), fail("b"), return_exceptions=True)

    asyncio.run(main())
    told = {run.name: [record.payload.message for record in ctx.get_run_snapshot(run.ref).events] for run in ctx.list_runs()}
    assert told == {"a": ["ValueError: a"], "b": ["ValueError: b"]}


# ---------------------------------------------------------------- closed scopes


USES: list[Callable[[StageScope], object]] = [
    lambda stage: stage.metric("loss", 1),
    lambda stage: stage.metric("loss", math.nan),
    lambda stage: stage.event("seen"),
    lambda stage: stage.span("work"),
    lambda stage: stage.register_artifact("model", "m.bin"),
    lambda stage: stage.batch("b"),
    lambda stage: stage.sample("s"),
    lambda stage: stage.operation("o"),
    lambda stage: stage.close(),
    lambda stage: stage.__enter__(),
]


@pytest.mark.parametrize("use", USES)
def test_a_closed_scope_used_again_says_so_and_nothing_is_written(
    run: RunScope, tmp_path: Path, use: Callable[[StageScope], object]
) -> None:
    stage = run.stage("s")
    stage.close("cancelled")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    with pytest.raises(ContextaError, match=r"stage:p\.r\.s is closed \(cancelled\): nothing more can be recorded in it; open a new one"):
        use(stage)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before


def test_a_closed_sample_used_again_says_so(stage: StageScope) -> None:
    with stage.sample("s") as sample:
        assert sample.status == "open"
    assert sample.status == "completed"
    with pytest.raises(ContextaError, match="is closed"):
        sample.metric("loss", 1)


def test_a_scope_closed_by_hand_inside_its_block_stays_as_it_was_closed(ctx: Contexta) -> None:
    with ctx.run("r") as run:
        run.close("cancelled")
    assert [one.status for one in ctx.list_runs()] == ["cancelled"]


# ---------------------------------------------------------------- the current scope


def test_the_current_scope_is_the_innermost_one_that_was_entered(ctx: Contexta) -> None:
    seen = [current_scope()]
    with ctx.run("r") as run:
        with run.stage("s") as stage, stage.batch("b") as batch:
            seen.append(current_scope())
            run.stage("not entered")
            seen.append(current_scope())
        seen.append(current_scope())
    assert seen == [None, batch, batch, run]
    assert current_scope() is None


def test_an_exception_leaves_no_scope_current(ctx: Contexta) -> None:
    with pytest.raises(ValueError, match="x"), ctx.run("r") as run, run.stage("s"):
        raise ValueError("x")
    assert current_scope() is None


def test_a_scope_entered_twice_leaves_none_current(ctx: Contexta) -> None:
    run = ctx.run("r")
    with run, pytest.raises(ContextaError, match=r"run:p\.r was entered before"), run:
        pass
    assert (run.status, current_scope()) == ("completed", None)


def test_threads_do_not_mix(ctx: Contexta) -> None:
    seen: dict[str, list[Scope | None]] = {}
    barrier = threading.Barrier(4)

    def work(name: str) -> None:
        before = current_scope()
        with ctx.run(name) as run, run.stage("s") as stage:
            barrier.wait()
            inside = current_scope()
            barrier.wait()
            seen[name] = [before, None if inside is stage else inside]
            stage.metric("loss", len(name))

    with ctx.run("main"):
        threads = [threading.Thread(target=work, args=("x" * number,)) for number in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == {"x" * number: [None, None] for number in range(1, 5)}
    for number in range(1, 5):
        assert ctx.get_run_snapshot(f"run:p.{'x' * number}").series[0].values == (number,)


def test_asyncio_tasks_do_not_mix(ctx: Contexta) -> None:
    async def work(run: RunScope, name: str) -> bool:
        inherited = current_scope()
        with run.stage(name) as stage:
            await asyncio.sleep(0)
            return inherited is run and current_scope() is stage

    async def main() -> list[bool]:
        with ctx.run("r") as run:
            right = await asyncio.gather(*(work(run, name) for name in "abc"))
            return [*right, current_scope() is run]

    assert asyncio.run(main()) == [True] * 4


def test_a_scope_may_be_left_in_another_context_than_it_was_entered_in(ctx: Contexta) -> None:
    run = ctx.run("r")
    contextvars.copy_context().run(run.__enter__)
    run.__exit__(None, None, None)
    assert (run.status, current_scope()) == ("completed", None)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can, so that what is not held together comes apart."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_names_given_out_to_many_threads_at_once_are_each_their_own(ctx: Contexta, stage: StageScope) -> None:
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _ in range(100):
            stage.batch("b").close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batches = ctx.list_batches("run:p.r")
    assert [batch.order_index for batch in batches] == list(range(800))
    assert ctx.get_run_snapshot("run:p.r").problems == ()
