"""Where lines, ticks and labels of a chart lie."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.render.drawing.chart import BOTTOM, HEIGHT, LEFT, MAX_DOTS, RIGHT, TOP, WIDTH, Drawing, Path, draw
from contexta.report.document import Chart, Line, Mark
from contexta.report.inline import Ref

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
    assert [tick.label for tick in draw(chart(*map(float, range(91)))).x_ticks] == ["0 s", "30 s", "60 s", "90 s"]


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


# several lines, scales and marks


def lines(*ys: tuple[float | None, ...], faint: tuple[bool, ...] = ()) -> Chart:
    xs = tuple(map(float, range(len(ys[0]))))
    found = tuple(Line(f"l{place}", xs, y, place < len(faint) and faint[place]) for place, y in enumerate(ys))
    return Chart("loss", None, "index", ("1", str(len(xs))), found, sum(map(len, ys)))


def test_faint_lines_lie_below_the_others_which_are_counted() -> None:
    paths = draw(lines((1.0, 2.0), (2.0, 3.0), (3.0, 4.0), faint=(False, True, False))).paths
    assert [(path.label, path.faint, path.number) for path in paths] == [("l1", True, 0), ("l0", False, 0), ("l2", False, 1)]


def test_all_lines_share_the_axes() -> None:
    first, second = draw(lines((0.0, 1.0), (10.0, 5.0))).paths
    assert marks(second)[0][1] == TOP
    assert marks(first)[0][1] == HEIGHT - BOTTOM


def test_a_chart_of_several_lines_says_how_many() -> None:
    assert draw(lines((1.0, 2.0), (2.0, 3.0))).description == "loss: 4 values in 2 lines, least 1, greatest 3"


def test_decades_are_as_far_from_each_other_as_any() -> None:
    drawing = draw(replace(chart(1.0, 10.0, 100.0, 1000.0), scale="log"))
    assert [tick.label for tick in drawing.y_ticks] == ["1", "10", "100", "1,000"]
    heights = [y for _, y in marks(drawing.paths[0])]
    assert heights == pytest.approx([tick.at for tick in drawing.y_ticks], abs=0.1)


def test_a_gap_stays_one_on_a_scale_of_decades() -> None:
    (path,) = draw(replace(chart(1.0, 10.0, None, 100.0, 1000.0), scale="log")).paths
    assert [len(points(stretch)) for stretch in path.stretches] == [2, 2]


def test_what_has_no_logarithm_is_drawn_on_a_scale_that_has_it() -> None:
    assert [tick.label for tick in draw(replace(chart(-1.0, 1.0), scale="log")).y_ticks] == ["-1", "-0.5", "0", "0.5", "1"]


@patient
@given(st.lists(st.floats(5e-324, 1.7e308), min_size=1, max_size=20))
def test_any_values_of_which_there_are_logarithms_are_drawn_within_the_picture(values: list[float]) -> None:
    assert within(draw(replace(chart(*values), scale="log")))


@patient
@given(st.floats(0, 1e10), st.floats(1e-9, 1e10))
@example(9094870406.916903, 1e-05)
def test_the_seconds_are_labelled_at_a_few_round_moments_in_order(first: float, length: float) -> None:
    drawn = Chart("loss", None, "seconds", (), (Line.through("loss", ((first, 1.0), (first + length, 2.0))),), 2)
    ticks = draw(drawn).x_ticks
    assert 1 <= len(ticks) <= 7
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
    assert within(draw(drawn))


def test_between_numbered_places_there_are_round_numbers() -> None:
    assert [tick.label for tick in draw(chart(*map(float, range(180)), names=("1", "180"))).x_ticks] == ["1", "50", "100", "150", "180"]


def test_names_that_are_longer_than_there_is_room_are_cut_in_their_middle() -> None:
    assert draw(chart(1.0, 2.0, names=("a" * 20 + "b" * 20, "z"))).x_ticks[0].label == "a" * 14 + "…" + "b" * 7


@pytest.mark.parametrize("name", ["9" * 5000, "٣", "1_0"])
def test_a_name_that_is_no_count_is_a_name(name: str) -> None:
    assert len(draw(chart(1.0, 2.0, names=(name, name))).x_ticks) == 2


def marked(*marks: Mark) -> Drawing:
    return draw(replace(chart(*map(float, range(11))), marks=marks))


def test_a_mark_stands_at_its_place_with_its_name_above_the_lines() -> None:
    (flag,) = marked(Mark(5.0, Ref("batch:a.b.c.d", "best: d"))).flags
    assert (flag.label, flag.anchor) == ("best: d", "middle")
    assert flag.at == pytest.approx((LEFT + WIDTH - RIGHT) / 2, abs=0.1)
    assert flag.y is not None
    assert flag.y > marked(Mark(5.0, Ref("batch:a.b.c.d", "best: d"))).top > TOP


def test_a_mark_between_points_has_no_ring_and_one_beyond_the_lines_does_not_stand() -> None:
    flags = marked(Mark(2.5, Ref("a:b", "b")), Mark(12.0, Ref("a:c", "c"))).flags
    assert [(flag.label, flag.y) for flag in flags] == [("b", None)]


def test_names_of_marks_do_not_run_into_each_other() -> None:
    flags = marked(*(Mark(float(x), Ref(f"a:{x}", f"m{x}")) for x in (3, 1, 2))).flags
    assert [flag.label for flag in flags] == ["m1", "", ""]
