"""Appending one line durably: one write a line, so that lines of several processes never mix."""

import errno
import os
import threading
import time
import weakref
from pathlib import Path

import orjson

from contexta.errors import ContractError

# Seconds between two looks at a line without an end.
_BETWEEN_LOOKS = 0.05

_NEW_FILE = os.O_WRONLY | os.O_APPEND | os.O_CREAT


class LineFile:
    """A JSONL file open for appending. Every line that `append` returned from has left the process.

    A tail without a line end, left by a process that died or a disk that was full, is ended first: it costs its own line and no other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._finalizer: weakref.finalize[[int], LineFile] | None = None
        self._tail_is_torn = False
        self._opening = threading.Lock()  # two threads may write the first line

    def append(self, value: object) -> None:
        """Write one line; raises OSError when it cannot be written, ContractError when `value` is not JSON."""
        try:
            line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError as error:
            raise ContractError("", f"cannot be written as JSON: {error}") from None
        descriptor = self._open() if self._descriptor is None else self._descriptor
        if self._tail_is_torn:
            line = b"\n" + line
        written = os.write(descriptor, line)
        self._tail_is_torn = written < len(line)
        if self._tail_is_torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def _open(self) -> int:
        with self._opening:
            if self._descriptor is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._tail_is_torn = _ends_torn(self.path)
                self._descriptor = os.open(self.path, _NEW_FILE, 0o666)
                self._finalizer = weakref.finalize(self, os.close, self._descriptor)
            return self._descriptor

    def close(self) -> None:
        """Let the file go; the next line opens it again."""
        if self._finalizer is not None:
            self._finalizer()
        self._descriptor = self._finalizer = None


def _ends_torn(path: Path) -> bool:
    """Whether the last line has no end, and gets none: while it grows, another process is in the middle of it."""
    before = None
    while (size := _size_of_open_line(path)) is not None and size != before:
        before = size
        time.sleep(_BETWEEN_LOOKS)
    return size is not None


def _size_of_open_line(path: Path) -> int | None:
    """The size of a file whose last line has no end; None when it has one."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - 1))
            return None if stream.read(1) in (b"", b"\n") else size
    except FileNotFoundError:
        return None


def claim(path: Path) -> bool:
    """Make an empty file that marks a name as taken; False when another did before. Raises OSError when it cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    return True
