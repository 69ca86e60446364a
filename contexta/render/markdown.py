"""Document → GitHub-flavoured Markdown. Whatever text a workspace holds, it comes out of a Markdown parser as that text."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from contexta.render import words
from contexta.render.links import Links, unwritten
from contexta.report.document import (
    Block,
    Chart,
    Details,
    Document,
    Fact,
    Facts,
    Figures,
    Histogram,
    Issue,
    Issues,
    Lineage,
    Note,
    Prose,
    Table,
    Timeline,
)
from contexta.report.inline import Cell, Pairs, Ref

# An underscore between two letters or digits opens no emphasis, and reads better bare.
_SPECIAL = re.compile(
    r"[&<>|\\`*\[\]#@~!$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|(?:(?<=http)|(?<=https)|(?<=ftp)):(?=//)|(?<=w{3})\."
    r"|^\s|\s$|  +|^[-+](?=[-+\s]|$)|^\d{1,9}[.)](?=\s|$)",
    re.IGNORECASE,
)

# The middle of an author's link that leads to neither web nor mail: as in HTML, it is none.
_OTHER_LINK = re.compile(r"\]\((?!\s*(?:https?://|mailto:))", re.IGNORECASE)
_UNLINKED = r"]\\("

_BY_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "\\": "&#92;", ":": "&#58;", ".": "&#46;", "@": "&#64;", "$": "&#36;"}

# How an item of a list begins.
_ITEM, _MARK = "- ", re.compile(r"^( *)- ")


def render(document: Document, links: Links) -> str:
    """The page as Markdown; `links` gives the address of a reference's page, None where it has none."""
    lines = [f"# {escape(document.title)}", "", *_head(document, links)]
    for section in document.sections:
        lines += [f"## {escape(section.title)}", ""]
        lines += _apart([*_block(block, links)] for block in section.blocks)
    return "\n".join(lines).rstrip() + "\n"


def _apart(blocks: Iterable[list[str]]) -> Iterator[str]:
    """The lines of neighbouring blocks; a list after a list has another mark, without which both would be one."""
    before = ""
    for lines in blocks:
        follows = bool(lines) and before.startswith(_ITEM) and lines[0].startswith(_ITEM)
        marked = [_MARK.sub(r"\1* ", line) for line in lines] if follows else lines
        before = marked[-1].lstrip() if marked else before
        yield from marked
        yield ""


def escape(text: str) -> str:
    """Text for a heading, a cell or the middle of a line."""
    return _SPECIAL.sub(_escaped, words.one_line(text))


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    if found.isspace():
        return "".join(f"&#{ord(char)};" for char in found)
    return _BY_ENTITY.get(found, f"{found[:-1]}\\{found[-1]}")


def _head(document: Document, links: Links) -> Iterator[str]:
    parts = [_cell(ref, links) for ref in document.up]
    if document.status is not None:
        parts.append(f"**{_cell(document.status, links)}**")
    if document.as_of:
        parts.append(f"data as of {words.time(document.as_of)}")
    if parts:
        yield " · ".join(parts)
        yield ""


def _block(block: Block, links: Links) -> Iterator[str]:
    match block:
        case Facts(items):
            yield from (_fact(item, links) for item in items)
        case Lineage(steps):
            yield " → ".join(_step(step, links) for step in steps)
        case Figures():
            yield from (_fact(item, links) for item in words.facts_of(block))
        case Table():
            yield from _table(block, links)
        case Details(table):
            yield from _table(table, links)
        case Chart():
            yield from (f"- {escape(line)}" for line in words.chart(block))
        case Timeline():
            yield from _timeline(block, links)
        case Histogram(title, unit):
            yield f"**{escape(words.with_unit(title, unit and f'({unit})'))}**"
            yield ""
            yield from (f"- {span}: {blocks} {words.count(count)}" for span, blocks, count in words.bins(block))
        case Issues(items, total):
            yield from (_issue(issue, links) for issue in items)
            yield from ["", _more(len(items), total)] if total > len(items) else []
            yield from [] if items else ["No issue was found."]
        case Prose(markdown):
            yield from _quoted(markdown)
        case Note(text):
            yield escape(text)
        case _:
            assert_never(block)


def _timeline(block: Timeline, links: Links) -> Iterator[str]:
    """A list, what lies in another below it; of one that lies in nothing that is shown, no deeper than the one above allows."""
    yield f"**{escape(block.title)}**, from {words.cell(block.moment)}"
    yield ""
    depth = -1
    for bar in block.bars:
        depth = min(bar.depth, depth + 1)
        yield f"{'  ' * depth}- {_cell(bar.what, links)}: {_cell(bar.status, links)}, {words.bar(bar)}"
    if block.total > len(block.bars):
        yield ""
        yield f"*{escape(block.note)}*" if block.note else _more(len(block.bars), block.total)


def _step(step: Fact, links: Links) -> str:
    note = f" ({escape(step.note)})" if step.note else ""
    things = [item for _, item in step.value.items] if isinstance(step.value, Pairs) else [step.value]
    return f"**{escape(step.label)}:** {', '.join(_cell(thing, links) for thing in things)}{note}"


def _issue(issue: Issue, links: Links) -> str:
    where = f"{_cell(issue.subject, links)}: " if links(issue.subject.ref) else ""
    return f"- **{issue.severity}** {escape(issue.key)}: {where}{escape(issue.sentence)}"


def _fact(item: Fact, links: Links) -> str:
    note = f" ({escape(item.note)})" if item.note else ""
    return f"- **{escape(item.label)}:** {_cell(item.value, links)}{note}"


def _table(table: Table, links: Links) -> Iterator[str]:
    if table.caption:
        yield f"**{escape(table.caption)}**"
        yield ""
    yield _row(map(escape, table.columns))
    yield _row("---:" if right else "---" for right in table.numeric())
    yield from (_row(_cell(cell, links) for cell in row) for row in table.rows)
    if table.note or table.total > len(table.rows):
        yield ""
        yield _cut(table, links)


def _cut(table: Table, links: Links) -> str:
    """Which rows are shown, and where all of them are."""
    parts = [f"*{escape(table.note)}*" if table.note else _more(len(table.rows), table.total)]
    if table.sheet:
        address = links(table.sheet.ref)
        parts.append(f"[CSV of {table.sheet.holds}]({address})" if address else unwritten(table.sheet))
    return " ".join(parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell, links: Links) -> str:
    text = escape(words.cell(cell))
    address = links(cell.ref) if isinstance(cell, Ref) else None
    return f"[{text}]({address})" if address else text


def _more(shown: int, total: int) -> str:
    return f"*{words.count(shown)} of {words.count(total)} are shown.*"


def _quoted(markdown: str) -> Iterator[str]:
    """The author's Markdown as a quotation, which ends whatever it leaves open; without HTML, images, link definitions, and other links
    than to the web or mail.
    """
    for line in words.visible(markdown).split("\n"):
        text = line.replace("&", "&amp;").replace("<", "&lt;").replace("![", "!\\[").replace("]:", "]\\:")
        yield f"> {_OTHER_LINK.sub(_UNLINKED, text)}"
