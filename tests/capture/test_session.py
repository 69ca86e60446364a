"""Capturing never ends a training: one warning, the loss counted, and told in the run as soon as anything can be written."""

import errno
import gc
import os
import warnings
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta, workspace
from contexta.capture import InMemorySink, LocalJsonlSink


@dataclass
class Disk:
    """Stands between the package and `os.write`: while `full`, only the first `room` bytes of a line are written."""

    full: bool = False
    room: int = 0

    def __post_init__(self) -> None:
        self._write = os.write

    def write(self, descriptor: int, data: bytes) -> int:
        if not self.full:
            return self._write(descriptor, data)
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(descriptor, data[: self.room])


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr("contexta.workspace.append.os.write", disk.write)
    return disk


class Wordless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Flaky:
    """A sink of the user's own that raises."""

    name = "flaky"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or ConnectionError("the tracking server is away")
        self.works = False
        self.calls = 0

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        self.calls += 1
        if not self.works:
            raise self.error


def _lost(root: Path, run: str = "run:p.r") -> list[tuple[str, Any]]:
    degraded = (record.payload for record in workspace.open(root).snapshot(run).degraded)
    return [(payload.summary, payload.attributes["writes"]) for payload in degraded if payload.issue_key == "capture.lost"]


def _told(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(warning.message).split(" cannot write")[0] for warning in caught]


def _train(ctx: Contexta, steps: int) -> None:
    with ctx.run("r") as run, run.stage("s") as stage:
        for step in range(steps):
            stage.metric("loss", step)


# ---------------------------------------------------------------- a sink that raises


def test_a_sink_that_raises_ends_nothing_is_warned_of_once_and_told_when_the_run_closes(tmp_path: Path) -> None:
    sink = Flaky()
    ctx = Contexta(tmp_path, config={"project_name": "p"}, sinks=[LocalJsonlSink(tmp_path), sink])
    with pytest.warns(UserWarning, match="the tracking server is away") as caught:
        _train(ctx, 5)
    assert _told(caught.list) == ["contexta: sink flaky"]
    assert sink.calls == 6
    assert _lost(tmp_path) == [("5 writes were lost by sink flaky: the tracking server is away", 5)]
    assert "capture.lost" in ctx.build_snapshot_report("run:p.r").to_markdown()
    assert [series.values for series in ctx.get_run_snapshot("run:p.r").series] == [(0, 1, 2, 3, 4)]


def test_the_warning_points_at_the_user_s_own_line(tmp_path: Path) -> None:
    with Contexta(tmp_path, sinks=[Flaky()]).run("r") as run, pytest.warns(UserWarning, match="flaky") as caught:
        run.metric("loss", 1)
    assert caught.list[0].filename == __file__


def test_a_sink_before_or_after_the_one_that_raises_gets_everything(tmp_path: Path) -> None:
    before, after = InMemorySink(), InMemorySink()
    with (
        pytest.warns(UserWarning, match="flaky"),
        Contexta(tmp_path, config={"project_name": "p"}, sinks=[before, Flaky(), after]).run("r") as run,
    ):
        run.metric("loss", 1)
    assert [record["envelope"]["record_type"] for record in before.records()] == ["metric", "degraded"]
    assert before.frames == after.frames


def test_every_sink_that_fails_is_warned_of_and_told_by_name(tmp_path: Path) -> None:
    first, second = Flaky(), Flaky()
    second.name = "other"
    ctx = Contexta(tmp_path, config={"project_name": "p"}, sinks=[LocalJsonlSink(tmp_path), first, second])
    with pytest.warns(UserWarning, match="away") as caught:
        _train(ctx, 2)
    assert _told(caught.list) == ["contexta: sink flaky", "contexta: sink other"]
    assert {summary for summary, _ in _lost(tmp_path)} == {
        "2 writes were lost by sink flaky: the tracking server is away",
        "2 writes were lost by sink other: the tracking server is away",
    }


def test_what_is_lost_by_the_only_sink_is_told_once_it_works_again(tmp_path: Path, disk: Disk) -> None:
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    disk.full = True
    with pytest.warns(UserWarning, match="No space left"):
        _train(ctx, 3)
    disk.full = False
    ctx.run("second").close()
    (writes,) = [writes for summary, writes in _lost(tmp_path, "run:p.second") if "local-jsonl" in summary]
    assert writes >= 3


def test_a_loss_that_another_sink_took_note_of_is_not_told_again(tmp_path: Path) -> None:
    sink = Flaky()
    ctx = Contexta(tmp_path, config={"project_name": "p"}, sinks=[LocalJsonlSink(tmp_path), sink])
    with pytest.warns(UserWarning, match="away"):
        _train(ctx, 5)
    failed, sink.works = sink.calls, True
    for name in ("second", "third"):
        ctx.run(name).close()
    told = [writes for run in ctx.list_runs() for _, writes in _lost(tmp_path, str(run.ref))]
    assert sum(told) == failed
    assert _lost(tmp_path, "run:p.third") == []


@pytest.mark.parametrize("error", [OSError("caf\udce9.csv"), Wordless()], ids=["half a character", "no text"])
def test_a_loss_whose_reason_cannot_be_written_ends_nothing_either(tmp_path: Path, error: Exception) -> None:
    sink = Flaky(error)
    ctx = Contexta(tmp_path, config={"project_name": "p"}, sinks=[LocalJsonlSink(tmp_path), sink])
    with pytest.warns(UserWarning, match="sink flaky cannot write"):
        _train(ctx, 2)
    assert [writes for _, writes in _lost(tmp_path)] == [2]
    assert [run.status for run in ctx.list_runs()] == ["completed"]


