"""Scopes: a run, its stages, batches, samples and operations, and deployments, as context managers that write what happens in them."""

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar, Token
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self, cast

from contexta.capture.artifacts import describe
from contexta.capture.clock import now
from contexta.capture.naming import Names, component
from contexta.capture.outcome import in_words, leave, outcome
from contexta.capture.session import Session
from contexta.capture.spans import Span
from contexta.contract import ArtifactManifest, ContextModel, DegradedPayload, EventPayload, SpanPayload, StableRef
from contexta.contract.fields import RULES, STATUSES, apply, chronological, one_of, shown
from contexta.contract.model import SCHEMA_VERSION
from contexta.contract.records import NON_FINITE_METRIC
from contexta.errors import ContextaError, ContractError

PRODUCER = "contexta.sdk.python"

# Names the runs in which an exception was written down, on its way out through the scopes.
_TOLD = "_contexta_told"

_end_status = one_of(*(status for status in STATUSES if status != "open"))

# What stands in the envelope of every record that is written here.
_WRITER: Mapping[str, Any] = {
    "producer_ref": PRODUCER,
    "correlation_refs": {"session_id": None, "trace_id": None},
    "schema_version": SCHEMA_VERSION,
    "extensions": [],
}

# The innermost open scope of this thread or task.
_current: ContextVar["Scope | None"] = ContextVar("contexta_scope", default=None)


def current_scope() -> "Scope | None":
    """The innermost scope that this thread or asyncio task has entered and not left."""
    return _current.get()


