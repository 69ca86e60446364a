"""Summaries as JSON, to be kept between builds: a list of values in the order of a layout.

A cache may be corrupt, or made by someone who means harm: what is not as a summary would have written it is refused, and nothing in it is
ever run. Where JSON lacks a number (NaN, infinities, whole numbers of any size), it is JSON as Python writes it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from types import NoneType
from typing import Any

import orjson

from contexta.contract import STATUSES, UNKNOWN_STATUS, instant
from contexta.contract.refs import KINDS

Types = tuple[type, ...]
Check = Callable[[Any], bool]

_encode_text = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of the values; the types that they may have, which are told all at once because that is quick; and what else must hold."""

    names: tuple[str, ...]
    types: frozenset[Types]
    checks: tuple[tuple[int, Check], ...]

    @classmethod
    def of(cls, fields: Mapping[str, tuple[Types, Check | None]]) -> "Layout":
        """The layout of fields that are told by their types and, where these say too little, a check."""
        checks = tuple((place, check) for place, (_, check) in enumerate(fields.values()) if check)
        return cls(tuple(fields), frozenset(product(*(types for types, _ in fields.values()))), checks)

    def fits(self, values: list[Any]) -> bool:
        """Whether these may be the values of a summary."""
        return tuple(map(type, values)) in self.types and self._hold(values)

    def all_fit(self, rows: list[Any]) -> bool:
        """Whether all of a list are lists that fit."""
        if not {*map(type, rows)} <= {list} or not {tuple(map(type, row)) for row in rows} <= self.types:
            return False
        return not self.checks or all(map(self._hold, rows))

    def _hold(self, values: list[Any]) -> bool:
        for place, check in self.checks:
            value = values[place]
            if value is not None and not check(value):
                return False
        return True


def encode(values: list[Any]) -> bytes:
    """The values of a summary, to keep; those without NaN, infinities and tuples with names, in a fifth of the time."""
    try:
        return orjson.dumps(values)
    except TypeError:  # a whole number of more than 64 bits, half a character
        return encode_any(values)


def encode_any(values: list[Any]) -> bytes:
    """The values of a summary, to keep, whatever they are."""
    return b" " + _encode_text(values).encode("ascii")  # the space says so


def decode(text: bytes, layout: Layout) -> list[Any]:
    """The values of a summary that was kept; raises ValueError when `text` is none."""
    try:
        values = json.loads(text) if text.startswith(b" ") else orjson.loads(text)
        if type(values) is list and layout.fits(values):
            return values
    except (ValueError, RecursionError):
        pass
    raise ValueError("this is no summary of that kind")


def _is_time(value: str) -> bool:
    instant(value)  # raises ValueError
    return True


def _is_count(value: int) -> bool:
    return value >= 0


def _is_ref(*kinds: str) -> Check:
    part = r"(?=[a-z0-9-]{1,63}(?:\.|\Z))[a-z0-9]+(?:-[a-z0-9]+)*"
    one_of = "|".join(f"{kind}:" + r"\.".join([part] * KINDS[kind][0]) for kind in kinds)
    pattern = re.compile(rf"(?=.{{1,255}}\Z)(?:{one_of})\Z")
    return lambda value: pattern.match(value) is not None


_TEXT: tuple[Types, None] = ((str,), None)
_TIME = ((str,), _is_time)
_TIME_OR_NONE = ((str, NoneType), _is_time)
_TEXT_OR_NONE: tuple[Types, None] = ((str, NoneType), None)
_BOOL: tuple[Types, None] = ((bool,), None)
_COUNT = ((int,), _is_count)

_CONCERN = Layout.of({"severity": ((str,), {"error", "warning"}.__contains__), "key": _TEXT, "sentence": _TEXT})
_HEADLINE = Layout.of({"label": _TEXT, "note": _TEXT, "value": ((int, float), None), "unit": _TEXT_OR_NONE})
_ARTIFACT = Layout.of(
    {
        "ref": ((str,), _is_ref("artifact")),
        "kind": _TEXT,
        "state": ((str,), {"missing", "present", "registered"}.__contains__),
        "size_bytes": ((int, NoneType), _is_count),
        "sha256": _TEXT_OR_NONE,
        "location": _TEXT,
        "created_at": _TIME,
        "made_in": ((str, NoneType), _is_ref("stage", "batch")),
        "attributes": ((dict,), None),
    }
)
_COMMON: Mapping[str, tuple[Types, Check | None]] = {
    "name": _TEXT,
    "project_ref": ((str,), _is_ref("project")),
    "project_name": _TEXT,
    "project_created_at": _TIME,
    "project_inferred": _BOOL,
    "status": ((str,), {*STATUSES, UNKNOWN_STATUS}.__contains__),
    "inferred": _BOOL,
    "started_at": _TIME,
    "ended_at": _TIME_OR_NONE,
    "as_of": _TIME_OR_NONE,
    "errors": _COUNT,
    "warnings": _COUNT,
    "worst": ((list,), _CONCERN.all_fit),
}
RUN = Layout.of(
    {
        "ref": ((str,), _is_ref("run")),
        **_COMMON,
        "dataset": _TEXT_OR_NONE,
        "headlines": ((list,), _HEADLINE.all_fit),
        "deployed": ((list,), _ARTIFACT.all_fit),
    }
)
DEPLOYMENT = Layout.of(
    {
        "ref": ((str,), _is_ref("deployment")),
        **_COMMON,
        "run_ref": ((str, NoneType), _is_ref("run")),
        "artifact_ref": ((str, NoneType), _is_ref("artifact")),
    }
)
