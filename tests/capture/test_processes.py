"""Several processes at once, and processes that are killed: no line torn, none lost."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta, workspace
from tests.conftest import CHECKOUT

PROCESSES = 4
METRICS = 2_000

TRAIN = """
import sys
from contexta import Contexta

with Contexta(sys.argv[1], config={"project_name": "p"}).run("train") as run, run.stage("fit") as stage:
    for epoch in range(1_000_000):
        with stage.batch(f"epoch-{epoch}") as batch:
            for step in range(50):
                batch.metric("loss", epoch * 50 + step)
                print(epoch * 50 + step, flush=True)
"""

WRITE = """
import sys
from contexta import Contexta

with Contexta(sys.argv[1], config={"project_name": "p"}).run("worker") as run, run.stage("fit") as stage:
    print("ready", flush=True)
    sys.stdin.readline()
    for step in range(int(sys.argv[2])):
        stage.metric("loss", step)
"""

FULL_DISK = """
import resource, sys, warnings
from contexta import Contexta

def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

warnings.simplefilter("error", ResourceWarning)
with Contexta(sys.argv[1], config={"project_name": "p"}).run("train") as run:
    for step in range(10):
        run.metric("loss", step)
    room(8_000)
    for step in range(10, 20):
        run.metric("loss", step)
    room(resource.RLIM_INFINITY)
    for step in range(20, 30):
        run.metric("loss", step)
print("done")
"""


def _start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _captured(root: Path) -> list[dict[str, Any]]:
    """Every captured record; fails where a line is torn."""
    data = (root / "cache" / "capture" / "record.jsonl").read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A workspace whose training was killed in its third epoch or later, and the last step that it said it had written."""
    root = tmp_path_factory.mktemp("killed")
    with _start(TRAIN, root) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(120)]
        process.kill()
        said += process.stdout.readlines()
    whole = [int(line) for line in said if line.endswith("\n")]
    return root, whole[-1]


def test_after_a_kill_every_call_that_had_returned_is_on_disk(killed: tuple[Path, int]) -> None:
    root, last = killed
    values = [line["payload"]["payload"]["value"] for line in _captured(root)]
    assert last >= 119
    assert values[: last + 1] == list(range(last + 1))
    assert len(values) <= last + 2


def test_a_run_that_was_killed_reads_as_open_and_its_unfinished_scopes_are_told(killed: tuple[Path, int]) -> None:
    root, last = killed
    ctx = Contexta(root)
    assert [(run.status, run.ended_at) for run in ctx.list_runs()] == [("open", None)]
    issues = [(issue.severity, issue.key) for issue in ctx.diagnose_run("run:p.train").issues]
    assert ("warning", "unfinished_run") in issues
    assert ("warning", "unfinished_stage") in issues
    assert issues.count(("warning", "incomplete_batch")) <= 1  # it may have been killed between two epochs
    batches = ctx.list_batches("run:p.train")
    assert {batch.status for batch in batches[:-1]} == {"completed"}
    assert len(batches) >= last // 50


def test_a_run_that_was_killed_in_an_epoch_tells_the_epoch(tmp_path: Path) -> None:
    code = TRAIN.replace("range(50)", "range(10**9)")
    with _start(code, tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    issues = [issue.key for issue in Contexta(tmp_path).diagnose_run("run:p.train").issues]
    assert issues == ["unfinished_run", "unfinished_stage", "incomplete_batch"]


def test_a_run_that_was_killed_can_be_resumed(tmp_path: Path) -> None:
    with _start(TRAIN, tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    ctx = Contexta(tmp_path, config={"project_name": "p"})
    with ctx.run("train", resume=True) as run, run.stage("fit") as stage, stage.batch("epoch-0"):
        pass
    snapshot = ctx.get_run_snapshot(run.ref)
    assert (snapshot.run.status, snapshot.stages[0].status, snapshot.batches[0].status) == ("completed",) * 3
    assert snapshot.problems == ()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that four processes wrote at once."""
    root = tmp_path_factory.mktemp("shared")
    processes = [_start(WRITE, root, METRICS) for _ in range(PROCESSES)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, complaints = process.communicate(timeout=120)
        assert (process.returncode, complaints) == (0, "")
    return root


def test_lines_of_four_processes_are_all_there_and_none_is_torn(shared: Path) -> None:
    written = [(line["payload"]["envelope"]["run_ref"], line["payload"]["payload"]["value"]) for line in _captured(shared)]
    assert len(written) == PROCESSES * METRICS
    assert sorted(written) == sorted((str(run.ref), step) for run in workspace.open(shared).runs() for step in range(METRICS))


def test_four_processes_that_use_one_name_have_a_run_each(shared: Path) -> None:
    runs = workspace.open(shared).runs()
    assert sorted(run.ref.name for run in runs) == ["worker", "worker-2", "worker-3", "worker-4"]
    assert {run.status for run in runs} == {"completed"}


def test_everything_that_four_processes_wrote_is_in_the_reports(shared: Path) -> None:
    opened = workspace.open(shared)
    assert opened.problems == ()
    for run in opened.runs():
        snapshot = opened.snapshot(run.ref)
        assert snapshot.problems == ()
        assert [series.values for series in snapshot.series] == [tuple(range(METRICS))]
        assert f"{METRICS:,} metric values" in Contexta(shared).build_snapshot_report(run.ref).to_markdown()


def test_a_file_that_may_not_grow_costs_its_lines_and_no_others(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    with _start(FULL_DISK, tmp_path) as process:
        said, complaints = process.communicate(timeout=60)
    assert said == "done\n"
    assert complaints.count("UserWarning") == 1
    snapshot = workspace.open(tmp_path).snapshot("run:p.train")
    (series,) = snapshot.series
    (lost,) = [record.payload for record in snapshot.degraded]
    assert (series.values[:10], series.values[-10:]) == (tuple(range(10)), tuple(range(20, 30)))
    assert (lost.issue_key, lost.attributes["writes"]) == ("capture.lost", 30 - len(series.values))
    assert snapshot.run.status == "completed"
