"""Brings the index of a workspace up to date: reads what was appended, and what was rewritten anew."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.fingerprint import digest, same_file, size_of, stamp
from contexta.workspace.index import Index, Known
from contexta.workspace.layout import LEDGER_DB
from contexta.workspace.lines import MAX_LINE, file_notices
from contexta.workspace.planes import JsonlPlane, LedgerTable, Plane, jsonl_planes
from contexta.workspace.scan import Found, Part, Reading, found_in, read

# Files of more than twice as much are read in parts of this many bytes.
_PART = 32_000_000

# The stamp of a file that could not be read.
_UNREADABLE = "unreadable"


Spread = Callable[[Callable[[Part], Reading], Sequence[Part], int], Iterable[Reading]]


def here(work: Callable[[Part], Reading], parts: Sequence[Part], _size: int) -> Iterable[Reading]:
    """Read every part in this process, in order."""
    return map(work, parts)


def refresh(index: Index, root: Path, spread: Spread = here) -> tuple[dict[str, Plane], list[str]]:
    """Read what is new under a root; returns the planes by name in reading order, and what was read again and why.

    `spread` gives the readings of parts, so many bytes together, in their order, wherever they are made. Raises OSError when the folder
    cannot be listed.
    """
    known = index.planes()
    files = jsonl_planes(root)
    notes: list[str] = []
    if known and files and not any(_is_as_it_was(plane, known.get(plane.name)) for plane in files):
        notes.append("every file is read again: none is the one that was indexed")
        index.clear()
        known = {}
    planes: dict[str, Plane] = {table.name: table for table in _refresh_ledger(index, root, known, notes)}
    for plane in files:
        notes.extend(_refresh_file(index, plane, known.get(plane.name), spread))
        planes[plane.name] = plane
    for name, gone in known.items():
        if name not in planes and name != LEDGER_DB:
            index.drop(gone)
            notes.append(f"{name} is gone")
    index.settle()
    return planes, notes


def _is_as_it_was(plane: JsonlPlane, known: Known | None) -> bool:
    try:
        return known is not None and same_file(known.stamp, stamp(plane.path.stat()))
    except OSError:
        return False


def _refresh_file(index: Index, plane: JsonlPlane, known: Known | None, spread: Spread) -> Iterator[str]:
    try:
        with plane.path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            now = stamp(status)
            if known is not None and known.stamp == now:
                return
            if known is not None and (why := _rewritten(known, now, status.st_size, digest(stream, known.end))):
                index.drop(known)
                known = None
                yield f"{plane.name} is read again: {why}"
            if known is not None and known.line == 1:  # what is odd about the file is seen in its first line
                index.drop(known)
                known = None
            if known is None:
                known = index.add_plane(plane.name, now)
                index.add_problems(known, map(found_in, file_notices(plane.path, plane.name, status.st_size)))
            end, line = known.end, known.line
            parts = list(_parts(plane, stream, known, status.st_size))
            for reading in spread(read, parts, status.st_size - known.end):
                moved = line - reading.first
                index.add(known, reading, moved)
                end, line = reading.end, reading.line + moved
            index.advance(replace(known, stamp=now, end=end, line=line, digest=digest(stream, end)))
    except OSError as error:
        if known is not None:
            index.drop(known)
        problem = Problem(plane.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error")
        index.add_problems(index.add_plane(plane.name, _UNREADABLE), [Found(problem)])


def _parts(plane: JsonlPlane, stream: BinaryIO, known: Known, size: int) -> Iterator[Part]:
    """What is new of a file, cut at line ends into parts that can be read side by side.

    How many lines stand before a part is not known until those are read: all but the first are numbered from 2, as a file's first line
    is read a little differently.
    """
    start, line = known.end, known.line
    while size - start > 2 * _PART and (stop := _line_end(stream, start + _PART)) < size:
        yield Part(plane.name, plane.path, start, stop, line)
        start, line = stop, 2
    yield Part(plane.name, plane.path, start, size, line)


def _line_end(stream: BinaryIO, after: int) -> int:
    """Where the line ends that stands at an offset, or the file."""
    stream.seek(after)
    while (data := stream.readline(MAX_LINE)) and not data.endswith(b"\n"):
        pass
    return stream.tell()


def _rewritten(known: Known, now: str, size: int, found: bytes) -> str | None:
    """Why what was read of a file may no longer be what it holds; None when it only grew."""
    if known.stamp == _UNREADABLE:
        return "it could not be read before"
    if not same_file(known.stamp, now):
        return "another file is in its place"
    if size < known.end:
        return "it is shorter than before"
    if found != known.digest:
        return "what was read of it has changed"
    if size == size_of(known.stamp):
        return "it was written to, and did not grow"
    return None


def _refresh_ledger(index: Index, root: Path, known: dict[str, Known], notes: list[str]) -> list[LedgerTable]:
    """The tables of `metadata/ledger.db`; they are read again whenever the file changed."""
    path = root / LEDGER_DB
    tables = [plane for name, plane in known.items() if name.startswith(f"{LEDGER_DB}#")]
    before = known.get(LEDGER_DB)
    now = _ledger_stamp(path)
    if before is not None and before.stamp == now:
        return [LedgerTable(plane.name, path, plane.name.partition("#")[2]) for plane in tables]
    for plane in (*tables, *([before] if before else [])):
        index.drop(plane)
        known.pop(plane.name)
    if now is None:
        return []
    if before is not None:
        notes.append(f"{LEDGER_DB} is read again: it changed")
    names, problems = ledger_db.readable_tables(path)
    about = index.add_plane(LEDGER_DB, now)
    index.add_problems(about, map(Found, problems))
    return [_read_table(index, LedgerTable(f"{LEDGER_DB}#{name}", path, name), now) for name in names]


def _read_table(index: Index, table: LedgerTable, now: str) -> LedgerTable:
    reading = Reading(table.name)
    for row in table.scan():
        reading.add(row)
    index.add(index.add_plane(table.name, now), reading)
    return table


def _ledger_stamp(path: Path) -> str | None:
    """What changes with the file, its write-ahead log, or the package that reads it; None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    log = path.with_name(f"{path.name}.wal")
    return f"{stamp(status)}|{stamp(log.stat()) if log.exists() else ''}|{ledger_db.can_be_read()}"
