"""Which series share a chart, and their course in a line of text."""

import math

import pytest

from contexta.report.curves import charts, spark
from contexta.report.document import Chart
from contexta.report.inline import Spark
from tests.report.builders import BEGIN, RUN, moment, series

TRAIN, VALIDATE = f"stage:{RUN}.train", f"stage:{RUN}.validate"


def epochs(stage: str, count: int) -> list[str]:
    return [f"batch:{RUN}.{stage}.e{number}" for number in range(count)]


def told(made: list[Chart]) -> list[tuple[str, list[str]]]:
    return [(chart.title, [line.label for line in chart.lines]) for chart in made]


def test_a_metric_of_several_stages_over_the_same_batches_is_one_chart() -> None:
    first = series("loss", epochs("train", 3), [3, 2, 1], owner=TRAIN, unit="nats")
    second = series("loss", epochs("validate", 3), [4, 3, 2], owner=VALIDATE, unit="nats")
    (made,) = charts([first, second], BEGIN)
    assert (made.title, made.unit, made.names, made.stands_for) == ("loss", "nats", ("e0", "e2"), 6)
    assert [(line.label, line.ys) for line in made.lines] == [("train batches", (3, 2, 1)), ("validate batches", (4, 3, 2))]


@pytest.mark.parametrize("keys", [("train.loss", "val.loss"), ("loss_train", "loss_val"), ("loss", "eval-loss")])
def test_a_metric_of_several_splits_is_one_chart(keys: tuple[str, str]) -> None:
    made = [*charts([series(key, epochs("train", 3), [3, 2, 1], owner=TRAIN) for key in keys], BEGIN)]
    assert told(made) == [("loss", [*keys])]


def test_what_was_measured_over_other_batches_or_in_another_unit_has_its_own_chart() -> None:
    first = series("loss", epochs("train", 3), [3, 2, 1], owner=TRAIN)
    longer = series("loss", epochs("validate", 4), [4, 3, 2, 1], owner=VALIDATE)
    in_bits = series("val.loss", epochs("train", 3), [4, 3, 2], owner=TRAIN, unit="bits")
    assert [len(chart.lines) for chart in charts([first, longer, in_bits], BEGIN)] == [1, 1, 1]


def test_what_was_measured_one_after_the_other_is_not_laid_over_each_other() -> None:
    first = series("loss", TRAIN, [3, 2], times=(moment(0), moment(10)))
    later = series("loss", VALIDATE, [4, 3], times=(moment(20), moment(30)))
    meanwhile = series("loss", VALIDATE, [4, 3], times=(moment(5), moment(15)))
    assert len([*charts([first, later], BEGIN)]) == 2
    assert len([*charts([first, meanwhile], BEGIN)]) == 1


def test_more_lines_than_a_reader_can_tell_apart_have_a_chart_each() -> None:
    stages = [f"stage:{RUN}.s{number}" for number in range(5)]
    found = [
        series("loss", [f"batch:{RUN}.s{number}.e0", f"batch:{RUN}.s{number}.e1"], [2, 1], owner=one) for number, one in enumerate(stages)
    ]
    assert [len(chart.lines) for chart in charts(found, BEGIN)] == [1] * 5
    assert [len(chart.lines) for chart in charts(found[:4], BEGIN)] == [4]


def test_a_chart_of_several_lines_has_decades_only_where_each_line_calls_for_them() -> None:
    falling, level = [1.0, 1e-2, 1e-4], [1.0, 0.9, 0.8]
    far = [series("loss", epochs(stage, 3), falling, owner=f"stage:{RUN}.{stage}") for stage in ("train", "validate")]
    near = series("loss", epochs("validate", 3), level, owner=VALIDATE)
    assert next(charts(far, BEGIN)).scale == "log"
    assert next(charts([far[0], near], BEGIN)).scale == "linear"


def test_the_course_of_a_long_series_keeps_its_last_value_and_its_gaps() -> None:
    found = spark(series("loss", TRAIN, [*map(float, range(1000))]))
    assert found is not None
    assert (len(found.values), found.values[-1]) == (20, 999)
    assert spark(series("loss", TRAIN, [1.0, math.nan])) == Spark((1.0, None))


def test_a_value_alone_and_values_of_samples_have_no_course() -> None:
    assert spark(series("loss", TRAIN, [1.0])) is None
    assert spark(series("loss", [f"sample:{RUN}.train.s{n}" for n in range(3)], [1, 2, 3], owner=TRAIN)) is None
