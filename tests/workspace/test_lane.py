"""Metrics that take the quick way come out as if each had been checked whole."""

import json
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
from contexta.workspace import assembly, lane, lines, series, thinning
from tests import strategies as build


@contextmanager
def _every_line_checked() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane.Lane, "fit", lambda _lane, _frame: None)
        patch.setattr(lane.Lane, "hold", lambda _lane, _block, begin: begin)
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


# ---------------------------------------------------------------- lines as writers write them, many and compact

_STREAM_SCOPES: list[dict[str, Any]] = [
    {},
    {"stage_execution_ref": "stage:p.r.train"},
    {"stage_execution_ref": "stage:p.r.train", "batch_execution_ref": "batch:p.r.train.e-0"},
    {"stage_execution_ref": "stage:p.r.train", "batch_execution_ref": "batch:p.r.train.e-11"},
    {"stage_execution_ref": "stage:p.r.train", "batch_execution_ref": "batch:p.r.eval.e-0"},  # does not lie in its stage
    {"stage_execution_ref": "stage:p.r.eval", "sample_observation_ref": "sample:p.r.eval.s-0"},
    {"stage_execution_ref": "stage:p.r.p", "batch_execution_ref": "batch:p.r.p.r"},  # named like the run
    {"deployment_execution_ref": "deployment:p.d"},
]
_STREAM_ODD: list[tuple[str, str, Any]] = [
    *ODD,
    ("envelope", "observed_at", "2025-01-01T00:00:60.000000Z"),
    ("envelope", "observed_at", "2025-01-01T24:00:00.000000Z"),
    ("envelope", "observed_at", "2025-13-01T00:00:00.000000Z"),
    ("envelope", "recorded_at", "2025-01-02T00:00:00.000000Z"),
    ("envelope", "recorded_at", "2025-01-01T00:99:00.000000Z"),
    ("envelope", "record_ref", "record:p.r.metric-00000-"),
    ("envelope", "record_ref", "record:p.r.metric_000000"),
    ("envelope", "record_ref", "record:p.r.metric-000003"),
    ("payload", "subject_ref", "stage:p.r.train"),
    ("payload", "value", 2**64),
    ("payload", "value", -1),
    ("payload", "value", -2),
    ("payload", "value", [0.5]),
    ("payload", "tags", None),
    ("payload", "tags", {}),
    ("payload", "tags", {"step": "}"}),
    ("payload", "tags", {"step": {"deep": 1}}),
    ("payload", "tags", {"step": [1]}),
    ("payload", "tags", {"slice": "a", "step": None}),
    ("payload", "slice_ref", "slice:eu"),
    ("frame", "captured_at", "no time at all"),
    ("frame", "captured_at", None),
    ("frame", "captured_at", {"an": "object"}),
    ("frame", "payload_ref", "record:p.r.another"),
    ("frame", "sink_name", "100 %b"),
    ("frame", "sequence", "1"),
    ("frame", "family", "DEGRADATION"),
]

_Step = tuple[int, str, int, tuple[str, str, Any] | None]
_steps = st.lists(
    st.tuples(
        st.integers(0, len(_STREAM_SCOPES) - 1),
        st.sampled_from(("loss", "accuracy", "loss", "accuracy", "event", "span")),
        st.integers(0, 2),
        st.none() | st.none() | st.none() | st.sampled_from(_STREAM_ODD),
    ),
    max_size=24,
)


def _record_of(number: int, step: _Step) -> build.Line:
    scope, key, tagging, _ = step
    named = _STREAM_SCOPES[scope]
    tags: Any = ({}, {"step": number}, {"split": "a%b", "step": number})[tagging]
    if key == "event":
        base = build.event(f"event-{number:06x}", "hello" * tagging, payload={"attributes": tags}, **named)
    elif key == "span":
        base = build.span(f"span-{number:06x}", number, number + tagging, **named)
    else:
        base = build.metric(f"metric-{number:06x}", number / 8, key, payload={"tags": tags}, seconds=number * 37, **named)
    base["envelope"] |= {"observed_at": build.at(number * 37, ".000500"), "recorded_at": build.at(number * 37, ".250000")}
    base["payload"]["subject_ref"] = next(reversed(named.values()), "run:p.r")
    return base


