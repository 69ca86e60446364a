"""Which run each is measured against."""

from dataclasses import replace

from contexta.report import RunSummary
from contexta.site.predecessors import COMPARED, compared, predecessors
from tests.report import builders


def run(name: str, second: int, status: str = "completed", *, inferred: bool = False) -> RunSummary:
    started = f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"
    return replace(builders.run_summary(name), started_at=started, status=status, inferred=inferred)


def test_a_run_is_measured_against_the_completed_one_before_it_in_its_project() -> None:
    runs = [run("a.third", 3), run("a.first", 1), run("b.other", 2), run("a.second", 2)]
    assert predecessors(runs) == {"run:a.second": "run:a.first", "run:a.third": "run:a.second"}


def test_runs_that_did_not_complete_are_passed_over_and_are_measured_themselves() -> None:
    runs = [run("a.good", 1), run("a.failed", 2, "failed"), run("a.open", 3, "open"), run("a.new", 4)]
    assert predecessors(runs) == {"run:a.failed": "run:a.good", "run:a.open": "run:a.good", "run:a.new": "run:a.good"}


def test_a_run_that_is_only_inferred_may_have_completed() -> None:
    assert predecessors([run("a.seen", 1, "unknown", inferred=True), run("a.new", 2)]) == {"run:a.new": "run:a.seen"}


def test_of_runs_that_began_at_once_the_name_decides() -> None:
    assert predecessors([run("a.b", 1), run("a.a", 1)]) == {"run:a.b": "run:a.a"}


def test_the_newest_runs_of_each_project_are_compared() -> None:
    runs = [run(f"a.r-{number:03}", number) for number in range(COMPARED + 5)] + [run("b.one", 1), run("b.two", 2)]
    pairs = compared(runs, predecessors(runs))
    assert len(pairs) == COMPARED + 1
    assert "run:a.r-004" not in pairs
    assert pairs["run:a.r-005"] == "run:a.r-004"
    assert pairs["run:b.two"] == "run:b.one"
