"""The course of numbers in a line of text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.render.drawing.spark import EDGE, HEIGHT, WIDTH, points

patient = settings(deadline=None)


def places(stretch: str) -> list[tuple[float, float]]:
    found = [int(place) / 10 for place in stretch.split(",")]
    return list(zip(found[::2], found[1::2], strict=True))


def test_it_goes_from_the_first_at_the_left_to_the_last_at_the_right_and_up_where_numbers_grow() -> None:
    (stretch,) = points((1.0, 2.0, 3.0))
    assert places(stretch) == [(EDGE, HEIGHT - EDGE), (WIDTH / 2, HEIGHT / 2), (WIDTH - EDGE, EDGE)]


def test_a_gap_breaks_it_and_a_number_alone_is_a_dot() -> None:
    first, second = points((1.0, None, 2.0, 3.0))
    assert places(first)[0] == places(first)[1]
    assert len(places(second)) == 2


def test_where_there_is_no_number_there_is_no_line() -> None:
    assert points((None, None)) == points(()) == ()


@patient
@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=20))
@example([1.7e308, -1.7e308])
@example([5e-324, 0.0])
@example([7.0])
def test_any_numbers_stay_inside(values: list[float | None]) -> None:
    found = [place for stretch in points(tuple(values)) for place in places(stretch)]
    assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in found)
