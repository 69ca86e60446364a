"""The SQLite file that keeps what was learned of a workspace. It is a cache: whatever is odd about it, it is made anew."""

import hashlib
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

# Raise it with every change of the tables or of what stands in them.
VERSION = 2

_TABLES = """
CREATE TABLE plane (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, end INTEGER NOT NULL, line INTEGER NOT NULL,
    digest BLOB NOT NULL
);
CREATE TABLE owner (id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
CREATE TABLE extent (owner INTEGER NOT NULL, plane INTEGER NOT NULL, first INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX extent_of_owner ON extent (owner);
CREATE TABLE together (run INTEGER NOT NULL, deployment INTEGER NOT NULL, plane INTEGER NOT NULL, UNIQUE (run, deployment, plane));
CREATE TABLE problem (
    plane INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL, severity TEXT NOT NULL, named TEXT NOT NULL,
    tail INTEGER NOT NULL
);
CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, input TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE about (version INTEGER NOT NULL, byteorder TEXT NOT NULL, epoch TEXT NOT NULL, tick INTEGER NOT NULL);
"""

_IGNORE = "# Made by contexta-report; may be deleted at any time.\n*\n"

Notify = Callable[[str], None]


@dataclass(slots=True)
class Database:
    """An open cache; `path` is None where it is in memory."""

    connection: sqlite3.Connection
    path: Path | None = None

    def commit(self) -> None:
        """Keep what was written, and the digest by which the next build knows the file for what was left."""
        self.connection.commit()
        if self.path is not None:
            temporary = self.path.with_suffix(".tmp")
            temporary.write_text(_digest(self.path))
            temporary.replace(_seal_of(self.path))

    def emptied(self) -> "Database":
        """A new cache in place of this one, which is of no use."""
        self.connection.close()
        return in_memory() if self.path is None else _new_file(self.path)


def in_memory() -> Database:
    """A cache that ends with the process."""
    return Database(_with_tables(sqlite3.connect(":memory:")))


def in_folder(folder: Path, name: str, notify: Notify) -> Database:
    """The cache in a folder as it was left, or anew where it cannot be trusted; `notify` is told why.

    Raises OSError or sqlite3.Error when the folder cannot be written.
    """
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(_IGNORE)
    path = folder / f"{name}.sqlite"
    if path.is_symlink() or not path.is_file():
        return _new_file(path)
    try:
        return _as_left(path)
    except sqlite3.DatabaseError as error:
        if "readonly" in str(error):
            raise
        notify(f"the index is made anew: {error}")
    return _new_file(path)


def _as_left(path: Path) -> Database:
    """The cache as the last build left it; raises sqlite3.DatabaseError when it is not."""
    connection = _connect(path)
    try:
        found = connection.execute("SELECT version, byteorder FROM about").fetchall()  # ends what a killed process had begun
        connection.execute("BEGIN IMMEDIATE")  # it can be written
        connection.rollback()
        if _sealed(path) != _digest(path):
            raise sqlite3.DatabaseError("it is not what the last build left")
        if found != [(VERSION, sys.byteorder)]:
            raise sqlite3.DatabaseError("it was written by another version")
    except BaseException:  # whatever it was, the file must be let go before it is made anew
        connection.close()
        raise
    return Database(connection, path)


def _new_file(path: Path) -> Database:
    for leftover in (path, path.with_name(f"{path.name}-journal"), _seal_of(path)):
        leftover.unlink(missing_ok=True)
    return Database(_with_tables(_connect(path)), path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    connection.execute("PRAGMA synchronous = OFF")  # the digest finds what a power cut tore
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _with_tables(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.executescript(_TABLES)
    # The epoch tells a cache from every other, so that nothing kept in one can be taken for what another would hold.
    connection.execute("INSERT INTO about VALUES (?, ?, ?, 0)", (VERSION, sys.byteorder, uuid4().hex))
    return connection


def _seal_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _sealed(path: Path) -> str:
    try:
        return _seal_of(path).read_text()
    except (OSError, ValueError):
        return ""


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
