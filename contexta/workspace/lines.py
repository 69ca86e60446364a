"""JSONL as it is found on disk: every line with its place, none lost, none trusted.

Lines end at `\\n` and nowhere else (a string may hold U+2028). A last line without one is still being written, or was cut off
by a crash: it is reported, never used, because the rest of a number may be missing.
"""

import json
import math
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO, FileIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import orjson

from contexta.contract import Problem

# A longer line is reported and passed over unread, so that one line cannot take all memory.
MAX_LINE = 16 * 1024 * 1024

# So much of a line that is too long, or has no end, is kept to tell whose it was.
SHOWN = 64 * 1024

# Deeper nesting is reported and passed over: it cannot be written as JSON again, and helps no reader.
MAX_DEPTH = 200

# No whole number with so many digits is a finite float.
_LONGEST = 400

# How much is read at a time where whole lines are taken in blocks: what is made of it stays in the processor's cache.
BLOCK = 64 * 1024

# (How many bytes, from which on) → bytes.
Read = Callable[[int, int], bytes]

# What opens or closes a level, and strings, in which brackets mean nothing.
_STRUCTURE = re.compile(rb'[][{}]|"(?:[^"\\]|\\.)*"')

BOM = b"\xef\xbb\xbf"


class Located(NamedTuple):
    """A line that holds JSON; `lenient` says that it was not strict JSON."""

    file: str
    line: int
    raw: bytes
    value: Any
    lenient: bool = False

    def problem(self, key: str, what: str, **severity: Any) -> Problem:
        """A problem at this place."""
        return Problem(self.file, self.line, key, what, **severity)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that holds no JSON, and as much of it as may tell whose it was."""

    problem: Problem
    raw: bytes = b""


class Stretch(Protocol):
    """Some neighbouring lines of a file: from byte `start` up to `end`, the first being line `line`."""

    @property
    def start(self) -> int:
        """The first byte of the first line."""

    @property
    def end(self) -> int:
        """The byte after the end of the last line."""

    @property
    def line(self) -> int:
        """The number of the first line, from 1."""


@dataclass(slots=True)
class Block:
    """Whole lines as they stand in a file, each with its end; not parsed, because a quick way may not need that.

    They come from one stretch or from several; `numbers` are theirs in the file.
    """

    file: str
    texts: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def take(self, data: bytes, line: int) -> int:
        """Take the whole lines of some more bytes; gives how many bytes those are."""
        texts = BytesIO(data).readlines()  # takes a sixth of what splitting does
        cut = 0 if data.endswith(b"\n") or not texts else len(texts.pop())
        self.texts += texts
        self.numbers += range(line, line + len(texts))
        return len(data) - cut

    def parsed(self, index: int) -> "Located | Unusable":
        """One of the lines."""
        return parsed(self.file, self.numbers[index], self.texts[index])


def read_blocks(path: Path, file: str, stretches: Iterable[Stretch]) -> Iterator[Block | Unusable]:
    """The lines of some stretches of a file, which is opened once; short stretches share a block.

    A file that does not hold a stretch any more is told, and read no further. Raises OSError when it cannot be read at all.
    """
    shared, size, lost = Block(file), 0, None
    with path.open("rb", buffering=0) as stream:
        read = reader(stream)
        for stretch in stretches:
            start, wanted = stretch.start, stretch.end - stretch.start
            if size + wanted > BLOCK and size:
                yield shared
                shared, size = Block(file), 0
            if wanted > BLOCK:
                lost = yield from _long_stretch(read, file, stretch)
            else:
                size += wanted
                held = len(shared.texts)
                if shared.take(read(wanted, start), stretch.line) < wanted:
                    lost = stretch.line + len(shared.texts) - held
            if lost is not None:
                break
    if shared.texts:
        yield shared
    if lost is not None:
        what = "the file was cut off or written anew while it was read; what stood from here on is not read"
        yield Unusable(Problem(file, lost, "changed_file", what, "error"))


def _long_stretch(read: Read, file: str, stretch: Stretch) -> Generator[Block, None, int | None]:
    """The lines of a stretch, about BLOCK bytes at a time; returns the number of the first line that is not there any more."""
    start, line, size = stretch.start, stretch.line, BLOCK
    while start < stretch.end:
        data = read(min(size, stretch.end - start), start)
        block = Block(file)
        taken = block.take(data, line)
        if taken:
            yield block
            start, line, size = start + taken, line + len(block.texts), BLOCK
        elif len(data) < size or size > MAX_LINE:
            return line  # no stretch held such a line
        else:
            size *= 2  # a line longer than what was read
    return None


def reader(stream: FileIO) -> Read:
    """What reads so many bytes from a place on, or all that there are."""
    at = getattr(os, "pread", None)  # not everywhere; half the calls

    def seek_and_read(size: int, start: int) -> bytes:
        stream.seek(start)
        return stream.read(size) or b""

    some: Read = partial(at, stream.fileno()) if at else seek_and_read

    def read(size: int, start: int) -> bytes:
        data = some(size, start)
        while 0 < len(data) < size and (more := some(size - len(data), start + len(data))):
            data += more
        return data

    return read


def read_lines(path: Path, file: str) -> Iterator[Located | Unusable]:
    """The lines of a file; `file` is its name in problems. Raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        for line in count(1):
            data = stream.readline(MAX_LINE + 1)
            if not data:
                return
            if data.endswith(b"\n"):
                yield parsed(file, line, data)
            else:
                yield unfinished(file, line, data, len(data) + _pass_over(stream))


