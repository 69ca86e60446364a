"""Metrics, Events and Traces: what was recorded."""

from collections.abc import Iterator

from contexta.contract import MetricSeries, RunSnapshot, StructuredEventRecord, TraceSpanRecord, instant
from contexta.report import cells, cut, measures
from contexta.report.choice import Grade
from contexta.report.cut import Ranks
from contexta.report.document import Block, Cell, Code, Details, Level, Number, Section, Status, Table, Text
from contexta.report.run.values import value_table
from contexta.report.traits import RunTraits

_BY_LEVEL = cut.by_word(lambda record: str(record.payload.level), ("critical", "error", "warning"), "by level")


def metrics(snapshot: RunSnapshot, previous: RunTraits | None = None) -> Section | None:
    """Every series in one row, its curve where it has one, beside that of the previous run, and every value."""
    return Section("Metrics", tuple(metric_blocks(snapshot.series, snapshot.run.started_at, previous))) if snapshot.series else None


def metric_blocks(all_series: tuple[MetricSeries, ...], begin: str, previous: RunTraits | None = None) -> Iterator[Block]:
    """A table of series, a chart for each that has a course, and a folded table of the values themselves."""
    titles = ("Metric", "Measured on", "Unit", "Values", "First", "Last", "Least", "Greatest")
    yield cut.table("metrics", titles, all_series, _series_row)
    for series in all_series:
        if len(series.values) > 1 and series.level != "sample":  # samples have no order worth a line
            drawn = measures.chart(series, begin)
            yield previous.beside(drawn, series) if previous else drawn
    yield Details(value_table(all_series))


def _series_row(series: MetricSeries) -> tuple[Cell, ...]:
    spread = measures.spread(series.values)
    return (
        Text(measures.label(series)),
        Text(measures.scope(series)),
        cells.text(series.unit),
        Number(series.count),
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
    """One row a span, in time order."""
    return Section("Traces", (span_table(snapshot.spans),)) if snapshot.spans else None


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
