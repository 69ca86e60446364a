"""Document → JSON: the page as data, every block and cell an object that says its type."""

import math
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from contexta.render.links import Links, no_links
from contexta.report.document import Document, Line, Rows, Sheet


def render(document: Document, links: Links = no_links) -> bytes:
    """The page as JSON; numbers are numbers, times ISO-8601, and a number that JSON lacks is null beside its name.

    A sheet is named with its address, null where it does not lie beside the page.
    """
    return orjson.dumps(_plain(document, links), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any, links: Links) -> Any:
    if isinstance(value, Sheet):
        return {"type": "sheet", "name": value.name, "columns": value.columns, "holds": value.holds, "address": links(value.ref)}
    if isinstance(value, Line):
        return {"type": "line", "label": _plain(value.label, links), "points": _plain(value.points, links), "faint": value.faint}
    if isinstance(value, Rows):
        return [_plain(row, links) for row in value]
    if is_dataclass(value):
        members = {field.name: _plain(getattr(value, field.name), links) for field in fields(value)}
        return {"type": type(value).__name__.lower(), **members, **_name_of_non_finite(members)}
    if isinstance(value, tuple):
        return [_plain(item, links) for item in value]
    return _number(value)


def _number(value: Any) -> Any:
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value) if abs(value) < 10**308 else str(value)  # beyond what a JSON reader holds exactly
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _name_of_non_finite(members: dict[str, Any]) -> dict[str, str]:
    value = members.get("value")
    return {"non_finite": repr(value)} if isinstance(value, float) and not math.isfinite(value) else {}
