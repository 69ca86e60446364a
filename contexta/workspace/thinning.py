"""A long series reduced to its extremes in one pass: bounded memory, however many points come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from operator import itemgetter
from typing import TypeVar

from contexta.contract import StableRef
from contexta.contract.fields import chronological

# A series keeps all its points up to so many; beyond that, the extremes of each stretch of so many points as they came.
FULL = 4096

# There are at most twice as many stretches as this; then neighbours become one.
STRETCHES = 512

T = TypeVar("T")

Tags = tuple[tuple[str, str], ...]

# The number of a point as they came (unique), its time, its value, what it was measured on, and its tags.
Point = tuple[int, str, int | float, StableRef, Tags]


def by_time(point: Point) -> str:
    """The key that puts points in the order of time."""
    return chronological(point[1])


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is kept of neighbouring points: the first and last by time, the least and greatest, and the first that is not finite."""

    first: Point
    last: Point
    least: Point | None
    greatest: Point | None
    gap: Point | None

    def joined(self, after: "Stretch") -> "Stretch":
        """This stretch and the one after it as one; where both have the same, what came first is kept, and what was last."""
        return Stretch(
            self.first if by_time(self.first) <= by_time(after.first) else after.first,
            after.last if by_time(after.last) >= by_time(self.last) else self.last,
            _least(self.least, after.least),
            _greatest(self.greatest, after.greatest),
            self.gap or after.gap,
        )

    def points(self) -> Iterator[Point]:
        """The points that are kept, some of them twice."""
        return (point for point in (self.first, self.last, self.least, self.greatest, self.gap) if point is not None)


