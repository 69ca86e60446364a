"""The rules of the contract's fields, stated once: a field of one name obeys one rule in every model.

A rule takes the value that was given and returns it as the model keeps it, or raises ValueError with the rule in words.
"""

import math
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import repeat
from operator import sub
from typing import TypeGuard

from contexta.contract.refs import StableRef, is_component
from contexta.errors import ContractError

Rule = Callable[[object], object]

STATUSES = ("open", "completed", "failed", "cancelled")
# What an inferred model says of itself: nothing wrote its status down, so nobody knows it.
UNKNOWN_STATUS = "unknown"
# Of runs that others may be measured against: they completed, or nobody knows because no line describes them.
COMPARABLE = ("completed", UNKNOWN_STATUS)

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\Z")
# As long as a reference may be.
MAX_KEY = 255

_KEY = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80


def shown(value: object) -> str:
    """A value in a message: short, however long or deep it is."""
    return _SHORT.repr(value)


def instant(timestamp: str) -> datetime:
    """The moment that a contract timestamp names; raises ValueError when it is none (`2025-02-30T00:00:00Z`)."""
    if not TIMESTAMP.match(timestamp):
        raise ValueError(f"expected an ISO-8601 UTC time that ends in Z, got {shown(timestamp)}")
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError as error:
        raise ValueError(f"no such time: {shown(timestamp)} ({error})") from None


def is_time(text: object) -> TypeGuard[str]:
    """Whether this is a contract timestamp, and there is such a time."""
    if not isinstance(text, str) or not TIMESTAMP.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def seconds_since(begin: str, timestamps: Iterable[str]) -> list[float]:
    """The seconds from one contract timestamp to each of others, all of which were checked before."""
    start = datetime.fromisoformat(begin)
    return [*map(timedelta.total_seconds, map(sub, map(datetime.fromisoformat, timestamps), repeat(start)))]