def _framed(number: int, step: _Step, *, segments: bool) -> build.Line:
    record, odd = _record_of(number, step), step[3]
    if odd is not None and odd[0] != "frame":
        record[odd[0]][odd[1]] = odd[2]
    ref, when = record["envelope"]["record_ref"], build.at(number * 37, ".500000")
    if segments:
        frame = {"appended_at": when, "record": record, "sequence": number}
    else:
        frame = {**build.record_frame(record), "captured_at": when, "payload_ref": ref}
    if odd is not None and odd[0] == "frame" and (odd[1] in frame):
        frame[odd[1]] = odd[2]
    return frame


def _dense(frame: build.Line, *, by_name: bool) -> bytes:
    """A line as the writers' serializers print it: keys by name in Contexta 1.0, as they come in this project."""
    return json.dumps(frame, separators=(",", ":"), sort_keys=by_name).encode() + b"\n"


def _write_stream(root: Path, lines: list[bytes], *, segments: bool) -> Path:
    path = build.write_lines(root) / (build.SEGMENT if segments else build.CAPTURED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))
    return root


@build.unhurried
@given(
    steps=_steps,
    rounds=st.integers(1, 4),
    by_name=st.booleans(),
    segments=st.booleans(),
    block=st.sampled_from((64, 900, 5_000, lines.BLOCK)),
    scopes=st.sampled_from((0, 1, 3, lane._MAX_SCOPES)),
)
def test_a_stream_reads_the_same_both_ways_however_it_is_cut(
    *, steps: list[_Step], rounds: int, by_name: bool, segments: bool, block: int, scopes: int
) -> None:
    """Few kinds of lines come again and again, odd ones among them, so that some are read unparsed."""
    frames = [_framed(number, step, segments=segments) for number, step in enumerate(steps * rounds)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        for module in (thinning, series):
            patch.setattr(module, "FULL", 8)
        patch.setattr(thinning, "STRETCHES", 2)
        patch.setattr(lane, "_MAX_SCOPES", scopes)
        root = _write_stream(Path(folder), [_dense(frame, by_name=by_name) for frame in frames], segments=segments)
        _same_both_ways(root)


_pieces = st.sampled_from((b"", b"\x00", b'"', b"}", b",", b"{", b"\\", b"5", b"-", b" ", b"\xff", b"%b"))


@build.unhurried
@given(steps=_steps.filter(bool), cuts=st.lists(st.tuples(st.integers(0, 95), _pieces)), by_name=st.booleans())
def test_a_stream_with_broken_lines_reads_the_same_both_ways(*, steps: list[_Step], cuts: list[tuple[int, bytes]], by_name: bool) -> None:
    frames = [_framed(number, step, segments=False) for number, step in enumerate((steps * 96)[:96])]
    dense = [_dense(frame, by_name=by_name) for frame in frames]
    for number, (line, piece) in enumerate(cuts):
        text = dense[line]
        mark = b'"value":' if b'"metric"' in text else b'"payload":'
        place = text.rfind(mark) + len(mark) + number % 9 - 1
        dense[line] = text[:place] + piece + text[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        _same_both_ways(_write_stream(Path(folder), dense, segments=False))


@pytest.mark.parametrize("segments", [False, True])
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("tagging", [0, 1, 2])
def test_lines_written_alike_are_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, segments: bool, by_name: bool, tagging: int
) -> None:
    parsed: list[bytes] = []
    quick = assembly.Assembly._quick

    def noting(self: assembly.Assembly, raw: bytes) -> bool:
        parsed.append(raw)
        return quick(self, raw)

    monkeypatch.setattr(assembly.Assembly, "_quick", noting)
    steps: list[_Step] = [(scope, key, tagging, None) for scope in (2, 3) for _ in range(100) for key in ("loss", "accuracy")]
    dense = [_dense(_framed(number, step, segments=segments), by_name=by_name) for number, step in enumerate(steps)]
    (snapshot,) = _snapshots(_write_stream(tmp_path, dense, segments=segments))
    assert sum(one.count for one in snapshot.series) == 400
    assert len(parsed) <= 12


@pytest.mark.parametrize("segments", [False, True])
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("kind", ["event", "span"])
def test_events_and_spans_written_alike_are_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, segments: bool, by_name: bool, kind: str
) -> None:
    whole: list[object] = []
    take = assembly.Assembly._take

    def noting(self: assembly.Assembly, line: Any, item: Any) -> None:
        whole.append(item)
        take(self, line, item)

    monkeypatch.setattr(assembly.Assembly, "_take", noting)
    steps: list[_Step] = [(scope, key, 1, None) for scope in (2, 3) for _ in range(100) for key in ("loss", kind)]
    dense = [_dense(_framed(number, step, segments=segments), by_name=by_name) for number, step in enumerate(steps)]
    (snapshot,) = _snapshots(_write_stream(tmp_path, dense, segments=segments))
    assert len(snapshot.events) + len(snapshot.spans) == 200
    assert len(whole) <= 12


