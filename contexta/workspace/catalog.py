"""Brings the index of a workspace up to date: reads what was appended, and what was rewritten anew."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.fingerprint import digest, same_file, size_of, stamp
from contexta.workspace.index import Index, Known
from contexta.workspace.layout import LEDGER_DB
from contexta.workspace.lines import MAX_LINE, Located, file_notices
from contexta.workspace.listing import listing, why_closed
from contexta.workspace.planes import JsonlPlane, LedgerTable, Plane
from contexta.workspace.scan import Found, Part, Reading, found_in, read
from contexta.workspace.unpacking import Flaw, begins_with

# Files of more than twice as much are read in parts of this many bytes.
_PART = 32_000_000

# The stamp of a file that could not be read.
_UNREADABLE = "unreadable"


Spread = Callable[[Callable[[Part], Reading], Sequence[Part], int], Iterable[Reading]]


def here(work: Callable[[Part], Reading], parts: Sequence[Part], _size: int) -> Iterable[Reading]:
    """Read every part in this process, in order."""
    return map(work, parts)


def refresh(index: Index, root: Path, copies: Path, spread: Spread = here) -> tuple[dict[str, Plane], list[str]]:
    """Read what is new under a root; returns the planes by name in reading order, and what was read again and why.

    Compressed planes are unpacked in the folder `copies`. `spread` gives the readings of parts, so many bytes together, in their order,
    wherever they are made.
    """
    known = index.planes()
    listed = listing(root, copies)
    notes: list[str] = []
    if known and listed.planes and not any(_is_as_it_was(plane, known.get(plane.name)) for plane in listed.planes):
        notes.append("every file is read again: none is the one that was indexed")
        index.clear()
        known = {}
    planes: dict[str, Plane] = {table.name: table for table in _refresh_ledger(index, root, known, notes)}
    planes |= {plane.name: plane for plane in listed.planes}
    notes.extend(_refresh_files(index, listed.planes, known, spread))
    unread = {problem.file: problem for problem in listed.unread}
    for name, problem in unread.items():
        _tell_unread(index, known.get(name), problem)
    for name, gone in known.items():
        if name not in planes and name != LEDGER_DB and name not in unread:
            index.drop(gone)
            notes.append(f"{name} is gone")
    index.settle()
    return planes, notes


def _refresh_files(index: Index, planes: Sequence[JsonlPlane], known: dict[str, Known], spread: Spread) -> Iterator[str]:
    """Those with a twin come last: whether they are read depends on what that holds."""
    by_name = {plane.name: plane for plane in planes}
    anew: set[str] = set()
    for plane in sorted(planes, key=lambda plane: bool(plane.twin)):
        before = known.get(plane.name)
        if plane.archive is None:
            notes = list(_refresh_file(index, plane, before, spread))
        elif before is None or plane.twin in anew or before.stamp != _stamp_of(plane):
            notes = list(_refresh_archive(index, plane, by_name.get(plane.twin), before, spread))
        else:
            notes = []
        if notes:
            anew.add(plane.name)
        yield from notes


def _is_as_it_was(plane: JsonlPlane, known: Known | None) -> bool:
    try:
        return known is not None and same_file(known.stamp, stamp(plane.source.stat()))
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
            known = known or index.add_plane(plane.name, now)
            _read_on(index, plane, stream, replace(known, stamp=now), status.st_size, spread)
    except OSError as error:
        _tell_unread(index, known, _unreadable(plane, error))


def _read_on(index: Index, plane: JsonlPlane, stream: BinaryIO, known: Known, size: int, spread: Spread) -> None:
    """Read what stands in a plane after what is known of it. Raises OSError when it cannot be read."""
    if known.end == 0:
        index.add_problems(known, map(found_in, file_notices(plane.path, plane.name, size)))
    end, line = known.end, known.line
    parts = list(_parts(plane, stream, known, size))
    for reading in spread(read, parts, size - known.end):
        moved = line - reading.first
        index.add(known, reading, moved)
        end, line = reading.end, reading.line + moved
    index.advance(replace(known, end=end, line=line, digest=digest(stream, end)))


def _refresh_archive(index: Index, plane: JsonlPlane, twin: JsonlPlane | None, known: Known | None, spread: Spread) -> Iterator[str]:
    """Read all of a compressed plane: only its stamp tells whether it is the one that was read."""
    if known is not None:
        index.drop(known)
        yield f"{plane.name} is read again: it changed, or what stands beside it did"
    known = index.add_plane(plane.name, _stamp_of(plane))
    try:
        flaw = plane.unpack()
        if twin is not None and _repeats(plane, twin):
            flaw = Flaw("same_lines", f"holds nothing that does not stand in {twin.name}; read once", "info")
            plane.path.write_bytes(b"")
        if flaw is not None:
            index.add_problems(known, [Found(Problem(plane.name, 0, *flaw))])
        with plane.path.open("rb") as stream:
            _read_on(index, plane, stream, known, os.fstat(stream.fileno()).st_size, spread)
    except OSError as error:
        plane.path.unlink(missing_ok=True)
        _tell_unread(index, known, _unreadable(plane, error))


def _repeats(plane: JsonlPlane, twin: JsonlPlane) -> bool:
    """Whether a plane is its twin, packed, or the beginning of it: so it is while a segment is being compressed."""
    twin.prepare()
    try:
        return begins_with(twin.path, plane.path)
    except OSError:  # told of the twin
        return False


def _stamp_of(plane: JsonlPlane) -> str:
    """What changes with the file, and when a twin comes or goes."""
    try:
        status = plane.source.stat()
    except OSError:
        return _UNREADABLE
    return f"{stamp(status)}|beside" if plane.twin else stamp(status)


def _unreadable(plane: JsonlPlane, error: OSError) -> Problem:
    what = "unpacked" if plane.archive else "read"
    return Problem(plane.name, 0, "unreadable_file", f"cannot be {what}: {error.strerror}", "error")


def _tell_unread(index: Index, known: Known | None, problem: Problem) -> None:
    """Forget what was read of a file, and say why it is not read."""
    if known is not None:
        index.drop(known)
    index.add_problems(index.add_plane(problem.file, _UNREADABLE), [Found(problem)])


def came_and_went(index: Index, root: Path, copies: Path) -> bool:
    """Whether other files lie there than were looked at."""
    known = {name: one for name, one in index.planes().items() if not name.startswith(LEDGER_DB)}
    now = listing(root, copies)
    planes = {plane.name: plane for plane in now.planes}
    if known.keys() != planes.keys() | {problem.file for problem in now.unread}:
        return True
    return bool(changed(index, planes, [name for name in planes if known[name].stamp != _UNREADABLE]))


def changed(index: Index, planes: Mapping[str, Plane], names: Iterable[str]) -> list[str]:
    """Those of some planes that no longer hold what was read of them; that one grew is no such change."""
    known = index.planes()
    some = ((name, planes[name]) for name in sorted(names))
    return [name for name, plane in some if isinstance(plane, JsonlPlane) and not _holds(plane, known[name])]


def _holds(plane: JsonlPlane, known: Known) -> bool:
    """Whether a file still holds what was read of it."""
    now = _stamp_of(plane)
    if now == known.stamp:
        return True
    if plane.archive is not None or not same_file(known.stamp, now) or size_of(now) < known.end:
        return False
    try:
        with plane.path.open("rb") as stream:
            return digest(stream, known.end) == known.digest
    except OSError:
        return False


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
    about = index.add_plane(LEDGER_DB, now)
    closed = why_closed(path, root)
    names, problems = ledger_db.readable_tables(path) if closed is None else ([], [Problem(LEDGER_DB, 0, *closed)])
    index.add_problems(about, map(Found, problems))
    return [_read_table(index, LedgerTable(f"{LEDGER_DB}#{name}", path, name), now) for name in names]


def _read_table(index: Index, table: LedgerTable, now: str) -> LedgerTable:
    reading = Reading(table.name)
    for row in table.scan():
        number = row.line if isinstance(row, Located) else 0
        reading.add(row, number - 1, number)
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
