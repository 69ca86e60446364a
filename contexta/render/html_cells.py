"""Cells → HTML.

They are most of a page, so they are put together here rather than in templates, whose loops over them take twenty times as long. All that
a workspace holds goes through `shown`, once.
"""

import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, get_args

from markupsafe import Markup, escape

from contexta.render import words
from contexta.render.links import Links
from contexta.report.document import (
    Bytes,
    Cell,
    Code,
    Duration,
    Exact,
    Level,
    Number,
    Pairs,
    Quantity,
    Ref,
    Status,
    Table,
    Text,
    Time,
)

_NOTHING = f'<span class="nothing">{words.NOTHING}</span>'
_ODD = re.compile(f"[&<>\"'{words.HIDDEN}]")
_QUANTITIES = frozenset(get_args(Quantity))
_OF_MOMENTS = "0123456789-T:.Z"


def cell(item: Cell, link: Links) -> Markup:
    """A cell; `link` gives the address of a reference's page."""
    return Markup(_PUT[type(item)](item, link))  # noqa: S704  # made of tags and what `shown` escaped


def rows(table: Table, numeric: tuple[bool, ...], link: Links) -> Markup:
    """All rows of a table, the first cell of each its header; `numeric` says which columns line up at the right."""
    classes = [' class="number"' if one else "" for one in numeric]
    cells = [f"<td{one}>%s</td>" for one in classes]
    cells[:1] = [f'<th scope="row"{one}>%s</th>' for one in classes[:1]]
    row = f"<tr>{''.join(cells)}</tr>\n"
    columns = ([_PUT[type(item)](item, link) for item in column] for column in zip(*table.rows, strict=True))
    return Markup("".join([row % each for each in zip(*columns, strict=True)]))  # noqa: S704  # as in `cell`


def numeric(table: Table) -> tuple[bool, ...]:
    """Which columns hold nothing but quantities; as the table's own `numeric`, found by the types of whole columns."""
    kinds = [{*map(type, column)} - {NoneType} for column in zip(*table.rows, strict=True)] or [set()] * len(table.columns)
    return tuple(bool(kind) and kind <= _QUANTITIES for kind in kinds)


def shown(text: str) -> str:
    """Text as HTML shows it, in an element or an attribute: what is hidden made visible, then escaped."""
    return text if type(text) is str and not _ODD.search(text) else str(escape(words.visible(str(text))))


def _nothing(_item: None, _link: Links) -> str:
    return _NOTHING


def _text(item: Text, _link: Links) -> str:
    return f'<bdi class="text">{shown(item.value)}</bdi>'


def _code(item: Code, _link: Links) -> str:
    return f"<code>{shown(item.value)}</code>"


def _number(item: Number, _link: Links) -> str:
    value, unit = item.value, item.unit
    digits = str(value)
    worded = words.rounded(value, digits) if type(value) is float else words.number(value)
    return _measured(f'<data value="{digits}">{worded}</data>', unit)


def _exact(item: Exact, _link: Links) -> str:
    return _measured(f'<data value="{item.value}">{words.exact(item.value)}</data>', item.unit)


def _measured(amount: str, unit: str | None) -> str:
    return f'{amount} <span class="unit">{shown(unit)}</span>' if unit and unit != "count" else amount


def _ref(item: Ref, link: Links) -> str:
    address = link(item.ref)
    if address:
        return f'<a href="{shown(address)}"><bdi>{shown(item.text)}</bdi></a>'
    return f'<bdi title="{shown(item.ref)}">{shown(item.text)}</bdi>'


def _status(item: Status, _link: Links) -> str:
    inferred = ' <span class="aside">inferred</span>' if item.inferred else ""
    return _signed("status", words.STATUS_SIGNS, item.value) + inferred


def _level(item: Level, _link: Links) -> str:
    return _signed("level", words.LEVEL_SIGNS, item.value)


def _signed(kind: str, signs: Mapping[str, str], word: str) -> str:
    """A word with its sign, so that colour is never the only one."""
    put = shown(word)
    return f'<span class="{kind} {put}"><span aria-hidden="true">{signs.get(word, "•")}</span> {put}</span>'


def _time(item: Time, _link: Links) -> str:
    moment = item.value
    if moment.strip(_OF_MOMENTS):
        return f'<time datetime="{shown(moment)}">{shown(words.time(moment))}</time>'
    return f'<time datetime="{moment}">{words.time(moment)}</time>'


def _duration(item: Duration, _link: Links) -> str:
    at_least = '<span title="inferred: at least">≥</span> ' if item.at_least else ""
    return f'<span class="quantity">{at_least}{words.duration(item.seconds)}</span>'


def _bytes(item: Bytes, _link: Links) -> str:
    return f'<data value="{item.count}">{words.size(item.count)}</data>'


def _pairs(item: Pairs, link: Links) -> str:
    parts = (f'<span><span class="aside">{shown(name)}</span> {_PUT[type(value)](value, link)}</span>' for name, value in item.items)
    return f'<span class="pairs">{", ".join(parts)}</span>'


_PUT: Mapping[type, Callable[[Any, Links], str]] = {
    NoneType: _nothing,
    Text: _text,
    Code: _code,
    Number: _number,
    Exact: _exact,
    Ref: _ref,
    Status: _status,
    Level: _level,
    Time: _time,
    Duration: _duration,
    Bytes: _bytes,
    Pairs: _pairs,
}