def _pass_over(stream: BinaryIO) -> int:
    size = 0
    while data := stream.readline(MAX_LINE):
        size += len(data)
        if data.endswith(b"\n"):
            break
    return size


def unfinished(file: str, line: int, data: bytes, size: int) -> Unusable:
    """A line that is longer than what is read, or has no end; `data` is its beginning, `size` its length in bytes."""
    if size > MAX_LINE:
        what = f"a line of {size / 1e6:.1f} MB, longer than the {MAX_LINE / 1e6:.1f} MB that are read; passed over"
        return Unusable(Problem(file, line, "long_line", what), data[:SHOWN])
    what = f"the last line has no end ({size} bytes): still being written, or cut off; not read"
    return Unusable(Problem(file, line, "torn_line", what), data[:SHOWN])


def file_notices(path: Path, file: str, size: int = MAX_LINE) -> Iterator[Unusable]:
    """What is odd about the first `size` bytes of a file, and does not matter; raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        first = stream.readline(min(size, MAX_LINE))
    if first.startswith(BOM):
        yield Unusable(Problem(file, 1, "byte_order_mark", "the file begins with a byte-order mark; passed over", "info"))
    if first.endswith(b"\r\n"):
        yield Unusable(Problem(file, 1, "crlf", "the lines end in CR LF; read as if they ended in LF", "info"))


def parsed(file: str, line: int, data: bytes) -> Located | Unusable:
    """What a whole line holds."""
    text = data.rstrip(b"\r\n")
    if line == 1:
        text = text.removeprefix(BOM)
    if not text.strip():
        return Unusable(Problem(file, line, "blank_line", "the line is blank", "info"))
    if is_too_deep(text):
        what = f"nested deeper than the {MAX_DEPTH} levels that are read; passed over"
        return Unusable(Problem(file, line, "deep_line", what), text)
    try:
        return Located(file, line, text, orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return _second_reading(file, line, text, error)


def is_too_deep(text: bytes) -> bool:
    """Whether a line may nest deeper than MAX_DEPTH. Counting brackets first is quick, and settles nearly every line."""
    # In CPython, taking letters out is ten times as quick as counting them.
    if 2 * len(text) - len(text.replace(b"{", b"")) - len(text.replace(b"[", b"")) <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for part in _STRUCTURE.finditer(text):
        if part[0] in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif part[0] in (b"}", b"]"):
            depth -= 1
    return deepest > MAX_DEPTH


def _second_reading(file: str, line: int, text: bytes, error: orjson.JSONDecodeError) -> Located | Unusable:
    """What the standard library makes of a line that is not strict JSON: it knows NaN, Infinity and lone surrogates."""
    try:
        value = _mended(json.loads(text.decode("utf-8"), parse_int=_whole))
    except UnicodeDecodeError as fault:
        what = f"not UTF-8 at byte {fault.start} of the line"
    except (ValueError, RecursionError):
        what = f"not JSON at byte {error.pos} of the line: {error.msg.partition(':')[0]}"
    else:
        return Located(file, line, text, value, lenient=True)
    return Unusable(Problem(file, line, "malformed_line", what), text)


def _whole(digits: str) -> int | float:
    """A whole number; beyond any that counts as one, as a float: Python refuses to read very long ones."""
    return int(digits) if len(digits) < _LONGEST else float(digits)


def _mended(value: Any) -> Any:
    """The value with lone surrogates replaced, which cannot be written as UTF-8, and whole numbers beyond 64 bits as floats."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value) if abs(value) < 10**308 else (math.inf if value > 0 else -math.inf)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value
