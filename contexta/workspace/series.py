"""Metric records → series: one per metric, scope and set of tags."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contexta.contract import DegradedRecord, MetricPayload, MetricSeries, Record, StableRef
from contexta.contract.fields import chronological
from contexta.contract.records import NON_FINITE_METRIC
from contexta.errors import ContractError

# A tag with more values than this on one metric numbers its points (a step, a row) rather than telling series apart.
MAX_TAG_VALUES = 12

# What lies in a stage is read as a series over that stage.
_OWNED_BY_STAGE = frozenset({"sample", "op", "batch"})

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Tags = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Points:
    unit: str | None = None
    subjects: list[StableRef] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    values: list[int | float] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where the points of one subject, metric and set of tags go."""

    points: _Points
    subject: StableRef
    unit: str | None
    tags: Tags

    def append(self, time: str, value: int | float) -> None:
        """One more point."""
        points = self.points
        points.unit = self.unit or points.unit
        points.subjects.append(self.subject)
        points.times.append(time)
        points.values.append(value)
        points.tags.append(self.tags)


@dataclass(slots=True)
class SeriesBuilder:
    """Takes metric records in any order and gives their series."""

    _points: dict[tuple[StableRef, str, str], _Points] = field(default_factory=dict)

    def add(self, record: Record, value: int | float) -> None:
        """One more point; `value` is given apart because a metric record cannot hold NaN."""
        self.channel(record.subject, record.payload).append(record.envelope.observed_at, value)

    def channel(self, subject: StableRef, metric: MetricPayload) -> Channel:
        """Where the points of a metric go that were measured on a subject."""
        owner = subject.owner("stage") if subject.kind in _OWNED_BY_STAGE else subject
        points = self._points.setdefault((owner, subject.kind, metric.metric_key), _Points())
        return Channel(points, subject, metric.unit, _tags(metric.tags, metric.slice_ref))

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
        self.channel(record.subject, metric).append(record.envelope.observed_at, value)

    def finish(self) -> Iterator[MetricSeries]:
        """The series, by the order in which their metrics were first seen."""
        for (owner, level, key), points in self._points.items():
            numbering = _numbering(points.tags)
            groups: dict[Tags, list[int]] = {}
            for index, tags in enumerate(points.tags):
                groups.setdefault(tuple(tag for tag in tags if tag[0] not in numbering), []).append(index)
            for tags, members in groups.items():
                members.sort(key=lambda index: chronological(points.times[index]))
                yield MetricSeries(
                    key=key,
                    owner=owner,
                    level=level,
                    unit=points.unit,
                    tags=dict(tags),
                    subjects=tuple(points.subjects[index] for index in members),
                    times=tuple(points.times[index] for index in members),
                    values=tuple(points.values[index] for index in members),
                    labels=tuple(_label(points.tags[index], numbering) for index in members) if numbering else (),
                )


def _tags(tags: Mapping[str, object], slice_ref: str | None) -> Tags:
    named = {name: str(value) for name, value in tags.items()}
    if slice_ref is not None:
        named["slice"] = slice_ref
    return tuple(sorted(named.items()))


def _label(tags: Tags, numbering: set[str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in tags if name in numbering)


def _numbering(all_tags: list[Tags]) -> set[str]:
    values: dict[str, set[str]] = {}
    for tags in all_tags:
        for name, value in tags:
            values.setdefault(name, set()).add(value)
    return {name for name, seen in values.items() if len(seen) > MAX_TAG_VALUES}
