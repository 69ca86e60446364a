"""Metric series → the numbers that stand in rows and headlines, and the lines of charts."""

import math
import operator
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

from contexta.contract import MetricSeries, RunSnapshot, StableRef, all_finite, seconds_since
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Chart, Figure, Line, Mark
from contexta.report.inline import Number, Ref

# A line is drawn from at most this many points: on a picture of 310 units in width, more of them look no different.
MAX_POINTS = 64

# Where the greatest value is more than so many times the least, two decades and a half, only a scale of decades shows them all.
_DECADES = 10**2.5

# Of fewer values, the best needs no mark.
_MARKED = 3
MAX_HEADLINES = 8

T = TypeVar("T")


class Course(NamedTuple):
    """Points of a series over an axis with names, as a chart has them; y is None where there is no finite number."""

    axis: Literal["seconds", "index"]
    names: tuple[str, ...]
    xs: tuple[float, ...]
    ys: tuple[float | None, ...]


def label(series: MetricSeries) -> str:
    """The metric's key, and the tags that tell it from others of that key."""
    return ", ".join([series.key, *(f"{name}={value}" for name, value in series.tags.items())]) if series.tags else series.key


def column(series: MetricSeries) -> str:
    """The metric as a column's title: its label and unit."""
    return f"{label(series)} ({series.unit})" if series.unit else label(series)


def scope(series: MetricSeries) -> str:
    """What a series was measured on, in a word or two."""
    if series.level == series.owner.kind:
        return series.owner.kind if series.level == "run" else series.owner.name
    plural = {"batch": "batches", "sample": "samples", "op": "operations"}[series.level]
    return f"{series.owner.name} {plural}"


def last_by_subject(series: Iterable[MetricSeries]) -> dict[str, dict[str, int | float]]:
    """Column title → subject, in its text → the last value measured on it."""
    columns: dict[str, dict[str, int | float]] = {}
    for one in series:
        columns.setdefault(column(one), {}).update([(subject.text, value) for subject, value in one.last_of_neighbours])
    return columns


def headlines(snapshot: RunSnapshot) -> tuple[Figure, ...]:
    """The last value of each metric in the widest scope that has it: the run, then its stages, the last one first.

    What was measured on single samples says too little to stand here.
    """
    return tuple(Figure(name, Number(one.values[-1], one.unit), note) for name, note, one in headline_series(snapshot))


def headline_series(snapshot: RunSnapshot) -> Sequence[tuple[str, str, MetricSeries]]:
    """The series that these come from, each with its label and where it was measured when that is not the whole run."""
    found: dict[str, tuple[str, str, MetricSeries]] = {}
    for one in widest_first(snapshot):
        name = label(one)
        found.setdefault(name, (name, "" if one.level == "run" else one.owner.name, one))
    return [*found.values()][:MAX_HEADLINES]


def widest_first(snapshot: RunSnapshot) -> Sequence[MetricSeries]:
    """What was measured on the run, then on its stages, the last one first, on each before on its batches."""
    stages = {stage.ref: -position for position, stage in enumerate(snapshot.stages, 1)}
    candidates = [one for one in snapshot.series if one.level in ("run", "stage", "batch")]
    return sorted(candidates, key=lambda one: (stages.get(one.owner, -len(stages) - 1), one.level == "batch"))


def chart(series: MetricSeries, begin: str, directions: Directions = BY_NAME) -> Chart:
    """One series as a line: over its batches where each has one value, over time where times differ, else point by point."""
    kept = extremes(series.values, MAX_POINTS)
    drawn, name = course(series, begin, kept), label(series)
    ends = series.spread
    return Chart(
        title=f"{name} · {scope(series)}",
        unit=series.unit,
        axis=drawn.axis,
        names=drawn.names,
        lines=(Line(name, drawn.xs, drawn.ys),),
        stands_for=series.count,
        scale="log" if ends and 0 < ends[0] * _DECADES < ends[1] else "linear",
        marks=_best(series, drawn, kept, ends, directions) if ends else (),
    )


def course(series: MetricSeries, begin: str, kept: Sequence[int]) -> Course:
    """How a series went, by the points at these places."""
    axis, names = _axis(series)
    if axis == "seconds":
        xs: Iterable[float] = seconds_since(begin, _picked(series.times, kept))
    else:
        xs = _picked(series.places, kept) if series.places else kept
    values = _picked(series.values, kept)
    return Course(axis, names, tuple(xs), tuple(values if all_finite(values) else map(_finite, values)))


def _best(series: MetricSeries, drawn: Course, kept: Sequence[int], ends: tuple[float, float], directions: Directions) -> tuple[Mark, ...]:
    """Where a metric was best that is known to be better when it is more, or less: the first such place."""
    better = directions.of(series.key)
    if better is None or len(drawn.ys) < _MARKED or ends[0] == ends[1]:
        return ()
    place = drawn.ys.index(ends[better == "up"])
    subject = series.subjects[kept[place]]
    return (Mark(drawn.xs[place], Ref(subject.text, "best" if subject == series.owner else f"best: {subject.name}")),)


def by_number(series: MetricSeries) -> Line:
    """One series as a line, point by point whatever its axis."""
    kept = extremes(series.values, MAX_POINTS)
    ys = (_finite(value) for value in _picked(series.values, kept))
    return Line(label(series), tuple(_picked(series.places, kept) if series.places else kept), tuple(ys))


def _picked(column: Sequence[T], kept: Sequence[int]) -> Sequence[T]:
    return column if len(kept) == len(column) else [column[index] for index in kept]


def _axis(series: MetricSeries) -> tuple[Literal["seconds", "index"], tuple[str, ...]]:
    if series.level == "batch" and not _repeats(series.subjects) and len(series.latest) == series.count:
        return "index", (series.subjects[0].name, series.subjects[-1].name)
    if series.all_times_differ:
        return "seconds", ()
    return "index", ("1", str(series.count))


def _repeats(subjects: Sequence[StableRef]) -> bool:
    """Whether neighbours are one and the same: a quick look that spares most series a closer one."""
    return any(map(operator.is_, subjects, subjects[1:]))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def extremes(values: Sequence[float], limit: int) -> list[int]:
    """Positions that keep the look of a long line: first, last, and of each of many stretches least, greatest and the first gap."""
    count = len(values)
    if count <= limit:
        return list(range(count))
    if not all_finite(values):
        return _extremes_and_gaps(values, (limit - 2) // 3)
    kept = {0, count - 1}
    length = -(-count // ((limit - 2) // 2))
    for begin in range(0, count, length):
        ordered = sorted(values[begin : begin + length])  # takes less than to look for either end
        kept.add(values.index(ordered[0], begin))
        kept.add(values.index(ordered[-1], begin))
    return sorted(kept)


def _extremes_and_gaps(values: Sequence[float], stretches: int) -> list[int]:
    kept = {0, len(values) - 1}
    for number in range(stretches):
        stretch = range(number * len(values) // stretches, (number + 1) * len(values) // stretches)
        finite = [index for index in stretch if math.isfinite(values[index])]
        if finite:
            kept.update((min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)))
        if len(finite) < len(stretch):
            kept.add(next(index for index in stretch if not math.isfinite(values[index])))
    return sorted(kept)


@lru_cache(maxsize=256)  # many series of a run are as long as each other
def sampled(count: int, limit: int) -> Sequence[int]:
    """Up to so many places from the first to the last, evenly."""
    return range(count) if count <= limit else tuple([place * (count - 1) // (limit - 1) for place in range(limit)])
