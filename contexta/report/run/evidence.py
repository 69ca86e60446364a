"""Metrics, Events and Traces: what was recorded."""

from collections.abc import Iterator, Sequence

from contexta.contract import MetricSeries, RunSnapshot, StructuredEventRecord, TraceSpanRecord, instant, seconds_between
from contexta.report import cells, curves, cut, measures
from contexta.report.choice import Grade
from contexta.report.cut import Ranks
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Block, Column, Details, Section, Table
from contexta.report.inline import Code, Duration, Level, Number, Ref, Spark, Status, Text, Time
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
    yield cut.table("metrics", titles, all_series, cut.by_column(_series_columns))
    yield from curves.charts(all_series, begin, directions, previous)
    yield Details(value_table(all_series))


def _series_columns(many: Sequence[MetricSeries]) -> tuple[Column, ...]:
    sparks, spreads = map(curves.spark, many), [series.spread or (None, None) for series in many]
    return (
        Column(Text, ([*map(measures.label, many)],)),
        Column(Text, ([*map(measures.scope, many)],)),
        Column(Text, ([series.unit for series in many],)),
        Column(Number, ([series.count for series in many],)),
        Column(Spark, ([spark and spark.values for spark in sparks],)),
        Column(Number, ([series.values[0] for series in many],)),
        Column(Number, ([series.values[-1] for series in many],)),
        Column(Number, ([least for least, _ in spreads],)),
        Column(Number, ([greatest for _, greatest in spreads],)),
    )


def events(snapshot: RunSnapshot) -> Section | None:
    """One row an event, in time order."""
    return Section("Events", (event_table(snapshot.events),)) if snapshot.events else None


def event_table(records: tuple[StructuredEventRecord, ...]) -> Table:
    """Events in time order."""
    titles = ("Time", "Level", "Event", "Message", "Where", "Attributes")
    return cut.table("events", titles, records, cut.by_column(_event_columns), _BY_LEVEL)


def _event_columns(records: Sequence[StructuredEventRecord]) -> tuple[Column, ...]:
    payloads = [record.payload for record in records]
    return (
        Column(Time, ([record.envelope.observed_at for record in records],)),
        Column(Level, ([payload.level for payload in payloads],)),
        Column(Code, ([payload.event_key for payload in payloads],)),
        Column(Text, ([payload.message or None for payload in payloads],)),
        cells.bare_refs([record.subject for record in records]),
        cells.all_pairs([payload.attributes for payload in payloads]),
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
    return cut.table("spans", titles, records, cut.by_column(_span_columns), _SPAN_RANKS)


def _span_grade(record: TraceSpanRecord) -> Grade:
    """What went wrong, then what took longest."""
    span = record.payload
    return (span.status not in ("error", "timeout"), (instant(span.started_at) - instant(span.ended_at)).total_seconds())


_SPAN_RANKS = Ranks(_span_grade, "by status and duration", lambda record: str(record.payload.status))


def _span_columns(records: Sequence[TraceSpanRecord]) -> tuple[Column, ...]:
    spans = [record.payload for record in records]
    return (
        Column(Text, ([span.span_name for span in spans],)),
        Column(Status, ([span.status for span in spans],)),
        Column(Text, ([span.span_kind for span in spans],)),
        Column(Time, ([span.started_at for span in spans],)),
        Column(Duration, ([seconds_between(span.started_at, span.ended_at) for span in spans],)),
        cells.bare_refs([record.subject for record in records]),
        Column(Code, ([span.trace_id for span in spans],)),
        Column(Code, ([span.span_id for span in spans],)),
        Column(Code, ([span.parent_span_id for span in spans],)),
        cells.all_pairs([span.attributes for span in spans]),
    )
