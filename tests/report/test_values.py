"""Every value of every metric: what of it stands on the page, and what in the sheet."""

import math
import pickle
from typing import Any

import pytest

from contexta.contract import MetricSeries
from contexta.report.document import Table
from contexta.report.inline import Exact, Ref, Text
from contexta.report.run.values import value_table
from tests.report import builders
from tests.report.builders import RUN, column

TRAIN = f"stage:{RUN}.train"


def counting(key: str, length: int, start: int = 0, **values: Any) -> MetricSeries:
    return builders.series(key, TRAIN, range(start, start + length), **values)


def sheet_rows(table: Table) -> list[tuple[Any, ...]]:
    assert table.sheet is not None
    return list(table.sheet.rows)


def test_few_values_are_all_on_the_page_and_nowhere_else() -> None:
    made = value_table([counting("loss", 150), counting("acc", 50)])
    assert (len(made.rows), made.total, made.note, made.sheet) == (200, 200, "", None)


def test_of_many_values_the_first_and_last_of_each_metric_are_shown() -> None:
    made = value_table([counting("loss", 300), counting("acc", 300, 1000), counting("few", 2, 9000)])
    assert made.note == "22 of 602 values: of each metric the first and last 5."
    assert column(made, "Value") == [Exact(n) for n in (*range(5), *range(295, 300), *range(1000, 1005), *range(1295, 1300), 9000, 9001)]
    assert column(made, "Metric")[9:11] == [Text("loss"), Text("acc")]
    assert made.total == 602


def test_what_is_no_finite_number_is_shown_wherever_it_stands() -> None:
    values = [1.0] * 150 + [math.nan, math.inf] + [2.0] * 150
    made = value_table([builders.series("loss", TRAIN, values)])
    assert made.note == "24 of 302 values: the first 2 that are no finite number, of each metric the first and last 11."
    shown = [cell.value for cell in column(made, "Value") if isinstance(cell, Exact)]
    assert [value for value in shown if not math.isfinite(value)] == [pytest.approx(math.nan, nan_ok=True), math.inf]


def test_of_more_metrics_than_rows_the_first_and_last_values_are_shown() -> None:
    made = value_table([counting(f"m{number}", 2, number * 2) for number in range(300)])
    assert made.note == "24 of 600 values: the first 7, the last 17."
    assert [cell.value for cell in column(made, "Value") if isinstance(cell, Exact)] == [*range(7), *range(583, 600)]


def test_the_sheet_has_every_value_with_its_whole_reference() -> None:
    labels = tuple(f"step={number}" for number in range(300))
    made = value_table([counting("loss", 300, labels=labels, tags={"split": "val"})])
    assert made.sheet is not None
    assert (made.sheet.name, made.sheet.holds) == ("values", "all 300 values")
    assert made.sheet.columns == ("Metric", "Measured on", "Tags", "Observed", "Value")
    assert sheet_rows(made)[1] == ("loss, split=val", TRAIN, "step=1", builders.moment(1), 1)
    assert [row[-1] for row in sheet_rows(made)] == list(range(300))
    assert made.rows[0][1] == Ref(TRAIN, "train")


def test_the_sheet_can_be_walked_again_and_sent_to_another_process() -> None:
    made = value_table([counting("loss", 300)])
    assert sheet_rows(made) == sheet_rows(made) == sheet_rows(pickle.loads(pickle.dumps(made)))


def test_of_a_series_that_was_reduced_the_rest_is_said_to_stand_in_the_workspace() -> None:
    made = value_table([counting("loss", 300, count=1_000_000), counting("acc", 1)])
    assert made.total == 1_000_001
    assert made.note == (
        "23 of 1,000,001 values: of each metric the first and last 11. "
        "Of a long series the report keeps the extremes of each stretch; the other values stand only in the workspace."
    )
    assert made.sheet is not None
    assert made.sheet.holds == "the 301 values that are kept"
    assert len(sheet_rows(made)) == 301


def test_a_reduced_series_of_few_values_says_so_too() -> None:
    made = value_table([counting("loss", 10, count=5000)])
    assert (len(made.rows), made.total) == (10, 5000)
    assert "stand only in the workspace" in made.note
