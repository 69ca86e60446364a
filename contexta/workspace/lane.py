"""The quick way for the lines that nearly all of a workspace is made of: metrics like one that was checked before.

A metric record is checked whole, field by field, when its scopes, key, unit and the like are first seen together. Another that
differs only in its reference, times and value is then taken after checking just those.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contexta.contract import StableRef
from contexta.contract.fields import TIMESTAMP, chronological
from contexta.contract.refs import is_component
from contexta.workspace.series import Channel

# The fields that tell one kind of metric line from another; what else an envelope or payload holds is no part of a series.
_ENVELOPE = (
    "run_ref",
    "deployment_execution_ref",
    "stage_execution_ref",
    "batch_execution_ref",
    "sample_observation_ref",
    "operation_context_ref",
    "producer_ref",
    "completeness_marker",
    "degradation_marker",
    "schema_version",
)
_PAYLOAD = ("metric_key", "value_type", "unit", "aggregation_scope", "subject_ref", "slice_ref", "summary_basis")

Shape = tuple[object, ...]


def shape_of(data: Mapping[str, Any]) -> Shape | None:
    """What a metric record has in common with others of its series and scopes; None for a record that the quick way does not take."""
    envelope, payload = data.get("envelope"), data.get("payload")
    if not isinstance(envelope, dict) or not isinstance(payload, dict) or envelope.get("record_type") != "metric":
        return None
    correlation, tags = envelope.get("correlation_refs") or {}, payload.get("tags") or {}
    if envelope.get("extensions") or not isinstance(correlation, dict) or any(correlation.values()) or not isinstance(tags, dict):
        return None
    shape = (*map(envelope.get, _ENVELOPE), *map(payload.get, _PAYLOAD), *((name, str(value)) for name, value in tags.items()))
    try:
        hash(shape)
    except TypeError:  # an object or a list where a text belongs
        return None
    return shape


@dataclass(slots=True)
class Trodden:
    """A shape that was checked: which reference its records lie in, and the span of times in which they were seen."""

    run: str
    scopes: tuple[StableRef, ...]
    batch: StableRef | None
    channel: Channel
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
        return isinstance(ref, str) and ref.startswith(self.run) and len(ref) <= 255 and is_component(ref[len(self.run) :])

    def take(self, observed_at: str, recorded_at: str, value: int | float) -> None:
        """Take one more record."""
        self.channel.append(observed_at, value)
        if not self.first or chronological(observed_at) < chronological(self.first):
            self.first = observed_at
        if not self.last or chronological(observed_at) > chronological(self.last):
            self.last = observed_at
        if not self.newest or chronological(recorded_at) > chronological(self.newest):
            self.newest = recorded_at


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
