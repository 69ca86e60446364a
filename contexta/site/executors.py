"""Where the work of a build is done: in this process, in others on this machine, or on a cluster."""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from contexta.errors import ContextaError

if TYPE_CHECKING:
    from distributed import Client

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

# With less than this, starting processes takes longer than the work.
_LITTLE = 3_000_000

# So many tasks wait for each worker: enough to keep it busy, few enough to keep them small together.
_AHEAD = 2

# How often circles of objects are looked for. A run is many objects that live until its page is made, and no circles: looking often costs
# a long run a sixth of its time.
_RARELY = (50_000, 20, 50)

# Seconds in which a scheduler must answer, and have a worker.
_DASK_TIMEOUT = 10.0


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


@dataclass(slots=True)
class Crew:
    """Who does the work of a build. `hire` is called once there is more than a `little` to do: that many bytes of lines.

    `ahead` is how many tasks are handed out before the first of them is done.
    """

    hire: Callable[[], Executor]
    ahead: int = 1
    little: int = 0
    _hired: Executor | None = None

    def results(self, work: Callable[[T], R], tasks: Iterable[T], size: int) -> Iterator[R]:
        """The result of every task, as they come; together they are `size` bytes of lines.

        Raises what the work raised, and ContextaError when a worker died.
        """
        waiting: set[Future[R]] = set()
        executor = self._executor(size)
        with _deaths_told():
            try:
                for task in tasks:
                    waiting.add(executor.submit(work, task))
                    if len(waiting) >= self.ahead:
                        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                        yield from (future.result() for future in done)
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            finally:
                for future in waiting:
                    future.cancel()

    def in_order(self, work: Callable[[T], R], tasks: Sequence[T], size: int) -> Iterator[R]:
        """The result of every task, in the order of the tasks; likewise."""
        with _deaths_told():
            yield from self._executor(size).map(work, tasks)

    def _executor(self, size: int) -> Executor:
        if self._hired is None and size <= self.little:
            return _here()
        if self._hired is None:
            self._hired = self.hire()
        return self._hired

    def dismiss(self) -> None:
        """End what was hired."""
        if self._hired is not None:
            self._hired.shutdown(cancel_futures=True)
            self._hired = None


@contextmanager
def _deaths_told() -> Iterator[None]:
    try:
        yield
    except BrokenExecutor:
        raise ContextaError("a worker process was ended from outside, perhaps for want of memory; try --jobs 1") from None


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def processes(jobs: int) -> Iterator[Crew]:
    """So many processes on this machine, which end with this one however it ends; where there is little to do, this one alone."""
    before = gc.get_threshold()
    hire = _here if jobs < 2 else partial(_pool, jobs, before)
    crew = Crew(hire, _AHEAD * jobs, _LITTLE)
    gc.set_threshold(*_RARELY)
    try:
        yield crew
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        crew.dismiss()


def _here() -> Executor:
    gc.freeze()  # what is there already is looked through no more
    return InProcess()


def _pool(jobs: int, thresholds: tuple[int, int, int]) -> Executor:
    from concurrent.futures import ProcessPoolExecutor  # a build with nothing new needs none, and it takes long to import

    import_module("contexta.site.tasks")  # what workers need is there before they are forked
    gc.set_threshold(*thresholds)  # from now on this process waits for others, and what it hears from them lies in circles
    gc.freeze()  # among which what is there already need not be looked through
    return ProcessPoolExecutor(jobs, initializer=_begin_worker)


def _begin_worker() -> None:
    import multiprocessing

    gc.freeze()
    gc.set_threshold(*_RARELY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to every process of a terminal; the first ends the others
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Without this, the workers of a build that was killed would wait for tasks for ever, and hold its lock."""
    from multiprocessing.connection import wait as wait_for

    wait_for([sentinel])
    os._exit(1)


@contextmanager
def dask(address: str) -> Iterator[Crew]:
    """The Dask cluster whose scheduler is at `address`; its workers must see the workspace and the site at the same paths.

    Raises ContextaError when the package is missing, nobody answers, there are no workers, or they are lost.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import resolve_address
    except ImportError:
        raise ContextaError(
            "--executor dask needs the distributed package: install contexta with its extra [dask], or: pip install 'dask[distributed]'"
        ) from None
    try:
        resolve_address(address)  # a client with an address that is none takes long to end, and ends with a traceback
        client = Client(address, timeout=_DASK_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ContextaError(f"no Dask scheduler answers at {address}: {error}") from None
    with _losses_told(address), client:
        _wait_for_workers(client, address)
        yield Crew(lambda: client.get_executor(pure=False), _AHEAD * max(1, sum(client.ncores().values())))


def _wait_for_workers(client: "Client", address: str) -> None:
    """Without one, tasks would wait for ever."""
    try:
        client.wait_for_workers(1, timeout=_DASK_TIMEOUT)
    except TimeoutError:
        raise ContextaError(f"the Dask scheduler at {address} has no workers") from None


@contextmanager
def _losses_told(address: str) -> Iterator[None]:
    from distributed.scheduler import KilledWorker

    with _silent("distributed"), _silent("distributed.client"):  # they tell in tracebacks what is told here in a sentence
        try:
            yield
        except (KilledWorker, CancelledError):
            what = "workers died, or the scheduler did; their logs say why"
            raise ContextaError(f"the Dask cluster at {address} lost the work: {what}") from None


@contextmanager
def _silent(logger: str) -> Iterator[None]:
    log = logging.getLogger(logger)
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
