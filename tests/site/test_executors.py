"""Whoever does the work, wherever: the pages are the same, and a worker that dies is one sentence."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from contexta.errors import ContextaError
from contexta.site import Crew, processes
from contexta.site.executors import InProcess
from tests import strategies as build
from tests.conftest import CHECKOUT
from tests.site import put_deployment, put_project, put_run, tree
from tests.site.rebuilding import Site, assert_same, line

FORMATS = ("html", "md", "json")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(CHECKOUT)}


def _compared(site: Site) -> int:
    """How many pages compare two runs."""
    return len([*site.out.glob("comparisons/*.html")])


def _history(steps: int) -> build.History:
    """A workspace that grows: runs of three projects with metrics, events, artifacts and deployments, dealt out to steps at random."""
    chance = random.Random(2025)
    lines = [(build.LEDGER, line(put_project(project))) for project in "abc"]
    for run in (f"{project}.{number:02}" for project in "abc" for number in range(6)):
        project, _, name = run.partition(".")
        status = chance.choice(("completed", "failed", "open"))
        ended = {"ended_at": None} if status == "open" else {}
        lines.append((build.LEDGER, line(put_run(project, name, status=status, **ended))))
        for number in range(chance.randrange(60)):
            key, stage = chance.choice(("loss", "accuracy")), f"stage:{run}.train"
            record = build.metric(f"m-{number}", chance.random(), key, run=f"run:{run}", seconds=number, stage_execution_ref=stage)
            lines.append((build.CAPTURED, line(build.record_frame(record))))
        lines.append((build.SEGMENT, line(build.segment_frame(build.event("seen", run=f"run:{run}")))))
        lines.append((build.ARTIFACTS, line(build.artifact_frame(build.manifest(run=f"run:{run}")))))
    lines += [(build.LEDGER, line(put_deployment(project, f"live-{number}", f"{number:02}"))) for project in "ab" for number in range(3)]
    lines.append((build.CAPTURED, b"{oops\n"))
    dealt: build.History = [[] for _ in range(steps)]
    for name, data in lines:
        dealt[chance.randrange(steps)].append((name, data))
    return dealt


STEPS = _history(10)


@pytest.fixture(autouse=True)
def _small_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there are some for each of several workers."""
    monkeypatch.setattr("contexta.site.build._BUNDLE", 3)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """The workspace at the end, and the site of one process."""
    folder = tmp_path_factory.mktemp("grown")
    root = build.write_lines(folder / "workspace")
    for step in STEPS:
        build.take_step(root, step)
    site = Site(root, folder / "site", FORMATS)
    site.build(Crew(InProcess), anew=True)
    return root, tree(site.out)


@contextlib.contextmanager
def _two_processes() -> Iterator[Crew]:
    """Two processes, however little there is to do."""
    with processes(2) as crew:
        crew.little = 0
        yield crew


