"""Sinks: the frames on disk, frames in memory, and a sink of the user's own."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta, workspace
from contexta.capture import InMemorySink, LocalJsonlSink, Sink
from contexta.errors import ContextaError


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def _train(root: Path, *sinks: Sink) -> list[dict[str, Any]]:
    """A record of every kind, and an artifact; gives the lines of the local sink."""
    local = LocalJsonlSink(root)
    (root / "m.bin").parent.mkdir(parents=True, exist_ok=True)
    (root / "m.bin").write_bytes(b"model")
    with Contexta(root, config={"project_name": "p"}, sinks=[local, *sinks]).run("r") as run, run.stage("s") as stage:
        with stage.batch("b") as batch, batch.span("work"):
            batch.metric("loss", 0.5, unit="nats")
            batch.metric("loss", math.nan)
        stage.event("seen", message="hello")
        run.register_artifact("model", root / "m.bin")
    return [*_lines(local.file_path_for("RECORD")), *_lines(local.file_path_for("ARTIFACT"))]


def _of_type(lines: list[dict[str, Any]], payload_type: str) -> dict[str, Any]:
    return next(line for line in lines if line["payload_type"] == payload_type)


# ---------------------------------------------------------------- on disk


def test_every_line_is_a_frame(tmp_path: Path) -> None:
    frames = _train(tmp_path)
    assert {tuple(sorted(frame)) for frame in frames} == {("captured_at", "family", "payload", "payload_ref", "payload_type", "sink_name")}
    assert [(frame["family"], frame["payload_type"]) for frame in frames] == [
        ("RECORD", "MetricRecord"),
        ("RECORD", "DegradedRecord"),
        ("RECORD", "TraceSpanRecord"),
        ("RECORD", "StructuredEventRecord"),
        ("ARTIFACT", "dict"),
    ]
    assert {frame["sink_name"] for frame in frames} == {"local-jsonl"}


def test_a_frame_says_which_record_it_holds_and_when_it_was_captured(tmp_path: Path) -> None:
    for frame in _train(tmp_path):
        if frame["family"] == "RECORD":
            envelope = frame["payload"]["envelope"]
            assert frame["payload_ref"] == envelope["record_ref"]
            assert frame["captured_at"] >= envelope["recorded_at"] >= envelope["observed_at"]


def test_a_metric_s_line_has_the_keys_that_contexta_1_0_writes(tmp_path: Path, iris: Path) -> None:
    ours = _of_type(_train(tmp_path), "MetricRecord")
    theirs = _of_type(_lines(iris / "cache" / "capture" / "record.jsonl"), "MetricRecord")
    assert ours.keys() == theirs.keys()
    assert ours["payload"].keys() == theirs["payload"].keys()
    assert ours["payload"]["envelope"].keys() == theirs["payload"]["envelope"].keys()
    assert ours["payload"]["envelope"]["correlation_refs"] == theirs["payload"]["envelope"]["correlation_refs"]
    assert ours["payload"]["payload"].keys() == theirs["payload"]["payload"].keys()


def test_an_artifact_s_line_has_the_keys_that_contexta_1_0_writes(tmp_path: Path, iris: Path) -> None:
    ours = _of_type(_train(tmp_path), "dict")
    theirs = _lines(iris / "cache" / "capture" / "artifact.jsonl")[0]
    assert ours.keys() == theirs.keys()
    assert ours["payload"].keys() == theirs["payload"].keys()
    assert ours["payload"]["source"].keys() == theirs["payload"]["source"].keys()
    unset = {name for name, value in theirs["payload"]["manifest"].items() if value is None}
    assert theirs["payload"]["manifest"].keys() - unset <= ours["payload"]["manifest"].keys() <= theirs["payload"]["manifest"].keys()


@pytest.mark.parametrize("kind", ["StructuredEventRecord", "TraceSpanRecord"])
def test_events_and_spans_have_keys_that_contexta_1_0_writes(tmp_path: Path, vision: Path, kind: str) -> None:
    ours = _of_type(_train(tmp_path), kind)
    theirs = _of_type(_lines(vision / "cache" / "capture" / "record.jsonl"), kind)
    assert ours["payload"]["envelope"].keys() == theirs["payload"]["envelope"].keys()
    unset = {name for name, value in theirs["payload"]["payload"].items() if value is None}
    assert theirs["payload"]["payload"].keys() - unset <= ours["payload"]["payload"].keys() <= theirs["payload"]["payload"].keys()


def test_a_line_is_strict_json_even_when_a_metric_is_not_finite(tmp_path: Path) -> None:
    _train(tmp_path)
    assert b"NaN" not in (tmp_path / "cache" / "capture" / "record.jsonl").read_bytes()
    assert workspace.open(tmp_path).snapshot("run:p.r").problems == ()


@pytest.mark.parametrize("family", ["RECORD", "ARTIFACT", "CONTEXT", "DEGRADATION"])
def test_the_file_of_a_family_has_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str) -> None:
    monkeypatch.chdir(tmp_path)
    sink = LocalJsonlSink(".contexta")
    monkeypatch.chdir("/")
    assert sink.file_path_for(family) == tmp_path / ".contexta" / "cache" / "capture" / f"{family.lower()}.jsonl"


@pytest.mark.parametrize("family", ["record", "METRIC", "", "../RECORD"])
def test_a_family_that_does_not_exist_is_refused(tmp_path: Path, family: str) -> None:
    with pytest.raises(ContextaError, match="expected one of RECORD, ARTIFACT, CONTEXT, DEGRADATION"):
        LocalJsonlSink(tmp_path).file_path_for(family)


def test_a_sink_may_lie_in_another_folder_and_have_another_name(tmp_path: Path) -> None:
    elsewhere = LocalJsonlSink(tmp_path / "mirror", name="mirror")
    frames = _train(tmp_path / "here", elsewhere)
    mirrored = _lines(elsewhere.file_path_for("RECORD"))
    assert [frame["payload"] for frame in mirrored] == [frame["payload"] for frame in frames if frame["family"] == "RECORD"]
    assert {frame["sink_name"] for frame in mirrored} == {"mirror"}


def test_a_sink_that_was_closed_goes_on_where_it_was(tmp_path: Path) -> None:
    sink = LocalJsonlSink(tmp_path)
    for number in range(2):
        sink.capture("RECORD", {"number": number}, "dict", None)
        sink.close()
    assert [line["payload"] for line in _lines(sink.file_path_for("RECORD"))] == [{"number": 0}, {"number": 1}]


# ---------------------------------------------------------------- in memory, and the user's own


def test_a_sink_in_memory_gets_what_is_written_on_disk(tmp_path: Path) -> None:
    memory = InMemorySink()
    frames = _train(tmp_path, memory)
    assert [json.loads(json.dumps(frame)) for frame in memory.frames] == [
        {name: frame[name] for name in ("family", "payload", "payload_ref", "payload_type")} for frame in frames
    ]
    assert len(memory.records()) == 4


class Console:
    """A user's own sink."""

    name = "console"

    def __init__(self) -> None:
        self.said: list[str] = []

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        self.said.append(f"{family} {payload_type}")


def test_a_user_s_own_sink_gets_every_frame(tmp_path: Path) -> None:
    console = Console()
    _train(tmp_path, console)
    assert console.said == [
        "RECORD MetricRecord",
        "RECORD DegradedRecord",
        "RECORD TraceSpanRecord",
        "RECORD StructuredEventRecord",
        "ARTIFACT dict",
    ]


@pytest.mark.parametrize("sink", [Console(), InMemorySink(), LocalJsonlSink("unused")], ids=["own", "memory", "local"])
def test_a_sink_is_what_has_a_name_and_captures(sink: object) -> None:
    assert isinstance(sink, Sink)


def test_without_a_sink_the_lifecycle_is_still_stored(tmp_path: Path) -> None:
    with Contexta(tmp_path, config={"project_name": "p"}, sinks=[]).run("r") as run:
        run.metric("loss", 1)
    snapshot = workspace.open(tmp_path).snapshot(run.ref)
    assert (snapshot.run.status, snapshot.series) == ("completed", ())
