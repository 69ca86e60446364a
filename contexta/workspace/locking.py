"""One process at a time in a folder. The lock is the system's: it outlives no process and leaves no file."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on Windows: there builds are not kept apart
    fcntl = None  # type: ignore[assignment]  # typeshed knows it on every system that mypy runs on here


@contextmanager
def alone_in(folder: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder while the block runs. When another process does, say so through `waiting`, then wait until it is done.

    A file system without locks gives none, and the block runs all the same. Raises OSError when the folder cannot be opened.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, lambda: waiting(f"another build is at work in {folder}; waiting for it to end"))
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, waiting: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        return
