"""Cells → HTML.

They are most of a page, so they are put together here rather than in templates, whose loops over them take twenty times as long; and by the
column, of which each kind of cell is made at once. All that a workspace holds goes through `shown`, once.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, compress, islice, repeat
from operator import attrgetter
from types import NoneType
from typing import Any, get_args

from markupsafe import Markup, escape

from contexta.render import drawing, words
from contexta.render.links import Links
from contexta.report.document import Column, Facts, Figures, Rows, Table
from contexta.report.inline import (
    Bytes,
    Cell,
    Change,
    Code,
    Duration,
    Exact,
    Hash,
    Level,
    Number,
    Pairs,
    Quantity,
    Ref,
    Spark,
    Status,
    Text,
    Time,
)

# Numbers beside it tell where it begins and ends.
_SPARK = (
    'width="72" height="18" viewBox="0 0 720 180" aria-hidden="true" '
    'fill="none" stroke="#0072b2" stroke-width="16" stroke-linejoin="round" stroke-linecap="round"'
)
_QUANTITIES = frozenset((*get_args(Quantity), NoneType))

# What is no letter of any script, and not in ASCII.
_SIGN = re.compile(r"[^\x00-\x7f\w]")


def cell(item: Cell, link: Links) -> Markup:
    """A cell; `link` gives the address of a reference's page."""
    return marked(_put_all((item,), type(item), link)[0])


def marked(made: str) -> Markup:
    """What was put together of tags, numbers and what `shown` escaped."""
    return str.__new__(Markup, made)  # Markup's own constructor first asks whether it is markup already, which takes longer


@dataclass(frozen=True, slots=True)
class Body:
    """A table's titles, its rows, and which columns hold nothing but quantities, so that they line up at the right."""

    head: Markup
    rows: Markup
    numeric: tuple[bool, ...]


def facts(block: Facts, link: Links) -> Markup:
    """Labels and values: put together by the column, as tables are."""
    items = block.items
    labels, values = all_shown([item.label for item in items]), _mixed([item.value for item in items], link)
    each = zip(labels, values, _asides([item.note for item in items]), strict=True)
    return marked("".join([f"<div><dt>{label}</dt><dd>{value}{note}</dd></div>\n" for label, value, note in each]))


def figures(block: Figures, link: Links) -> Markup:
    """Likewise the numbers that people look for first, each with what there is beside it."""
    items = block.items
    labels, notes = all_shown([item.label for item in items]), _asides([item.note for item in items])
    columns = (
        _mixed([item.value for item in items], link),
        _around('<dd class="course">', [item.spark for item in items], link),
        _around('<dd class="aside">', [item.change for item in items], link),
        _around('<dd class="aside">best ', [item.best for item in items], link),
    )
    return marked(
        "".join(
            [
                f'<div><dt>{label}{note}</dt><dd class="value">{value}</dd>{spark}{change}{best}</div>\n'
                for label, note, value, spark, change, best in zip(labels, notes, *columns, strict=True)
            ]
        )
    )


def _asides(notes: list[str]) -> list[str]:
    return [note and f' <span class="aside">{note}</span>' for note in all_shown(notes)]


def _around(begin: str, items: Sequence[Cell], link: Links) -> list[str]:
    """Those of these cells that there are, each in an element of its own."""
    made = iter(_mixed([item for item in items if item], link))
    return [f"{begin}{next(made)}</dd>" if item else "" for item in items]


def body(table: Table, link: Links) -> Body:
    """All rows of a table, the first cell of each its header."""
    columns = table.rows.columns if isinstance(table.rows, Rows) else _columns(table)
    numeric = tuple(map(_is_numeric, columns))
    # HTML takes the end of a cell and of a row for granted; without the tags, a table is a tenth smaller.
    begin = '<tr><th scope="row" class="number">' if numeric[0] else '<tr><th scope="row">'
    parts: list[Iterable[str]] = [*_first(columns[0], begin, link)]
    for column, right in zip(columns[1:], numeric[1:], strict=True):
        parts += [repeat('<td class="number">' if right else "<td>"), _made(column, link)]
    each = zip(*parts, repeat("\n"), strict=False)
    return Body(marked(_head(table.columns, numeric)), marked("".join(chain.from_iterable(each))), numeric)


def _columns(table: Table) -> list["Column | _Mixed"]:
    return [*map(_Mixed, [*zip(*table.rows, strict=True)] or [()] * len(table.columns))]


@dataclass(frozen=True, slots=True)
class _Mixed:
    """A column of any cells."""

    cells: Sequence[Cell]

    def kinds(self) -> set[type]:
        return {*map(type, self.cells)}


