"""Cells → HTML.

They are most of a page, so they are put together here rather than in templates, whose loops over them take twenty times as long; and by the
column, of which each kind of cell is made at once. All that a workspace holds goes through `shown`, once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, repeat
from types import NoneType
from typing import Any, get_args

from markupsafe import Markup, escape

from contexta.render import drawing, words
from contexta.render.links import Links
from contexta.report.document import (
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
    Table,
    Text,
    Time,
)

_NOTHING = f'<span class="nothing">{words.NOTHING}</span>'
# Numbers beside it tell where it begins and ends.
_SPARK = (
    'width="72" height="18" viewBox="0 0 720 180" aria-hidden="true" '
    'fill="none" stroke="#0072b2" stroke-width="16" stroke-linejoin="round" stroke-linecap="round"'
)
_QUANTITIES = frozenset((*get_args(Quantity), NoneType))


def cell(item: Cell, link: Links) -> Markup:
    """A cell; `link` gives the address of a reference's page."""
    return marked(_PUT[type(item)]((item,), link)[0])


def marked(made: str) -> Markup:
    """What was put together of tags, numbers and what `shown` escaped."""
    return Markup(made)  # noqa: S704  # every text in it went through `shown`


@dataclass(frozen=True, slots=True)
class Body:
    """A table's titles, its rows, and which columns hold nothing but quantities, so that they line up at the right."""

    head: Markup
    rows: Markup
    numeric: tuple[bool, ...]


def body(table: Table, link: Links) -> Body:
    """All rows of a table, the first cell of each its header."""
    columns = [*zip(*table.rows, strict=True)] or [()] * len(table.columns)
    kinds = [{*map(type, column)} for column in columns]
    numeric = tuple(bool(kind - {NoneType}) and kind <= _QUANTITIES for kind in kinds)
    # HTML takes the end of a cell and of a row for granted; without the tags, a table is a tenth smaller.
    parts: list[Iterable[str]] = []
    if kinds[0] == {Ref}:
        parts += _placed(columns[0], link)
    else:
        parts += [
            repeat('<tr><th scope="row" class="number">' if numeric[0] else '<tr><th scope="row">'),
            _made(columns[0], kinds[0], link),
        ]
    for column, kind, right in zip(columns[1:], kinds[1:], numeric[1:], strict=True):
        parts += [repeat('<td class="number">' if right else "<td>"), _made(column, kind, link)]
    each = zip(*parts, repeat("\n"), strict=False)
    return Body(marked(_head(table.columns, numeric)), marked("".join(chain.from_iterable(each))), numeric)


def _placed(items: Sequence[Ref], link: Links) -> tuple[list[str], list[str]]:
    """The beginnings of rows, and what each is about: what others link to has its reference as the id of its row, and links nowhere."""
    refs, texts = all_shown([item.ref for item in items]), all_shown([item.text for item in items])
    addresses = [link(item.ref) for item in items]
    if not all(address and address[0] == "#" for address in addresses):
        return ['<tr><th scope="row">'] * len(items), _refs(items, link)
    return [f'<tr id="{ref}"><th scope="row">' for ref in refs], [f"<bdi>{text}</bdi>" for text in texts]


def _head(titles: Sequence[str], numeric: Sequence[bool]) -> str:
    tags = ('<th scope="col">', '<th scope="col" class="number">')
    return "".join([f"{tags[right]}{title}</th>" for title, right in zip(all_shown([*titles]), numeric, strict=True)])


def shown(text: str) -> str:
    """Text as HTML shows it, in an element or an attribute: what is hidden made visible, then escaped."""
    return text if _is_plain(text) else str(escape(words.visible(str(text))))


# A page, and the next one, puts out the same few words over and over: titles, labels, units.
often_shown = lru_cache(maxsize=4096)(shown)


def _is_plain(text: str) -> bool:
    """Whether it is shown as it is; looked at whole for one character after the other, as neither a loop nor an expression is so quick."""
    return text.isprintable() and not ("&" in text or "<" in text or ">" in text or '"' in text or "'" in text)


def _plain(texts: Sequence[str]) -> bool:
    """Whether all are shown as they are; for all of a column it takes less than for one."""
    return _is_plain("".join(texts))


def _made(items: Sequence[Cell], kinds: set[type], link: Links) -> list[str]:
    """Cells of these kinds, those of each kind at once."""
    if len(kinds) == 1:
        return _PUT[type(items[0])](items, link)
    made = {kind: iter(_PUT[kind]([item for item in items if type(item) is kind], link)) for kind in kinds}
    return [next(made[type(item)]) for item in items]


def _nothings(items: Sequence[None], _link: Links) -> list[str]:
    return [_NOTHING] * len(items)


def _texts(items: Sequence[Text], _link: Links) -> list[str]:
    return [f'<bdi class="text">{text}</bdi>' for text in all_shown([item.value for item in items])]


def _codes(items: Sequence[Code], _link: Links) -> list[str]:
    return [f"<code>{text}</code>" for text in all_shown([item.value for item in items])]


