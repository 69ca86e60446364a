"""What the line of a record says, as far as a quick way looks at it; nothing of it is checked here."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, cast

# The scopes of an envelope, the narrowest first.
SCOPES = (
    "sample_observation_ref",
    "operation_context_ref",
    "batch_execution_ref",
    "stage_execution_ref",
    "deployment_execution_ref",
    "run_ref",
)
_MANNER = ("record_type", "producer_ref", "completeness_marker", "degradation_marker", "schema_version")
SERIES = ("metric_key", "value_type", "unit", "aggregation_scope", "slice_ref", "summary_basis")
CHANGING = ("record_ref", "observed_at", "recorded_at")
_OBJECT_OR_NONE = (dict, type(None))

# Where the producer stands in a manner.
PRODUCER = _MANNER.index("producer_ref")

Fields = tuple[object, ...]


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Fields]:
    """What takes some fields of an object, None for those that it does not have."""
    quick = itemgetter(*names)

    def get(data: Mapping[str, Any]) -> Fields:
        try:
            return cast(Fields, quick(data))
        except KeyError:
            return tuple(map(data.get, names))

    return get


_scopes, _manner, _series, _changing = map(_getter, (SCOPES, _MANNER, SERIES, CHANGING))
_correlation = _getter(("trace_id", "session_id"))


class Said(NamedTuple):
    """A record: its manner is who wrote it and how, its series what was measured.

    One that is no metric has no series; its value is all of its payload.
    """

    manner: Fields
    series: Fields
    scopes: Fields
    ref: Any
    observed: Any
    recorded: Any
    value: Any
    tags: Any
    subject: Any


def said_in(frame: Any) -> Said | None:
    """What a line says; None where it frames no record, or one that the quick ways do not take."""
    try:
        return said_of(frame["payload" if frame["family"] == "RECORD" else "none"] if "family" in frame else frame["record"])
    except (KeyError, TypeError):  # no such frame, or an object where a text belongs
        return None


def said_of(record: Mapping[str, Any]) -> Said | None:
    """What a record says; None where the quick ways do not take it. Raises KeyError or TypeError where it is none."""
    envelope, payload = record["envelope"], record["payload"]
    if not isinstance(envelope, dict) or not isinstance(payload, dict):
        return None
    correlation, tags = envelope.get("correlation_refs"), payload.get("tags")
    if (
        envelope.get("extensions") not in (None, [])
        or not isinstance(correlation, _OBJECT_OR_NONE)
        or not isinstance(tags, _OBJECT_OR_NONE)
    ):
        return None
    ref, observed, recorded = _changing(envelope)
    is_metric = envelope["record_type"] == "metric"
    return Said(
        manner=(*_manner(envelope), *_correlation(correlation or {})),
        series=_series(payload) if is_metric else (),
        scopes=_scopes(envelope),
        ref=ref,
        observed=observed,
        recorded=recorded,
        value=payload["value"] if is_metric else payload,
        tags=(tags or {}) if is_metric else {},
        subject=payload.get("subject_ref") if is_metric else None,
    )
