"""Document → the text part of a mail, for programs and people that want no HTML: no line is longer than a mail program shows."""

import textwrap
from collections.abc import Iterator, Sequence

from contexta.render import text, words
from contexta.render.links import Links
from contexta.report.document import Block, Details, Document, Table
from contexta.report.inline import Cell, Status

# RFC 5322, 2.1.1.
WIDTH = 78


def render(document: Document, links: Links) -> str:
    """The mail; of the addresses that `links` gives, only that of the page itself stands in it, on a line of its own."""
    title = _folded(words.one_line(document.title))
    lines = [*title, "=" * max(map(len, title)), *text.head(document)]
    if address := links(document.subject.ref):
        lines += ["", "The full report:", address]
    for section in document.sections:
        lines += ["", *text.titled(section.title, "-")]
        for block in section.blocks:
            lines += [*(folded for line in _block(block) for folded in _folded(line)), ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block)
        case Details(table):
            yield from _table(table)
        case _:
            yield from text.block_lines(block)


def _table(table: Table) -> Iterator[str]:
    """Each row as its first cell and how it stands, and all else below: its columns would not fit."""
    if table.caption:
        yield f"{words.one_line(table.caption)}:"
    for row in table.rows:
        standing = [cell for cell in row[1:] if isinstance(cell, Status)]
        yield "  ".join(["*", *map(_line, (row[0], *standing))])
        rest = [(title, cell) for title, cell in zip(table.columns[1:], row[1:], strict=True) if cell is not None and cell not in standing]
        if rest:
            yield f"   {'; '.join(f'{words.one_line(title)}: {_line(cell)}' for title, cell in rest)}"
    if table.note or table.total > len(table.rows):
        yield f"({words.one_line(table.note) or f'{words.count(len(table.rows))} of {words.count(table.total)} are shown'})"


def _line(cell: Cell) -> str:
    return words.one_line(words.cell(cell))


def _folded(line: str) -> Sequence[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]
