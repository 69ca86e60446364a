"""Where the lines, ticks and labels of a chart lie: numbers for the template that draws it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import floor
from typing import cast

import orjson

from contexta.render import words
from contexta.report.document import Chart, Line

# The picture in SVG units; its text is legible at this size on a phone.
WIDTH, HEIGHT = 380, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 10, 26

# With more points than this, a mark on each hides the line.
MAX_MARKS = 40

# What arithmetic can do with: see _drawable.
_LEAST, _GREATEST = 1e-300, 1e300


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis and where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Path:
    """One line, in tenths of a unit: its unbroken stretches as `points` attributes, and as a `d` attribute a dot on each point to mark."""

    label: str
    stretches: tuple[str, ...]
    marks: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, ready to draw, and in words for those who do not see it. `grid` is the `d` attribute of a line at each tick of y."""

    paths: tuple[Path, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    grid: str
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Curve:
    """A line, by axis, and the places of its gaps."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float | None, ...]
    gaps: tuple[int, ...]

    def finite(self) -> Sequence[float]:
        """The values where there is one."""
        return cast("Sequence[float]", [y for y in self.ys if y is not None] if self.gaps else self.ys)

    def stretches(self) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
        """The points between gaps, by axis."""
        begin = 0
        for end in (*self.gaps, len(self.xs)):
            if end > begin:
                yield self.xs[begin:end], cast("Sequence[float]", self.ys[begin:end])
            begin = end + 1


@dataclass(frozen=True, slots=True)
class _Scale:
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
        return [floor(start + (value - low) / height * length) for value in values]  # sooner than int, and none is below nought


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    curves = [*map(_curve, chart.lines)]
    xs = _joined([curve.xs for curve in curves])
    ys = _joined([curve.finite() for curve in curves])
    x_ends = (min(xs, default=0), max(xs, default=1))
    y_ends = (min(ys, default=0), max(ys, default=1))
    low, high = map(_drawable, y_ends)
    y_ticks = _round_values(low, high)
    x_scale = _Scale(*_span(*x_ends), LEFT, WIDTH - RIGHT)
    y_scale = _Scale(*_span(min(low, y_ticks[0]), max(high, y_ticks[-1])), HEIGHT - BOTTOM, TOP)
    # When the ends are as they were, so is all that lies between.
    tamed = curves if y_ends == (low, high) else map(_tamed, curves)
    y_places = y_scale.places(y_ticks)
    return Drawing(
        paths=tuple([_path(curve, x_scale, y_scale) for curve in tamed]),
        x_ticks=_x_ticks(chart.names, x_ends, x_scale) if xs else (),
        y_ticks=tuple([Tick(place, words.number(value)) for place, value in zip(y_places, y_ticks, strict=True)]),
        grid="".join(f"M{LEFT} {place}H{WIDTH - RIGHT}" for place in y_places),
        description=_description(chart, ys, y_ends),
    )


def _joined(columns: Sequence[Sequence[float]]) -> Sequence[float]:
    return columns[0] if len(columns) == 1 else [*chain.from_iterable(columns)]


def _curve(line: Line) -> _Curve:
    return _Curve(line.label, line.xs, line.ys, (*_gaps(line.ys),) if None in line.ys else ())


def _gaps(ys: Sequence[float | None]) -> Iterator[int]:
    return (index for index, y in enumerate(ys) if y is None)


def _tamed(curve: _Curve) -> _Curve:
    return replace(curve, ys=tuple(None if y is None else _drawable(y) for y in curve.ys))


def _drawable(y: float) -> float:
    """The value, or the nearest with which arithmetic neither overflows nor loses all its digits."""
    return 0.0 if abs(y) < _LEAST else max(-_GREATEST, min(_GREATEST, y))


def _span(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1))


def _round_values(low: float, high: float) -> list[float]:
    """Three to six multiples of 1, 2 or 5 times a power of ten that span the values."""
    low, high = _span(low, high)
    rough = (high - low) / 4
    if not math.isfinite(rough) or rough <= 0:
        return [low, high]
    power = 10.0 ** floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= rough), 10 * power)
    first, last = floor(low / step), math.ceil(high / step)
    return sorted({round(number * step, max(0, 1 - floor(math.log10(step)))) for number in range(first, last + 1)})


def _path(curve: _Curve, x_scale: _Scale, y_scale: _Scale) -> Path:
    placed = [(x_scale.tenths(xs), y_scale.tenths(ys)) for xs, ys in curve.stretches()]
    marked = placed if len(curve.xs) <= MAX_MARKS else [stretch for stretch in placed if len(stretch[0]) == 1]
    return Path(
        label=curve.label,
        stretches=tuple([_points(*stretch) for stretch in placed if len(stretch[0]) > 1]),
        marks="".join([_dots(*stretch) for stretch in marked]),
    )


def _points(xs: list[int], ys: list[int]) -> str:
    """A `points` attribute: x,y,x,y… as orjson writes a list, in a fifth of the time that it takes to format and join them."""
    places = [0] * (2 * len(xs))
    places[::2], places[1::2] = xs, ys
    return orjson.dumps(places)[1:-1].decode()


def _dots(xs: list[int], ys: list[int]) -> str:
    """Lines of no length: where line ends are round, these are dots."""
    return "".join([f"M{x} {y}h0" for x, y in zip(xs, ys, strict=True)])


def _x_ticks(names: tuple[str, ...], ends: tuple[float, float], scale: _Scale) -> tuple[Tick, ...]:
    first, last = ends
    labels = names or (words.duration(first), words.duration(last))
    begin, end = scale.places(ends)
    if len(labels) < 2 or last == first:
        return (Tick(begin, labels[0]),)
    return (Tick(begin, labels[0]), Tick(end, labels[-1]))


def _description(chart: Chart, ys: Sequence[float], ends: tuple[float, float]) -> str:
    unit = f" {chart.unit}" if chart.unit else ""
    if not ys:
        return f"{chart.title}: {words.count(chart.stands_for)} values, none of them a finite number"
    return (
        f"{chart.title}: {words.count(chart.stands_for)} values, first {words.number(ys[0])}, last {words.number(ys[-1])}, "
        f"least {words.number(ends[0])}, greatest {words.number(ends[1])}{unit}"
    )