def _is_numeric(column: Column | _Mixed) -> bool:
    """Whether it holds quantities and nothing else."""
    if isinstance(column, Column):
        return column.kind in _QUANTITIES and not column.is_empty()
    kinds = column.kinds()
    return bool(kinds - {NoneType}) and kinds <= _QUANTITIES


def _first(column: Column | _Mixed, begin: str, link: Links) -> tuple[Iterable[str], Sequence[str]]:
    """The beginnings of rows, and what each is about: what others link to has its reference as the id of its row, and links nowhere."""
    if isinstance(column, _Mixed) and column.kinds() == {Ref}:
        column = Column(Ref, _fields(Ref, column.cells))
    if isinstance(column, Column) and column.kind is Ref and None not in column.fields[0]:
        refs, texts = column.fields
        if all((address := link(ref)) and address[0] == "#" for ref in refs):
            return [f'<tr id="{ref}"><th scope="row">' for ref in all_shown(refs)], [f"<bdi>{text}</bdi>" for text in all_shown(texts)]
    return repeat(begin), _made(column, link)


@lru_cache(maxsize=256)  # the tables of one run have the titles of another's
def _head(titles: tuple[str, ...], numeric: tuple[bool, ...]) -> str:
    tags = ('<th scope="col">', '<th scope="col" class="number">')
    return "".join([f"{tags[right]}{title}</th>" for title, right in zip(all_shown(titles), numeric, strict=True)])


def shown(text: str) -> str:
    """Text as HTML shows it, in an element or an attribute: what is hidden made visible, then escaped.

    Signs are references: so, a page whose names are in ASCII is too, which takes half the memory and is encoded in no time.
    """
    return text if _is_plain(text) else _SIGN.sub(_reference, str(escape(words.visible(str(text)))))


def _reference(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};"


# A page, and the next one, puts out the same few words over and over: titles, labels, units.
often_shown = lru_cache(maxsize=4096)(shown)


def _is_plain(text: str) -> bool:
    """Whether it is shown as it is; looked at whole for one character after the other, as neither a loop nor an expression is so quick."""
    return text.isascii() and text.isprintable() and not ("&" in text or "<" in text or ">" in text or '"' in text or "'" in text)


_NOTHING = f'<span class="nothing">{shown(words.NOTHING)}</span>'


def _made(column: Column | _Mixed, link: Links) -> list[str]:
    """All of a column, cells of each kind at once."""
    if isinstance(column, _Mixed):
        return _mixed(column.cells, link)
    if None not in column.fields[0]:
        return _PUT[column.kind](link, *column.fields)
    told = [one is not None for one in column.fields[0]]
    made = iter(_PUT[column.kind](link, *[[*compress(field, told)] for field in column.fields]))
    return [next(made) if one else _NOTHING for one in told]


def _mixed(items: Sequence[Cell], link: Links) -> list[str]:
    kinds = {*map(type, items)}
    if len(kinds) == 1:
        return _put_all(items, type(items[0]), link)
    made = {kind: iter(_put_all([item for item in items if type(item) is kind], kind, link)) for kind in kinds}
    return [next(made[type(item)]) for item in items]


def _put_all(items: Sequence[Cell], kind: type, link: Links) -> list[str]:
    """Cells of one kind."""
    return [_NOTHING] * len(items) if kind is NoneType else _PUT[kind](link, *_fields(kind, items))


def _fields(kind: type, items: Sequence[Cell]) -> tuple[list[Any], ...]:
    """What such cells hold, as a column has it."""
    return tuple([[*map(get, items)] for get in _GETTERS[kind]])


# How each kind is put: given its fields, those of all cells at once.


def _texts(_link: Links, values: Sequence[str]) -> list[str]:
    return [f'<bdi class="text">{text}</bdi>' for text in all_shown(values)]


def _codes(_link: Links, values: Sequence[str]) -> list[str]:
    return [f"<code>{text}</code>" for text in all_shown(values)]


def _hashes(_link: Links, values: Sequence[str]) -> list[str]:
    """All of each, of which the style shows the beginning: so, what is copied is the whole."""
    return [f'<code class="hash">{text}</code>' for text in all_shown(values)]


def _numbers(_link: Links, values: Sequence[float], units: Sequence[str | None] = ()) -> list[str]:
    digits = words.digits(values)
    return _with_units(_data(digits, words.numbers(values, digits)), units)


def _exacts(_link: Links, values: Sequence[float], units: Sequence[str | None] = ()) -> list[str]:
    digits = words.digits(values)
    return _with_units(_data(digits, [words.NOT_FINITE.get(one, one) for one in digits]), units)


def _data(digits: list[str], worded: list[str]) -> list[str]:
    """Numbers in words, with all their digits where the words have not."""
    return [word if word == exact else f'<data value="{exact}">{word}</data>' for exact, word in zip(digits, worded, strict=True)]


