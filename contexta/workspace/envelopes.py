"""Records that are checked in two parts: what they have in common with others, once, and what is their own."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from contexta.contract import RECORD_TYPES, EventPayload, MetricPayload, Record, RecordEnvelope, StableRef
from contexta.contract.model import Model, Pattern
from contexta.contract.records import DegradedPayload, SpanPayload

# Part of a record → its model, and its own fields: what differs from one envelope to the next of a writer and scope, and what may hold
# any number of values in the payloads of a type.
_PARTS: Mapping[str, tuple[type[Model], tuple[str, ...]]] = {
    "envelope": (RecordEnvelope, ("record_ref", "recorded_at", "observed_at")),
    "metric": (MetricPayload, ("value", "tags", "subject_ref")),
    "event": (EventPayload, ("message", "subject_ref", "attributes")),
    "span": (SpanPayload, ("span_id", "trace_id", "parent_span_id", "started_at", "ended_at", "attributes", "linked_refs")),
    "degraded": (DegradedPayload, ("summary", "subject_ref", "attributes")),
}

# What a field may hold that says nothing.
_NOTHING: tuple[Any, ...] = (None, {}, [])


class Checked(NamedTuple):
    """A record that is good, and what its envelope and payload say in common with others, and on their own."""

    record: Record
    said: tuple[bytes, bytes]
    own: list[Any]

    def content(self) -> int:
        """What tells it apart from others of its reference (see `content_of`)."""
        return _content(*self.said, self.own)


class Common(NamedTuple):
    """What envelopes, or payloads, have in common: the pattern of their models, and what they say."""

    pattern: Pattern[Any]
    said: bytes


def checked(data: Mapping[str, Any]) -> Checked | None:
    """The record that the object of a strict JSON line describes; None where only a whole check can tell what to make of it."""
    if len(data) != 2:
        return None
    try:
        envelope, own = _told(data["envelope"], "envelope")
        return None if envelope is None else _enclosed(envelope.pattern.model(own), envelope.said, own, data["payload"])
    except (KeyError, TypeError, ValueError):  # to be told in the words of a whole check
        return None


def envelope_of(data: Mapping[str, Any]) -> Common | None:
    """What the envelope of a record has in common with others; None likewise."""
    try:
        return _told(data["envelope"], "envelope")[0] if len(data) == 2 else None
    except (KeyError, TypeError, ValueError):
        return None


def enclosed(envelope: Common, ref: str, recorded: str, observed: str, payload: bytes) -> Checked | None:
    """The record with such an envelope, whose own fields were found good but for the length of its reference; None likewise."""
    try:
        made = envelope.pattern.of_checked((StableRef.known(ref), recorded, observed))
        return _enclosed(made, envelope.said, [ref, recorded, observed], orjson.loads(payload))
    except (KeyError, TypeError, ValueError):
        return None


def _enclosed(made: RecordEnvelope, said: bytes, own: list[Any], fields: Mapping[str, Any]) -> Checked | None:
    payload, its_own = _told(fields, made.record_type)
    if payload is None:
        return None
    record = RECORD_TYPES[made.record_type].of_checked(envelope=made, payload=payload.pattern.model(its_own))
    return Checked(record, (said, payload.said), own + its_own)


def content_of(data: Mapping[str, Any]) -> int:
    """What tells two records of one reference apart: all that they say; a field that is null or empty says nothing."""
    envelope, own = _parted(data["envelope"], "envelope")
    payload, its_own = _parted(data["payload"], envelope["record_type"])
    return _content(_said(envelope), _said(payload), own + its_own)


def _parted(fields: Mapping[str, Any], part: str) -> tuple[dict[str, Any], list[Any]]:
    """What a part of a record may have in common with others, and the values that are its own."""
    shared = {**fields}
    return shared, [shared.pop(name, None) for name in _PARTS[part][1]]


def _told(fields: Mapping[str, Any], part: str) -> tuple[Common | None, list[Any]]:
    """What a part of a record has in common with others, None where that is at fault; and the values that are its own."""
    shared, own = _parted(fields, part)
    return _common(part, orjson.dumps(shared)), own


@lru_cache(maxsize=1024)  # a few for each scope of a run, and of each kind of payload
def _common(part: str, shared: bytes) -> Common | None:
    """What the models of a part have in common whose objects say this beside their own fields; None where that is at fault."""
    fields = orjson.loads(shared)
    try:
        return Common(Pattern.of(*_PARTS[part], fields), _said(fields))
    except ValueError:
        return None


def _said(fields: Mapping[str, Any]) -> bytes:
    said = {name: value for name, value in fields.items() if value not in _NOTHING}
    if correlation := said.get("correlation_refs"):
        said["correlation_refs"] = {name: value for name, value in correlation.items() if value not in _NOTHING}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _content(envelope: bytes, payload: bytes, own: list[Any]) -> int:
    said = [value or (None if value in _NOTHING else value) for value in own]
    return hash((envelope, payload, orjson.dumps(said, option=orjson.OPT_SORT_KEYS)))
