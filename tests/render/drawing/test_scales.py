"""Round values on axes."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.render.drawing.scales import Scale, around, decades, seconds_within, within

patient = settings(deadline=None)


def test_a_scale_places_its_ends_at_its_ends() -> None:
    assert Scale(2.0, 4.0, 10, 30).places([2.0, 3.0, 4.0]) == [10, 20, 30]
    assert Scale(2.0, 4.0, 30, 10).places([2.0, 3.0, 4.0]) == [30, 20, 10]


def test_round_values_span_what_they_are_for_or_lie_in_it() -> None:
    assert around(0.13, 0.87) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert within(0.13, 0.87) == [0.2, 0.4, 0.6, 0.8]


@pytest.mark.parametrize(
    ("ends", "labels"),
    [
        ((0.0, 0.9), ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s"]),
        ((3.0, 50.0), ["10 s", "20 s", "30 s", "40 s", "50 s"][0:]),
        ((0.0, 240.0), ["0 min", "1 min", "2 min", "3 min", "4 min"]),
        ((0.0, 7200.0), ["0 min", "30 min", "60 min", "90 min", "120 min"]),
        ((0.0, 6 * 3600.0), ["0 h", "2 h", "4 h", "6 h"]),
        ((0.0, 20 * 86_400.0), ["0 d", "5 d", "10 d", "15 d", "20 d"]),
    ],
)
def test_moments_are_labelled_in_one_unit(ends: tuple[float, float], labels: list[str]) -> None:
    assert seconds_within(*ends)[1] == labels


@patient
@given(st.floats(0, 1e12), st.floats(1e-6, 1e12))
def test_moments_lie_between_the_ends_and_are_few(low: float, length: float) -> None:
    values, labels = seconds_within(low, low + length)
    assert len(values) == len(labels) <= 6
    assert all(low - 1e-6 * length <= value <= low + length * (1 + 1e-6) for value in values) or low > 1e9 * length


@pytest.mark.parametrize(
    ("ends", "found"), [((0.0, 3.0), [0, 1, 2, 3]), ((-0.5, 0.2), [-1, 0, 1]), ((2.0, 2.0), [2, 3]), ((0.0, 11.0), [0, 3, 6, 9, 11])]
)
def test_decades_span_the_logarithms(ends: tuple[float, float], found: list[int]) -> None:
    assert decades(*ends) == found


@patient
@given(st.floats(-323, 308), st.floats(-323, 308))
def test_decades_are_two_to_seven_in_order(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = decades(low, high)
    assert 2 <= len(found) <= 7
    assert found == sorted(set(found))
    assert found[0] <= low
    assert found[-1] >= math.floor(high)
