"""Where lines, ticks and labels of a chart lie."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.render.drawing.chart import BOTTOM, HEIGHT, LEFT, MAX_DOTS, RIGHT, TOP, WIDTH, Drawing, Path, draw
from contexta.report.document import Chart, Line

# However long an example takes on a busy machine.
patient = settings(deadline=None)

finite = st.floats(allow_nan=False, allow_infinity=False)


def chart(*values: float | None, names: tuple[str, ...] = (), unit: str | None = None) -> Chart:
    points = tuple((float(x), y) for x, y in enumerate(values))
    return Chart("loss", unit, "index" if names else "seconds", names, (Line.through("loss", points),), len(values))


def drawn_points(drawing: Drawing) -> list[tuple[float, float]]:
    """Every point that is drawn, in a line or alone."""
    of_lines = [point for path in drawing.paths for stretch in path.stretches for point in points(stretch)]
    return of_lines + [mark for path in drawing.paths for mark in marks(path)]


def points(stretch: str) -> list[tuple[float, float]]:
    """Those of a `points` attribute, which is in tenths."""
    places = [int(place) / 10 for place in stretch.split(",")]
    return list(zip(places[::2], places[1::2], strict=True))


def marks(path: Path) -> list[tuple[float, float]]:
    """The dots of a `d` attribute, which is in tenths."""
    dots = (dot.removesuffix("h0").split() for dot in path.marks.split("M") if dot)
    return [(int(x) / 10, int(y) / 10) for x, y in dots]


def test_the_first_value_stands_left_and_the_greatest_on_top() -> None:
    drawing = draw(chart(10.0, 0.0))
    assert marks(drawing.paths[0]) == [(LEFT, TOP), (WIDTH - RIGHT, HEIGHT - BOTTOM)]
    assert points(*drawing.paths[0].stretches) == [(LEFT, TOP), (WIDTH - RIGHT, HEIGHT - BOTTOM)]


def test_a_gap_breaks_the_line() -> None:
    (path,) = draw(chart(1.0, 2.0, None, 3.0, 4.0)).paths
    assert [len(points(stretch)) for stretch in path.stretches] == [2, 2]


def test_gaps_at_the_ends_and_side_by_side_make_no_empty_line() -> None:
    (path,) = draw(chart(None, 1.0, 2.0, None, None, 3.0, 4.0, None)).paths
    assert [len(points(stretch)) for stretch in path.stretches] == [2, 2]


def test_a_point_between_two_gaps_is_marked_even_in_a_long_line() -> None:
    values = [1.0, 2.0] * MAX_DOTS
    (path,) = draw(chart(*values, None, 5.0, None)).paths
    assert len(marks(path)) == 1


@pytest.mark.parametrize(("count", "marked"), [(MAX_DOTS, MAX_DOTS), (MAX_DOTS + 1, 0)])
def test_points_are_marked_where_marks_do_not_hide_the_line(count: int, marked: int) -> None:
    assert len(marks(draw(chart(*map(float, range(count)))).paths[0])) == marked


def test_the_y_axis_is_labelled_with_round_values_that_span_the_line() -> None:
    assert [tick.label for tick in draw(chart(0.13, 0.87)).y_ticks] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_the_x_axis_is_labelled_with_the_time_since_the_start() -> None:
    assert [tick.label for tick in draw(chart(1.0, 2.0, 3.0)).x_ticks] == ["0 s", "2.0 s"]


def test_the_x_axis_is_labelled_with_the_names_of_its_ends() -> None:
    ticks = draw(chart(1.0, 2.0, 3.0, names=("e0", "e2"))).x_ticks
    assert [(tick.at, tick.label) for tick in ticks] == [(LEFT, "e0"), (WIDTH - RIGHT, "e2")]


def test_a_single_point_stands_in_the_middle_with_one_label() -> None:
    drawing = draw(chart(1.0, names=("e0", "e0")))
    assert [tick.label for tick in drawing.x_ticks] == ["e0"]
    assert marks(drawing.paths[0])[0][0] == pytest.approx((LEFT + WIDTH - RIGHT) / 2)


def test_a_chart_in_words_tells_its_ends_and_extremes() -> None:
    assert draw(chart(2.0, 1.0, None, 4.0, unit="nats")).description == "loss: 4 values, first 2, last 4, least 1, greatest 4 nats"


def test_a_chart_without_a_finite_value_says_so_and_draws_nothing() -> None:
    drawing = draw(chart(None, None))
    assert drawing.description == "loss: 2 values, none of them a finite number"
    assert drawn_points(drawing) == []


def test_a_chart_without_points_is_empty() -> None:
    drawing = draw(Chart("loss", None, "index", (), (Line.through("loss", ()),), 0))
    assert (drawn_points(drawing), drawing.x_ticks) == ([], ())


def within(drawing: Drawing) -> bool:
    points = [*drawn_points(drawing), *((LEFT, tick.at) for tick in drawing.y_ticks), *((tick.at, TOP) for tick in drawing.x_ticks)]
    return all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in points)


@patient
@given(st.lists(finite | st.none(), min_size=1, max_size=20))
@example([0.0, 2e-323])
@example([5e-324])
@example([1.7e308])
@example([-1.7e308, 1.7e308])
@example([-9e-301, 0.0, 1e-300])
@example([1.7e12, 1.7e12 + 3])
def test_any_finite_values_are_drawn_within_the_picture(values: list[float | None]) -> None:
    assert within(draw(chart(*values)))


@patient
@given(st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=2, max_size=20))
@example([1.7e12, 1.7e12 + 3])
def test_the_y_axis_has_some_ticks_in_order(values: list[float]) -> None:
    ticks = [tick.at for tick in draw(chart(*values)).y_ticks]
    assert 2 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks), reverse=True)


def test_a_constant_line_lies_between_its_ticks() -> None:
    drawing = draw(chart(0.5, 0.5))
    ticks = [tick.at for tick in drawing.y_ticks]
    assert min(ticks) < marks(drawing.paths[0])[0][1] < max(ticks)


def test_one_value_beyond_measure_does_not_break_the_others() -> None:
    assert all(math.isfinite(y) for _, y in drawn_points(draw(chart(1e308, -1e308, 1.0))))
