"""Sheet → CSV, as RFC 4180 has it: UTF-8, lines that end with CR LF.

Put together by the column rather than with `csv.writer`: that nothing in a column is to be quoted is found of a thousand cells at once, and
takes half the time.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from types import NoneType

from contexta.render import words
from contexta.report.document import Scalar, Sheet

# A spreadsheet takes text that begins like this for a formula and runs it.
_FORMULA = frozenset("=+-@\t\r\n")

_QUOTE = '"'
_QUOTED = re.compile(r'[",\r\n]')
_NOT_FINITE = {repr(value): words.exact(value) for value in (math.nan, math.inf, -math.inf)}

# As many rows as are put together at once.
_BLOCK = 1000


def render(sheet: Sheet) -> bytes:
    """A line of titles, then all rows. Numbers are exact; text is as on the page, one that looks like a formula after an apostrophe."""
    line = ",".join(["%s"] * len(sheet.columns)) + "\r\n"
    return "".join(_lines(line, sheet)).encode()


def _lines(line: str, sheet: Sheet) -> Iterator[str]:
    yield line % tuple(map(_field, sheet.columns))
    rows = iter(sheet.rows)
    while block := tuple(islice(rows, _BLOCK)):
        yield from map(line.__mod__, zip(*map(_column, zip(*block, strict=True)), strict=True))


def _column(cells: Sequence[Scalar]) -> Iterable[str]:
    kinds = {*map(type, cells)}
    if kinds == {NoneType}:
        return [""] * len(cells)
    if kinds <= {int, float}:
        return [_NOT_FINITE.get(digits, digits) for digits in map(repr, cells)]
    texts = [cell for cell in cells if isinstance(cell, str)]
    return texts if len(texts) == len(cells) and _are_plain(texts) else map(_field, cells)


def _are_plain(texts: Sequence[str]) -> bool:
    """Whether all may stand in the file as they are."""
    joined = "".join(texts)
    return joined.isascii() and joined.isprintable() and not ("," in joined or '"' in joined) and _FORMULA.isdisjoint(map(_first, texts))


def _field(cell: Scalar) -> str:
    if isinstance(cell, str):
        text = f"'{words.visible(cell)}" if _first(cell) in _FORMULA else words.visible(cell)
        return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _QUOTED.search(text) else text
    return "" if cell is None else words.exact(cell)


_first = itemgetter(slice(1))
