"""Series become numbers in rows and headlines, and lines of charts that keep what matters of a long run of points."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.contract import MetricSeries, RunSnapshot, StableRef, all_finite
from contexta.report import measures
from contexta.report.document import Chart, Figure, Mark
from contexta.report.inline import Number, Ref
from tests.report.builders import BEGIN, RUN, moment, series, snapshot, stage

# However long an example takes on a busy machine.
patient = settings(deadline=None)

TRAIN, EVALUATE = f"stage:{RUN}.train", f"stage:{RUN}.evaluate"
EPOCHS = [f"batch:{RUN}.train.e{index}" for index in range(3)]

numbers_and_gaps = st.floats(width=32) | st.just(math.nan)
long_series = st.lists(numbers_and_gaps, min_size=1, max_size=300)


def points(chart: Chart) -> list[tuple[float, float | None]]:
    (line,) = chart.lines
    return list(line.points)


def finite(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


# words for a series


def test_a_series_is_called_by_its_key_and_tags() -> None:
    assert measures.label(series("f1", TRAIN, [1], tags={"class": "cat", "split": "test"})) == "f1, class=cat, split=test"


def test_a_column_title_says_the_unit() -> None:
    assert measures.column(series("loss", TRAIN, [1], unit="nats")) == "loss (nats)"
    assert measures.column(series("loss", TRAIN, [1])) == "loss"


@pytest.mark.parametrize(
    ("subject", "owner", "expected"),
    [
        (f"run:{RUN}", None, "run"),
        (TRAIN, None, "train"),
        ("deployment:demo.live", None, "live"),
        (f"batch:{RUN}.train.e0", TRAIN, "train batches"),
        (f"sample:{RUN}.train.s0", TRAIN, "train samples"),
        (f"op:{RUN}.train.save", TRAIN, "train operations"),
    ],
)
def test_a_scope_names_what_was_measured(subject: str, owner: str | None, expected: str) -> None:
    assert measures.scope(series("loss", subject, [1], owner=owner)) == expected


# numbers in rows


def test_a_subject_that_was_measured_often_shows_its_last_value() -> None:
    found = measures.last_by_subject([series("loss", TRAIN, [3, 2, 1])])
    assert {title: list(values.values()) for title, values in found.items()} == {"loss": [1]}


def test_series_of_one_metric_on_different_stages_share_a_column() -> None:
    both = [series("time", TRAIN, [1], unit="s"), series("time", EVALUATE, [2], unit="s")]
    found = measures.last_by_subject(both)
    assert [str(ref) for ref in found["time (s)"]] == [TRAIN, EVALUATE]


def test_the_last_value_of_a_subject_is_shown_though_its_point_was_not_kept() -> None:
    reduced = series("loss", EPOCHS[:2], [3, 2], owner=TRAIN, count=9_000, last_values={StableRef.parse(ref): 7 for ref in EPOCHS})
    assert list(measures.last_by_subject([reduced])["loss"].values()) == [7] * 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], True),
        ([1, 2.5, 10**300], True),
        ([1e308, 1e308], True),
        ([1.0, math.nan], False),
        ([math.inf, -math.inf], False),
        ([10**300, math.inf], False),
    ],
)
def test_what_is_no_finite_number_is_found_among_others(values: list[float], *, expected: bool) -> None:
    assert all_finite(values) is expected


# headlines


def headlines_of(*found: MetricSeries) -> list[Figure]:
    return list(measures.headlines(snapshot(stages=(stage("train"), stage("evaluate")), series=found)))


def test_a_number_of_the_run_comes_before_those_of_its_stages() -> None:
    facts = headlines_of(series("acc", TRAIN, [0.1]), series("acc", EVALUATE, [0.2]), series("acc", f"run:{RUN}", [0.9]))
    assert facts == [Figure("acc", Number(0.9))]


def test_without_one_of_the_run_the_last_stage_speaks_and_is_named() -> None:
    facts = headlines_of(series("acc", TRAIN, [0.1]), series("acc", EVALUATE, [0.2]))
    assert facts == [Figure("acc", Number(0.2), "evaluate")]


def test_a_stage_as_a_whole_speaks_before_its_batches() -> None:
    by_batch = series("acc", EPOCHS, [0.3, 0.4, 0.5], owner=TRAIN)
    assert headlines_of(by_batch, series("acc", TRAIN, [0.9])) == [Figure("acc", Number(0.9), "train")]


def test_a_headline_is_the_last_value_with_its_unit() -> None:
    assert headlines_of(series("loss", TRAIN, [2, 1], unit="nats")) == [Figure("loss", Number(1, "nats"), "train")]


def test_single_samples_and_operations_make_no_headline() -> None:
    on_sample = series("loss", f"sample:{RUN}.train.s0", [1], owner=TRAIN)
    on_operation = series("loss", f"op:{RUN}.train.save", [1], owner=TRAIN)
    assert headlines_of(on_sample, on_operation) == []


def test_there_are_no_more_headlines_than_fit() -> None:
    many = [series(f"m{index}", TRAIN, [index]) for index in range(20)]
    assert [fact.label for fact in headlines_of(*many)] == [f"m{index}" for index in range(measures.MAX_HEADLINES)]


def test_a_run_without_metrics_has_no_headline() -> None:
    assert measures.headlines(RunSnapshot(project=snapshot().project, run=snapshot().run)) == ()


# charts


def test_a_value_a_batch_is_drawn_over_the_batches() -> None:
    drawn = measures.chart(series("loss", EPOCHS, [3, 2, 1], owner=TRAIN, unit="nats"), BEGIN)
    assert (drawn.axis, drawn.names, drawn.unit) == ("index", ("e0", "e2"), "nats")
    assert points(drawn) == [(0, 3), (1, 2), (2, 1)]


def test_values_at_different_times_are_drawn_over_the_seconds_since_the_start() -> None:
    drawn = measures.chart(series("loss", TRAIN, [3, 2], times=(moment(5), moment(65))), BEGIN)
    assert (drawn.axis, points(drawn)) == ("seconds", [(5, 3), (65, 2)])


def test_values_of_one_moment_are_drawn_point_by_point() -> None:
    drawn = measures.chart(series("loss", TRAIN, [3, 2, 1], times=(BEGIN,) * 3), BEGIN)
    assert (drawn.axis, drawn.names, points(drawn)) == ("index", ("1", "3"), [(0, 3), (1, 2), (2, 1)])


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_a_gap(gap: float) -> None:
    assert points(measures.chart(series("loss", EPOCHS, [3, gap, 1], owner=TRAIN), BEGIN)) == [(0, 3), (1, None), (2, 1)]


def test_a_long_series_says_how_many_points_it_stands_for() -> None:
    drawn = measures.chart(series("loss", TRAIN, range(5000), times=tuple(moment(index) for index in range(5000))), BEGIN)
    assert drawn.stands_for == 5000
    assert len(points(drawn)) <= measures.MAX_POINTS


def test_a_reduced_series_is_drawn_where_its_points_stood() -> None:
    reduced = series("loss", TRAIN, [3, 1, 2], times=(BEGIN,) * 3, count=9_000, places=(0, 4_000, 8_999))
    drawn = measures.chart(reduced, BEGIN)
    assert (drawn.axis, drawn.names, drawn.stands_for) == ("index", ("1", "9000"), 9_000)
    assert points(drawn) == [(0, 3), (4_000, 1), (8_999, 2)]


def test_a_reduced_series_of_one_value_a_batch_is_drawn_over_the_batches() -> None:
    named = {StableRef.parse(ref): 0 for ref in EPOCHS}
    reduced = series("loss", [EPOCHS[0], EPOCHS[2]], [3, 1], owner=TRAIN, count=3, places=(0, 2), last_values=named)
    drawn = measures.chart(reduced, BEGIN)
    assert (drawn.axis, drawn.names, points(drawn)) == ("index", ("e0", "e2"), [(0, 3), (2, 1)])


@pytest.mark.parametrize(
    ("key", "mark"), [("loss", (2.0, Ref(EPOCHS[2], "best: e2"))), ("accuracy", (0.0, Ref(EPOCHS[0], "best: e0"))), ("lr", None)]
)
def test_the_best_is_marked_of_what_is_known_to_be_better_when_more_or_less(key: str, mark: tuple[float, Ref] | None) -> None:
    marks = measures.chart(series(key, EPOCHS, [3, 2, 1], owner=TRAIN), BEGIN).marks
    assert marks == ((Mark(*mark),) if mark else ())


@pytest.mark.parametrize("values", [[2, 1], [1, 1, 1], [math.nan] * 3])
def test_of_two_values_or_none_that_is_better_none_is_marked(values: list[float]) -> None:
    assert measures.chart(series("loss", EPOCHS[: len(values)], values, owner=TRAIN), BEGIN).marks == ()


def test_the_best_of_a_stages_own_values_goes_without_a_name() -> None:
    drawn = measures.chart(series("loss", TRAIN, [3, 1, 2], times=(moment(5), moment(6), moment(7))), BEGIN)
    assert drawn.marks == (Mark(6, Ref(TRAIN, "best")),)


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1.0, 1e-3, 1e-5], "log"), ([2.3, 1.0, 0.2], "linear"), ([1000.0, 1.0, 0.0], "linear"), ([1000.0, 1.0, -1.0], "linear")],
)
def test_values_that_lie_decades_apart_are_drawn_by_decades(values: list[float], scale: str) -> None:
    assert measures.chart(series("lr", EPOCHS, values, owner=TRAIN), BEGIN).scale == scale


# extremes


@patient
@given(long_series, st.integers(min_value=8, max_value=400))
def test_extremes_are_positions_in_order(values: list[float], limit: int) -> None:
    kept = measures.extremes(values, limit)
    assert kept == sorted(set(kept))
    assert set(kept) <= set(range(len(values)))


@patient
@given(long_series, st.integers(min_value=8, max_value=400))
def test_extremes_are_no_more_than_the_limit(values: list[float], limit: int) -> None:
    assert len(measures.extremes(values, limit)) <= limit


def test_gaps_in_every_stretch_do_not_break_the_limit() -> None:
    stretch = [1.0, 5.0, math.nan, 0.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert len(measures.extremes(stretch * 100, 400)) <= 400


@patient
@given(long_series, st.integers(min_value=8, max_value=400))
def test_extremes_keep_both_ends(values: list[float], limit: int) -> None:
    kept = measures.extremes(values, limit)
    assert (kept[0], kept[-1]) == (0, len(values) - 1)


@patient
@given(long_series, st.integers(min_value=8, max_value=400))
def test_extremes_keep_least_and_greatest(values: list[float], limit: int) -> None:
    shown = finite([values[index] for index in measures.extremes(values, limit)])
    assert sorted(shown)[:1] + sorted(shown)[-1:] == sorted(finite(values))[:1] + sorted(finite(values))[-1:]


@patient
@given(long_series, st.integers(min_value=8, max_value=400))
def test_extremes_keep_a_gap_where_there_is_one(values: list[float], limit: int) -> None:
    shown = [values[index] for index in measures.extremes(values, limit)]
    assert any(not math.isfinite(value) for value in shown) == any(not math.isfinite(value) for value in values)


@patient
@given(st.lists(numbers_and_gaps, min_size=1, max_size=50))
def test_a_short_series_is_kept_whole(values: list[float]) -> None:
    assert measures.extremes(values, 50) == list(range(len(values)))


def test_one_spike_among_a_million_points_is_kept() -> None:
    values = [0.0] * 1_000_000
    values[654_321] = 9.0
    assert 654_321 in measures.extremes(values, measures.MAX_POINTS)


def test_a_gap_between_two_stretches_of_points_stays_a_gap_when_drawn() -> None:
    values = [1.0] * 5000
    values[2500] = math.nan
    drawn = measures.chart(series("loss", TRAIN, values, times=(BEGIN,) * 5000), BEGIN)
    assert (2500, None) in points(drawn)


# spread


def test_spread_is_of_the_finite_values() -> None:
    assert series("loss", TRAIN, [2.0, math.nan, 5.0, math.inf]).spread == (2.0, 5.0)


def test_there_is_no_spread_where_nothing_is_finite() -> None:
    assert series("loss", TRAIN, [math.nan, math.inf]).spread is None
