"""What a long line holds beyond what can be shown is cut and counted; what the contract knows of it stays."""

from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.contract import RunSnapshot
from contexta.workspace.frames import interpret
from contexta.workspace.trimming import trimmed
from tests import strategies as build


def read(root: Path, **files: list[build.Line]) -> RunSnapshot:
    return workspace.open(build.write_lines(root, **files)).snapshot("run:p.r")


def told(snapshot: RunSnapshot) -> list[str]:
    return [problem.what for problem in snapshot.problems if problem.key == "trimmed_line"]


def test_a_long_text_is_cut_and_says_how_long_it_was(tmp_path: Path) -> None:
    snapshot = read(tmp_path, captured=[build.record_frame(build.event("e", "x" * 50_000))])
    (event,) = snapshot.events
    assert event.payload.message == "x" * 10_000 + "… (cut: 50,000 characters)"
    assert told(snapshot) == ["holds more than a page can show; texts that were cut: 1"]


def test_entries_beyond_what_is_shown_are_left_out_and_counted(tmp_path: Path) -> None:
    attributes = {"first": 1, "many": [{"n": n} for n in range(20_000)], "last": 2}
    snapshot = read(tmp_path, captured=[build.record_frame(build.event("e", payload={"attributes": attributes}))])
    (event,) = snapshot.events
    kept = event.payload.attributes
    assert kept["first"] == 1
    assert kept["many"] == [{"n": n} for n in range(len(kept["many"]) - 1)] + kept["many"][-1:]
    assert 1_000 < len(kept["many"]) < 20_000
    (what,) = told(snapshot)
    assert "entries that are left out: " in what


def test_what_stands_after_what_is_too_much_is_kept_where_the_contract_knows_it(tmp_path: Path) -> None:
    run = {"extensions": [{"namespace": "n", **{f"k{n}": n for n in range(100_000)}}], **build.run_model(description="It is kept.")}
    snapshot = read(tmp_path, ledger=[build.put("Run", run)])
    assert (snapshot.run.description, snapshot.run.status) == ("It is kept.", "completed")
    assert len(told(snapshot)) == 1


def test_a_description_is_as_long_as_its_parser_takes_it(tmp_path: Path) -> None:
    snapshot = read(tmp_path, ledger=[build.put("Run", build.run_model(description="x" * 90_000))])
    assert snapshot.run.description == "x" * 90_000
    assert told(snapshot) == []


@pytest.mark.parametrize(
    "frame",
    [
        build.put("Run", build.run_model(extensions=[{"namespace": "n", "x": list(range(4_000))}])),
        build.record_frame(build.metric("m", 1, payload={"tags": {"t": "x" * 9_000}})),
        build.artifact_frame(build.manifest(attributes={"x": ["y" * 100] * 80})),
    ],
)
def test_what_fits_is_as_it_was(frame: dict[str, Any]) -> None:
    item = interpret(frame)
    assert trimmed(item) == (item, "")


def test_a_line_that_stands_twice_is_told_to_stand_twice(tmp_path: Path) -> None:
    frame = build.record_frame(build.event("e", "x" * 50_000))
    snapshot = read(tmp_path, captured=[frame, frame])
    assert len(snapshot.events) == 1
    assert [problem.key for problem in snapshot.problems] == ["trimmed_line", "repeated_record", "trimmed_line"]
