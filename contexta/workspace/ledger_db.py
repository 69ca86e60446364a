"""`metadata/ledger.db`, the DuckDB file in which Contexta 1.0 keeps its puts. Read-only, and only the `payload_json` column."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from contexta.contract import Problem
from contexta.workspace.layout import LEDGER_DB
from contexta.workspace.lines import Located, Unusable

if TYPE_CHECKING:
    import duckdb

# Table → the class name of the models in it.
TABLES = {
    "projects": "Project",
    "runs": "Run",
    "stage_executions": "StageExecution",
    "batch_executions": "BatchExecution",
    "sample_observations": "SampleObservation",
    "deployment_executions": "DeploymentExecution",
    "environment_snapshots": "EnvironmentSnapshot",
}
# Tables that hold no model; said when they hold anything.
UNREAD = ("relations", "provenance_records")

MISSING_DUCKDB = (
    "not read: this DuckDB file needs the duckdb package, which is not installed; "
    "install contexta with its extra [duckdb], or: pip install duckdb"
)


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the file; nothing that it holds can read or load other files."""
    import duckdb

    return duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})


def can_be_read() -> bool:
    """Whether the package is there that reads such files."""
    return importlib.util.find_spec("duckdb") is not None


def readable_tables(path: Path) -> tuple[list[str], list[Problem]]:
    """The tables of models in the file, and what is not read of it and why."""
    try:
        import duckdb
    except ImportError:
        return [], [Problem(LEDGER_DB, 0, "missing_extra", MISSING_DUCKDB, "error")]
    try:
        with connect(path) as connection:
            names = _names(connection, "SELECT table_name FROM duckdb_tables() WHERE NOT internal")
            views = _names(connection, "SELECT view_name FROM duckdb_views() WHERE NOT internal")
            counts = {name: _count(connection, name) for name in UNREAD if name in names}
    except duckdb.Error as error:
        return [], [Problem(LEDGER_DB, 0, "unreadable_file", f"cannot be read: {_first_line(error)}", "error")]
    problems = [
        Problem(LEDGER_DB, 0, "unread_table", f"{count} rows of {name} are not shown", "info") for name, count in counts.items() if count
    ]
    # A view may compute anything, for ever.
    problems += (
        Problem(LEDGER_DB, 0, "unread_table", f"{name} is a view, no table; not read", "error") for name in TABLES if name in views
    )
    return [table for table in TABLES if table in names], problems


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {row[0] for row in connection.execute(query).fetchall()}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.table(table).count("*").fetchall()[0][0])


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def read_rows(path: Path, name: str, table: str, start: int = 0, end: int | None = None) -> Iterator[Located | Unusable]:
    """The rows of a table of models, framed as puts; `start` and `end` are row ids, the first row being line 1."""
    import duckdb

    query = f"SELECT rowid, payload_json FROM {table} WHERE rowid >= ? AND (? IS NULL OR rowid < ?) ORDER BY rowid"  # noqa: S608  # a name in TABLES
    try:
        with connect(path) as connection:
            rows = connection.execute(query, [start, end, end]).fetchall()
    except duckdb.Error as error:
        yield Unusable(Problem(name, 0, "unreadable_file", f"cannot be read: {_first_line(error)}", "error"))
        return
    for row, text in rows:
        try:
            model = orjson.loads(text or "")
        except orjson.JSONDecodeError as error:
            yield Unusable(Problem(name, row + 1, "malformed_line", f"payload_json is not JSON: {error.msg}"))
        else:
            yield Located(name, row + 1, text.encode("utf-8", "replace"), {"model": model, "type": TABLES[table], "put_at": ""})
