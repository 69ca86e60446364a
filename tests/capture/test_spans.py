"""Spans: timed pieces of work, nested as they are entered, in threads and tasks too."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contexta import Contexta
from contexta.capture import RunScope, Span
from contexta.contract import SpanPayload
from contexta.errors import ContextaError


@pytest.fixture
def ctx(tmp_path: Path) -> Contexta:
    return Contexta(tmp_path, config={"project_name": "p"})


@pytest.fixture
def run(ctx: Contexta) -> Iterator[RunScope]:
    with ctx.run("r") as scope:
        yield scope


def _spans(ctx: Contexta) -> dict[str, SpanPayload]:
    return {record.payload.span_name: record.payload for record in ctx.get_run_snapshot("run:p.r").spans}


def test_a_span_is_read_back_with_its_time_kind_and_attributes(ctx: Contexta, run: RunScope) -> None:
    with run.stage("load") as stage, stage.span("read", kind="io", attributes={"rows": 3}) as span:
        span.attributes["bytes"] = 120
    (record,) = ctx.get_run_snapshot(run.ref).spans
    payload = record.payload
    assert (payload.span_name, payload.span_kind, payload.status) == ("read", "io", "ok")
    assert payload.attributes == {"rows": 3, "bytes": 120}
    assert payload.started_at <= payload.ended_at
    assert record.subject == stage.ref


def test_a_span_is_written_when_it_ends(ctx: Contexta, run: RunScope) -> None:
    with run.span("work"):
        assert _spans(ctx) == {}
    assert list(_spans(ctx)) == ["work"]


def test_a_span_inside_another_is_its_child_whatever_scope_it_is_of(ctx: Contexta, run: RunScope) -> None:
    with run.span("outer"), run.stage("s") as stage, stage.span("inner"), stage.span("innermost"):
        pass
    with run.span("next"):
        pass
    spans = _spans(ctx)
    assert spans["outer"].parent_span_id is None
    assert spans["inner"].parent_span_id == spans["outer"].span_id
    assert spans["innermost"].parent_span_id == spans["inner"].span_id
    assert len({spans[name].trace_id for name in ("outer", "inner", "innermost")}) == 1
    assert spans["next"].parent_span_id is None
    assert spans["next"].trace_id != spans["outer"].trace_id


def test_a_span_is_the_child_of_the_one_that_it_is_entered_in_not_made_in(ctx: Contexta, run: RunScope) -> None:
    inner = run.span("inner")
    with run.span("outer"), inner:
        pass
    spans = _spans(ctx)
    assert spans["inner"].parent_span_id == spans["outer"].span_id
    assert spans["inner"].trace_id == spans["outer"].trace_id


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("x"), "error"),
        (TimeoutError(), "timeout"),
        (KeyboardInterrupt(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
    ],
    ids=["ValueError", "TimeoutError", "KeyboardInterrupt", "CancelledError"],
)
def test_an_exception_is_a_span_s_status_and_goes_on(ctx: Contexta, error: BaseException, status: str) -> None:
    with ctx.run("r") as run, pytest.raises(type(error)), run.span("work"):
        raise error
    assert _spans(ctx)["work"].status == status


def test_a_span_entered_again_says_so(run: RunScope) -> None:
    with run.span("work") as span:
        pass
    with pytest.raises(ContextaError, match="span work was entered before; open a new one"), span:
        pass


def test_parents_follow_asyncio_tasks(ctx: Contexta) -> None:
    async def task(run: RunScope, name: str) -> None:
        with run.span(name):
            await asyncio.sleep(0)
            with run.span(f"{name} child"):
                await asyncio.sleep(0)

    async def main() -> None:
        with ctx.run("r") as run, run.span("all"):
            await asyncio.gather(task(run, "a"), task(run, "b"))

    asyncio.run(main())
    spans = _spans(ctx)
    for name in ("a", "b"):
        assert spans[name].parent_span_id == spans["all"].span_id
        assert spans[f"{name} child"].parent_span_id == spans[name].span_id


def test_a_new_thread_begins_without_a_parent(ctx: Contexta, run: RunScope) -> None:
    def work() -> None:
        with run.span("in thread"):
            pass

    with run.span("outside"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert _spans(ctx)["in thread"].parent_span_id is None


def test_a_span_has_its_identifiers_while_it_runs(ctx: Contexta, run: RunScope) -> None:
    with run.span("work") as span:
        assert isinstance(span, Span)
    assert (_spans(ctx)["work"].span_id, _spans(ctx)["work"].trace_id) == (span.span_id, span.trace_id)
