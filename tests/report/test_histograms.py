"""How many values lie where."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexta.report.document import Histogram
from contexta.report.histograms import LEAST, histogram

patient = settings(deadline=None)


def test_values_are_counted_between_round_edges() -> None:
    made = histogram("error", "px", [0.1, 0.15, 0.3, 0.5, 0.9, 0.95, 0.99, 0.2])
    assert made == Histogram("error", "px", (0, 0.2, 0.4, 0.6, 0.8, 1), (2, 2, 1, 0, 3))


def test_the_greatest_value_at_the_last_edge_is_counted() -> None:
    made = histogram("correct", None, [0.0] * 3 + [1.0] * 5)
    assert made == Histogram("correct", None, (0, 0.5, 1), (3, 5))


@pytest.mark.parametrize("values", [[1.0] * (LEAST - 1), [2.5] * 20, [], [math.nan] * 20, [1.0, math.inf] * 3])
def test_of_too_few_or_what_is_all_alike_there_is_none(values: list[float]) -> None:
    assert histogram("error", None, values) is None


def test_what_is_no_finite_number_is_not_counted() -> None:
    made = histogram("error", None, [math.nan, math.inf, *map(float, range(LEAST))])
    assert made is not None
    assert sum(made.counts) == LEAST


@patient
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=LEAST, max_size=60))
@example([1.7e308, -1.7e308] * 8)
@example([0.0, 5e-324] * 8)
@example([1e16, 1e16 + 2] * 8)
def test_every_value_is_counted_once_between_edges_in_order(values: list[float]) -> None:
    made = histogram("error", None, values)
    if made is not None:
        assert sum(made.counts) == len(values)
        assert len(made.edges) == len(made.counts) + 1 <= 14
        assert list(made.edges) == sorted(made.edges)