@pytest.mark.parametrize("every", [1, 7, 300])
def test_lines_that_are_written_alike_and_at_fault_are_told_by_their_numbers(tmp_path: Path, every: int) -> None:
    """What seemed to be like the others is gone through again, however much of it there is."""
    steps: list[_Step] = [(2 + number % 2, "loss", 0, None) for number in range(1200)]
    dense = [_dense(_framed(number, step, segments=False), by_name=True) for number, step in enumerate(steps)]
    at_fault = range(20, len(dense), every)
    for number in at_fault:
        dense[number] = dense[number].replace(b'"observed_at":"2025-01-', b'"observed_at":"2025-00-')
    (snapshot,) = _same_both_ways(_write_stream(tmp_path, dense, segments=False))
    assert [problem.line for problem in snapshot.problems if problem.key == "invalid_line"] == [number + 1 for number in at_fault]
    assert sum(one.count for one in snapshot.series) == len(dense) - len(at_fault)


def _spoilt(value: Any) -> Iterator[Any]:
    """A value with something else in the place of each thing that it holds, and without it."""
    yield from (None, True, 5, "metric", ["metric"], {"metric": 1})
    if isinstance(value, dict):
        for name in value:
            yield {other: value[other] for other in value if other != name}
            yield from ({**value, name: part} for part in _spoilt(value[name]))


@pytest.mark.parametrize("segments", [False, True])
def test_whatever_stands_where_something_else_belongs_reads_the_same_both_ways(tmp_path: Path, *, segments: bool) -> None:
    step: _Step = (2, "loss", 1, None)
    spoilt = [*_spoilt(_framed(0, step, segments=segments))]
    frames = [_framed(number, step, segments=segments) for number in range(1, 2 * len(spoilt))]
    for number, frame in enumerate(spoilt):
        frames.insert(8 + 2 * number, frame)
    (snapshot,) = _same_both_ways(_write_stream(tmp_path, [_dense(frame, by_name=True) for frame in frames], segments=segments))
    assert sum(one.count for one in snapshot.series) >= 2 * len(spoilt) - 1


def test_an_envelope_that_stands_behind_a_payload_is_of_no_other_line(tmp_path: Path) -> None:
    frames = [_framed(number, (2, "event" if number > 5 else "loss", 1, None), segments=False) for number in range(12)]
    dense = [_dense(frame, by_name=True) for frame in frames]
    other = json.dumps({**frames[7]["payload"]["envelope"], "producer_ref": "another"}, separators=(",", ":")).encode()
    dense[7] = dense[7].replace(b'},"payload_ref"', b',"envelope":' + other + b'},"payload_ref"')
    (snapshot,) = _same_both_ways(_write_stream(tmp_path, dense, segments=False))
    assert [event.envelope.producer_ref for event in snapshot.events] == ["sdk.test", "another", *["sdk.test"] * 4]


_run_names = st.sampled_from(("r", "s", "run-10", "run-11", "r-0-with-a-longer-name"))


@build.unhurried
@given(runs=st.lists(st.tuples(_run_names, _steps, st.integers(1, 3), st.booleans()), min_size=1, max_size=5))
def test_runs_read_with_shared_habits_are_as_each_read_alone(runs: list[tuple[str, list[_Step], int, bool]]) -> None:
    """Whoever wrote the runs, in whatever order of keys: what was learned of one changes nothing about another."""
    dense = [
        _dense(_framed(number, step, segments=False), by_name=by_name).replace(b":p.r", b":p." + run.encode())
        for run, steps, rounds, by_name in runs
        for number, step in enumerate(steps * rounds)
    ]
    with tempfile.TemporaryDirectory() as folder:
        opened, habits = workspace.open(_write_stream(Path(folder), dense, segments=False)), workspace.Habits()
        alone = [repr(opened.snapshot(ref)) for ref in opened.run_refs()]
        for _ in range(2):  # what the last run taught may be wrong for the first
            assert [repr(opened.run_source(ref).snapshot(habits)) for ref in opened.run_refs()] == alone
        with _every_line_checked():
            assert [repr(opened.snapshot(ref)) for ref in opened.run_refs()] == alone