def test_two_processes_make_the_same_site(grown: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    root, expected = grown
    site = Site(root, tmp_path / "site", FORMATS, cache=tmp_path / "cache")
    with _two_processes() as crew:
        built = site.build(crew)
    assert built.made == built.runs + built.deployments + _compared(site) + 4
    assert_same(tree(site.out), expected)
    assert site.build().made == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_ten_random_steps_make_the_same_site(grown: tuple[Path, dict[str, bytes]], tmp_path: Path, jobs: int) -> None:
    root, expected = grown
    site = Site(build.write_lines(tmp_path / "workspace"), tmp_path / "site", FORMATS)
    for number, step in enumerate(STEPS):
        build.take_step(site.root, step)
        with _two_processes() if jobs == 2 and number % 3 == 0 else processes(1) as crew:
            site.build(crew)
        if jobs == 1:
            site.assert_is_clean()
    # The steps were written one after the other, so the files are those of the whole.
    assert tree(site.root / "metadata") == tree(root / "metadata")
    assert_same(tree(site.out), expected)


def test_a_full_build_over_an_earlier_one_makes_every_page_and_writes_none(grown: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    root, expected = grown
    site = Site(root, tmp_path / "site", FORMATS, cache=tmp_path / "cache")
    site.build()
    before = site.modified()
    built = site.build(anew=True)
    assert (built.made, built.written) == (built.runs + built.deployments + _compared(site) + 4, 0)
    assert site.modified() == before
    assert_same(tree(site.out), expected)


def test_long_files_that_are_read_in_parts_give_the_same_site(
    grown: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, expected = grown
    for part in (100, 1_000, 10_000):
        monkeypatch.setattr("contexta.workspace.catalog._PART", part)
        site = Site(root, tmp_path / f"site-{part}", FORMATS, cache=tmp_path / f"cache-{part}")
        with _two_processes() as crew:
            site.build(crew)
        assert_same(tree(site.out), expected)


# ---------------------------------------------------------------- on a Dask cluster


@contextlib.contextmanager
def _dask(log: Path, *words: str, **environment: str) -> Iterator[int]:
    """A Dask process, by the number of its group; ended surely, with all that it started."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            stdout=said,
            stderr=said,
            env={**ENVIRONMENT, **environment},
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _said(log: Path, pattern: str, times: int = 1) -> list[str]:
    """What a Dask process said; waits for it, absurdly long at most."""
    deadline = time.monotonic() + 120
    while len(found := re.findall(pattern, log.read_text("utf-8", "replace"))) < times:
        assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Path]]]:
    """A scheduler and two workers on this machine: its address, and what each worker says."""
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    folder = tmp_path_factory.mktemp("dask")
    with contextlib.ExitStack() as stack:
        log = folder / "scheduler.log"
        stack.enter_context(_dask(log, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"))
        (address,) = set(_said(log, r"tcp://127\.0\.0\.1:\d+")[:1])
        workers = [folder / f"worker-{number}.log" for number in range(2)]
        for worker in workers:
            local = str(folder / worker.stem)
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", local)
            stack.enter_context(_dask(worker, "dask_worker", address, *options))
        _said(log, "Register worker", 2)
        yield address, workers


# So that there are bundles for both workers.
SMALL_BUNDLES = "from contexta.site import build; from contexta.cli import main; build._BUNDLE = 3; main()"


def _on_cluster(address: str, root: Path, out: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    words = ["build", str(root), "-o", str(out), "--format", ",".join(FORMATS), "--executor", f"dask:{address}", *more]
    return subprocess.run([sys.executable, "-c", SMALL_BUNDLES, *words], capture_output=True, text=True, check=False, env=ENVIRONMENT)


def test_a_dask_cluster_of_two_workers_makes_the_same_site(
    cluster: tuple[str, list[Path]], grown: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    address, _ = cluster
    root, expected = grown
    for options in ((), ("--full",), ()):
        result = _on_cluster(address, root, tmp_path / "site", "--cache", str(tmp_path / "cache"), *options)
        assert (result.returncode, result.stderr) == (0, "")
        assert_same(tree(tmp_path / "site"), expected)


def test_what_was_made_on_a_cluster_is_known_to_a_build_without_one(
    cluster: tuple[str, list[Path]], grown: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    address, _ = cluster
    site = Site(grown[0], tmp_path / "site", FORMATS, cache=tmp_path / "cache")
    _on_cluster(address, site.root, site.out, "--cache", str(site.cache))
    built = site.build()
    assert (built.made, built.written) == (0, 0)


def test_a_broken_template_is_one_sentence_on_a_cluster_too(
    cluster: tuple[str, list[Path]], grown: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "page.html.j2").write_text("{% if %}", "utf-8")
    result = _on_cluster(cluster[0], grown[0], tmp_path / "site", "--templates", str(tmp_path / "own"), "--cache", str(tmp_path / "cache"))
    assert result.returncode == 2
    assert "page.html.j2:1" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


# Has a worker end itself, or ends the scheduler while a worker is at work.
LOSS = """
import os, signal, sys, time
from contexta.errors import ContextaError
from contexta.site import dask, executors
executors._DASK_TIMEOUT = 2.0
try:
    with dask(sys.argv[1]) as crew:
        if sys.argv[2] == "worker":
            print(list(crew.results(os._exit, [1], 1)))
        else:
            results = crew.results(time.sleep, [0.01, 60], 1)
            next(results)
            os.killpg(int(sys.argv[2]), signal.SIGKILL)
            print(list(results))
except ContextaError as error:
    sys.exit(str(error))
"""


@contextlib.contextmanager
def _scheduler(folder: Path) -> Iterator[tuple[str, int]]:
    """A scheduler that gives a task up when its worker dies: its address and its process group."""
    log = folder / "scheduler.log"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
    with _dask(log, "dask_scheduler", *options, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as group:
        yield _said(log, r"tcp://127\.0\.0\.1:\d+")[0], group


@pytest.mark.parametrize("loss", ["worker", "scheduler", "no worker"])
def test_what_a_cluster_loses_is_one_sentence(loss: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    with _scheduler(tmp_path) as (address, group), contextlib.ExitStack() as stack:
        if loss != "no worker":
            options = ("--nthreads", "2", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(tmp_path))
            stack.enter_context(_dask(tmp_path / "worker.log", "dask_worker", address, *options))
        command = [sys.executable, "-c", LOSS, address, str(group) if loss == "scheduler" else "worker"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    expected = "has no workers" if loss == "no worker" else "lost the work"
    assert (result.returncode, result.stdout) == (1, "")
    (said,) = result.stderr.splitlines()
    assert said.startswith("the Dask ")
    assert address in said
    assert expected in said


# ---------------------------------------------------------------- what goes wrong


def _die(_task: int) -> int:
    os._exit(1)


def _fail(task: int) -> int:
    raise ContextaError(f"task {task} failed")


def _double(task: int) -> int:
    return 2 * task


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Two processes at work."""
    with _two_processes() as crew:
        yield crew


def test_every_result_comes_and_in_order_where_that_is_asked_for(crew: Crew) -> None:
    assert sorted(crew.results(_double, range(50), 1)) == list(range(0, 100, 2))
    assert list(crew.in_order(_double, range(50), 1)) == list(range(0, 100, 2))


def test_a_worker_that_dies_is_one_sentence(crew: Crew) -> None:
    with pytest.raises(ContextaError, match="a worker process was ended from outside"):
        list(crew.results(_die, range(3), 1))


def test_a_worker_that_dies_while_reading_is_one_sentence(crew: Crew) -> None:
    with pytest.raises(ContextaError, match="a worker process was ended from outside"):
        list(crew.in_order(_die, range(3), 1))


def test_what_a_task_raises_comes_back(crew: Crew) -> None:
    with pytest.raises(ContextaError, match=r"task \d failed"):
        list(crew.results(_fail, range(3), 1))


def test_no_more_tasks_than_agreed_are_under_way() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(6):
            taken.append(number)
            yield number

    results = Crew(InProcess, ahead=2).results(_double, tasks(), 1)
    next(results)
    assert len(taken) == 2


def test_processes_are_started_only_where_there_is_enough_to_do() -> None:
    started: list[int] = []

    def hire() -> ProcessPoolExecutor:
        started.append(1)
        return ProcessPoolExecutor(1)

    crew = Crew(hire, 1, little=1_000)
    assert list(crew.results(_double, [1], 1_000)) == [2]
    assert started == []
    assert list(crew.results(_double, [1], 1_001)) == [2]
    assert list(crew.results(_double, [1], 5)) == [2]
    assert started == [1]
    crew.dismiss()


def test_a_build_whose_worker_died_leaves_no_scratch_and_is_completed(grown: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    root, expected = grown
    site = Site(root, tmp_path / "site", FORMATS, cache=tmp_path / "cache")
    crew = Crew(partial(ProcessPoolExecutor, 1, initializer=os._exit, initargs=(1,)))
    with pytest.raises(ContextaError, match="a worker process was ended from outside"):
        site.build(crew)
    crew.dismiss()
    assert not (site.out / ".contexta-build").exists()
    site.build()
    assert_same(tree(site.out), expected)
