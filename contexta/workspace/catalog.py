"""Brings the index of a workspace up to date: reads what was appended, and what was rewritten anew."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from contexta.contract import Problem
from contexta.workspace import ledger_db
from contexta.workspace.fingerprint import digest, same_file, size_of, stamp
from contexta.workspace.index import Found, Index, Known
from contexta.workspace.layout import LEDGER_DB
from contexta.workspace.lines import file_notices
from contexta.workspace.planes import JsonlPlane, LedgerTable, Plane, jsonl_planes
from contexta.workspace.scan import Scan, found_in, pieces

# The stamp of a file that could not be read.
_UNREADABLE = "unreadable"


def refresh(index: Index, root: Path) -> tuple[dict[str, Plane], list[str]]:
    """Read what is new under a root; returns the planes by name in reading order, and what was read again and why.

    Raises OSError when the folder cannot be listed.
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
        notes.extend(_refresh_file(index, plane, known.get(plane.name)))
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


def _refresh_file(index: Index, plane: JsonlPlane, known: Known | None) -> Iterator[str]:
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
            if known is None:
                known = index.add_plane(plane.name, now)
                for notice in file_notices(plane.path, plane.name):
                    index.add_problem(known.id, found_in(notice))
            index.drop_tail(known.id)
            scan = Scan(index, known, known.line)
            end = known.end + sum(scan.take(piece) for piece in pieces(stream, known.end, status.st_size))
            index.advance(replace(known, stamp=now, end=end, line=scan.line, digest=digest(stream, end)))
    except OSError as error:
        if known is not None:
            index.drop(known)
        problem = Problem(plane.name, 0, "unreadable_file", f"cannot be read: {error.strerror}", "error")
        index.add_problem(index.add_plane(plane.name, _UNREADABLE).id, Found(problem))


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
    for problem in problems:
        index.add_problem(about.id, Found(problem))
    return [_read_table(index, LedgerTable(f"{LEDGER_DB}#{name}", path, name), now) for name in names]


def _read_table(index: Index, table: LedgerTable, now: str) -> LedgerTable:
    scan = Scan(index, index.add_plane(table.name, now), 1)
    for row in table.scan():
        scan.add(row)
    return table


def _ledger_stamp(path: Path) -> str | None:
    """What changes with the file, its write-ahead log, or the package that reads it; None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    log = path.with_name(f"{path.name}.wal")
    return f"{stamp(status)}|{stamp(log.stat()) if log.exists() else ''}|{ledger_db.can_be_read()}"
