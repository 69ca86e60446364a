"""JSONL as it is found on disk: every line with its place, none lost, none trusted.

Lines end at `\\n` and nowhere else (a string may hold U+2028). A last line without one is still being written, or was cut off
by a crash: it is reported, never used, because the rest of a number may be missing.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from contexta.contract import Problem

# A longer line is reported and passed over unread, so that one line cannot take all memory.
MAX_LINE = 16 * 1024 * 1024

# So much of a line that cannot be used is kept, to tell whose it was.
SHOWN = 64 * 1024

# Deeper nesting is reported and passed over: it cannot be written as JSON again, and helps no reader.
MAX_DEPTH = 200

# What opens or closes a level, and strings, in which brackets mean nothing.
_STRUCTURE = re.compile(rb'[][{}]|"(?:[^"\\]|\\.)*"')

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Located:
    """A line that holds JSON; `start` and `end` are byte offsets (row ids in a database), `lenient` that it was not strict JSON."""

    file: str
    line: int
    start: int
    end: int
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


def read_lines(path: Path, file: str, start: int = 0, end: int | None = None, line: int = 1) -> Iterator[Located | Unusable]:
    """The lines between two byte offsets of a file; `file` is its name in problems, `line` the number of the first line.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as stream:
        stream.seek(start)
        while end is None or start < end:
            data = stream.readline(MAX_LINE + 1)
            if not data:
                return
            size = len(data)
            if not data.endswith(b"\n"):
                size += _pass_over(stream)
                yield unfinished(file, line, data, size)
            else:
                yield parsed(file, line, start, start + size, data)
            start += size
            line += 1


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


def file_notices(path: Path, file: str) -> Iterator[Unusable]:
    """What is odd about a file as a whole, and does not matter; raises OSError when it cannot be read."""
    with path.open("rb") as stream:
        first = stream.readline(MAX_LINE)
    if first.startswith(BOM):
        yield Unusable(Problem(file, 1, "byte_order_mark", "the file begins with a byte-order mark; passed over", "info"))
    if first.endswith(b"\r\n"):
        yield Unusable(Problem(file, 1, "crlf", "the lines end in CR LF; read as if they ended in LF", "info"))


def parsed(file: str, line: int, start: int, end: int, data: bytes) -> Located | Unusable:
    """What a whole line holds; `start` and `end` are its byte offsets."""
    text = data.rstrip(b"\r\n")
    if line == 1:
        text = text.removeprefix(BOM)
    if not text.strip():
        return Unusable(Problem(file, line, "blank_line", "the line is blank", "info"))
    if _is_too_deep(text):
        what = f"nested deeper than the {MAX_DEPTH} levels that are read; passed over"
        return Unusable(Problem(file, line, "deep_line", what), text[:SHOWN])
    try:
        return Located(file, line, start, end, text, orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return _second_reading(file, line, start, end, text, error)


def _is_too_deep(text: bytes) -> bool:
    """Whether a line may nest deeper than MAX_DEPTH. Counting brackets first is quick, and settles nearly every line."""
    if text.count(b"{") + text.count(b"[") <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for part in _STRUCTURE.finditer(text):
        if part[0] in (b"{", b"["):
            depth += 1
            deepest = max(deepest, depth)
        elif part[0] in (b"}", b"]"):
            depth -= 1
    return deepest > MAX_DEPTH


def _second_reading(file: str, line: int, start: int, end: int, text: bytes, error: orjson.JSONDecodeError) -> Located | Unusable:
    """What the standard library makes of a line that is not strict JSON: it knows NaN, Infinity and lone surrogates."""
    try:
        value = _mended(json.loads(text.decode("utf-8")))
    except UnicodeDecodeError as fault:
        what = f"not UTF-8 at byte {fault.start} of the line"
    except (ValueError, RecursionError):
        what = f"not JSON at byte {error.pos} of the line: {error.msg.partition(':')[0]}"
    else:
        return Located(file, line, start, end, text, value, lenient=True)
    return Unusable(Problem(file, line, "malformed_line", what), text[:SHOWN])


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
