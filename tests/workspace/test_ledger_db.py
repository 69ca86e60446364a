"""`metadata/ledger.db`: read where duckdb is installed, told in words where it is not or where the file is broken."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contexta import workspace
from contexta.contract import Problem, StableRef
from contexta.workspace import ledger_db as ledger_db_module
from contexta.workspace.ledger_db import TABLES
from tests import strategies as build

Rows = dict[str, list[str | None]]

TABLE_OF = {model: table for table, model in TABLES.items()}


def ledger_db(root: Path, rows: Rows) -> Path:
    """A workspace whose ledger.db holds these payloads; gives its root back."""
    (root / "metadata").mkdir(parents=True)
    with duckdb.connect(str(root / "metadata" / "ledger.db")) as connection:
        for table, payloads in rows.items():
            connection.execute(f"CREATE TABLE {table} (ref VARCHAR, payload_json VARCHAR)")
            for number, payload in enumerate(payloads):
                connection.execute(f"INSERT INTO {table} VALUES (?, ?)", [f"ref-{number}", payload])
    return root


def described(**models: Any) -> Rows:
    return {TABLE_OF[name]: [json.dumps(model)] for name, model in models.items()}


ALL = described(
    Project=build.project_model(name="From the database"),
    Run=build.run_model(description="described"),
    StageExecution=build.stage_model(),
    BatchExecution=build.batch_model(),
    SampleObservation=build.seen_model("sample"),
    DeploymentExecution=build.deployment_model(run_ref="run:p.r"),
    EnvironmentSnapshot=build.environment_model(),
)


def only_problem(root: Path) -> Problem:
    (problem,) = workspace.open(root).problems
    return problem


def test_every_model_in_the_database_turns_up(tmp_path: Path) -> None:
    opened = workspace.open(ledger_db(tmp_path, ALL))
    snapshot = opened.snapshot("run:p.r")
    assert snapshot.project.name == "From the database"
    assert snapshot.run.description == "described"
    shown: tuple[Any, ...] = (*snapshot.stages, *snapshot.batches, *snapshot.samples, *snapshot.deployments)
    assert [model.name for model in shown] == ["train", "epoch-0", "s-1", "prod"]
    assert [str(model.ref) for model in snapshot.environments] == ["environment:p.r.env"]
    assert not any(model.inferred for model in shown)
    assert (snapshot.problems, opened.problems) == ((), ())


def test_records_of_the_segments_join_what_the_database_describes(tmp_path: Path) -> None:
    root = ledger_db(tmp_path, ALL)
    build.write_lines(root, segment=[build.segment_frame(build.metric("m", 0.5, stage_execution_ref="stage:p.r.train"))])
    snapshot = workspace.open(root).snapshot("run:p.r")
    assert [series.values for series in snapshot.series] == [(0.5,)]
    assert snapshot.run.status == "completed"


def test_a_put_in_the_ledger_of_lines_is_newer_than_the_database(tmp_path: Path) -> None:
    root = ledger_db(tmp_path, described(Run=build.run_model(description="old")))
    build.write_lines(root, ledger=[build.put("Run", build.run_model(description="new"))])
    assert workspace.open(root).snapshot("run:p.r").run.description == "new"


def test_a_row_that_is_no_json_is_told_with_table_and_row(tmp_path: Path) -> None:
    rows: Rows = {"runs": [json.dumps(build.run_model("p.a")), "{", json.dumps(build.run_model("p.b")), None]}
    opened = workspace.open(ledger_db(tmp_path, rows))
    assert [(problem.place, problem.key) for problem in opened.problems] == [
        ("metadata/ledger.db#runs:2", "malformed_line"),
        ("metadata/ledger.db#runs:4", "malformed_line"),
    ]
    assert [str(ref) for ref in opened.run_refs()] == ["run:p.a", "run:p.b"]


def test_a_row_that_breaks_the_contract_is_told_with_table_and_row(tmp_path: Path) -> None:
    rows = described(Run=build.run_model(), StageExecution=build.stage_model(status="done"))
    (problem,) = workspace.open(ledger_db(tmp_path, rows)).snapshot("run:p.r").problems
    assert problem.place == "metadata/ledger.db#stage_executions:1"
    assert problem.what.startswith("status: expected one of")


def test_rows_of_other_tables_are_said_to_be_unread(tmp_path: Path) -> None:
    root = ledger_db(tmp_path, {**described(Run=build.run_model()), "relations": ["{}", "{}"], "provenance_records": [], "mine": ["{}"]})
    assert only_problem(root) == Problem("metadata/ledger.db", 0, "unread_table", "2 rows of relations are not shown", "info")


def test_a_table_without_its_payload_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    root = ledger_db(tmp_path, described(Run=build.run_model()))
    with duckdb.connect(str(root / "metadata" / "ledger.db")) as connection:
        connection.execute("CREATE TABLE projects (ref VARCHAR)")
    assert (only_problem(root).place, only_problem(root).key) == ("metadata/ledger.db#projects", "unreadable_file")
    assert workspace.open(root).run_refs() == (StableRef.parse("run:p.r"),)


def test_without_duckdb_the_problem_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = ledger_db(tmp_path, ALL)
    build.write_lines(root, segment=[build.segment_frame(build.event("e"))])
    monkeypatch.setitem(sys.modules, "duckdb", None)
    opened = workspace.open(root)
    (problem,) = opened.problems
    assert (problem.place, problem.key, problem.severity) == ("metadata/ledger.db", "missing_extra", "error")
    assert "pip install duckdb" in problem.what
    assert opened.snapshot("run:p.r").unassigned
    assert len(opened.snapshot("run:p.r").events) == 1


@pytest.mark.parametrize("data", [b"", b"not a database at all", b"\x00" * 8192])
def test_a_corrupt_database_is_a_problem_and_the_rest_is_there(tmp_path: Path, data: bytes) -> None:
    root = build.write_lines(tmp_path, segment=[build.segment_frame(build.event("e"))])
    (root / "metadata").mkdir()
    (root / "metadata" / "ledger.db").write_bytes(data)
    opened = workspace.open(root)
    assert [(problem.place, problem.key) for problem in opened.problems] == [("metadata/ledger.db", "unreadable_file")]
    assert len(opened.snapshot("run:p.r").events) == 1


def test_reading_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    root = ledger_db(tmp_path, ALL)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    workspace.open(root).snapshot("run:p.r")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_view_is_not_read_whatever_it_would_compute(tmp_path: Path) -> None:
    """It could read any file of this machine onto a page."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    root = ledger_db(tmp_path / "workspace", {})
    model = build.run_model(name="NAME")
    text = f"replace('{json.dumps(model)}', 'NAME', (SELECT content FROM read_text('{secret}')))"
    with duckdb.connect(str(root / "metadata" / "ledger.db")) as connection:
        connection.execute(f"CREATE VIEW runs AS SELECT 0 AS rowid, {text} AS payload_json")
    assert only_problem(root).what == "runs is a view, no table; not read"
    assert workspace.open(root).run_refs() == ()


def test_the_database_cannot_reach_other_files(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret\n")
    with (
        ledger_db_module.connect(ledger_db(tmp_path, {}) / "metadata" / "ledger.db") as connection,
        pytest.raises(duckdb.PermissionException),
    ):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_database_that_leads_elsewhere_or_is_no_file_is_not_opened(kind: str, tmp_path: Path) -> None:
    elsewhere = ledger_db(tmp_path / "elsewhere", ALL) / "metadata" / "ledger.db"
    place = build.write_lines(tmp_path / "workspace") / "metadata" / "ledger.db"
    place.parent.mkdir()
    if kind == "link":
        place.symlink_to(elsewhere)
    else:
        os.mkfifo(place)
    assert only_problem(tmp_path / "workspace").key == ("outside_file" if kind == "link" else "unreadable_file")