def seconds_between(begin: str, end: str) -> float:
    """The seconds from one contract timestamp to another, both of which were checked before."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


def chronological(timestamp: str) -> str:
    """A key that sorts contract timestamps by time: as text, `…00Z` would come after `…00.5Z`, and differ from `…00.0Z`."""
    text = timestamp.removesuffix("Z")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_before(timestamp: str, other: str) -> bool:
    """Whether a contract timestamp is earlier than another. Of one length, they have as many decimals: their texts are in order."""
    if len(timestamp) == len(other):
        return timestamp < other
    return chronological(timestamp) < chronological(other)


def all_finite(values: Sequence[float]) -> bool:
    """Whether none is NaN or infinite: seen soonest of their sum, which then is finite too, but for very great ones."""
    return math.isfinite(sum(values, 0.0)) or all(map(math.isfinite, values))


def _time(value: object) -> str:
    if is_time(value):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("expected a time with its zone, got a naive datetime")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = _string(value)
    instant(text)
    return text


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {shown(value)}")
    return value


def _filled(value: object) -> str:
    text = _string(value)
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _component(value: object) -> str:
    text = _filled(value)
    if not is_component(text):
        raise ValueError(f"expected one component (lower-case letters, digits, single hyphens), got {shown(text)}")
    return text


def _key(value: object) -> str:
    text = _filled(value)
    if len(text) > MAX_KEY or not _KEY.match(text):
        raise ValueError(f"expected dotted lower-case tokens of at most {MAX_KEY} characters, got {shown(text)}")
    return text


def _sha256(value: object) -> str:
    text = _string(value)
    if not _SHA256.match(text):
        raise ValueError(f"expected 64 hexadecimal digits, got {shown(text)}")
    return text


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {shown(value)}")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise ValueError(f"expected a finite number, got {shown(value)}")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a whole number from 0, got {shown(value)}")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"expected an object, got {shown(value)}")
    for key in value:
        if not isinstance(key, str):
            _string(key)
    return dict(value)


def _texts_by_name(value: object) -> Mapping[str, str]:
    return {name: _string(text) for name, text in _mapping(value).items()}


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected a list, got {shown(value)}")
    return tuple(_string(item) for item in value)


def _extensions(value: object) -> tuple[Mapping[str, object], ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected a list of objects, got {shown(value)}")
    items = tuple(_mapping(item) for item in value)
    for item in items:
        if not isinstance(item.get("namespace"), str):
            raise ValueError("an extension is an object with a namespace")
    return items


def _reference(value: object) -> StableRef:
    return value if isinstance(value, StableRef) else StableRef.parse(_string(value))


def _ref(kind: str, parse: Callable[[str], StableRef] = StableRef.parse) -> Rule:
    def rule(value: object) -> StableRef:
        ref = value if isinstance(value, StableRef) else parse(_string(value))
        if ref.kind != kind:
            raise ValueError(f"expected a {kind} reference, got {str(ref)!r}")
        return ref

    return rule


def one_of(*allowed: str) -> Rule:
    """The rule that a value is one of these words."""

    def rule(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"expected one of {', '.join(allowed)}, got {shown(value)}")
        return str(value)

    return rule


# Field name → rule, as FORMATS lists the fields. A model whose field of that name means something else says so itself.
RULES: Mapping[str, Rule] = {
    # references
    "project_ref": _ref("project"),
    "run_ref": _ref("run"),
    "deployment_execution_ref": _ref("deployment"),
    "stage_execution_ref": _ref("stage"),
    "batch_execution_ref": _ref("batch"),
    "sample_observation_ref": _ref("sample"),
    "operation_context_ref": _ref("op"),
    "environment_snapshot_ref": _ref("environment"),
    "record_ref": _ref("record", StableRef.read),
    "artifact_ref": _ref("artifact", StableRef.read),
    "subject_ref": _reference,
    "slice_ref": _filled,
    "producer_ref": _filled,
    "location_ref": _filled,
    "linked_refs": _texts,
    # names and text
    "name": _filled,
    "stage_name": _component,
    "batch_name": _component,
    "sample_name": _component,
    "deployment_name": _component,
    "operation_name": _component,
    "description": _string,
    "message": _string,
    "summary": _string,
    "span_name": _filled,
    "span_id": _filled,
    "trace_id": _filled,
    "parent_span_id": _filled,
    "session_id": _filled,
    "metric_key": _key,
    "event_key": _key,
    "issue_key": _key,
    "unit": _string,
    "value_type": _filled,
    "summary_basis": _filled,
    "origin_marker": _filled,
    "retention_class": _filled,
    "redaction_profile": _filled,
    "artifact_kind": _filled,
    "python_version": _filled,
    "platform": _filled,
    "schema_version": _filled,
    # times
    "created_at": _time,
    "started_at": _time,
    "ended_at": _time,
    "observed_at": _time,
    "recorded_at": _time,
    "captured_at": _time,
    # numbers
    "order_index": _count,
    "size_bytes": _count,
    "value": _number,
    "hash_value": _sha256,
    # closed vocabularies
    "status": one_of(*STATUSES),
    "record_type": one_of("event", "metric", "span", "degraded"),
    "completeness_marker": one_of("complete", "partial", "sampled", "absent", "unknown"),
    "degradation_marker": one_of("none", "partial_failure", "capture_gap", "import_loss", "compatibility_upgrade"),
    "aggregation_scope": one_of("run", "stage", "operation", "step", "slice"),
    "level": one_of("debug", "info", "warning", "error", "critical"),
    "span_kind": one_of("operation", "internal", "io", "network", "process"),
    "category": one_of("capture", "store", "import", "compatibility", "verification", "recovery"),
    "severity": one_of("warning", "error"),
    # containers
    "tags": _mapping,
    "attributes": _mapping,
    "packages": _texts_by_name,
    "environment_variables": _texts_by_name,
    "extensions": _extensions,
}

# The fields that hold whatever a program wrote: the rules of the others leave it no room.
FREE_TEXTS = frozenset(name for name, rule in RULES.items() if rule in (_filled, _string))
FREE_CONTAINERS = frozenset(name for name, rule in RULES.items() if rule in (_mapping, _texts, _texts_by_name, _extensions))


def apply(name: str, rule: Rule, value: object) -> object:
    """The value as the model keeps it; raises ContractError that names the field."""
    try:
        return rule(value)
    except ContractError as error:
        raise error.inside(name) if error.field else ContractError(name, error.rule) from None
    except ValueError as error:
        raise ContractError(name, str(error)) from None