def _hashes(items: Sequence[Hash], _link: Links) -> list[str]:
    """All of each, of which the style shows the beginning: so, what is copied is the whole."""
    return [f'<code class="hash">{text}</code>' for text in all_shown([item.value for item in items])]


def _numbers(items: Sequence[Number], _link: Links) -> list[str]:
    values = [item.value for item in items]
    digits = words.digits(values)
    return _with_units(_data(digits, words.numbers(values, digits)), items)


def _exacts(items: Sequence[Exact], _link: Links) -> list[str]:
    digits = words.digits([item.value for item in items])
    return _with_units(_data(digits, [words.NOT_FINITE.get(one, one) for one in digits]), items)


def _data(digits: list[str], worded: list[str]) -> list[str]:
    """Numbers in words, with all their digits where the words have not."""
    return [word if word == exact else f'<data value="{exact}">{word}</data>' for exact, word in zip(digits, worded, strict=True)]


def _with_units(amounts: list[str], items: Sequence[Number | Exact]) -> list[str]:
    units = {item.unit for item in items} - {None, "", "count"}
    if not units:
        return amounts
    put = {unit: f' <span class="unit">{shown(unit)}</span>' for unit in units if unit}
    return [amount + put.get(item.unit or "", "") for amount, item in zip(amounts, items, strict=True)]


def _refs(items: Sequence[Ref], link: Links) -> list[str]:
    refs, texts = [item.ref for item in items], all_shown([item.text for item in items])
    addresses = all_shown([link(ref) or "" for ref in refs])
    return [
        f'<a href="{address}"><bdi>{text}</bdi></a>' if address else f'<bdi title="{ref}">{text}</bdi>'
        for ref, text, address in zip(all_shown(refs), texts, addresses, strict=True)
    ]


def all_shown(texts: list[str]) -> list[str]:
    """Each as HTML shows it."""
    return texts if _plain(texts) else [*map(shown, texts)]


def _statuses(items: Sequence[Status], _link: Links) -> list[str]:
    made = _signed("status", words.STATUS_SIGNS, [item.value for item in items])
    return [one + ' <span class="aside">inferred</span>' if item.inferred else one for one, item in zip(made, items, strict=True)]


def _levels(items: Sequence[Level], _link: Links) -> list[str]:
    return _signed("level", words.LEVEL_SIGNS, [item.value for item in items])


def _signed(kind: str, signs: Mapping[str, str], texts: list[str]) -> list[str]:
    """Words with their signs, so that colour is never the only one."""
    made = {
        text: f'<span class="{kind} {shown(text)}"><span aria-hidden="true">{signs.get(text, "•")}</span> {shown(text)}</span>'
        for text in dict.fromkeys(texts)
    }
    return [made[text] for text in texts]


def _times(items: Sequence[Time], _link: Links) -> list[str]:
    moments = [item.value for item in items]
    worded = [*map(words.time, moments)]
    if not _plain(moments):
        moments, worded = [*map(shown, moments)], [*map(shown, worded)]
    return [f'<time datetime="{moment}">{word}</time>' for moment, word in zip(moments, worded, strict=True)]


_JUDGED = {True: ("good", ' <span class="judged">better</span>'), False: ("bad", ' <span class="judged">worse</span>'), None: ("calm", "")}


def _changes(items: Sequence[Change], _link: Links) -> list[str]:
    made = []
    for item in items:
        kind, judged = _JUDGED[item.better if item.amount else None]
        made.append(f'<span class="change {kind}">{shown(words.amount_of(item))}{judged}</span>')
    return made


def _sparks(items: Sequence[Spark], _link: Links) -> list[str]:
    lines = ["".join([f'<polyline points="{points}"/>' for points in drawing.spark_points(item.values)]) for item in items]
    return [f'<svg class="spark" {_SPARK}>{one}</svg>' if one else _NOTHING for one in lines]


def _durations(items: Sequence[Duration], _link: Links) -> list[str]:
    least = '<span title="inferred: at least">≥</span> '
    return [f'<data value="{item.seconds:.9g}">{least if item.at_least else ""}{words.duration(item.seconds)}</data>' for item in items]


def _sizes(items: Sequence[Bytes], _link: Links) -> list[str]:
    return [f'<data value="{item.count}">{words.size(item.count)}</data>' for item in items]


def _all_pairs(items: Sequence[Pairs], link: Links) -> list[str]:
    pairs = [*chain.from_iterable([item.items for item in items])]
    cells = [value for _, value in pairs]
    values = _made(cells, {*map(type, cells)}, link)
    names = all_shown([name for name, _ in pairs])
    parts = iter([f'<span><span class="aside">{name}</span> {value}</span>' for name, value in zip(names, values, strict=True)])
    return [f'<span class="pairs">{", ".join(islice(parts, len(item.items)))}</span>' for item in items]


_PUT: Mapping[type, Callable[[Sequence[Any], Links], list[str]]] = {
    NoneType: _nothings,
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
