"""Spans: timed pieces of work, nested as they are entered."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self

from contexta.capture.clock import now
from contexta.capture.outcome import leave, outcome
from contexta.contract import SpanPayload
from contexta.contract.fields import chronological
from contexta.errors import ContextaError

# The innermost span that this thread or task has entered and not left.
_current: ContextVar["Span | None"] = ContextVar("contexta_span", default=None)

_STATUS = {"completed": "ok", "failed": "error", "cancelled": "cancelled"}


class Span:
    """One timed piece of work; recorded when it ends. `attributes` may be filled while it runs."""

    def __init__(self, record: Callable[[SpanPayload], None], name: str, kind: str, attributes: dict[str, Any]) -> None:
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.span_id = f"span-{secrets.token_hex(6)}"
        self.trace_id = f"trace-{secrets.token_hex(8)}"
        self.parent_span_id: str | None = None
        self._record = record
        self._started_at: str | None = None
        self._token: Token[Span | None] | None = None

    def __enter__(self) -> Self:
        if self._started_at is not None:
            raise ContextaError(f"span {self.name} was entered before; open a new one")
        if parent := _current.get():
            self.trace_id, self.parent_span_id = parent.trace_id, parent.span_id
        self._started_at = now()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._token is None or self._started_at is None:
            return
        leave(_current, self._token)
        self._token = None
        status = "timeout" if isinstance(error, TimeoutError) else _STATUS[outcome(error)]
        ended_at = max(now(), self._started_at, key=chronological)
        self._record(
            SpanPayload(
                self.span_id,
                self.trace_id,
                self.name,
                self._started_at,
                ended_at,
                status,
                self.parent_span_id,
                self.kind,
                self.attributes,
            )
        )