class Scope:
    """What every scope does. Opening one writes it down; leaving it writes how it ended."""

    # Which of an envelope's fields holds this scope's reference.
    FIELD: ClassVar[str]

    def __init__(self, session: Session, model: ContextModel, envelope: Mapping[str, str | None], name: str) -> None:
        self._session = session
        self._model = model
        self._name = name
        self._subject = str(model.ref)
        self._envelope = {**envelope, self.FIELD: self._subject}
        self._written = {**self._envelope, **_WRITER}
        self._names: dict[str, Names] = {}
        self._ended: str | None = None
        self._token: Token[Scope | None] | None = None

    @property
    def ref(self) -> StableRef:
        """The scope's reference."""
        return self._model.ref

    @property
    def name(self) -> str:
        """The name that it was opened with."""
        return self._name

    @property
    def status(self) -> str:
        """`open`, `completed`, `failed` or `cancelled`."""
        return self._ended or "open"

    @property
    def started_at(self) -> str:
        """When it was opened, ISO-8601 UTC."""
        return str(getattr(self._model, "started_at", None) or getattr(self._model, "observed_at", ""))

    def __enter__(self) -> Self:
        self._check_open()
        if self._token is not None:
            raise ContextaError(f"{self.ref} was entered before; open a new one")
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._token is not None:
            leave(_current, self._token)
            self._token = None
        if self._ended is not None:
            return
        if error is not None and self._envelope["run_ref"] is not None:
            self._tell(error)
        self.close(outcome(error))

    def close(self, status: str = "completed") -> None:
        """End the scope as `completed`, `failed` or `cancelled`; raises ContextaError when it has ended before."""
        self._check_open()
        apply("status", _end_status, status)
        if hasattr(self._model, "status"):
            ended_at = max(now(), self.started_at, key=chronological)  # a clock may be set back
            ended: dict[str, Any] = {"status": status, "ended_at": ended_at}
            self._model = replace(self._model, **ended)
            self._session.put(self._model)
        self._ended = status

    def metric(
        self,
        key: str,
        value: float,
        *,
        unit: str | None = None,
        aggregation_scope: str = "step",
        tags: Mapping[str, Any] | None = None,
    ) -> None:
        """Record a number. NaN and infinities are kept as a degraded record that names key and value.

        Raises ContextaError when the key is no dotted lower-case token or the value no number.
        """
        self._check_open()
        key = _metric_key(key) if isinstance(key, str) else apply("metric_key", RULES["metric_key"], key)
        number = value if type(value) is float else _number(value)
        if unit is not None and not isinstance(unit, str):
            apply("unit", RULES["unit"], unit)
        tags = _mapping("tags", tags) if tags else {}
        if aggregation_scope != "step":
            apply("aggregation_scope", RULES["aggregation_scope"], aggregation_scope)
        if not math.isfinite(number):
            summary = f"{key} is {number} on {self.ref}"
            self._degraded(NON_FINITE_METRIC, "warning", summary, {"metric_key": key, "unit": unit, "tags": tags, "value": str(number)})
            return
        payload = {
            "metric_key": key,
            "value": number,
            "value_type": "int" if isinstance(number, int) else "float",
            "unit": unit,
            "aggregation_scope": aggregation_scope,
            "subject_ref": self._subject,
            "slice_ref": None,
            "tags": tags,
            "summary_basis": "raw_observation",
        }
        self._record("metric", "MetricRecord", payload, now())

    def _degraded(self, key: str, severity: str, summary: str, attributes: Mapping[str, Any]) -> bool:
        payload = DegradedPayload(key, "capture", severity, summary, self.ref, "explicit_capture", attributes)
        return self._record("degraded", "DegradedRecord", payload.to_dict(), now(), completeness="partial")

    def event(self, key: str, *, message: str = "", level: str = "info", attributes: Mapping[str, Any] | None = None) -> None:
        """Record that something happened; raises ContextaError when the key or level breaks its rule."""
        self._check_open()
        payload = EventPayload(key, level, message, self.ref, attributes or {}, "explicit_capture")
        self._record("event", "StructuredEventRecord", payload.to_dict(), now())

    def span(self, name: str, *, kind: str = "operation", attributes: Mapping[str, Any] | None = None) -> "Span":
        """Time a piece of work: `with stage.span("load", kind="io"):`. A span opened inside another is its child."""
        self._check_open()
        apply("span_name", RULES["span_name"], name)
        apply("span_kind", RULES["span_kind"], kind)
        return Span(self._end_span, name, kind, {**_mapping("attributes", attributes)})

    def _end_span(self, payload: SpanPayload) -> None:
        self._record("span", "TraceSpanRecord", payload.to_dict(), payload.ended_at)

    def register_artifact(
        self, kind: str, path: str | Path, *, attributes: Mapping[str, Any] | None = None, allow_missing: bool = False
    ) -> ArtifactManifest:
        """Write down a file that was made: its size in bytes and SHA-256, its place relative to the workspace where it lies in it.

        Raises ContextaError when the file is not there, unless `allow_missing`.
        """
        self._check_open()
        ref = self._unique("artifact", component(kind, "artifact_kind")[:50].rstrip("-"))
        known = {
            **self._envelope,
            "artifact_ref": ref,
            "artifact_kind": kind,
            "producer_ref": PRODUCER,
            "attributes": _mapping("attributes", attributes),
        }
        manifest, payload = describe(Path(path), self._session.root, known, allow_missing=allow_missing)
        self._session.emit("ARTIFACT", payload, "dict", ref)
        return manifest

    def _tell(self, error: BaseException) -> None:
        """Say why the scope ended: an event at the innermost scope that the exception left."""
        run = self._envelope["run_ref"]
        told = getattr(error, _TOLD, ())
        if run in told:
            return
        with suppress(AttributeError, TypeError):  # an exception class may allow no attributes
            setattr(error, _TOLD, (*told, run))
        words = in_words(error)
        level = "error" if outcome(error) == "failed" else "warning"
        self.event("exception", message=words, level=level, attributes={"exception_type": type(error).__qualname__})

    def _unique(self, kind: str, prefix: str) -> str:
        run = self._envelope["run_ref"]
        if run is None:
            raise ContextaError(f"{self.ref} names no run, and what is recorded must lie in one: give it a run_ref")
        return f"{kind}:{run[4:]}.{prefix}-{os.urandom(6).hex()}"

    def _record(
        self, record_type: str, payload_type: str, payload: Mapping[str, Any], observed_at: str, completeness: str = "complete"
    ) -> bool:
        ref = self._unique("record", record_type)
        envelope: dict[str, Any] = {
            **self._written,
            "record_ref": ref,
            "record_type": record_type,
            "recorded_at": observed_at,
            "observed_at": observed_at,
            "completeness_marker": completeness,
            "degradation_marker": "none" if completeness == "complete" else "partial_failure",
        }
        return self._session.emit("RECORD", {"envelope": envelope, "payload": payload}, payload_type, ref)

    def _child(self, kind: str, name: str) -> tuple[StableRef, int]:
        """The reference of a child to open, numbered when its name was taken in this scope before, and its place among its kind."""
        self._check_open()
        slug = component(name)
        if kind not in self._names:
            self._names.setdefault(kind, Names(first=self._session.known_children(self.ref, kind)))
        taken, index = self._names[kind].take(slug)
        return StableRef(kind, f"{self.ref.value}.{taken}"), index

    def _check_open(self) -> None:
        if self._ended is not None:
            raise ContextaError(f"{self.ref} is closed ({self.status}): nothing more can be recorded in it; open a new one")


@lru_cache(maxsize=1024)  # a training loop records the same few keys
def _metric_key(key: str) -> str:
    return str(apply("metric_key", RULES["metric_key"], key))


def _number(value: Any) -> int | float:
    """A number as Python has it: NumPy scalars and one-element tensors give theirs. Whole numbers beyond 64 bits become floats."""
    try:
        plain = value.item() if hasattr(value, "item") else value
    except (TypeError, ValueError, RuntimeError) as error:  # more than one element
        raise ContractError("value", f"expected a number, got {shown(value)}: {error}") from None
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        raise ContractError("value", f"expected a number, got {shown(plain)}")
    if isinstance(plain, float):
        return float(plain)
    if -(2**63) <= plain < 2**64:
        return plain
    return float(plain) if abs(plain) < 10**308 else math.copysign(math.inf, 1 if plain > 0 else -1)


def _mapping(name: str, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], apply(name, RULES[name], given or {}))
