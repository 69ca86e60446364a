"""Compressed planes: each is unpacked to a file for the time of a build, and read like any other from there.

A file that can be read at any place costs the least: the lines of a run stand anywhere, and several processes read them. It is
unpacked piece by piece, so memory does not follow its size, and no further than MAX_UNPACKED, so the disk does not either.
"""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from contexta.contract.snapshot import Severity

# A few kilobytes can unpack to any size.
MAX_UNPACKED = 16 * 1000**3

MISSING_ZSTD = (
    "not read: before Python 3.14 a .zst file needs the backports.zstd package, which is not installed; "
    "install contexta with its extra [zstd], or: pip install backports.zstd"
)

_PIECE = 1024 * 1024


class Flaw(NamedTuple):
    """What is wrong with a file as a whole: the key, words and severity of a problem."""

    key: str
    what: str
    severity: Severity = "warning"


def can_be_unpacked(packing: str) -> bool:
    """Whether the package is there that unpacks such files."""
    if packing != "zst":
        return True
    try:
        return importlib.util.find_spec("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd") is not None
    except ModuleNotFoundError:  # not even the package around it
        return False


def unpack(archive: BinaryIO, packing: str, copy: Path) -> Flaw | None:
    """Unpack an open file of several members or frames into a new one; gives what is wrong with it, where all that it holds is there.

    A file that ends before its end does so without an error in some libraries; here it is the end that must be found.
    Raises OSError when it cannot be read, or the copy cannot be written.
    """
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = 0
    with copy.open("xb") as out:
        try:
            for piece in _pieces(archive, packing):
                size += len(piece)
                if size > MAX_UNPACKED:
                    return _too_large()
                out.write(piece)
        except EOFError:
            what = "the archive is cut off, or still being written: what it holds up to there is read"
            return Flaw("cut_archive", what)
        except _Damaged as error:
            what = f"the archive cannot be unpacked to its end ({error}): what it holds up to there is read"
            return Flaw("damaged_archive", what, "error")
    return None


def _too_large() -> Flaw:
    what = f"the archive holds more than {MAX_UNPACKED / 1e9:.0f} GB: the rest is not read; unpack it where it lies, or split it"
    return Flaw("large_archive", what, "error")


class _Damaged(Exception):
    """An archive holds what no writer of it can have meant."""


def _pieces(archive: BinaryIO, packing: str) -> Iterator[bytes]:
    """What an archive holds, piece by piece: `read1` gives all that stands before an end that comes too soon, `read` does not."""
    if not archive.read(1):
        raise EOFError
    archive.seek(0)
    if packing == "gz":
        import gzip
        import zlib

        with gzip.GzipFile(fileobj=archive) as stream:
            yield from _read(stream, (gzip.BadGzipFile, zlib.error))
        return
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    with zstd.ZstdFile(archive) as stream:
        yield from _read(stream, (zstd.ZstdError,))


class _Stream(Protocol):
    def read1(self, size: int, /) -> bytes: ...


def _read(stream: _Stream, errors: tuple[type[Exception], ...]) -> Iterator[bytes]:
    try:
        while piece := stream.read1(_PIECE):
            yield piece
    except errors as error:
        raise _Damaged(str(error)) from None


def begins_with(file: Path, head: Path) -> bool:
    """Whether a file holds all that another holds, at its beginning. Raises OSError when one cannot be read."""
    with file.open("rb") as whole, head.open("rb") as part:
        while piece := part.read(_PIECE):
            if whole.read(len(piece)) != piece:
                return False
    return True
