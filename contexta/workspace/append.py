"""Appending one line durably: one write a line, so that lines of several processes never mix."""

import errno
import os
import threading
import time
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import orjson

from contexta.errors import ContractError

# Seconds between two looks at a line without an end: a kernel that has much to write holds whoever writes up for 0.2 at a time.
_BETWEEN_LOOKS = 0.25

_FOR_APPENDING = os.O_RDWR | os.O_APPEND | os.O_CREAT  # read, to see what stands before a line

_read_at = getattr(os, "pread", None)  # not everywhere


class LineFile:
    """A JSONL file open for appending. Every line that `append` returned from has left the process.

    A tail without a line end, left by a process that died or a disk that was full, costs its own line and no other: it is ended first, and
    a line that another process's tail got in the way of is written again.

    With `fsync` a line has also reached the disk when `append` returns, and the file its folder: it outlives the machine's power, at the
    cost of a flush for each line (0.2 to 10 ms, by the disk; without it a line takes some µs).
    """

    def __init__(self, path: Path, *, fsync: bool = False) -> None:
        self.path = path
        self._fsync = fsync
        self._descriptor: int | None = None
        self._finalizer: weakref.finalize[[int], LineFile] | None = None
        self._tail_is_torn = False
        self._end = 0
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
        self._put(descriptor, line)
        if self._fsync:
            os.fsync(descriptor)

    def _put(self, descriptor: int, line: bytes) -> None:
        size = len(line)
        written = os.write(descriptor, line)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        # Where nobody wrote in between, what stands before the line is one of ours.
        if written < size or end != self._end + size:
            self._look_back(descriptor, line, written, end)
        self._end = end

    def _look_back(self, descriptor: int, line: bytes, written: int, end: int) -> None:
        """See that a line stands whole and by itself; raises OSError when there was no room for it."""
        if written < len(line):
            self._tail_is_torn = not _ended(self.path, line[:written], end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self._tail_is_torn = False
        if _follows_a_tail(descriptor, line, end):
            self._put(descriptor, line)

    def _open(self) -> int:
        with self._opening:
            if self._descriptor is None:
                new = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._tail_is_torn = _ends_torn(self.path)
                self._descriptor = os.open(self.path, _FOR_APPENDING, 0o666)
                self._finalizer = weakref.finalize(self, os.close, self._descriptor)
                if self._fsync:
                    _sync_folders(path.parent for path in new)
            return self._descriptor

    def close(self) -> None:
        """Let the file go; the next line opens it again."""
        if self._finalizer is not None:
            self._finalizer()
        self._descriptor = self._finalizer = None


def _ended(path: Path, tail: bytes, end: int) -> bool:
    """End a tail that there was no room for the rest of, which stands before `end`: by its last byte, as another may find no room either.

    False where that cannot be done, or another process wrote meanwhile.
    """
    try:
        with path.open("r+b", buffering=0) as stream:
            stream.seek(end - len(tail))
            if not tail or stream.read() != tail:
                return False
            stream.seek(end - 1)
            return stream.write(b"\n") == 1
    except OSError:
        return False


def _follows_a_tail(descriptor: int, line: bytes, end: int) -> bool:
    """Whether a line, which was written up to `end`, stands behind one that has no end.

    Where a thread, or a fork that shares the descriptor, wrote meanwhile, `end` may not be the line's: then nothing is known.
    """
    if _read_at is None or line.startswith(b"\n") or end <= len(line):
        return False
    found = _read_at(descriptor, len(line) + 1, end - len(line) - 1)
    return bool(found[:1] != b"\n" and found[1:] == line)


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


def _sync_folders(folders: Iterable[Path]) -> None:
    """Have the names of new files and folders reach the disk. Not every system lets one open a folder."""
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def claim(path: Path, *, fsync: bool = False) -> bool:
    """Make an empty file that marks a name as taken; False when another did before. Raises OSError when it cannot be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    if fsync:
        _sync_folders([path.parent])
    return True
