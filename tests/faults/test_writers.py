"""A disk that fails at any one moment costs what was written at that moment, and it is told; the program goes on."""

import errno
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contexta import Contexta, workspace
from contexta.capture import clock, environment
from contexta.capture.sinks import LocalJsonlSink
from tests.faults import diagnosis, keys

# A write that has room for so many bytes.
SHORT = 7

FAULTS = [errno.ENOSPC, errno.EACCES, errno.EIO, SHORT]

# What a line that was lost or cut leaves behind: that it was, scopes that nothing describes or closes, and the piece of it.
FOLLOWS = {"lost_records", "undescribed", "unknown_owner", "unfinished_run", "unfinished_stage", "incomplete_batch", "malformed_line"}


class Acknowledging(LocalJsonlSink):
    """Knows what the program was told to be written."""

    def capture(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str | None) -> None:
        LocalJsonlSink.capture(self, family, payload, payload_type, payload_ref)
        if payload_type == "MetricRecord":
            self.values.append(payload["payload"]["value"])

    def __init__(self, root: Path) -> None:
        LocalJsonlSink.__init__(self, root)
        self.values: list[float] = []


@dataclass
class Disk:
    """Counts what a program asks of the disk, and fails once."""

    fails_at: int
    fault: int
    calls: int = 0

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("open", "write", "mkdir"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls != self.fails_at:
                return call(*arguments, **named)
            if self.fault == SHORT and call is REAL_WRITE:
                return call(arguments[0], arguments[1][:SHORT])
            raise OSError(errno.ENOSPC if self.fault == SHORT else self.fault, "injected")

        return counted


REAL_WRITE = os.write


def train(root: Path) -> list[float]:
    """A small program; gives the values that it was told to be written."""
    sink = Acknowledging(root)
    with Contexta(root, config={"project_name": "p"}, sinks=[sink]).run("train", run_id="train") as run:
        with run.stage("fit") as stage:
            for epoch in range(2):
                with stage.batch(f"epoch-{epoch}") as batch:
                    for step in range(3):
                        batch.metric("loss", 10 * epoch + step)
        run.event("done")
    return sink.values


def faulty(root: Path, monkeypatch: pytest.MonkeyPatch, disk: Disk) -> tuple[list[float], int]:
    """The program on a disk that fails: the values that it was told to be written, and how many warnings it gave."""
    monkeypatch.setattr(environment, "packages", dict)
    with monkeypatch.context() as patched, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        disk.patch(patched)
        return train(root), len(told)


def shown(root: Path) -> list[float]:
    """The values that the report of the run shows."""
    return sorted(value for series in workspace.open(root).snapshot("run:p.train").series for value in series.values)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fails_at_any_one_call_costs_what_was_not_acknowledged_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    counting = Disk(0, 0)
    assert faulty(tmp_path / "well", monkeypatch, counting) == ([0, 1, 2, 10, 11, 12], 0)
    assert keys(tmp_path / "well") == set()
    for moment in range(1, counting.calls + 1):
        root = tmp_path / str(moment) / "workspace"
        acknowledged, told = faulty(root, monkeypatch, Disk(moment, fault))
        assert shown(root) == acknowledged, moment
        found = keys(root)
        assert (told, bool(found)) in ((1, True), (0, False)), moment  # to make a folder that is there may fail without harm
        assert found <= FOLLOWS, moment


def test_a_disk_that_stays_full_costs_everything_but_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any) -> int:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr(os, "write", full)
    with pytest.warns(UserWarning, match="cannot write"):
        assert train(tmp_path) == []
    assert list((tmp_path / "metadata" / "claims").iterdir())


def test_a_workspace_that_may_not_be_written_costs_everything_but_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: Any, **_named: Any) -> int:
        raise OSError(errno.EROFS, "injected")

    monkeypatch.setattr(os, "mkdir", refused)
    with pytest.warns(UserWarning, match="cannot write"):
        assert train(tmp_path / "workspace") == []
    assert not (tmp_path / "workspace").exists()


def test_a_clock_that_is_set_back_is_told_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([*range(5_000, 5_007), *range(1_400, 2_000)])  # set back by an hour in the first epoch
    monkeypatch.setattr(clock, "time", SimpleNamespace(time_ns=lambda: next(times) * 10**9))
    root = tmp_path / "workspace"
    train(root)
    assert shown(root) == [0, 1, 2, 10, 11, 12]
    causes = {key: cause for cause in diagnosis(root)["causes"] for key in cause["keys"]}
    assert causes.keys() == {"clock_set_back", "seen_before_start"}
    assert {place["file"] for place in causes["clock_set_back"]["places"]} <= {"metadata/ledger.jsonl", "cache/capture/record.jsonl"}
