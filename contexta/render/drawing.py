"""Where the lines, ticks and labels of a chart lie: numbers for the template that draws it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contexta.render import words
from contexta.report.document import Chart, Line

# The picture in SVG units; its text is legible at this size on a phone.
WIDTH, HEIGHT = 380, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 10, 26

# With more points than this, a mark on each hides the line.
MAX_MARKS = 40


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis and where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Path:
    """One line: its unbroken stretches as `points` attributes, and the points to mark."""

    label: str
    stretches: tuple[str, ...]
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, ready to draw, and in words for those who do not see it."""

    paths: tuple[Path, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    description: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    xs = [x for line in chart.lines for x, _ in line.points]
    measured = [y for line in chart.lines for _, y in line.points if y is not None]
    ys = [*map(_drawable, measured)]
    y_ticks = _round_values(min(ys, default=0), max(ys, default=1))
    x_scale = _Scale(*_span(min(xs, default=0), max(xs, default=1)), LEFT, WIDTH - RIGHT)
    low, high = _span(min([*ys, y_ticks[0]]), max([*ys, y_ticks[-1]]))
    y_scale = _Scale(low, high, HEIGHT - BOTTOM, TOP)
    return Drawing(
        paths=tuple(_path(line, x_scale, y_scale) for line in chart.lines),
        x_ticks=tuple(_x_ticks(chart, xs, x_scale)),
        y_ticks=tuple(Tick(y_scale(value), words.number(value)) for value in y_ticks),
        description=_description(chart, measured),
    )


def _drawable(y: float) -> float:
    """The value, or the nearest with which arithmetic neither overflows nor loses all its digits."""
    return 0.0 if abs(y) < 1e-300 else max(-1e300, min(1e300, y))


def _span(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1))


def _round_values(low: float, high: float) -> list[float]:
    """Three to six multiples of 1, 2 or 5 times a power of ten that span the values."""
    low, high = _span(low, high)
    rough = (high - low) / 4
    if not math.isfinite(rough) or rough <= 0:
        return [low, high]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5) if factor * power >= rough), 10 * power)
    first, last = math.floor(low / step), math.ceil(high / step)
    return sorted({round(number * step, max(0, 1 - math.floor(math.log10(step)))) for number in range(first, last + 1)})


def _path(line: Line, x_scale: _Scale, y_scale: _Scale) -> Path:
    stretches = list(_stretches(line, x_scale, y_scale))
    marks = [point for stretch in stretches for point in stretch] if len(line.points) <= MAX_MARKS else []
    lone = [stretch[0] for stretch in stretches if len(stretch) == 1]
    drawn = tuple(" ".join(f"{x},{y}" for x, y in stretch) for stretch in stretches if len(stretch) > 1)
    return Path(line.label, drawn, tuple(marks or lone))


def _stretches(line: Line, x_scale: _Scale, y_scale: _Scale) -> Iterator[list[tuple[float, float]]]:
    stretch: list[tuple[float, float]] = []
    for x, y in line.points:
        if y is not None:
            stretch.append((x_scale(x), y_scale(_drawable(y))))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _x_ticks(chart: Chart, xs: Sequence[float], scale: _Scale) -> Iterator[Tick]:
    if not xs:
        return
    names = chart.names or (words.duration(min(xs)), words.duration(max(xs)))
    yield Tick(scale(min(xs)), names[0])
    if len(names) > 1 and max(xs) > min(xs):
        yield Tick(scale(max(xs)), names[-1])


def _description(chart: Chart, ys: Sequence[float]) -> str:
    unit = f" {chart.unit}" if chart.unit else ""
    if not ys:
        return f"{chart.title}: {words.count(chart.stands_for)} values, none of them a finite number"
    return (
        f"{chart.title}: {words.count(chart.stands_for)} values, first {words.number(ys[0])}, last {words.number(ys[-1])}, "
        f"least {words.number(min(ys))}, greatest {words.number(max(ys))}{unit}"
    )
