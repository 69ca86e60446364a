"""Every value of every metric: on the page from both ends of each, all that is kept in a sheet."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, repeat
from operator import attrgetter

from contexta.contract import MetricSeries, StableRef, all_finite
from contexta.report import cells, cut, measures
from contexta.report.choice import ROWS, choose, share
from contexta.report.document import Column, Rows, Scalar, Sheet, Table
from contexta.report.inline import Exact, Text, Time

_CAPTION = "Every value, in all its digits"
_TITLES = ("Metric", "Measured on", "Tags", "Observed", "Value")

# Of more values than a table takes so many are shown, as the sheet has them all; so many of them may be no finite number.
_SHOWN, _MAX_ODD = 24, 8


def value_table(all_series: Sequence[MetricSeries]) -> Table:
    """A row for each value; of too many the first and last of each metric, those that are no finite number, and a sheet."""
    kept, measured = sum(len(series.values) for series in all_series), sum(series.count for series in all_series)
    places, parts = _chosen(all_series) if kept > ROWS or kept < measured else (range(kept), ())
    made = cells.table(_CAPTION, _TITLES, Rows(_columns(all_series, places)))
    if not parts:
        return made
    note = cut.shown_of(len(made.rows), measured, "value", parts)
    if kept < measured:
        note += " Of a long series the report keeps the extremes of each stretch; the other values stand only in the workspace."
    holds = f"all {kept:,} values" if kept == measured else f"the {kept:,} values that are kept"
    return Table(
        _CAPTION, made.columns, made.rows, measured, note, Sheet("values", _TITLES, _Rows(tuple(all_series)), holds, on_demand=True)
    )


def _chosen(all_series: Sequence[MetricSeries]) -> tuple[Sequence[int], Sequence[str]]:
    """The places of the values to show among all, and in words."""
    odd = [*islice(_not_finite(all_series), _MAX_ODD)]
    parts = [f"the first {len(odd):,} that are no finite number"] if odd else []
    sizes = [len(series.values) for series in all_series]
    ends = share(sizes, _SHOWN - len(odd))
    if not ends:
        choice = choose(sum(sizes), odd, _SHOWN)
        return choice.places, [*parts, f"the first {choice.first:,}", f"the last {choice.last:,}"]
    of_each = (
        place
        for end, size in zip(accumulate(sizes), sizes, strict=True)
        for place in (*range(end - size, end - size + min(ends, size)), *range(end - min(ends, size), end))
    )
    return sorted({*odd, *of_each}), [*parts, f"of each metric the first and last {ends:,}"]


def _not_finite(all_series: Sequence[MetricSeries]) -> Iterator[int]:
    """The places of the values that are no finite number; most series have none, which is seen soonest of all their values at once."""
    start = 0
    for series in all_series:
        if not all_finite(series.values):
            yield from (place for place, value in enumerate(series.values, start) if not math.isfinite(value))
        start += len(series.values)


def _columns(all_series: Iterable[MetricSeries], places: Sequence[int]) -> tuple[Column, ...]:
    """The columns of the values that stand at these places among all."""
    metrics: list[str] = []
    subjects: list[StableRef] = []
    labels: list[str | None] = []
    times: list[str] = []
    values: list[int | float] = []
    start = begin = 0
    for series in all_series:
        end = bisect_left(places, start + len(series.values), begin)
        own = [place - start for place in places[begin:end]]
        metrics += [measures.label(series)] * len(own)
        subjects += [series.subjects[place] for place in own]
        labels += [series.labels[place] for place in own] if series.labels else [None] * len(own)
        times += [series.times[place] for place in own]
        values += [series.values[place] for place in own]
        start, begin = start + len(series.values), end
    return Column(Text, (metrics,)), cells.bare_refs(subjects), Column(Text, (labels,)), Column(Time, (times,)), Column(Exact, (values,))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of the sheet; there may be a million, so no cell is made for them."""

    all_series: tuple[MetricSeries, ...]

    def __iter__(self) -> Iterator[tuple[Scalar, ...]]:
        for series in self.all_series:
            labels = series.labels or repeat(None)
            yield from zip(
                repeat(measures.label(series)), map(attrgetter("text"), series.subjects), labels, series.times, series.values, strict=False
            )
