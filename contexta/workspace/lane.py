"""The quick way for the lines that nearly all of a workspace is made of: metrics like others that were checked.

A metric record is checked whole, field by field, when its envelope's scopes or its payload's key, unit and tags are first seen.
Another whose envelope and payload were each seen before, and that differs only in its reference, times and value, is taken after
checking just those.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contexta.contract import MetricRecord
from contexta.contract.fields import TIMESTAMP, chronological
from contexta.contract.refs import MAX_REF, is_component
from contexta.workspace.series import Channel, SeriesBuilder

# The scopes of an envelope, the narrowest first.
_SCOPES = (
    "sample_observation_ref",
    "operation_context_ref",
    "batch_execution_ref",
    "stage_execution_ref",
    "deployment_execution_ref",
    "run_ref",
)
# The fields that tell one kind of metric line from another; what else an envelope or payload holds is no part of a series.
_ENVELOPE = (*_SCOPES, "producer_ref", "completeness_marker", "degradation_marker", "schema_version")
_PAYLOAD = ("metric_key", "value_type", "unit", "aggregation_scope", "slice_ref", "summary_basis")

Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """What a metric record has in common with others: of its scopes, and of its series."""

    envelope: Shape
    payload: Shape


def shapes_of(data: Mapping[str, Any]) -> Shapes | None:
    """The shapes of a metric record; None for a record that the quick way does not take."""
    envelope, payload = data.get("envelope"), data.get("payload")
    if not isinstance(envelope, dict) or not isinstance(payload, dict) or envelope.get("record_type") != "metric":
        return None
    correlation, tags = envelope.get("correlation_refs") or {}, payload.get("tags") or {}
    if envelope.get("extensions") or not isinstance(correlation, dict) or any(correlation.values()) or not isinstance(tags, dict):
        return None
    if payload.get("subject_ref") not in (None, next((ref for ref in map(envelope.get, _SCOPES) if ref is not None), None)):
        return None
    shapes = Shapes(
        tuple(map(envelope.get, _ENVELOPE)),
        (*map(payload.get, _PAYLOAD), *((name, str(value)) for name, value in tags.items())),
    )
    try:
        hash(shapes)
    except TypeError:  # an object or a list where a text belongs
        return None
    return shapes


@dataclass(slots=True)
class Seen:
    """Scopes that were checked together, and when the records that took the quick way were seen in them."""

    record: MetricRecord
    records: str
    channels: dict[Shape, Channel] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    newest: str = ""

    def fits(self, envelope: Mapping[str, Any], value: object) -> bool:
        """Whether what differs from line to line obeys its rules: reference, times in order, a finite number."""
        return (
            (type(value) is float or type(value) is int)
            and math.isfinite(value)
            and self._names_a_record(envelope.get("record_ref"))
            and _in_order(envelope.get("observed_at"), envelope.get("recorded_at"))
        )

    def _names_a_record(self, ref: object) -> bool:
        return isinstance(ref, str) and len(ref) <= MAX_REF and ref.startswith(self.records) and is_component(ref[len(self.records) :])

    def saw(self, observed_at: str, recorded_at: str) -> None:
        """Take in the times of one more record."""
        if not self.first or chronological(observed_at) < chronological(self.first):
            self.first = observed_at
        if not self.last or chronological(observed_at) > chronological(self.last):
            self.last = observed_at
        if not self.newest or chronological(recorded_at) > chronological(self.newest):
            self.newest = recorded_at


@dataclass(slots=True)
class Lane:
    """What was checked so far."""

    series: SeriesBuilder
    _envelopes: dict[Shape, Seen] = field(default_factory=dict)
    _payloads: dict[Shape, MetricRecord] = field(default_factory=dict)

    def learn(self, shapes: Shapes, record: MetricRecord) -> None:
        """Let others like this record, which was checked, take the quick way."""
        self._payloads.setdefault(shapes.payload, record)
        self._envelopes.setdefault(shapes.envelope, Seen(record, f"record:{record.envelope.run_ref.value}."))

    def find(self, shapes: Shapes, data: Mapping[str, Any]) -> Seen | None:
        """The scopes that a record lies in, where it may take the quick way."""
        seen = self._envelopes.get(shapes.envelope)
        if seen is None or shapes.payload not in self._payloads or not seen.fits(data["envelope"], data["payload"].get("value")):
            return None
        return seen

    def take(self, shapes: Shapes, seen: Seen, data: Mapping[str, Any]) -> None:
        """Take a record that was found to fit."""
        envelope = data["envelope"]
        channel = seen.channels.get(shapes.payload)
        if channel is None:
            channel = self.series.channel(seen.record.subject, self._payloads[shapes.payload].payload)
            seen.channels[shapes.payload] = channel
        channel.append(envelope["observed_at"], data["payload"]["value"])
        seen.saw(envelope["observed_at"], envelope["recorded_at"])

    def taken(self) -> Iterator[Seen]:
        """The scopes in which any record took the quick way."""
        return (seen for seen in self._envelopes.values() if seen.first)


def _in_order(observed_at: object, recorded_at: object) -> bool:
    return _is_time(observed_at) and _is_time(recorded_at) and chronological(str(observed_at)) <= chronological(str(recorded_at))


def _is_time(text: object) -> bool:
    if not isinstance(text, str) or not TIMESTAMP.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
