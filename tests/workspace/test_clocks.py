"""Times that cannot all be right are told at the line that says them."""

from pathlib import Path
from typing import Any

import pytest

from contexta import workspace
from contexta.workspace.clocks import out_of_order
from contexta.workspace.lines import read_lines
from tests import strategies as build
from tests.site import put_run, workspace_of


def _run(began: int, ended: int) -> dict[str, Any]:
    return put_run("p", "r", started_at=build.at(began), ended_at=build.at(ended))


def _told(root: Path, run: dict[str, Any], *records: build.Line) -> list[tuple[str, str, str]]:
    files = build.write_lines(root, captured=[build.record_frame(record) for record in records], ledger=[run])
    return [(problem.place, problem.key, problem.what) for problem in workspace.open(files).snapshot("run:p.r").problems]


def test_what_was_seen_before_its_run_began_is_told_at_the_line_that_says_when_that_was(tmp_path: Path) -> None:
    ((place, key, what),) = _told(tmp_path, _run(100, 200), build.metric("a", 1), build.event("b"))
    assert (place, key) == ("metadata/ledger.jsonl:1", "seen_before_start")
    assert "run:p.r began at 2025-01-01T00:01:40Z, but something in it was seen" in what


def test_what_was_seen_long_after_its_run_ended_is_told_and_what_came_a_little_late_is_not(tmp_path: Path) -> None:
    def late(seconds: int) -> build.Line:
        return build.metric("a", 1, observed_at=build.at(seconds), recorded_at=build.at(seconds))

    assert _told(tmp_path / "little", _run(0, 100), late(3_000)) == []
    assert [key for _, key, _ in _told(tmp_path / "long", _run(0, 100), late(4_000))] == ["seen_after_end"]


def test_clocks_of_two_machines_may_differ_by_a_second(tmp_path: Path) -> None:
    record = build.metric("a", 1, observed_at="2025-01-01T00:01:39.2Z", recorded_at="2025-01-01T00:01:39.2Z")
    assert _told(tmp_path, _run(100, 200), record) == []


def test_puts_that_contradict_each_other_on_times_are_told_once(tmp_path: Path) -> None:
    root = workspace_of(tmp_path, _run(0, 100), _run(50, 100))
    assert [problem.key for problem in workspace.open(root).snapshot("run:p.r").problems] == ["contradiction"]


def _in_file(path: Path, *lines: bytes) -> list[tuple[int, str, str]]:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return [(problem.line, problem.key, problem.severity) for problem in out_of_order(read_lines(path, "f"))]


def _at(time: str) -> bytes:
    return b'{"captured_at": "2025-01-01T%bZ"}' % time.encode()


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (["10:00:00", "10:00:05", "10:00:01"], []),  # held up before it wrote
        (["10:00:00", "09:00:00", "09:00:01", "09:30:00"], [2]),
        (["10:00:00", "09:00:00", "08:00:00", "11:00:00", "10:00:00"], [2, 3, 5]),
    ],
)
def test_time_that_goes_back_is_told_once_each_time(tmp_path: Path, times: list[str], told: list[int]) -> None:
    assert _in_file(tmp_path / "f", *map(_at, times)) == [(line, "clock_set_back", "warning") for line in told]


@pytest.mark.parametrize("odd", [b"[]", b"{}", b'{"captured_at": 7}', b'{"captured_at": "yesterday"}', b'{"sequence": true}', b"{"])
def test_lines_that_say_no_time_and_no_number_are_passed_over(tmp_path: Path, odd: bytes) -> None:
    assert _in_file(tmp_path / "f", _at("10:00:00"), odd, _at("10:00:01")) == []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([1, 2, 3], []),
        ([7, 8, 9], []),  # a segment that was rotated
        ([1, 2, 5, 6], [(3, "warning")]),
        ([1, 2, None, 4], []),  # told as the line that it is
        ([1, 2, None, 5], [(4, "warning")]),
        ([1, 2, 3, 1, 2], []),  # the next writer
        ([1, 2, 3, 2, 3, 4], [(4, "info"), (5, "info")]),
    ],
)
def test_numbers_that_are_missing_or_go_back_are_told(tmp_path: Path, numbers: list[int | None], told: list[tuple[int, str]]) -> None:
    lines = [b'{"sequence": %d}' % number if number else b'{"seq' for number in numbers]
    assert _in_file(tmp_path / "f", *lines) == [(line, "broken_sequence", severity) for line, severity in told]