# ---------------------------------------------------------------- a disk that refuses


@pytest.mark.parametrize("room", [0, 40], ids=["nothing fits", "half a line fits"])
def test_a_full_disk_ends_nothing_and_what_follows_is_written_when_there_is_room_again(tmp_path: Path, disk: Disk, room: int) -> None:
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    run = ctx.run("r")
    for step in range(3):
        run.metric("loss", step)
    disk.full, disk.room = True, room
    with pytest.warns(UserWarning, match="No space left on device") as caught:
        run.metric("loss", 3)
    run.metric("loss", 4)
    run.metric("loss", 5)
    disk.full = False
    for step in range(6, 9):
        run.metric("loss", step)
    run.close()
    assert _told(caught.list) == ["contexta: sink local-jsonl"]
    snapshot = ctx.get_run_snapshot(run.ref)
    assert [series.values for series in snapshot.series] == [(0, 1, 2, 6, 7, 8)]
    assert [problem.key for problem in (*snapshot.problems, *workspace.open(tmp_path).problems)] == ["malformed_line"] * (3 if room else 0)
    assert [writes for _, writes in _lost(tmp_path)] == [3]


def test_a_lifecycle_that_could_not_be_stored_is_told_too(tmp_path: Path, disk: Disk) -> None:
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    run = ctx.run("r")
    disk.full = True
    with pytest.warns(UserWarning, match="the ledger cannot write") as caught:
        run.stage("s").close()
    disk.full = False
    run.close()
    assert _told(caught.list) == ["contexta: the ledger"]
    assert [(writes, "the ledger" in summary) for summary, writes in _lost(tmp_path)] == [(2, True)]
    assert [one.status for one in ctx.list_runs()] == ["completed"]


def test_a_workspace_that_cannot_be_made_ends_nothing_and_is_warned_of_once_a_place(tmp_path: Path) -> None:
    blocked = tmp_path / "not-a-folder"
    blocked.write_text("here already", encoding="utf-8")
    memory = InMemorySink()
    ctx = Contexta(blocked, config={"project_name": "p"}, sinks=[LocalJsonlSink(blocked), memory])
    with pytest.warns(UserWarning, match="cannot write") as caught:
        _train(ctx, 3)
    assert sorted(_told(caught.list)) == ["contexta: sink local-jsonl", "contexta: the ledger"]
    assert [record["payload"].get("value") for record in memory.records()][:3] == [0, 1, 2]
    told = [record["payload"]["summary"] for record in memory.records() if record["envelope"]["record_type"] == "degraded"]
    assert any("3 writes were lost by sink local-jsonl" in summary for summary in told)
    assert blocked.read_text(encoding="utf-8") == "here already"


def test_a_workspace_that_may_not_be_looked_into_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if str(path).startswith(str(tmp_path)):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return function(path, *arguments, **options)

        return call

    for name in ("open", "stat", "mkdir", "scandir", "listdir"):  # to root, every folder is open
        monkeypatch.setattr(os, name, locked(getattr(os, name)))
    with pytest.warns(UserWarning, match="Permission denied") as caught:
        _train(Contexta(tmp_path, config={"project_name": "p"}), 3)
    assert sorted(_told(caught.list)) == ["contexta: sink local-jsonl", "contexta: the ledger"]


def test_a_failure_s_own_exception_goes_on_when_nothing_can_be_written(tmp_path: Path, disk: Disk) -> None:
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    run = ctx.run("r")
    disk.full = True
    with pytest.warns(UserWarning, match="No space left"), pytest.raises(ValueError, match="diverged"), run:
        raise ValueError("diverged")
    assert run.status == "failed"
    assert [one.status for one in ctx.list_runs()] == ["open"]


def test_a_run_without_a_loss_tells_none(tmp_path: Path) -> None:
    with Contexta(tmp_path, config={"project_name": "p"}).run("r") as run:
        run.metric("loss", 1)
    assert _lost(tmp_path) == []
    assert [issue.key for issue in Contexta(tmp_path).diagnose_run(run.ref).issues] == []


# ---------------------------------------------------------------- nothing is held on to


class Model:
    """Something large that a frame of the program holds."""


def _fail(ctx: Contexta) -> "weakref.ref[Model]":
    model = Model()
    with ctx.run("r"):
        raise Failure(weakref.ref(model))
    return weakref.ref(model)


class Failure(Exception):
    """Hands out a way to tell whether the model is still alive."""

    def __init__(self, model: "weakref.ref[Model]") -> None:
        super().__init__("failed")
        self.model = model


def test_an_exception_that_was_told_is_let_go_with_all_that_its_frames_hold(tmp_path: Path) -> None:
    ctx = Contexta(tmp_path)
    model = None
    try:
        _fail(ctx)
    except Failure as error:
        model = error.model
    assert model is not None
    gc.collect()
    assert model() is None
    assert [run.status for run in ctx.list_runs()] == ["failed"]


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files where the system tells them")
def test_files_are_let_go_with_the_contexta_that_opened_them(tmp_path: Path) -> None:
    before = _open_files()
    for number in range(20):
        with Contexta(tmp_path / str(number)).run("r") as run:
            run.metric("loss", number)
    del run
    gc.collect()
    assert _open_files() - before < 10
