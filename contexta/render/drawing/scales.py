"""Where values lie on an axis, and which round values label it."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import floor, isfinite
from typing import NamedTuple

from contexta.render import words

# What arithmetic can do with: see drawable.
_LEAST, _GREATEST = 1e-300, 1e300

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# Round spans of time from a second on.
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, _DAY)
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"))

# As many decades as an axis has ticks for.
_MAX_DECADES = 6

# The power of ten beyond which there is no number.
_GREATEST_DECADE = 308


class Tick(NamedTuple):
    """A label on an axis and where it stands."""

    at: float
    label: str


class Scale(NamedTuple):
    """Values from `low` to `high` on the way from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def places(self, values: Iterable[float]) -> list[float]:
        """Where values lie."""
        return [tenths / 10 for tenths in self.tenths(values)]

    def tenths(self, values: Iterable[float]) -> list[int]:
        """Where values lie, in tenths of a unit: of many points, whole numbers are written soonest."""
        low, height = self.low, self.high - self.low
        start, length = 10 * self.start + 0.5, 10.0 * (self.end - self.start)
        factor = length / height
        if isfinite(factor):
            return [floor((value - low) * factor + start) for value in values]  # sooner than int, and none is below nought
        return [floor(start + (value - low) / height * length) for value in values]

    def ticks(self, values: Sequence[float], labels: Iterable[str]) -> tuple[Tick, ...]:
        """Labels at values."""
        return tuple(map(Tick, self.places(values), labels))


def drawable(value: float) -> float:
    """The value, or the nearest with which arithmetic neither overflows nor loses all its digits."""
    return 0.0 if abs(value) < _LEAST else max(-_GREATEST, min(_GREATEST, value))


def span(low: float, high: float) -> tuple[float, float]:
    """Both ends, apart from each other."""
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1))


def around(low: float, high: float) -> Sequence[float]:
    """Three to six multiples of 1, 2 or 5 times a power of ten that span the values."""
    low, high = span(low, high)
    rough = (high - low) / 4
    if not math.isfinite(rough) or rough <= 0:
        return [low, high]
    step = _round(rough)
    return _multiples(step, floor(low / step), math.ceil(high / step))


def within(low: float, high: float) -> Sequence[float]:
    """Such multiples that lie between the values; none where these are too near each other."""
    rough = (high - low) / 5
    if not math.isfinite(rough) or rough <= 0:
        return []
    step = _round(rough)
    # Of great values near each other, arithmetic does not tell which are between them to the last digit.
    return [value for value in _multiples(step, math.ceil(low / step), floor(high / step)) if low <= value <= high]


def decades(low: float, high: float) -> list[int]:
    """The exponents of two to six powers of ten that span values, of which these are the logarithms."""
    first = min(floor(low), _GREATEST_DECADE - 1)
    last = min(max(math.ceil(high), first + 1), _GREATEST_DECADE)
    return [*range(first, last, math.ceil((last - first) / (_MAX_DECADES - 1))), last]


def seconds_within(low: float, high: float) -> tuple[Sequence[float], Sequence[str]]:
    """Round moments between two, in seconds, and in words with one unit for all: `0 min`, `5 min`, `10 min`."""
    rough = (high - low) / 5
    if not 1 <= rough < _DAY * 100_000:
        values = within(low, high)
        return values, [f"{value:,g} s" for value in values]
    step = next((step for step in _SECONDS if step >= rough), _DAY * math.ceil(_round(rough / _DAY)))
    return _moments(step, math.ceil(low / step), floor(high / step))


# The charts of a page, and of the next one, have the same few round values at their axes.
@lru_cache(maxsize=256)
def _moments(step: int, first: int, last: int) -> tuple[Sequence[float], Sequence[str]]:
    size, unit = next(((size, unit) for size, unit in _UNITS if step % size == 0), (1, "s"))
    values = [float(number * step) for number in range(first, last + 1)]
    return values, [f"{words.count(round(value / size))} {unit}" for value in values]


def _round(rough: float) -> float:
    power = 10.0 ** floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= rough), 10 * power)


@lru_cache(maxsize=256)
def _multiples(step: float, first: int, last: int) -> Sequence[float]:
    digits = max(0, 1 - floor(math.log10(step)))
    return sorted({round(number * step, digits) for number in range(first, last + 1)})
