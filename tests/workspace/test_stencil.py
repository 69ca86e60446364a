"""A stencil is learned of one line and recognises others that differ only in what may vary."""

import json
from typing import Any

import pytest

from contexta.workspace.said import said_in
from contexta.workspace.stencil import Filled, Row, Stencil, parts_of, stencil_of
from tests import strategies as build

RUN = "p.r"


def line(number: int = 0, value: Any = 0.5, run: str = RUN, frame: dict[str, Any] | None = None, **payload: Any) -> bytes:
    record = build.metric(f"m-{number}", value, payload=payload, stage_execution_ref="stage:p.r.train")
    whole = {**build.record_frame(record), "captured_at": build.at(number, ".5"), "payload_ref": f"record:p.r.m-{number}", **(frame or {})}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True).replace(RUN, run).encode() + b"\n"


def learned(raw: bytes, run: str = RUN) -> Stencil | None:
    frame = json.loads(raw)
    said = said_in(frame)
    return None if said is None else stencil_of(raw, frame, said, run)


def row(stencil: Stencil | None, raw: bytes, run: str = RUN) -> Row | None:
    assert stencil is not None
    constants = stencil.constants_in(Filled(run.encode()))
    return parts_of(raw, stencil.cut(raw, constants), constants)


def test_another_value_name_and_time_make_a_row() -> None:
    stencil = learned(line())
    found = row(stencil, line(7, 12.25))
    assert stencil is not None
    assert found is not None
    assert found[stencil.layout.measured] == b"12.25"
    assert (found[stencil.layout.name], found[stencil.layout.last]) == (b"m-7", b"m-7")


def test_another_run_makes_a_row_too() -> None:
    stencil = learned(line())
    assert row(stencil, line(run="project.a-longer-run"), "project.a-longer-run") == row(stencil, line())


def test_a_line_of_another_run_makes_none() -> None:
    assert row(learned(line()), line(run="p.s")) is None


@pytest.mark.parametrize("other", [{"unit": "nats"}, {"metric_key": "accuracy"}, {"aggregation_scope": "run"}])
def test_another_series_makes_none(other: dict[str, Any]) -> None:
    assert row(learned(line()), line(**other)) is None


def test_tags_vary_with_the_value() -> None:
    stencil = learned(line(tags={"step": 1}))
    found = row(stencil, line(3, 1.5, tags={"step": 20, "split": "x"}))
    assert stencil is not None
    assert found is not None
    assert found[stencil.layout.measured].count(stencil.middle) == 1


def test_a_series_that_names_the_run_is_of_that_run_alone() -> None:
    assert learned(line(unit=RUN)) is None


@pytest.mark.parametrize("frame", [{"captured_at": None}, {"captured_at": {"an": "object"}}, {"value": 3}, {"observed_at": "again"}])
def test_a_line_whose_parts_cannot_be_told_has_none(frame: dict[str, Any]) -> None:
    assert learned(line(frame=frame)) is None


def test_a_short_line_makes_none() -> None:
    assert row(learned(line()), b"{}\n") is None


def event(number: int = 0, run: str = RUN, stage: str = "train", **payload: Any) -> bytes:
    record = build.event(f"e-{number % 10}", payload=payload, stage_execution_ref=f"stage:p.r.{stage}")
    whole = {**build.record_frame(record), "captured_at": build.at(number, ".5"), "payload_ref": f"record:p.r.e-{number % 10}"}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True).replace(RUN, run).encode() + b"\n"


def test_of_a_record_that_is_no_metric_the_payload_varies() -> None:
    stencil = learned(event())
    payload: dict[str, Any] = {"attributes": {"payload": {"observed_at": "é}"}}, "event_key": "another"}
    found = row(stencil, event(7, run="p.another", **payload), "p.another")
    assert stencil is not None
    assert found is not None
    assert json.loads(found[stencil.layout.measured]) == {"message": "hello", **payload}
    assert row(stencil, line()) is None


def test_a_payload_that_is_looked_for_behind_others_of_its_name_is_the_records() -> None:
    stencil = learned(event(attributes={"payload": {"of": "an author"}}))
    found = row(stencil, event())
    assert stencil is not None
    assert found is not None
    assert json.loads(found[stencil.layout.measured]) == {"event_key": "seen", "message": "hello"}