def _least(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    return one if one[2] <= other[2] else other


def _greatest(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    return one if one[2] >= other[2] else other


def _picked(column: list[T], order: list[int]) -> list[T]:
    return [column[index] for index in order] if column else []


@dataclass(slots=True)
class Columns:
    """Points column by column: quick to add to."""

    numbers: list[int] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    values: list[int | float] = field(default_factory=list)
    subjects: list[StableRef] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)

    def cut(self, size: int) -> "Columns":
        """Take away the first points."""
        columns = (self.numbers, self.times, self.values, self.subjects, self.tags)
        taken = Columns(self.numbers[:size], self.times[:size], self.values[:size], self.subjects[:size], self.tags[:size])
        for column in columns:
            del column[:size]
        return taken

    def points(self) -> list[Point]:
        """The points one by one."""
        return list(zip(self.numbers, self.times, self.values, self.subjects, self.tags, strict=True))

    def point(self, index: int) -> Point:
        """One of the points."""
        return self.numbers[index], self.times[index], self.values[index], self.subjects[index], self.tags[index]

    def add(self, point: Point) -> None:
        """One more point."""
        self.numbers.append(point[0])
        self.times.append(point[1])
        self.values.append(point[2])
        self.subjects.append(point[3])
        self.tags.append(point[4])

    def in_order(self) -> "Columns":
        """The points in the order of time, those of one moment as they came."""
        times = self.times if len(set(map(len, self.times))) <= 1 else list(map(chronological, self.times))
        if sorted(times) == times:  # seen in half the time that it takes to compare neighbours
            return self
        order = sorted(range(len(times)), key=times.__getitem__)
        return Columns(
            numbers=_picked(self.numbers, order),
            times=_picked(self.times, order),
            values=_picked(self.values, order),
            subjects=_picked(self.subjects, order),
            tags=_picked(self.tags, order),
        )

    def stretch(self, start: int, end: int) -> Stretch:
        """What is kept of the points from one position up to another, in the order of time."""
        values = self.values[start:end]
        first, last = self.point(start), self.point(start + len(values) - 1)
        if all(map(isfinite, values)):
            least, greatest = values.index(min(values)), values.index(max(values))
            return Stretch(first, last, self.point(start + least), self.point(start + greatest), None)
        gap = next(index for index, value in enumerate(values) if not isfinite(value))
        finite = [index for index, value in enumerate(values) if isfinite(value)]
        if not finite:
            return Stretch(first, last, None, None, self.point(start + gap))
        least, greatest = min(finite, key=values.__getitem__), max(finite, key=values.__getitem__)
        return Stretch(first, last, self.point(start + least), self.point(start + greatest), self.point(start + gap))

    def last_of_each(self) -> Iterator[Point]:
        """The last point of every subject."""
        return map(self.point, dict(zip(map(id, self.subjects), range(len(self.subjects)), strict=True)).values())


@dataclass(slots=True)
class Thinned:
    """The points of one series: those that came last in `recent`, those before them reduced to stretches of `width` points.

    `latest` holds the last of the reduced points of every subject. Who adds to `recent` may leave out numbers and tags while there are
    none: the points are then numbered as they came.
    """

    recent: Columns = field(default_factory=Columns)
    stretches: list[Stretch] = field(default_factory=list)
    width: int = FULL // (2 * STRETCHES)
    reduced: int = 0
    latest: dict[StableRef, Point] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many points came."""
        return self.reduced + len(self.recent.times)

    def number(self) -> None:
        """Give numbers and tags to points that were added without."""
        recent = self.recent
        recent.numbers.extend(range(self.reduced + len(recent.numbers), self.count))
        recent.tags.extend([()] * (len(recent.times) - len(recent.tags)))

    def settle(self) -> None:
        """Reduce what is beyond FULL points. It makes no difference when that is done: chunks of FULL are cut, from the first point on."""
        recent = self.recent
        if len(recent.times) <= FULL:
            return
        self.number()
        while len(recent.times) > FULL:
            self._reduce(recent.cut(FULL))

    def _reduce(self, chunk: Columns) -> None:
        points, count = chunk.in_order(), len(chunk.times)
        self.reduced += count
        self._remember(points.last_of_each())
        self.stretches += [points.stretch(start, start + self.width) for start in range(0, count, self.width)]
        self._widen()

    def _remember(self, points: Iterable[Point]) -> None:
        for point in points:
            before = self.latest.get(point[3])
            if before is None or (by_time(before), before[0]) < (by_time(point), point[0]):
                self.latest[point[3]] = point

    def _widen(self) -> None:
        while len(self.stretches) > 2 * STRETCHES:
            pairs = zip(self.stretches[::2], self.stretches[1::2], strict=False)
            odd = self.stretches[len(self.stretches) // 2 * 2 :]
            self.stretches = [*(one.joined(after) for one, after in pairs), *odd]
            self.width *= 2

    def absorb(self, others: "Sequence[Thinned]") -> None:
        """Take over the points of other series, in the order in which all of them came."""
        for one in (self, *others):
            one.settle()
            one.number()
        for other in others:
            self._remember(other.latest.values())
            self.stretches += other.stretches
            self.reduced += other.reduced
            self.width = max(self.width, other.width)
        self.stretches.sort(key=lambda stretch: stretch.first[0])
        self._widen()
        points = sorted((point for one in (self, *others) for point in one.recent.points()), key=itemgetter(0))
        self.recent.cut(len(points))
        for point in points:
            self.recent.add(point)
        self.settle()

    def kept(self) -> Columns:
        """All points up to FULL, else the extremes of each stretch; in the order of time. To be asked for once, after the last point."""
        self.settle()
        if not self.stretches:
            return self.recent.in_order()
        self.number()
        self._reduce(self.recent.cut(FULL))
        points = {point[0]: point for stretch in self.stretches for point in stretch.points()}
        kept = Columns()
        for number in sorted(points):
            kept.add(points[number])
        return kept.in_order()

    def last_of_each(self) -> dict[StableRef, int | float]:
        """The last value of every subject, where points were reduced; to be asked for after what was kept."""
        return {ref: point[2] for ref, point in self.latest.items()}
