"""Metrics, Events and Traces: what was recorded."""

from collections.abc import Iterator, Sequence

from contexta.contract import MetricSeries, RunSnapshot, StructuredEventRecord, TraceSpanRecord, instant
from contexta.report import cells, curves, cut, measures
from contexta.report.choice import Grade
from contexta.report.cut import Ranks
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Block, Cell, Code, Details, Level, Number, Ref, Section, Status, Table, Text
from contexta.report.run.values import value_table
from contexta.report.timelines import Spell, timeline
from contexta.report.traits import RunTraits

_BY_LEVEL = cut.by_word(lambda record: str(record.payload.level), ("critical", "error", "warning"), "by level")


def metrics(snapshot: RunSnapshot, directions: Directions = BY_NAME, previous: RunTraits | None = None) -> Section | None:
    """Every series in one row, its curve where it has one, beside that of the previous run, and every value."""
    if not snapshot.series:
        return None
    return Section("Metrics", tuple(metric_blocks(snapshot.series, snapshot.run.started_at, directions, previous)))


def metric_blocks(
    all_series: tuple[MetricSeries, ...], begin: str, directions: Directions = BY_NAME, previous: RunTraits | None = None
) -> Iterator[Block]:
    """A table of series, charts of those that have a course, and a folded table of the values themselves."""
    titles = ("Metric", "Measured on", "Unit", "Values", "Course", "First", "Last", "Least", "Greatest")
    yield cut.table("metrics", titles, all_series, _series_row)
    yield from curves.charts(all_series, begin, directions, previous)
    yield Details(value_table(all_series))


def _series_row(series: MetricSeries) -> tuple[Cell, ...]:
    spread = measures.spread(series.values)
    return (
        Text(measures.label(series)),
        Text(measures.scope(series)),
        cells.text(series.unit),
        Number(series.count),
        curves.spark(series),
        Number(series.values[0]),
        Number(series.values[-1]),
        Number(spread[0]) if spread else None,
        Number(spread[1]) if spread else None,
    )


def events(snapshot: RunSnapshot) -> Section | None:
    """One row an event, in time order."""
    return Section("Events", (event_table(snapshot.events),)) if snapshot.events else None


def event_table(records: tuple[StructuredEventRecord, ...]) -> Table:
    """Events in time order."""
    titles = ("Time", "Level", "Event", "Message", "Where", "Attributes")
    return cut.table("events", titles, records, _event_row, _BY_LEVEL)


def _event_row(record: StructuredEventRecord) -> tuple[Cell, ...]:
    payload = record.payload
    return (
        cells.time(record.envelope.observed_at),
        Level(payload.level),
        Code(payload.event_key),
        cells.text(payload.message or None),
        cells.bare_ref(record.subject),
        cells.pairs(payload.attributes),
    )


def traces(snapshot: RunSnapshot) -> Section | None:
    """The spans as a waterfall, then one row a span."""
    return Section("Traces", tuple(span_blocks(snapshot.spans))) if snapshot.spans else None


def span_blocks(records: tuple[TraceSpanRecord, ...]) -> Iterator[Block]:
    """Spans below those that they were part of, and in time order."""
    if any(record.payload.started_at != record.payload.ended_at for record in records):
        drawn = timeline("Spans", [*_waterfall(records)])
        if drawn:
            yield drawn
    yield span_table(records)


def _waterfall(records: Sequence[TraceSpanRecord]) -> Iterator[Spell]:
    """Each span below the one that it was part of; what is part of itself in the end, like what is part of none."""
    inner: dict[tuple[str, str | None], list[TraceSpanRecord]] = {}
    known = {(record.payload.trace_id, record.payload.span_id) for record in records}
    for record in records:
        span = record.payload
        parent = (span.trace_id, span.parent_span_id)
        inner.setdefault(parent if parent in known else ("", None), []).append(record)
    left = [(record, 0) for record in reversed(inner.pop(("", None), []))]
    while left or inner:
        if not left:
            left = [(record, 0) for record in reversed(inner.pop(next(iter(inner))))]
        record, depth = left.pop()
        span = record.payload
        yield Spell(Ref(record.subject.text, span.span_name), Status(span.status), span.started_at, span.ended_at, depth)
        left += [(one, depth + 1) for one in reversed(inner.pop((span.trace_id, span.span_id), []))]


def span_table(records: tuple[TraceSpanRecord, ...]) -> Table:
    """Spans in time order."""
    titles = ("Span", "Status", "Kind", "Started", "Duration", "Where", "Trace", "Id", "Parent", "Attributes")
    return cut.table("spans", titles, records, _span_row, _SPAN_RANKS)


def _span_grade(record: TraceSpanRecord) -> Grade:
    """What went wrong, then what took longest."""
    span = record.payload
    return (span.status not in ("error", "timeout"), (instant(span.started_at) - instant(span.ended_at)).total_seconds())


_SPAN_RANKS = Ranks(_span_grade, "by status and duration", lambda record: str(record.payload.status))


def _span_row(record: TraceSpanRecord) -> tuple[Cell, ...]:
    span = record.payload
    return (
        Text(span.span_name),
        Status(span.status),
        cells.text(span.span_kind),
        cells.time(span.started_at),
        cells.duration(span.started_at, span.ended_at),
        cells.bare_ref(record.subject),
        Code(span.trace_id),
        Code(span.span_id),
        cells.code(span.parent_span_id),
        cells.pairs(span.attributes),
    )
