"""Metrics and Curves: numbers side by side, lines over each other."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from contexta.contract import MetricSeries
from contexta.report import cut, differences, measures
from contexta.report.choice import Grade
from contexta.report.comparison.pair import Pair
from contexta.report.cut import Ranks
from contexta.report.directions import Directions
from contexta.report.document import Block, Chart, Note, Section, Table
from contexta.report.inline import Cell, Change, Number, Text
from contexta.report.phrases import counted, listed
from contexta.report.traits import Measure, Measured

# As many curves as a page draws.
MAX_CURVES = 24


class _Numbers(NamedTuple):
    """One metric in both runs."""

    what: Measured
    left: Measure | None
    right: Measure | None
    change: Change | None

    @property
    def units_differ(self) -> bool:
        """Whether both have it, in different units."""
        return self.left is not None and self.right is not None and self.left.unit != self.right.unit

    def relative(self) -> Number | None:
        """The change in percent of what it was; None from nought, which has no percentage."""
        if self.change is None or self.left is None or not self.left.last:
            return None
        percent = 100 * (self.change.amount / abs(self.left.last))
        return Number(percent, "%") if math.isfinite(percent) else None


def metrics(pair: Pair, directions: Directions) -> Section:
    """The last value of each metric in both runs, by how much it changed, and whether that is good."""
    found = [_numbers(*one, directions) for one in pair.series()]
    if not found:
        return Section("Metrics", (Note("Neither run has a metric of its own, its stages or batches."),))
    return Section("Metrics", tuple(_metric_blocks(pair, found)))


def _numbers(what: Measured, left: MetricSeries | None, right: MetricSeries | None, directions: Directions) -> _Numbers:
    one, other = (None if series is None else Measure.of(series) for series in (left, right))
    return _Numbers(what, one, other, None if other is None else differences.change(other, one, directions))


def _metric_blocks(pair: Pair, found: Sequence[_Numbers]) -> Iterator[Block]:
    yield Note(_verdict(found))
    yield _table(pair, found)
    if units := [one.what.label for one in found if one.units_differ]:
        yield Note(f"No change is told of what was measured in different units: {listed(units)}.")


def _table(pair: Pair, found: Sequence[_Numbers]) -> Table:
    titles = ("Metric", "Measured on", "Change", *pair.names, "Relative")
    return cut.table("metrics", titles, found, cut.each(_row), _RANKS)


def _row(one: _Numbers) -> tuple[Cell, ...]:
    return (Text(one.what.label), Text(one.what.where), one.change, _last(one.left), _last(one.right), one.relative())


def _last(measure: Measure | None) -> Number | None:
    return None if measure is None else Number(measure.last, measure.unit)


def _grade(one: _Numbers) -> Grade | None:
    """What became worse, then what was measured on one run only."""
    if one.left is None or one.right is None:
        return (1,)
    return (0,) if one.change and one.change.better is False else None


_RANKS = Ranks(_grade, "by change")


def _verdict(found: Sequence[_Numbers]) -> str:
    """How many became better or worse, in a sentence."""
    both = [one for one in found if one.left and one.right]
    if not both:
        return "The runs have no metric in common."
    changes = [one.change for one in both if one.change]
    counts = (
        (sum(change.better is True for change in changes), "better"),
        (sum(change.better is False for change in changes), "worse"),
        (sum(bool(change.amount) and change.better is None for change in changes), "changed (whether for the better is unknown)"),
        (sum(not change.amount for change in changes), "unchanged"),
        (len(both) - len(changes), "that cannot be compared"),
        (len(found) - len(both), "in one run only"),
    )
    return f"{counted(len(found), 'metric')}: {', '.join(f'{count:,} {word}' for count, word in counts if count)}."


def curves(pair: Pair) -> Section | None:
    """The course of each metric that both runs have, in one chart."""
    common = [(one, other) for _, one, other in pair.series() if one and other and _has_course(one) and _has_course(other)]
    if not common:
        return None
    drawn: list[Block] = [_chart(pair, *both) for both in common[:MAX_CURVES]]
    if len(common) > MAX_CURVES:
        drawn.append(Note(f"{MAX_CURVES:,} of {len(common):,} curves are drawn."))
    return Section("Curves", tuple(drawn))


def _has_course(series: MetricSeries) -> bool:
    return len(series.values) > 1


def _chart(pair: Pair, left: MetricSeries, right: MetricSeries) -> Chart:
    """Both lines over what they have in common: batches or time, else point by point."""
    one, other = measures.chart(left, pair.left.run.started_at), measures.chart(right, pair.right.run.started_at)
    lines = [*one.lines, *other.lines]
    axis, names = other.axis, (one if left.count > right.count else other).names
    if one.axis != other.axis:
        lines = [measures.by_number(series) for series in (left, right)]
        axis, names = "index", ("1", str(max(left.count, right.count)))
    named = tuple(replace(line, label=name) for line, name in zip(lines, pair.names, strict=True))
    unit = right.unit if left.unit == right.unit else f"{left.unit or 'no unit'}, {right.unit or 'no unit'}"
    scale = other.scale if one.scale == other.scale else "linear"
    return Chart(other.title, unit, axis, names, named, max(left.count, right.count), scale)
