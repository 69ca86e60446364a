"""The course of numbers in the height of a line of text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import cast

import orjson

from contexta.render.drawing.scales import Scale, drawable, span

# The picture in SVG units, and how far from its edges the line stays, so that it is not cut off.
WIDTH, HEIGHT, EDGE = 72, 18, 2

# What can be drawn as it is: see drawable.
_USUAL = 1e12


@lru_cache(maxsize=256)  # a figure of a page has the course of its row in a table
def points(values: tuple[float | None, ...]) -> Sequence[str]:
    """The unbroken stretches as `points` attributes, in tenths of a unit; one of a single point is a line of no length."""
    finite = [value for value in values if value is not None]
    if not finite:
        return ()
    low, high = min(finite), max(finite)
    if not -_USUAL < low <= high < _USUAL or high - low < 1 / _USUAL:
        values = tuple([None if value is None else drawable(value) for value in values])
        finite = [*map(drawable, finite)]
        low, high = drawable(low), drawable(high)
    xs, ys = _xs(len(values)), Scale(*span(low, high), HEIGHT - EDGE, EDGE)
    if len(finite) == len(values):
        return [_points(xs, ys.tenths(finite))]
    stretches = _stretches(values)
    return [_points(xs[begin:end], ys.tenths(cast("Sequence[float]", values[begin:end]))) for begin, end in stretches]


@lru_cache(maxsize=64)
def _xs(count: int) -> list[int]:
    return Scale(*span(0, count - 1), EDGE, WIDTH - EDGE).tenths(range(count))


def _points(xs: list[int], ys: list[int]) -> str:
    if len(xs) == 1:
        xs, ys = 2 * xs, 2 * ys
    places = [0] * (2 * len(xs))
    places[::2], places[1::2] = xs, ys
    return orjson.dumps(places)[1:-1].decode()


def _stretches(values: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    begin = 0
    for place, value in enumerate((*values, None)):
        if value is None:
            if place > begin:
                yield begin, place
            begin = place + 1
