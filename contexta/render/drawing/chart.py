"""Where the lines, ticks and labels of a chart lie."""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log10
from typing import NamedTuple, cast

import orjson

from contexta.render import words
from contexta.render.drawing.scales import Scale, Tick, around, decades, drawable, seconds_within, span, within
from contexta.report.document import Chart, Line, Mark

# The picture in SVG units; its text is legible at this size on a phone.
WIDTH, HEIGHT = 380, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 10, 26

# What the labels of marks take above the lines.
_ABOVE = 14

# With more points than this, a dot on each hides the line.
MAX_DOTS = 40

# Labels nearer to each other than this run into each other: those of ticks, and those of marks, which are names.
_APART, _NAMES_APART = 44, 90
_NAME = 22

# A name of more digits is no count.
_DIGITS = 12


class Path(NamedTuple):
    """One line, in tenths of a unit: its unbroken stretches as `points` attributes, and as a `d` attribute a dot on each point to mark.

    `number` counts the lines that the chart is about, from 0: each looks otherwise.
    """

    label: str
    number: int
    faint: bool
    stretches: tuple[str, ...]
    marks: str


class Flag(NamedTuple):
    """Where a mark stands: its x, the y of the line there if it has a point, and its label where there is room for it."""

    at: float
    y: float | None
    label: str
    anchor: str


