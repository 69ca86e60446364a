"""How numbers changed from run to run."""

import math

import pytest

from contexta.report import RunSummary
from contexta.report.directions import BY_NAME
from contexta.report.inline import Change, Spark
from contexta.report.progress import Point, best, change, changes, latest, leading, spark
from contexta.report.summary import Headline
from tests.report.builders import run_summary

HUGE = 10**400


def run(number: int, status: str = "completed", /, **numbers: float) -> RunSummary:
    return run_summary(f"demo.r{number}", status, numbers)


def by(old: float, new: float, key: str = "acc") -> Change | None:
    return change(Headline(key, "", new, "s"), Headline(key, "", old, "s"), BY_NAME)


@pytest.mark.parametrize(
    ("key", "old", "new", "expected"),
    [
        ("acc", 1, 3, Change(2, better=True)),
        ("acc", 3, 1, Change(-2, better=False)),
        ("loss", 3, 1, Change(-2, better=True)),
        ("loss", 1, 3, Change(2, better=False)),
        ("rows", 1, 3, Change(2)),
        ("acc", 3, 3, Change(0)),
        ("acc, split=val", 1, 3, Change(2, better=True)),
    ],
)
def test_a_change_says_by_how_much_and_whether_that_is_good(key: str, old: float, new: float, expected: Change) -> None:
    assert by(old, new, key) == expected


@pytest.mark.parametrize(("old", "new"), [(math.nan, 1), (1, math.nan), (math.inf, 1), (1, HUGE), (-HUGE, 1), (-1e308, 1e308)])
def test_what_cannot_be_reckoned_with_did_not_change(old: float, new: float) -> None:
    assert by(old, new) is None


def test_numbers_of_other_units_and_stages_are_not_compared() -> None:
    one = Headline("acc", "train", 1, "s")
    assert change(one, one._replace(unit="ms"), BY_NAME) is None
    assert change(one, one._replace(note="evaluate"), BY_NAME) is None


def test_a_run_is_judged_by_the_first_number_of_which_the_direction_is_known() -> None:
    found = leading(run(1, rows=1, loss=2, acc=3), BY_NAME)
    assert found is not None
    assert found.label == "loss"


def test_where_no_direction_is_known_a_run_is_judged_by_its_first_number() -> None:
    found = leading(run(1, rows=1, columns=2), BY_NAME)
    assert found is not None
    assert found.label == "rows"
    assert leading(run(1), BY_NAME) is None


def test_runs_are_measured_against_those_that_nobody_says_went_wrong() -> None:
    statuses = ("completed", "unknown", "failed", "open", "cancelled")
    assert [status for status in statuses if run(1, status).is_comparable] == ["completed", "unknown"]


def test_a_change_is_against_the_last_completed_run_that_has_the_number() -> None:
    runs = [run(1, acc=1), run(2, acc=3), run(3, rows=7), run(4, "failed", acc=9), run(5, acc=4)]
    assert {ref: one.amount for ref, one in changes(runs, BY_NAME).items()} == {"run:demo.r2": 2, "run:demo.r4": 6, "run:demo.r5": 1}


def test_runs_of_other_projects_are_nothing_to_go_by() -> None:
    assert changes([run(1, acc=1), run_summary("other.r1", numbers={"acc": 2})], BY_NAME) == {}


def test_changes_of_one_number_are_told_whatever_runs_are_judged_by() -> None:
    runs = [run(1, acc=1, loss=1), run(2, acc=2, loss=3)]
    loss = runs[0].headlines[1].measure
    assert changes(runs, BY_NAME, loss) == {"run:demo.r2": Change(2, better=False)}


def test_the_latest_of_a_project_is_its_newest_completed_run_that_has_numbers() -> None:
    found = latest([run(1, acc=1), run(2, acc=3), run(3, "failed", acc=9), run(4)], BY_NAME)
    assert found is not None
    assert (found.headline.value, found.change, found.spark) == (3, Change(2, better=True), Spark((1.0, 3.0)))


def test_where_no_run_completed_there_is_no_latest() -> None:
    assert latest([run(1, "failed", acc=1), run(2, "open", acc=1)], BY_NAME) is None


def test_the_best_is_the_greatest_or_the_least_and_of_equals_the_first() -> None:
    points = [Point(place, value) for place, value in enumerate((2.0, math.nan, 5.0, 1.0, 5.0, 1.0))]
    assert (best(points, "up"), best(points, "down")) == (Point(2, 5.0), Point(3, 1.0))
    assert best([Point(0, math.nan), Point(1, HUGE)], "up") is None


def test_a_sparkline_goes_over_the_newest_and_has_gaps() -> None:
    assert spark([Point(place, place) for place in range(100)]) == Spark(tuple(map(float, range(76, 100))))
    assert spark([Point(0, 1), Point(1, math.nan), Point(2, 3)]) == Spark((1.0, None, 3.0))
    assert spark([Point(0, 1), Point(1, math.nan)]) is None
