"""Metrics that take the quick way come out as if each had been checked whole."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta import workspace
from contexta.contract import RunSnapshot
from contexta.workspace import lane
from tests import strategies as build


@contextmanager
def _every_line_checked() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane.Lane, "fit", lambda _lane, _frame: None)
        yield


def _snapshots(root: Path) -> list[RunSnapshot]:
    opened = workspace.open(root)
    return [opened.snapshot(ref) for ref in opened.run_refs()]


def _same_both_ways(root: Path) -> list[RunSnapshot]:
    quick = _snapshots(root)
    with _every_line_checked():
        # as text, because NaN is not equal to itself
        assert [repr(one) for one in _snapshots(root)] == [repr(one) for one in quick]
    return quick


@build.unhurried
@given(build.workspaces())
def test_any_workspace_reads_the_same_both_ways(files: build.Files) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files.write(Path(folder))
        _same_both_ways(Path(folder))


BASE = build.metric("m-0", 0.5, stage_execution_ref="stage:p.r.train")

# What may be odd about a line that otherwise looks like the one before: (part, field, value).
ODD: list[tuple[str, str, Any]] = [
    ("envelope", "record_ref", "record:p.r.UPPER"),
    ("envelope", "record_ref", "record:p.other.m-1"),
    ("envelope", "record_ref", "record:p.r.a.b"),
    ("envelope", "record_ref", f"record:p.r.{'a' * 64}"),
    ("envelope", "record_ref", 5),
    ("envelope", "observed_at", "2025-02-30T00:00:00Z"),
    ("envelope", "observed_at", "2099-01-01T00:00:00Z"),
    ("envelope", "observed_at", "2024-12-31T23:59:59.5Z"),
    ("envelope", "recorded_at", "2025-01-01T00:00:00+00:00"),
    ("envelope", "recorded_at", None),
    ("envelope", "correlation_refs", {"trace_id": "t"}),
    ("envelope", "correlation_refs", "text"),
    ("envelope", "correlation_refs", {"trace_id": 5}),
    ("envelope", "extensions", [{"namespace": "n"}]),
    ("envelope", "extensions", ["no object"]),
    ("envelope", "stage_execution_ref", "stage:p.r.evaluate"),
    ("envelope", "stage_execution_ref", "stage:p.other.train"),
    ("envelope", "stage_execution_ref", ["list"]),
    ("envelope", "producer_ref", "another.program"),
    ("envelope", "producer_ref", " "),
    ("envelope", "unheard_of", True),
    ("payload", "value", True),
    ("payload", "value", "0.5"),
    ("payload", "value", None),
    ("payload", "value", float("nan")),
    ("payload", "value", 7),
    ("payload", "unit", "nats"),
    ("payload", "unit", 5),
    ("payload", "metric_key", "Bad Key"),
    ("payload", "subject_ref", "run:p.r"),
    ("payload", "tags", {"a": 1}),
    ("payload", "tags", {"a": True}),
    ("payload", "tags", {"a": ["nested"]}),
    ("payload", "tags", ["no object"]),
]


def _with(number: int, part: str, field: str, value: Any) -> dict[str, Any]:
    envelope = {**BASE["envelope"], "record_ref": f"record:p.r.m-{number}"}
    line = {"envelope": envelope, "payload": dict(BASE["payload"])}
    line[part][field] = value
    return build.record_frame(line)


@pytest.mark.parametrize(("part", "field", "value"), ODD)
def test_a_line_that_looks_like_one_that_was_checked_is_no_exception(tmp_path: Path, part: str, field: str, value: Any) -> None:
    frames = [
        build.record_frame(BASE),
        _with(1, "payload", "value", 0.25),
        _with(2, part, field, value),
        _with(3, "payload", "value", 0.125),
    ]
    (snapshot,) = _same_both_ways(build.write_lines(tmp_path, captured=frames))
    values = [value for series in snapshot.series for value in series.values]
    assert {0.5, 0.25, 0.125} <= set(values)


@build.unhurried
@given(st.lists(st.sampled_from(ODD), max_size=6))
def test_odd_lines_among_others_read_the_same_both_ways(odd: list[tuple[str, str, Any]]) -> None:
    frames = [build.record_frame(BASE), *(_with(number, *one) for number, one in enumerate(odd, 1)), _with(0, "payload", "value", 9)]
    with tempfile.TemporaryDirectory() as folder:
        _same_both_ways(build.write_lines(Path(folder), captured=frames))


def test_the_same_record_in_two_planes_counts_once_and_another_content_is_told(tmp_path: Path) -> None:
    again = {"envelope": dict(BASE["envelope"]), "payload": {**BASE["payload"], "value": 0.75}}
    second = {"envelope": {**BASE["envelope"], "record_ref": "record:p.r.m-1"}, "payload": BASE["payload"]}
    frames = [build.record_frame(BASE), build.record_frame(second), build.record_frame(second), build.record_frame(again)]
    (snapshot,) = _same_both_ways(build.write_lines(tmp_path, captured=frames))
    assert sorted(value for series in snapshot.series for value in series.values) == [0.5, 0.5, 0.75]
    assert [problem.key for problem in snapshot.problems] == ["repeated_record", "duplicate_record"]
