"""Of many rows, the worst, the first and the last are shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.report.choice import ROWS, choose, grade_of_number, share, worst_first


def test_as_many_rows_as_a_page_takes_are_all_shown() -> None:
    assert choose(ROWS).places == tuple(range(ROWS))


def test_of_more_the_worst_the_first_and_the_last_are_shown_in_their_usual_order() -> None:
    choice = choose(20_000, list(range(10_000, 10_100)))
    assert choice.places == (*range(60), *range(10_000, 10_080), *range(19_940, 20_000))
    assert (choice.worst, choice.first, choice.last) == (80, 60, 60)


def test_what_the_worst_leave_goes_to_the_last() -> None:
    choice = choose(1000, [500])
    assert choice.places == (*range(60), 500, *range(861, 1000))
    assert (choice.worst, choice.first, choice.last) == (1, 60, 139)


def test_a_row_that_is_there_anyway_takes_no_other_s_place() -> None:
    choice = choose(1000, [0, 999])
    assert (choice.worst, choice.first, choice.last) == (2, 60, 140)
    assert len(choice.places) == ROWS


@given(st.integers(min_value=0, max_value=1000), st.sets(st.integers(min_value=0, max_value=999)), st.integers(min_value=1, max_value=300))
def test_as_many_as_fit_are_shown_each_once_and_the_choice_says_which(total: int, bad: set[int], limit: int) -> None:
    worst = [place for place in sorted(bad) if place < total]
    choice = choose(total, worst, limit)
    assert len(choice.places) == min(total, limit)
    assert set(choice.places) == {*worst[: choice.worst], *range(choice.first), *range(total - choice.last, total)}
    assert list(choice.places) == sorted(set(choice.places))


def test_the_worst_come_first_and_of_equals_the_first() -> None:
    assert worst_first([(1,), None, (0,), (1,), (0,)]) == [2, 4, 0, 3]


def test_less_is_worse_where_more_is_better() -> None:
    values = [0.5, 0.1, math.nan, -math.inf, math.inf]
    assert worst_first(grade_of_number(value, "up") for value in values) == [2, 3, 1, 0, 4]
    assert worst_first(grade_of_number(value, "down") for value in values) == [2, 4, 0, 1, 3]


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [((200,) * 5, 200, 20), ((1000,), 200, 100), ((2, 1000), 200, 99), ((1,) * 100, 200, 100), ((5,) * 300, 200, 0), ((), 200, 100)],
)
def test_groups_share_the_rows_by_their_ends(sizes: tuple[int, ...], limit: int, expected: int) -> None:
    assert share(sizes, limit) == expected
