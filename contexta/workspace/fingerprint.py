"""Whether a file is still the one that was read: its identity, and a digest of what was read that costs the same however long it is."""

import hashlib
import os
from typing import BinaryIO

# Of a longer file, so many stretches of so many bytes are digested, the first and the last of it among them.
_WHOLE = 1024 * 1024
_STRETCHES, _STRETCH = 64, 4096


def stamp(status: os.stat_result) -> str:
    """What changes whenever a file is replaced, grows, or is written to in place."""
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"


def same_file(one: str, other: str) -> bool:
    """Whether two stamps are of one file, whatever was written to it in between."""
    return one.partition(":")[0] == other.partition(":")[0]


def size_of(of: str) -> int:
    """The size in bytes that a stamp says; -1 when it is none."""
    parts = of.split(":")
    return int(parts[1]) if len(parts) == 4 else -1


def digest(stream: BinaryIO, end: int) -> bytes:
    """A digest of the first `end` bytes: of all of them up to 1 MiB, else of 64 stretches of 4 KiB spread evenly. Raises OSError."""
    found = hashlib.blake2b(digest_size=16)
    if end <= _WHOLE:
        stream.seek(0)
        found.update(stream.read(end))
    else:
        for number in range(_STRETCHES):
            stream.seek(number * (end - _STRETCH) // (_STRETCHES - 1))
            found.update(stream.read(_STRETCH))
    return found.digest()
