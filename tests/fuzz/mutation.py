"""Bytes of workspaces, changed as broken disks, killed programs and hostile people change them."""

import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.conftest import REAL, TINY

Files = dict[str, bytes]

# Of a longer file only so many neighbouring lines are taken, so that an input takes a moment.
_LINES = 20

# The share of workspaces with a ledger.db that keep it: to open one takes longer than all else.
_DATABASES = 0.05

_TOKENS = (
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"-0.0",
    b"NaN",
    b"Infinity",
    b"1" + b"0" * 400,
    b"-9223372036854775809",
    b"18446744073709551616",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b'"\\ud800"',
    b'"\\u0000\\u001b[31m"',
    b'"\\u202e\\u200b\\ufeff"',
    b'"<script>alert(1)</script>"',
    b'"](javascript:alert(1)) | ` ![x](http://x)"',
    b'"' + b"x" * 5_000 + b'"',
    b"[" * 150 + b"]" * 150,
    b"[" * 2_000,
    b'"2025-02-30T25:61:61Z"',
    b'"0001-01-01T00:00:00.000000001Z"',
    b'"9999-12-31T23:59:59.999999999Z"',
    b'"run:a.b"',
    b'"stage:a.b.c"',
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\r\n",
    b"\n",
    b"\x00" * 64,
)


def seeds() -> list[Files]:
    """The files of every workspace there is to begin with; the real ones where they lie beside the checkout."""
    example = TINY.parent.parent / "site_example" / ".contexta"
    roots = [*sorted(TINY.glob("*/*")), example, *(sorted(REAL.iterdir()) if REAL.is_dir() else [])]
    found = [
        {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.suffix in (".jsonl", ".db")}
        for root in roots
    ]
    return [files for files in found if files]


def mutated(files: Files, donors: list[Files], chance: Random) -> Files:
    """Files with some of their bytes changed; `donors` are what bytes of other files are taken from."""
    changed = {name: _some_lines(data, chance) for name, data in files.items() if not name.endswith(".db")}
    if not changed or chance.random() < _DATABASES:
        changed |= {name: data for name, data in files.items() if name.endswith(".db")}
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        name = chance.choice(sorted(changed))
        other = chance.choice(sorted(chance.choice(donors).items()))[1]
        mutate = chance.choice(_IN_BYTES if name.endswith(".db") else _MUTATIONS)
        changed[name] = mutate(changed[name], other, chance)
    if chance.random() < 0.1:
        name = chance.choice(sorted(changed))
        if name.endswith(".jsonl"):
            data = gzip.compress(changed.pop(name), 1, mtime=0)
            changed[f"{name}.gz"] = chance.choice((_flip, _cut, _truncate, _duplicate, lambda data, _other, _chance: data))(
                data, data, chance
            )
    return changed


def write(files: Files, root: Path) -> None:
    """Write files under a folder."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _some_lines(data: bytes, chance: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    first = chance.randrange(max(1, len(lines) - _LINES + 1))
    return b"".join(lines[first : first + _LINES])


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    """Two places, mostly near each other."""
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 8, 40, 300, 5_000)))


def _flip(data: bytes, _other: bytes, chance: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20)) if data else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, _other: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _truncate(data: bytes, _other: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _duplicate(data: bytes, _other: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 1, 2, 30)) + data[end:]


def _splice(data: bytes, other: bytes, chance: Random) -> bytes:
    start, end = _span(data, chance)
    first, last = _span(other, chance)
    return data[:start] + other[first:last] + data[end:]


def _insert(data: bytes, _other: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_TOKENS) + data[place:]


def _replace_value(data: bytes, _other: bytes, chance: Random) -> bytes:
    """Put another value after one of the colons."""
    parts = data.split(b":")
    place = chance.randrange(len(parts))
    _, comma, rest = parts[place].partition(b",")
    parts[place] = chance.choice(_TOKENS) + comma + rest
    return b":".join(parts)


def _swap_lines(data: bytes, _other: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _duplicate_line(data: bytes, other: bytes, chance: Random) -> bytes:
    """Insert a line of this file, or of another."""
    lines = data.split(b"\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(chance.choice((data, other)).split(b"\n")))
    return b"\n".join(lines)


Mutation = Callable[[bytes, bytes, Random], bytes]
_IN_BYTES: tuple[Mutation, ...] = (_flip, _cut, _truncate, _duplicate, _splice)
_MUTATIONS: tuple[Mutation, ...] = (*_IN_BYTES, _insert, _replace_value, _replace_value, _swap_lines, _duplicate_line)