def _with_units(amounts: list[str], units: Sequence[str | None]) -> list[str]:
    put = {unit: f' <span class="unit">{shown(unit)}</span>' for unit in {*units} if unit and unit != "count"}
    if not put:
        return amounts
    return [amount + put.get(unit or "", "") for amount, unit in zip(amounts, units, strict=True)]


def _refs(link: Links, refs: Sequence[str], texts: Sequence[str]) -> list[str]:
    addresses = all_shown([link(ref) or "" for ref in refs])
    return [
        f'<a href="{address}"><bdi>{text}</bdi></a>' if address else f'<bdi title="{ref}">{text}</bdi>'
        for ref, text, address in zip(all_shown(refs), all_shown(texts), addresses, strict=True)
    ]


def all_shown(texts: Sequence[str]) -> Sequence[str]:
    """Each as HTML shows it; to look at all of a column at once takes no longer than at one."""
    return texts if _is_plain("".join(texts)) else [*map(shown, texts)]


def _statuses(_link: Links, values: Sequence[str], inferred: Sequence[bool] = ()) -> list[str]:
    made = _signed("status", words.STATUS_SIGNS, values)
    if not any(inferred):
        return made
    return [one + ' <span class="aside">inferred</span>' if so else one for one, so in zip(made, inferred, strict=True)]


def _levels(_link: Links, values: Sequence[str]) -> list[str]:
    return _signed("level", words.LEVEL_SIGNS, values)


def _signed(kind: str, signs: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """Words with their signs, so that colour is never the only one."""
    made = {text: _sign(kind, signs.get(text, "•"), text) for text in {*texts}}
    return [made[text] for text in texts]


@lru_cache(maxsize=256)
def _sign(kind: str, sign: str, text: str) -> str:
    return f'<span class="{kind} {shown(text)}"><span aria-hidden="true">{shown(sign)}</span> {shown(text)}</span>'


def _times(_link: Links, moments: Sequence[str]) -> list[str]:
    worded: Sequence[str] = words.times(moments)
    if not _is_plain("".join(moments)):
        moments, worded = all_shown(moments), all_shown(worded)
    return [f'<time datetime="{moment}">{word}</time>' for moment, word in zip(moments, worded, strict=True)]


_JUDGED = {True: ("good", ' <span class="judged">better</span>'), False: ("bad", ' <span class="judged">worse</span>'), None: ("calm", "")}


def _changes(_link: Links, amounts: Sequence[float], units: Sequence[str | None], better: Sequence[bool | None]) -> list[str]:
    made = []
    for amount, unit, good in zip(amounts, units, better, strict=True):
        kind, judged = _JUDGED[good if amount else None]
        made.append(f'<span class="change {kind}">{shown(words.amount_of(amount, unit))}{judged}</span>')
    return made


def _sparks(_link: Links, courses: Sequence[tuple[float | None, ...]]) -> list[str]:
    lines = ["".join([f'<polyline points="{points}"/>' for points in drawing.spark_points(values)]) for values in courses]
    return [f'<svg class="spark" {_SPARK}>{one}</svg>' if one else _NOTHING for one in lines]


def _durations(_link: Links, lengths: Sequence[float], at_least: Sequence[bool] = ()) -> list[str]:
    least = '<span title="inferred: at least">&ge;</span> '
    return [
        f'<data value="{seconds:.9g}">{least if so else ""}{words.duration(seconds)}</data>'
        for seconds, so in zip(lengths, at_least or [False] * len(lengths), strict=True)
    ]


def _sizes(_link: Links, counts: Sequence[int]) -> list[str]:
    return [f'<data value="{count}">{words.size(count)}</data>' for count in counts]


def _all_pairs(link: Links, items: Sequence[tuple[tuple[str, Cell], ...]]) -> list[str]:
    pairs = [*chain.from_iterable(items)]
    values, names = _mixed([value for _, value in pairs], link), all_shown([name for name, _ in pairs])
    parts = iter([f'<span><span class="aside">{name}</span> {value}</span>' for name, value in zip(names, values, strict=True)])
    return [f'<span class="pairs">{", ".join(islice(parts, len(item)))}</span>' for item in items]


_PUT: Mapping[Callable[..., Cell], Callable[..., list[str]]] = {
    Text: _texts,
    Code: _codes,
    Hash: _hashes,
    Number: _numbers,
    Exact: _exacts,
    Change: _changes,
    Spark: _sparks,
    Ref: _refs,
    Status: _statuses,
    Level: _levels,
    Time: _times,
    Duration: _durations,
    Bytes: _sizes,
    Pairs: _all_pairs,
}
_GETTERS = {kind: [*map(attrgetter, kind.__match_args__)] for kind in get_args(Cell) if kind is not NoneType}
