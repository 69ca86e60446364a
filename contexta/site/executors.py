"""Where the work of a build is done: in this process, in others on this machine, or on a cluster."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from contexta.errors import ContextaError

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

# With less than this, starting processes takes longer than the work.
_LITTLE = 3_000_000

# So many tasks wait for each worker: enough to keep it busy, few enough to keep them small together.
_AHEAD = 3

_DASK_TIMEOUT = "10s"


class InProcess(Executor):
    """Does the work at once, here."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """The result, in a future that is done."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # an executor hands on whatever was raised
            future.set_exception(error)
        return future


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work of a build: `hire` gives the executor for so many bytes of lines, `ahead` is how many tasks it is given at once."""

    hire: Callable[[int], AbstractContextManager[Executor]]
    ahead: int = 1

    def at_work(self, size: int) -> AbstractContextManager[Executor]:
        """The executor, for as long as the work goes on."""
        return self.hire(size)


def _alone(_size: int) -> Executor:
    return InProcess()


ALONE = Crew(_alone)


def processes(jobs: int) -> Crew:
    """So many processes on this machine, which end with this one however it ends; where there is little to do, this one alone."""

    def hire(size: int) -> Executor:
        return InProcess() if jobs < 2 or size < _LITTLE else ProcessPoolExecutor(jobs, initializer=_begin_worker)

    return Crew(hire, _AHEAD * jobs)


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to every process of a terminal; the first ends the others
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Without this, the workers of a build that was killed would wait for tasks for ever, and hold its lock."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


@contextmanager
def dask(address: str) -> Iterator[Crew]:
    """The Dask cluster whose scheduler is at `address`; its workers must see the workspace and the site at the same paths.

    Raises ContextaError when the package is missing or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ContextaError(
            "--executor dask needs the distributed package: install contexta with its extra [dask], or: pip install 'dask[distributed]'"
        ) from None
    try:
        client = Client(address, timeout=_DASK_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ContextaError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        yield Crew(lambda _size: client.get_executor(pure=False), _AHEAD * max(1, sum(client.ncores().values())))


def results(executor: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: int) -> Iterator[R]:
    """The result of every task, as they come, at most `ahead` of them under way.

    Raises what the work raised, and ContextaError when a worker died.
    """
    waiting: set[Future[R]] = set()
    try:
        for task in tasks:
            waiting.add(executor.submit(work, task))
            if len(waiting) >= ahead:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    except BrokenExecutor:
        raise ContextaError("a worker process was ended from outside, perhaps for want of memory; try --jobs 1") from None
    finally:
        for future in waiting:
            future.cancel()
