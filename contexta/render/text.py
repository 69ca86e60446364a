"""Document → plain text for a terminal."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from contexta.render import words
from contexta.render.links import unwritten
from contexta.report.document import (
    Block,
    Chart,
    Details,
    Document,
    Fact,
    Facts,
    Figures,
    Histogram,
    Issues,
    Lineage,
    Note,
    Prose,
    Table,
    Timeline,
)
from contexta.report.inline import Cell

# A longer cell is cut with a mark, unless it is the last of its row; the other formats hold it whole.
MAX_CELL = 80


def render(document: Document) -> str:
    """The page as text: titles underlined, tables in columns, no colour and no control characters."""
    lines = [*titled(document.title, "="), *head(document)]
    for section in document.sections:
        lines += ["", *titled(section.title, "-")]
        for block in section.blocks:
            lines += [*block_lines(block), ""]
        lines.pop()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def titled(title: str, mark: str) -> Iterator[str]:
    """A title, underlined."""
    text = words.one_line(title)
    yield text
    yield mark * len(text)


def head(document: Document) -> Iterator[str]:
    """How what the page is about stands, and when that was known."""
    if document.status is not None:
        yield words.cell(document.status)
    if document.as_of:
        yield f"data as of {words.time(document.as_of)}"


def block_lines(block: Block) -> Iterator[str]:
    """A block, on as many lines as it has things; however long."""
    match block:
        case Facts() | Figures() | Lineage():
            items = _labelled(block)
            width = max((len(words.one_line(item.label)) for item in items), default=0)
            for item in items:
                note = f"  ({words.one_line(item.note)})" if item.note else ""
                yield f"{words.one_line(item.label):<{width}}  {_line(item.value)}{note}"
        case Table() | Details():
            yield from _table(block.table if isinstance(block, Details) else block)
        case Chart():
            yield from map(words.one_line, words.chart(block))
        case Timeline(title, moment, bars, total, note):
            yield words.one_line(f"{title}, from {words.cell(moment)}")
            names = [f"{'  ' * (bar.depth + 1)}{_line(bar.what)}" for bar in bars]
            width = max(map(len, names), default=0)
            yield from (f"{name:<{width}}  {_line(bar.status)}  {words.bar(bar)}" for name, bar in zip(names, bars, strict=True))
            yield from [f"({words.one_line(note)})" if note else _more(len(bars), total)] if total > len(bars) else []
        case Histogram(title, unit):
            yield words.one_line(words.with_unit(title, unit and f"({unit})"))
            found = words.bins(block)
            width = max((len(span) for span, _, _ in found), default=0)
            yield from (f"  {span:<{width}}  {blocks} {words.count(count)}" for span, blocks, count in found)
        case Issues(items, total):
            yield from (f"{words.LEVEL_SIGNS[issue.severity]} {issue.severity:<7} {words.one_line(issue.sentence)}" for issue in items)
            yield from [_more(len(items), total)] if total > len(items) else []
            yield from [] if items else ["No issue was found."]
        case Prose(markdown):
            yield from (f"  {line}" for line in words.visible(markdown).split("\n"))
        case Note(text):
            yield words.one_line(text)
        case _:
            assert_never(block)


def _labelled(block: Facts | Figures | Lineage) -> Sequence[Fact]:
    match block:
        case Figures():
            return words.facts_of(block)
        case Lineage(steps):
            return steps
        case Facts(items):
            return items


def _line(cell: Cell) -> str:
    return words.one_line(words.cell(cell))


def _table(table: Table) -> Iterator[str]:
    titles = [words.one_line(title) for title in table.columns]
    rows = [[*(_short(_line(cell)) for cell in row[:-1]), *map(_line, row[-1:])] for row in table.rows]
    widths = [min(MAX_CELL, max(len(text) for text in column)) for column in zip(titles, *rows, strict=True)]
    numeric = table.numeric()
    yield from [words.one_line(table.caption)] if table.caption else []
    yield _columns(titles, widths, numeric)
    yield "  ".join("-" * width for width in widths)
    yield from (_columns(row, widths, numeric) for row in rows)
    yield from _cut(table)


def _cut(table: Table) -> Iterator[str]:
    """Which rows are shown, and where all of them are."""
    if table.note:
        yield words.one_line(f"({table.note})")
    elif table.total > len(table.rows):
        yield _more(len(table.rows), table.total)
    if table.sheet:
        yield f"({unwritten(table.sheet)})"


def _columns(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    return "  ".join(f"{text:>{width}}" if right else f"{text:<{width}}" for text, width, right in zip(cells, widths, numeric, strict=True))


def _short(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"


def _more(shown: int, total: int) -> str:
    return f"({words.count(shown)} of {words.count(total)} are shown)"
