"""Metric records → series: one per metric, scope and set of tags."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contexta.contract import DegradedRecord, MetricPayload, MetricSeries, Record, StableRef
from contexta.contract.records import NON_FINITE_METRIC
from contexta.errors import ContractError
from contexta.workspace.thinning import FULL, Tags, Thinned

# A tag with more values than this on one metric numbers its points (a step, a row) rather than telling series apart.
MAX_TAG_VALUES = 12

# So many tags may tell the series of one metric apart; more number its points, whatever they hold.
MAX_TAGS = 256

# A point is told by as many of the tags that number it.
_LABELS = 8

# What lies in a stage is read as a series over that stage.
_OWNED_BY_STAGE = frozenset({"sample", "op", "batch"})

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


@dataclass(slots=True, eq=False)
class Metric:
    """One metric in one scope, the owner, on one level: a series for each set of tags that tell series apart.

    `plain` is the series of points without any tag; while no point of the metric had one, they may be added to it directly. `series`
    holds all of them once one had.
    """

    key: str
    owner: StableRef
    level: str
    unit: str | None = None
    tagged: bool = False
    count: int = 0
    plain: Thinned = field(default_factory=Thinned)
    series: dict[Tags, Thinned] = field(default_factory=dict)
    numbering: set[str] = field(default_factory=set)
    _values: dict[str, set[str]] = field(default_factory=dict)

    def add(self, time: str, value: int | float, subject: StableRef, tags: Tags) -> None:
        """One more point; `tags` are sorted by name."""
        if not self.tagged:
            if not tags:
                columns = self.plain.recent
                columns.times.append(time)
                columns.values.append(value)
                columns.subjects.append(subject)
                if len(columns.times) > 2 * FULL:
                    self.plain.settle()
                return
            self.plain.number()
            self.count, self.tagged = self.plain.count, True
            if self.count:
                self.series[()] = self.plain
        for name, text in tags:
            if name not in self.numbering:
                self._tell_apart(name, text)
        apart = tuple([tag for tag in tags if tag[0] not in self.numbering])
        series = self.series.get(apart)
        if series is None:
            series = self.series[apart] = Thinned()
        columns = series.recent
        columns.numbers.append(self.count)
        columns.times.append(time)
        columns.values.append(value)
        columns.subjects.append(subject)
        columns.tags.append(tags)
        self.count += 1
        if len(columns.times) > 2 * FULL:
            series.settle()

    def _tell_apart(self, name: str, text: str) -> None:
        """Take in one more value of a tag; with too many of them, it numbers points from now on, and those that there are."""
        if name not in self._values and len(self._values) >= MAX_TAGS:
            self.numbering.add(name)  # no series has it yet
            return
        values = self._values.setdefault(name, set())
        values.add(text)
        if len(values) <= MAX_TAG_VALUES:
            return
        self.numbering.add(name)
        del self._values[name]
        united: dict[Tags, list[Thinned]] = {}
        for tags, series in self.series.items():
            united.setdefault(tuple(tag for tag in tags if tag[0] != name), []).append(series)
        for first, *others in united.values():
            first.absorb(others)
        self.series = {tags: first for tags, (first, *_) in united.items()}

    def settle(self) -> None:
        """Let go of what is not kept; to be called now and then, the series are the same whenever that is."""
        if len(self.plain.recent.times) > FULL:
            self.plain.settle()

    def each(self) -> Iterable[tuple[Tags, Thinned]]:
        """Every series with the tags that tell it apart, as they were first seen."""
        return self.series.items() if self.tagged else [((), self.plain)]


@dataclass(slots=True, eq=False)
class Channel:
    """Where the points of one subject and metric go; `slice_ref` is a tag that each of them has."""

    metric: Metric
    subject: StableRef
    slice_ref: str | None

    def append(self, time: str, value: int | float, tags: Tags) -> None:
        """One more point; `tags` as they are kept, without the slice."""
        if self.slice_ref is not None:
            tags = kept_tags({**dict(tags), "slice": self.slice_ref})  # a tag of that name gives way
        self.metric.add(time, value, self.subject, tags)


def owner_of(subject: StableRef) -> StableRef:
    """The scope over which the points of a subject make a series."""
    return subject.owner("stage") if subject.kind in _OWNED_BY_STAGE else subject


def kept_tags(tags: Mapping[str, object]) -> Tags:
    """Tags as points keep them: texts, sorted by name."""
    if len(tags) > 1:
        return tuple(sorted([(name, str(value)) for name, value in tags.items()]))
    return tuple([(name, str(value)) for name, value in tags.items()])


@dataclass(slots=True)
class SeriesBuilder:
    """Takes metric records in any order and gives their series."""

    _metrics: dict[tuple[str, str, str], Metric] = field(default_factory=dict)

    def add(self, record: Record, value: int | float) -> None:
        """One more point; `value` is given apart because a metric record cannot hold NaN."""
        metric: MetricPayload = record.payload
        self.channel(record.subject, owner_of(record.subject), metric).append(record.envelope.observed_at, value, kept_tags(metric.tags))

    def channel(self, subject: StableRef, owner: StableRef, payload: MetricPayload) -> Channel:
        """Where the points of a subject and metric go; `owner` is the subject's."""
        return Channel(self.metric(subject, owner, payload), subject, payload.slice_ref)

    def metric(self, subject: StableRef, owner: StableRef, payload: MetricPayload) -> Metric:
        """Likewise, with the points of others that are like the subject."""
        names = (owner.text, subject.kind, payload.metric_key)
        metric = self._metrics.get(names)
        if metric is None:
            metric = self._metrics[names] = Metric(payload.metric_key, owner, subject.kind)
        metric.unit = metric.unit or payload.unit
        return metric

    def add_gap(self, record: DegradedRecord) -> None:
        """The point that a degraded record keeps of a metric that was NaN or infinite; other degraded records keep none."""
        attributes = record.payload.attributes
        value = _NOT_FINITE.get(str(attributes.get("value")))
        if record.payload.issue_key != NON_FINITE_METRIC or value is None:
            return
        try:
            metric = MetricPayload.from_dict({**attributes, "value": 0})
        except ContractError:
            return  # not ours, whatever its key
        self.channel(record.subject, owner_of(record.subject), metric).append(record.envelope.observed_at, value, kept_tags(metric.tags))

    def finish(self) -> Iterator[MetricSeries]:
        """The series, by the order in which their metrics were first seen. Nothing comes after that."""
        for metric in self._metrics.values():
            for tags, thinned in metric.each():
                if thinned.count:
                    yield _series(metric, tags, thinned)


def _series(metric: Metric, tags: Tags, thinned: Thinned) -> MetricSeries:
    count, kept = thinned.count, thinned.kept()
    reduced = len(kept.times) < count
    return MetricSeries(
        key=metric.key,
        owner=metric.owner,
        level=metric.level,
        unit=metric.unit,
        tags=dict(tags),
        subjects=tuple(kept.subjects),
        times=tuple(kept.times),
        values=tuple(kept.values),
        labels=tuple(_label(tags, metric.numbering) for tags in kept.tags) if metric.numbering else (),
        count=count,
        places=_places(kept.numbers, count) if reduced else (),
        last_values=thinned.last_of_each() if reduced else {},
    )


def _places(numbers: list[int], count: int) -> tuple[int, ...]:
    """Where points stood among all of their series: their numbers, without the gaps that other series of the metric leave in them."""
    first, span = min(numbers), max(numbers) - min(numbers)
    return tuple((number - first) * (count - 1) // span for number in sorted(numbers))


def _label(tags: Tags, numbering: set[str]) -> str:
    found = [f"{name}={value}" for name, value in tags if name in numbering]
    more = [f"and {len(found) - _LABELS:,} more"] if len(found) > _LABELS else []
    return ", ".join([*found[:_LABELS], *more])
