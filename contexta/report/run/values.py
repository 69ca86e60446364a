"""Every value of every metric: on the page from both ends of each, all that is kept in a sheet."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, repeat
from operator import attrgetter

from contexta.contract import MetricSeries
from contexta.report import cells, cut, measures
from contexta.report.choice import ROWS, choose, share
from contexta.report.document import Cell, Exact, Scalar, Sheet, Table, Text

_CAPTION = "Every value, in all its digits"
_TITLES = ("Metric", "Measured on", "Tags", "Observed", "Value")

# Of more values than a table takes so many are shown, as the sheet has them all; so many of them may be no finite number.
_SHOWN, _MAX_ODD = 60, 20


def value_table(all_series: Sequence[MetricSeries]) -> Table:
    """A row for each value; of too many the first and last of each metric, those that are no finite number, and a sheet."""
    kept, measured = sum(len(series.values) for series in all_series), sum(series.count for series in all_series)
    places, parts = _chosen(all_series) if kept > ROWS or kept < measured else (range(kept), ())
    starts = [0, *accumulate(len(series.values) for series in all_series)]
    found = ((place, bisect_right(starts, place) - 1) for place in places)
    labels = [Text(measures.label(series)) for series in all_series]
    made = cells.table(_CAPTION, _TITLES, (_row(all_series[number], labels[number], place - starts[number]) for place, number in found))
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
    starts = accumulate(sizes, initial=0)
    of_each = (
        place
        for start, size in zip(starts, sizes, strict=False)
        for place in range(start, start + size)
        if not ends <= place - start < size - ends
    )
    return sorted({*odd, *of_each}), [*parts, f"of each metric the first and last {ends:,}"]


def _not_finite(all_series: Sequence[MetricSeries]) -> Iterator[int]:
    """The places of the values that are no finite number; most series have none, which is seen soonest of all their values at once."""
    start = 0
    for series in all_series:
        if not all(map(math.isfinite, series.values)):
            yield from (place for place, value in enumerate(series.values, start) if not math.isfinite(value))
        start += len(series.values)


def _row(series: MetricSeries, label: Text, place: int) -> tuple[Cell, ...]:
    return (
        label,
        cells.bare_ref(series.subjects[place]),
        cells.text(series.labels[place] if series.labels else None),
        cells.time(series.times[place]),
        Exact(series.values[place]),
    )


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