class Drawing(NamedTuple):
    """A chart, ready to draw, and in words for those who do not see it. `grid` is the `d` attribute of a line at each tick of y."""

    paths: tuple[Path, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    grid: str
    flags: tuple[Flag, ...]
    description: str
    top: int = TOP
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


class _Curve(NamedTuple):
    """A line, by axis, and the places of its gaps."""

    line: Line
    ys: tuple[float | None, ...]
    gaps: tuple[int, ...]

    def finite(self) -> Sequence[float]:
        """The values where there is one."""
        return cast("Sequence[float]", [y for y in self.ys if y is not None] if self.gaps else self.ys)

    def stretches(self) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
        """The points between gaps, by axis."""
        begin = 0
        for end in (*self.gaps, len(self.ys)):
            if end > begin:
                yield self.line.xs[begin:end], cast("Sequence[float]", self.ys[begin:end])
            begin = end + 1


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    curves = [_curve(line, line.ys) for line in chart.lines]
    x_ends = _ends([line.xs for line in chart.lines])
    finite = [curve.finite() for curve in curves]
    y_ends = _ends(finite)
    by_decades = chart.scale == "log" and y_ends[0] > 0
    low, high = (log10(y_ends[0]), log10(y_ends[1])) if by_decades else (drawable(y_ends[0]), drawable(y_ends[1]))
    if by_decades:
        curves = [_curve(line, [y and log10(y) for y in line.ys]) for line in chart.lines]
    elif y_ends != (low, high):  # when the ends are as they were, so is all that lies between
        curves = [_curve(line, [None if y is None else drawable(y) for y in line.ys]) for line in chart.lines]
    ticks: Sequence[float] = decades(low, high) if by_decades else around(low, high)
    top = TOP + _ABOVE if chart.marks else TOP
    x_scale = Scale(*span(*x_ends), LEFT, WIDTH - RIGHT)
    y_scale = Scale(*span(min(low, ticks[0]), max(high, ticks[-1])), HEIGHT - BOTTOM, top)
    y_ticks = y_scale.ticks(ticks, _worded(tuple([10.0**tick for tick in ticks] if by_decades else ticks)))
    return Drawing(
        paths=_paths(curves, x_scale, y_scale),
        x_ticks=_x_ticks(chart, x_ends, x_scale) if any(line.xs for line in chart.lines) else (),
        y_ticks=y_ticks,
        grid="".join([f"M{LEFT} {tick.at}H{WIDTH - RIGHT}" for tick in y_ticks]),
        flags=tuple(_flags(chart.marks, curves, x_ends, x_scale, y_scale)) if chart.marks else (),
        description=_description(chart, finite, y_ends),
        top=top,
    )


@lru_cache(maxsize=256)  # of many charts, these are the same few
def _worded(values: tuple[float, ...]) -> Sequence[str]:
    return words.numbers(values, words.digits(values))


def _ends(columns: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The least and greatest of all."""
    filled = [column for column in columns if column]
    return min(map(min, filled), default=0), max(map(max, filled), default=1)


def _curve(line: Line, ys: Sequence[float | None]) -> _Curve:
    return _Curve(line, tuple(ys), tuple([place for place, y in enumerate(ys) if y is None]) if None in ys else ())


def _paths(curves: Sequence[_Curve], x_scale: Scale, y_scale: Scale) -> tuple[Path, ...]:
    """Lines, the faint ones first, so that the others lie above them."""
    clear = [curve for curve in curves if not curve.line.faint]
    faint = [_path(curve, 0, x_scale, y_scale) for curve in curves if curve.line.faint]
    return (*faint, *[_path(curve, number, x_scale, y_scale) for number, curve in enumerate(clear)])


def _path(curve: _Curve, number: int, x_scale: Scale, y_scale: Scale) -> Path:
    placed = [(x_scale.tenths(xs), y_scale.tenths(ys)) for xs, ys in curve.stretches()]
    dotted = len(curve.ys) <= MAX_DOTS and not curve.line.faint
    marked = placed if dotted else [stretch for stretch in placed if len(stretch[0]) == 1]
    return Path(
        label=curve.line.label,
        number=number,
        faint=curve.line.faint,
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


def _x_ticks(chart: Chart, ends: tuple[float, float], scale: Scale) -> tuple[Tick, ...]:
    first, last = ends
    if chart.axis == "seconds":
        values, labels = seconds_within(first, last)
        return scale.ticks(values, labels) or scale.ticks(ends[:1], [words.duration(first)])
    names = [words.shortened(name, _NAME) for name in chart.names]
    begin, end = scale.places(ends)
    if len(names) < 2 or last == first:
        return (Tick(begin, names[0] if names else words.number(first)),)
    inner = [tick for tick in _numbered(chart.names, ends, scale) if begin + _APART <= tick.at <= end - _APART]
    return (Tick(begin, names[0]), *inner, Tick(end, names[-1]))


def _numbered(names: tuple[str, ...], ends: tuple[float, float], scale: Scale) -> tuple[Tick, ...]:
    """Round numbers between the names of the first and last place, where these are numbers."""
    if not all(name.isdecimal() and len(name) <= _DIGITS for name in (names[0], names[-1])):
        return ()
    first, last = int(names[0]), int(names[-1])
    if last - first != ends[1] - ends[0]:
        return ()
    values = [value for value in within(first, last) if value.is_integer()]
    return scale.ticks([value - first + ends[0] for value in values], [words.count(int(value)) for value in values])


def _flags(marks: Sequence[Mark], curves: Sequence[_Curve], ends: tuple[float, float], x_scale: Scale, y_scale: Scale) -> Iterator[Flag]:
    """Marks from the left; one too near the one before, or beyond the lines, goes without its label, or altogether."""
    xs, ys = next(((curve.line.xs, curve.ys) for curve in curves if not curve.line.faint), ((), ()))
    free = -math.inf
    for mark in sorted((mark for mark in marks if ends[0] <= mark.x <= ends[1]), key=lambda mark: mark.x):
        (at,) = x_scale.places([mark.x])
        y = ys[xs.index(mark.x)] if mark.x in xs else None
        label = words.shortened(mark.what.text, _NAME) if at >= free else ""
        free = at + _NAMES_APART if label else free
        anchor = "start" if at < LEFT + _NAMES_APART / 2 else "end" if at > WIDTH - RIGHT - _NAMES_APART / 2 else "middle"
        yield Flag(at, None if y is None else y_scale.places([y])[0], label, anchor)


def _description(chart: Chart, finite: Sequence[Sequence[float]], ends: tuple[float, float]) -> str:
    unit = f" {chart.unit}" if chart.unit else ""
    if not any(finite):
        return f"{chart.title}: {words.count(chart.stands_for)} values, none of them a finite number"
    course = "" if len(chart.lines) > 1 else f"first {words.number(finite[0][0])}, last {words.number(finite[0][-1])}, "
    lines = f" in {words.count(len(chart.lines))} lines" if len(chart.lines) > 1 else ""
    return (
        f"{chart.title}: {words.count(chart.stands_for)} values{lines}, {course}"
        f"least {words.number(ends[0])}, greatest {words.number(ends[1])}{unit}"
    )
