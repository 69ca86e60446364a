"""A long series keeps its extremes, in bounded memory, as a function of the order of its points alone."""

import math
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.contract import StableRef
from contexta.workspace import thinning
from contexta.workspace.thinning import FULL, STRETCHES, Columns, Point, Thinned
from tests import strategies as build

SUBJECTS = [StableRef("batch", f"p.r.train.e-{number}") for number in range(3)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few points, so that a drawn series is reduced often."""
    monkeypatch.setattr(thinning, "FULL", 16)
    monkeypatch.setattr(thinning, "STRETCHES", 4)


def point(number: int, value: float, seconds: int | None = None, subject: int = 0) -> Point:
    return number, build.at(number % 30_000 if seconds is None else seconds), value, SUBJECTS[subject], ()


def thinned(points: Iterable[Point], settle_every: int = 1) -> Thinned:
    made = Thinned()
    for number, one in enumerate(points):
        made.recent.add(one)
        if number % settle_every == 0:
            made.settle()
    return made


def kept(points: Iterable[Point], settle_every: int = 1) -> list[Point]:
    return _points(thinned(points, settle_every).kept())


def _points(columns: Columns) -> list[Point]:
    return columns.points()


def values(points: Iterable[Point]) -> list[float]:
    return [one[2] for one in points]


def finite(numbers: Iterable[float]) -> list[float]:
    return [number for number in numbers if math.isfinite(number)]


def test_all_points_are_kept_up_to_the_limit() -> None:
    points = [point(number, number % 7) for number in range(FULL)]
    assert kept(points) == points


def test_beyond_the_limit_extremes_are_kept() -> None:
    points = [point(number, number % 7) for number in range(FULL + 1)]
    found = kept(points)
    assert len(found) < len(points)
    assert (found[0], found[-1]) == (points[0], points[-1])


@pytest.mark.parametrize("place", [0, 1, 4095, 4096, 4097, 60_001, 99_998, 99_999])
@pytest.mark.parametrize("value", [9.0, -9.0, math.nan, math.inf])
def test_one_odd_point_among_very_many_is_kept(place: int, value: float) -> None:
    found = kept((point(number, value if number == place else 0.5) for number in range(100_000)), settle_every=1_000)
    assert [repr(one[2]) for one in found if one[0] == place] == [repr(value)]


def test_a_long_series_keeps_few_points_and_stays_small() -> None:
    made = Thinned()
    tracemalloc.start()
    for number in range(200_000):
        made.recent.add(point(number, number * 0.5))
        made.settle()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.count == 200_000
    assert STRETCHES < len(_points(made.kept())) <= 5 * 2 * STRETCHES
    assert peak < 8_000_000


_drawn = st.lists(
    st.tuples(
        st.floats(width=16) | st.integers(-9, 9) | st.sampled_from((math.nan, math.inf, -math.inf)), st.integers(0, 50), st.integers(0, 2)
    ),
    max_size=200,
).map(lambda drawn: [point(number, value, seconds, subject) for number, (value, seconds, subject) in enumerate(drawn)])


@build.unhurried
@given(points=_drawn, every=st.integers(1, 300))
@pytest.mark.usefixtures("small")
def test_it_makes_no_difference_when_points_are_let_go(points: list[Point], every: int) -> None:
    assert repr(kept(points)) == repr(kept(points, settle_every=every))


@build.unhurried
@given(points=_drawn)
@pytest.mark.usefixtures("small")
def test_what_is_kept_are_points_in_the_order_of_time_with_all_that_matters(points: list[Point]) -> None:
    made = thinned(points)
    found = _points(made.kept())
    by_number = {one[0]: repr(one) for one in points}
    assert all(by_number[one[0]] == repr(one) for one in found)
    assert all((one[1], one[0]) <= (other[1], other[0]) for one, other in pairwise(found))
    in_time = sorted(points, key=lambda one: (one[1], one[0]))
    if points:
        assert (found[0][1], repr(found[-1])) == (in_time[0][1], repr(in_time[-1]))
    real = finite(values(points))
    if real:
        assert (min(finite(values(found))), max(finite(values(found)))) == (min(real), max(real))
    assert len(real) == len(points) or len(finite(values(found))) < len(found)
    assert made.count == len(points)


@build.unhurried
@given(points=_drawn)
@pytest.mark.usefixtures("small")
def test_the_last_of_every_subject_is_known(points: list[Point]) -> None:
    made = thinned(points)
    made.kept()
    found = made.last_of_each()
    if not found:
        assert len(points) <= 16
        return
    wanted = {one[3]: one[2] for one in sorted(points, key=lambda one: (one[1], one[0]))}
    assert {ref: repr(value) for ref, value in found.items()} == {ref: repr(value) for ref, value in wanted.items()}


@build.unhurried
@given(points=_drawn, shares=st.integers(1, 4))
@pytest.mark.usefixtures("small")
def test_series_that_become_one_keep_what_matters_of_each(points: list[Point], shares: int) -> None:
    first, *others = (thinned(points[share::shares]) for share in range(shares))
    first.absorb(others)
    assert first.count == len(points)
    found = _points(first.kept())
    if len(points) <= 16:
        assert repr(found) == repr(kept(points))
    real = finite(values(points))
    if real:
        assert (min(finite(values(found))), max(finite(values(found)))) == (min(real), max(real))
    if points:
        assert repr(found[-1]) == repr(max(points, key=lambda one: (one[1], one[0])))


def test_points_that_came_without_numbers_are_numbered_as_they_came() -> None:
    made = Thinned()
    for number in range(FULL + 5):
        made.recent.times.append(build.at(number))
        made.recent.values.append(number)
        made.recent.subjects.append(SUBJECTS[0])
    made.settle()
    assert [one[0] for one in _points(made.kept())][-1] == FULL + 4


def _spiky(count: int) -> Iterator[float]:
    return (100.0 if number % 1_000 == 999 else number / count for number in range(count))


def test_every_spike_of_a_long_series_is_kept_where_stretches_are_shorter_than_their_distance() -> None:
    found = kept((point(number, value) for number, value in enumerate(_spiky(100_000))), settle_every=500)
    assert values(found).count(100.0) == 100
