"""How the headline numbers of runs went from run to run: by how much they changed, and which run has the best."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from contexta.report.directions import Direction, Directions
from contexta.report.inline import Change, Spark
from contexta.report.summary import Headline, Measure, RunSummary

# As many runs as a sparkline goes over, and as are looked at for them.
SPARK = 24
_FAR = 200


@dataclass(frozen=True, slots=True)
class Point:
    """The number of one run, and at which place it stands among all."""

    place: int
    value: int | float


# Measure → its number in each run that has it, the oldest first.
Courses = Mapping[Measure, Sequence[Point]]


def is_finite(value: float) -> bool:
    """Whether it is a number to reckon with; a whole one that is too great for that is none."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def direction(measure: Measure, directions: Directions) -> Direction | None:
    """Which way a number gets better; its label may have tags behind the metric's key."""
    return directions.of(measure.label.partition(",")[0])


def leading(run: RunSummary, directions: Directions) -> Headline | None:
    """The number to judge a run by: the first of which anyone knows which way it gets better, else the first."""
    known = (one for one in run.headlines if direction(one.measure, directions))
    return next(known, None) or next(iter(run.headlines), None)


def number_of(run: RunSummary, measure: Measure) -> Headline | None:
    """The run's number of that measure."""
    return next((one for one in run.headlines if one.measure == measure), None)


def change(new: Headline, old: Headline, directions: Directions) -> Change | None:
    """By how much a number is more than an older one of its measure; None where one of them is no number, or they are too far apart.

    Its unit is left out: it stands beside the number.
    """
    if new.measure != old.measure or not (is_finite(new.value) and is_finite(old.value)):
        return None
    amount = new.value - old.value
    if not is_finite(amount):
        return None
    wanted = direction(new.measure, directions)
    return Change(amount, None, None if wanted is None or amount == 0 else (amount > 0) == (wanted == "up"))


def change_of_leading(new: RunSummary | None, old: RunSummary | None, directions: Directions) -> Change | None:
    """How the number that a run is judged by changed against another run, where both are known and have it."""
    own = leading(new, directions) if new else None
    other = number_of(old, own.measure) if old and own else None
    return change(own, other, directions) if own and other else None


def changes(oldest_first: Iterable[RunSummary], directions: Directions, measure: Measure | None = None) -> Mapping[str, Change]:
    """Run → how its number changed against the last comparable run before it in its project that has the number.

    It is the number of that measure or, where none is given, each run's leading one.
    """
    found: dict[str, Change] = {}
    last: dict[tuple[str, Measure], Headline] = {}
    for run in oldest_first:
        own = number_of(run, measure) if measure else leading(run, directions)
        old = last.get((run.project.ref, own.measure)) if own else None
        if own and old and (made := change(own, old, directions)):
            found[run.ref] = made
        if run.is_comparable:
            last.update({(run.project.ref, one.measure): one for one in run.headlines})
    return found


@dataclass(frozen=True, slots=True)
class Latest:
    """The leading number of the newest comparable run, how it changed since the one before that has it, and how it went."""

    headline: Headline
    change: Change | None
    spark: Spark | None


def latest(oldest_first: Sequence[RunSummary], directions: Directions) -> Latest | None:
    """Where a project stands; None where no run tells. It does not look back further than it must: a project may have very many runs."""
    judged = (run for run in reversed(oldest_first[-_FAR:]) if run.is_comparable and run.headlines)
    new = next(judged, None)
    own = leading(new, directions) if new else None
    if own is None:
        return None
    olds = [*islice((old for run in judged if (old := number_of(run, own.measure))), SPARK - 1)]
    points = [Point(place, one.value) for place, one in enumerate((*reversed(olds), own))]
    return Latest(own, change(own, olds[0], directions) if olds else None, spark(points))


def courses(runs: Iterable[RunSummary]) -> Courses:
    """How each number went over runs."""
    found: defaultdict[Measure, list[Point]] = defaultdict(list)
    for place, run in enumerate(runs):
        for headline in run.headlines:
            found[headline.measure].append(Point(place, headline.value))
    return found


def best(points: Iterable[Point], better: Direction) -> Point | None:
    """The best number; of equal ones, the first."""
    finite = [point for point in points if is_finite(point.value)]
    if not finite:
        return None
    pick = max if better == "up" else min
    return pick(finite, key=lambda point: point.value)


def spark(points: Sequence[Point]) -> Spark | None:
    """The newest of these numbers as a line; None where that would be a dot."""
    values = tuple(float(point.value) if is_finite(point.value) else None for point in points[-SPARK:])
    return Spark(values) if sum(value is not None for value in values) > 1 else None


def against(new: RunSummary, newest_first: Iterable[RunSummary], directions: Directions) -> RunSummary | None:
    """What to measure a run against: the newest of these that has its leading number."""
    own = leading(new, directions)
    return next((run for run in newest_first if own and number_of(run, own.measure)), None)
